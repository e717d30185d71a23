// SPDX-License-Identifier: GPL-2.0-only
/*
 * A socket with TLS that is full: what TLS took and could not send is no less to be sent than
 * what it did not take.
 *
 *	stream or duplex (server) === socket pair === stream (client)
 */
#include "tls_files.h"

#include "host/base/stream.h"
#include "host/web/duplex.h"

#include <errno.h>
#include <sys/socket.h>

static uint8_t record[4096];

struct ends {
	struct tls_context *server, *client;
	int sockets[2];
};

static void join(struct ends *ends)
{
	char error[256];

	assert_int_equal(tls_server(path_of("bridge.lan.crt"), path_of("bridge.lan.key"), NULL,
				    &ends->server, error, sizeof(error)),
			 0);
	assert_int_equal(tls_client(NULL, NULL, NULL, &ends->client, error, sizeof(error)), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends->sockets), 0);
}

static void part(struct ends *ends)
{
	tls_context_free(ends->client);
	tls_context_free(ends->server);
}

/* All that is there; whether the end is. */
static bool drain(struct stream *stream, size_t *n)
{
	uint8_t bytes[sizeof(record)];
	ssize_t got;

	while ((got = stream_read(stream, bytes, sizeof(bytes))) > 0)
		*n += (size_t)got;
	assert_true(!got || errno == 0);
	return got < 0;
}

/* How many records there are when the last of them waits within TLS. */
static unsigned what_a_stream_took_leaves(void)
{
	struct stream *server, *client;
	struct ends ends;
	unsigned records = 0;
	size_t n = 0;

	join(&ends);
	server = stream_new(ends.sockets[0], ends.server);
	client = stream_new(ends.sockets[1], ends.client);
	assert_true(server && client);
	while (stream_ready(server) + stream_ready(client) < 2)
		;
	for (; stream_flush(server); records++)
		assert_int_equal(stream_write(server, record, sizeof(record)), sizeof(record));
	assert_false(drain(client, &n));
	assert_true(n < records * sizeof(record));
	assert_true(stream_flush(server));
	stream_end(server);
	assert_true(drain(client, &n));
	assert_int_equal(n, records * sizeof(record));
	stream_free(server, false);
	stream_free(client, false);
	part(&ends);
	return records;
}

static void on_data(void *user, const char *bytes, size_t n)
{
	(void)user;
	(void)bytes;
	(void)n;
}

static void on_more(void *user)
{
	(void)user;
}

static void an_answer_comes_whole_before_the_end(void **state)
{
	const struct duplex_events events = {NULL, on_data, on_more, on_more};
	unsigned records = what_a_stream_took_leaves();
	struct duplex *server;
	struct stream *client;
	struct ends ends;
	size_t n = 0;
	uv_loop_t loop;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	join(&ends);
	server = duplex_new(&loop, ends.sockets[0], ends.server, &events);
	client = stream_new(ends.sockets[1], ends.client);
	assert_true(server && client);
	while (!stream_ready(client))
		(void)uv_run(&loop, UV_RUN_NOWAIT);
	for (unsigned i = 0; i < records; i++)
		duplex_write(server, record, sizeof(record));
	assert_int_equal(duplex_waiting(server), 0);
	duplex_finish(server);
	while (!drain(client, &n))
		(void)uv_run(&loop, UV_RUN_NOWAIT);
	assert_int_equal(n, records * sizeof(record));
	duplex_free(server);
	stream_free(client, false);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	part(&ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_comes_whole_before_the_end),
	};

	return cmocka_run_group_tests(tests, make_all, remove_all);
}
