/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One air for many radios: what comes by its socket, from radios that are as they should
 * be and from others. Here a radio is a bare socket.
 */
#include "story.h"

#include "host/net/air_server.h"

#include "sim/air_wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE  10000u /* ms */
#define BROADCAST ((const uint8_t[6]){255, 255, 255, 255, 255, 255})

struct peer {
	int fd;
	uint8_t mac[6];
	uint8_t in[65536];
	size_t n;
};

static struct {
	uv_loop_t loop;
	struct air_place *place;
	struct air_server *server;
	char file[40], path[40];
	bool late;
} story;

static void on_failed(void *user, const char *why)
{
	(void)user;
	fail_msg("%s", why);
}

static int begin(void **state)
{
	static const char text[] = "[ap home]\nkey = correct horse\nnet = user\n";
	const struct air_place_config config = {
		.path = story.file, .mtu = 1500, .open_net = net_open, .failed = on_failed};
	char error[256] = "";
	int fd;

	(void)state;
	memset(&story, 0, sizeof(story));
	(void)snprintf(story.file, sizeof(story.file), "/tmp/ptl-air-server-XXXXXX");
	fd = mkstemp(story.file);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
	(void)snprintf(story.path, sizeof(story.path), "/tmp/ptl-air-%d", getpid());
	assert_int_equal(uv_loop_init(&story.loop), 0);
	if (air_place_open(&story.loop, &config, &story.place, error, sizeof(error)) ||
	    air_server_open(&story.loop, story.place, story.path, &story.server, error,
			    sizeof(error)))
		fail_msg("%s", error);
	return 0;
}

static int end(void **state)
{
	(void)state;
	air_server_close(story.server);
	air_place_close(story.place);
	(void)uv_run(&story.loop, UV_RUN_DEFAULT);
	assert_int_equal(access(story.path, F_OK), -1);
	(void)unlink(story.file);
	return uv_loop_close(&story.loop);
}

/* ---- a radio ---- */

static struct peer *dial(uint8_t number)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct peer *peer = calloc(1, sizeof(*peer));

	assert_non_null(peer);
	*peer = (struct peer){.mac = {2, 0, 0, 0, 0, number}};
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", story.path);
	peer->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(peer->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return peer;
}

static void hang_up(struct peer *peer)
{
	(void)close(peer->fd);
	free(peer);
}

/* false: it is not taken now, or never. */
static bool try_frame(const struct peer *peer, const uint8_t *frame, size_t n)
{
	uint8_t bytes[4 + 2048];

	air_wire_put32(bytes, (uint32_t)n);
	memcpy(bytes + 4, frame, n);
	return send(peer->fd, bytes, n + 4, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)n + 4;
}

static void send_frame(const struct peer *peer, const uint8_t *frame, size_t n)
{
	assert_true(try_frame(peer, frame, n));
}

static void say(const struct peer *peer, enum air_wire_kind kind, const void *bytes, size_t n)
{
	uint8_t frame[AIR_WIRE_MAX];

	send_frame(peer, frame, air_wire_make(frame, peer->mac, kind, bytes, n));
}

static void say_session(const struct peer *peer)
{
	uint8_t session[5] = {1};

	air_wire_put32(session + 1, 921600);
	say(peer, AIR_WIRE_SESSION, session, sizeof(session));
}

static void say_message(const struct peer *peer, const struct ptl_control_writer *message)
{
	assert_true(ptl_control_end(message));
	say(peer, AIR_WIRE_CONTROL, message->bytes, message->n);
}

static void on_late(uv_timer_t *timer)
{
	(void)timer;
	story.late = true;
}

/* Runs the loop until a message of this type has come, and gives it; or, for type 0, a
 * frame of another host; *n 0: the server has hung up. */
static const uint8_t *hear(struct peer *peer, uint8_t type, size_t *n)
{
	static uint8_t frame[2048];
	uv_timer_t late;

	story.late = false;
	(void)uv_timer_init(&story.loop, &late);
	(void)uv_timer_start(&late, on_late, PATIENCE, 0);
	for (*n = 1;; (void)uv_run(&story.loop, UV_RUN_NOWAIT)) {
		ssize_t got = recv(peer->fd, peer->in + peer->n, sizeof(peer->in) - peer->n,
				   MSG_DONTWAIT);
		size_t all;
		unsigned kind;
		const uint8_t *message = NULL;

		assert_false(story.late);
		if (got == 0 || (got < 0 && errno != EAGAIN)) {
			*n = 0;
			break;
		}
		peer->n += got > 0 ? (size_t)got : 0;
		if (peer->n < 4 || peer->n < 4 + (all = air_wire_get32(peer->in)))
			continue;
		assert_true(all <= sizeof(frame));
		memcpy(frame, peer->in + 4, all);
		peer->n -= 4 + all;
		memmove(peer->in, peer->in + 4 + all, peer->n);
		*n = all;
		if (air_wire_is(frame, all))
			message = air_wire_read(frame, all, &kind, n);
		if (message ? type && message[0] == type : type == 0) {
			uv_close((uv_handle_t *)&late, NULL);
			(void)uv_run(&story.loop, UV_RUN_NOWAIT);
			return message ? message : frame;
		}
	}
	uv_close((uv_handle_t *)&late, NULL);
	(void)uv_run(&story.loop, UV_RUN_NOWAIT);
	return NULL;
}

static struct peer *come(uint8_t number)
{
	struct peer *peer = dial(number);
	size_t n;

	say_session(peer);
	assert_non_null(hear(peer, PTL_M_READY, &n));
	return peer;
}

/* ---- stories ---- */

static void two_radios_hear_each_other(void **state)
{
	struct peer *a = come(1), *b = come(2);
	struct ptl_control_writer to;
	uint8_t frame[60] = {0};
	size_t n;

	(void)state;
	ptl_control_begin(&to, PTL_M_AP_START, 1, PTL_IF_AP);
	ptl_put_text(&to, PTL_F_SSID, "mine");
	ptl_put_uint(&to, PTL_F_CHANNEL, 1);
	ptl_put_text(&to, PTL_F_PASSPHRASE, "battery staple");
	say_message(a, &to);
	assert_non_null(hear(a, PTL_M_ANSWER, &n));
	ptl_control_begin(&to, PTL_M_JOIN, 1, PTL_IF_STATION);
	ptl_put_text(&to, PTL_F_SSID, "mine");
	ptl_put_text(&to, PTL_F_PASSPHRASE, "battery staple");
	say_message(b, &to);
	assert_non_null(hear(b, PTL_M_JOINED, &n));
	assert_non_null(hear(a, PTL_M_STATION_JOINED, &n));
	memcpy(frame, BROADCAST, 6);
	memcpy(frame + 6, b->mac, 6);
	frame[12] = 8;
	send_frame(b, frame, sizeof(frame));
	assert_memory_equal(hear(a, 0, &n), frame, sizeof(frame));
	assert_int_equal(n, sizeof(frame));
	/* One goes away; the other hears of it. */
	hang_up(b);
	assert_non_null(hear(a, PTL_M_STATION_LEFT, &n));
	hang_up(a);
}

static void an_address_is_one_radios(void **state)
{
	struct peer *a = come(1), *twin = dial(1), *group = dial(1);
	size_t n;

	(void)state;
	say_session(twin);
	assert_null(hear(twin, PTL_M_READY, &n));
	group->mac[0] = 3;
	say_session(group);
	assert_null(hear(group, PTL_M_READY, &n));
	/* It may not become another one either. */
	a->mac[5] = 9;
	say_session(a);
	assert_null(hear(a, PTL_M_READY, &n));
	hang_up(twin);
	hang_up(group);
	hang_up(a);
}

static void not_more_than_there_is_place_for(void **state)
{
	struct peer *peers[9];
	size_t n;

	(void)state;
	for (uint8_t i = 0; i < 8; i++)
		peers[i] = come((uint8_t)(i + 1));
	peers[8] = dial(9);
	assert_null(hear(peers[8], PTL_M_READY, &n));
	hang_up(peers[8]);
	hang_up(peers[3]);
	for (unsigned i = 0; i < 100; i++)
		(void)uv_run(&story.loop, UV_RUN_NOWAIT);
	peers[3] = come(9);
	for (uint8_t i = 0; i < 8; i++)
		hang_up(peers[i]);
}

/* A length that lies, too short and too long; a message that lies about its own. */
static void what_is_no_frame_ends_it(void **state)
{
	static const uint8_t cases[][20] = {
		{0, 0, 0, 0},
		{0, 0, 0, 13},
		{0, 0, 0x24, 1},
		{255, 255, 255, 255},
		{0, 0, 0, 14, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 0x88, 0xb5},
	};
	size_t n;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct peer *peer = come(1);

		assert_true(send(peer->fd, cases[i], sizeof(cases[i]), MSG_NOSIGNAL) > 0);
		assert_null(hear(peer, 0, &n));
		hang_up(peer);
	}
}

/* Whatever comes, the air lives, for others as well. */
static void a_hostile_peer(void **state)
{
	struct prng prng = story_seed("hostile peer", 17);
	struct peer *good = come(1);
	struct ptl_control_writer scan;
	size_t n;

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		struct peer *bad = dial((uint8_t)random_from(&prng, 2, 255));

		if (prng_below(&prng, 4))
			say_session(bad);
		for (size_t left = random_from(&prng, 1, 40); left > 0; left--) {
			uint8_t bytes[600], frame[AIR_WIRE_MAX];
			size_t length = random_from(&prng, 0, 500);

			random_bytes(&prng, bytes, sizeof(bytes));
			if (prng_below(&prng, 2) && length > 0)
				bytes[0] = (uint8_t)random_from(&prng, 1, 0x20);
			if (prng_below(&prng, 20) == 0)
				(void)send(bad->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
			else if (prng_below(&prng, 4) == 0)
				(void)try_frame(bad, bytes, length);
			else
				(void)try_frame(bad, frame,
						air_wire_make(frame, bad->mac,
							      (enum air_wire_kind)random_from(
								      &prng, 1, 4),
							      bytes, length));
			(void)uv_run(&story.loop, UV_RUN_NOWAIT);
		}
		hang_up(bad);
		(void)uv_run(&story.loop, UV_RUN_NOWAIT);
	}
	ptl_control_begin(&scan, PTL_M_SCAN, 1, PTL_IF_STATION);
	ptl_put_bytes(&scan, PTL_F_CHANNELS, "\1", 1);
	say_message(good, &scan);
	assert_non_null(hear(good, PTL_M_SCAN_DONE, &n));
	hang_up(good);
}

/* Who does not read is not read any more, and has all its answers when it does. */
static void a_peer_that_does_not_read(void **state)
{
	struct peer *a = come(1);
	unsigned asked = 0, idle = 0;
	uint8_t frame[AIR_WIRE_MAX];
	struct ptl_control_writer to;
	size_t n;

	(void)state;
	while (idle < 200) {
		ptl_control_begin(&to, PTL_M_INFO, (uint8_t)(1 + asked % 255), PTL_IF_RADIO);
		n = air_wire_make(frame, a->mac, AIR_WIRE_CONTROL, to.bytes, to.n);
		idle = try_frame(a, frame, n) ? 0 : idle + 1;
		asked += idle == 0;
		(void)uv_run(&story.loop, UV_RUN_NOWAIT);
	}
	for (unsigned i = 0; i < asked; i++)
		assert_non_null(hear(a, PTL_M_ANSWER, &n));
	hang_up(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(two_radios_hear_each_other, begin, end),
		cmocka_unit_test_setup_teardown(an_address_is_one_radios, begin, end),
		cmocka_unit_test_setup_teardown(not_more_than_there_is_place_for, begin, end),
		cmocka_unit_test_setup_teardown(what_is_no_frame_ends_it, begin, end),
		cmocka_unit_test_setup_teardown(a_hostile_peer, begin, end),
		cmocka_unit_test_setup_teardown(a_peer_that_does_not_read, begin, end),
	};

	return cmocka_run_group_tests_name("air server", tests, NULL, NULL);
}
