// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two ends of TLS joined by memory:
 *
 *	tls (client) <-- a pipe each way, that takes a few bytes at a time --> tls (server)
 */
#include "tls_files.h"

#include "host/base/tls.h"

#include <mbedtls/ssl.h>

/* ---- two ends ---- */

struct pipe {
	uint8_t bytes[64]; /* so few that nothing is ever sent at one go */
	size_t n;
	bool cut;
};

struct end {
	struct pipe *in, *out;
	struct tls_context *context;
	struct tls *tls;
};

struct world {
	struct pipe up, down;
	struct end client, server;
};

static ssize_t send_some(void *user, const uint8_t *bytes, size_t n)
{
	struct pipe *out = ((struct end *)user)->out;
	size_t room = sizeof(out->bytes) - out->n, taken = n < room ? n : room;

	if (out->cut)
		return -1;
	memcpy(out->bytes + out->n, bytes, taken);
	out->n += taken;
	return (ssize_t)taken;
}

static ssize_t receive_some(void *user, uint8_t *bytes, size_t n)
{
	struct pipe *in = ((struct end *)user)->in;
	size_t taken = n < in->n ? n : in->n;

	if (!in->n && in->cut)
		return -1;
	memcpy(bytes, in->bytes, taken);
	in->n -= taken;
	memmove(in->bytes, in->bytes + taken, in->n);
	return (ssize_t)taken;
}

static void begin(struct world *world, const char *server, const char *client_ca,
		  const char *ca, const char *client)
{
	const struct tls_seam down = {&world->server, send_some, receive_some};
	const struct tls_seam up = {&world->client, send_some, receive_some};
	char crt[64], key[64], own[64] = "", own_key[64], error[256] = "";

	*world = (struct world){
		.client = {.in = &world->down, .out = &world->up},
		.server = {.in = &world->up, .out = &world->down},
	};
	(void)snprintf(crt, sizeof(crt), "%s.crt", server);
	(void)snprintf(key, sizeof(key), "%s.key", server);
	assert_int_equal(tls_server(path_of(crt), path_of(key),
				    client_ca ? path_of(client_ca) : NULL,
				    &world->server.context, error, sizeof(error)),
			 0);
	if (client) {
		(void)snprintf(own, sizeof(own), "%s.crt", client);
		(void)snprintf(own_key, sizeof(own_key), "%s.key", client);
	}
	assert_int_equal(tls_client(ca ? path_of(ca) : NULL, client ? path_of(own) : NULL,
				    client ? path_of(own_key) : NULL, &world->client.context,
				    error, sizeof(error)),
			 0);
	world->server.tls = tls_new(world->server.context, NULL, &down);
	world->client.tls = tls_new(world->client.context, "bridge.lan", &up);
	assert_non_null(world->server.tls);
	assert_non_null(world->client.tls);
}

static void shake_hands(struct world *world)
{
	for (int i = 0; i < 2000; i++) {
		(void)tls_go_on(world->client.tls);
		(void)tls_go_on(world->server.tls);
	}
}

static void end(struct world *world)
{
	tls_free(world->client.tls);
	tls_free(world->server.tls);
	tls_context_free(world->client.context);
	tls_context_free(world->server.context);
}

/* ---- stories ---- */

static void bytes_arrive_as_they_were_sent(void **state)
{
	static uint8_t sent[100000], got[sizeof(sent)];
	struct world world;
	size_t at = 0, n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (uint8_t)(i * 7 + (i >> 8));
	begin(&world, "bridge.lan", NULL, "ca.crt", NULL);
	shake_hands(&world);
	assert_int_equal(tls_state(world.client.tls), TLS_OPEN);
	assert_int_equal(tls_state(world.server.tls), TLS_OPEN);
	while (n < sizeof(sent)) {
		at += tls_write(world.client.tls, sent + at, sizeof(sent) - at);
		n += tls_read(world.server.tls, got + n, sizeof(got) - n);
		(void)tls_go_on(world.client.tls);
	}
	assert_memory_equal(sent, got, sizeof(sent));
	tls_end(world.client.tls);
	for (int i = 0; i < 100; i++) {
		(void)tls_read(world.server.tls, got, sizeof(got));
		(void)tls_go_on(world.client.tls);
	}
	assert_int_equal(tls_state(world.server.tls), TLS_ENDED);

	/* Who says no more still listens; until it is gone. */
	for (at = n = 0; n < 1000;) {
		at += tls_write(world.server.tls, sent + at, 1000 - at);
		n += tls_read(world.client.tls, got + n, sizeof(got) - n);
		(void)tls_go_on(world.server.tls);
	}
	assert_memory_equal(sent, got, 1000);
	world.down.cut = true;
	assert_int_equal(tls_write(world.server.tls, sent, 1000), 0);
	assert_int_equal(tls_state(world.server.tls), TLS_FAILED);
	end(&world);
}

static void a_server_is_who_it_should_be(void **state)
{
	static const struct row {
		const char *server, *ca;
		enum tls_state state;
		const char *why;
	} rows[] = {
		{"bridge.lan", "ca.crt", TLS_OPEN, ""},
		{"bridge.lan", NULL, TLS_OPEN, ""}, /* whose it is the caller decides */
		{"bridge.lan", "other.crt", TLS_FAILED, "not correctly signed"},
		{"mary", "ca.crt", TLS_FAILED, "Common Name"},
		{"old.lan", NULL, TLS_FAILED, "expired"},
		{"late", "ca.crt", TLS_FAILED, "expired"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world world;

		begin(&world, rows[i].server, NULL, rows[i].ca, NULL);
		shake_hands(&world);
		assert_int_equal(tls_state(world.client.tls), rows[i].state);
		assert_non_null(strstr(tls_why(world.client.tls), rows[i].why));
		assert_int_equal(tls_write(world.client.tls, (const uint8_t *)"x", 1),
				 rows[i].state == TLS_OPEN);
		end(&world);
	}
}

static void a_client_s_certificate_has_to_be_good(void **state)
{
	static const struct row {
		const char *client;
		enum tls_state state;
		const char *name;
	} rows[] = {
		{"mary", TLS_OPEN, "mary"},
		{NULL, TLS_OPEN, NULL}, /* but it has no name */
		{"late", TLS_FAILED, NULL},
		{"eve", TLS_FAILED, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world world;
		const char *name;

		begin(&world, "bridge.lan", "ca.crt", "ca.crt", rows[i].client);
		shake_hands(&world);
		assert_int_equal(tls_state(world.server.tls), rows[i].state);
		name = tls_peer_name(world.server.tls);
		assert_true(!name == !rows[i].name);
		if (name)
			assert_string_equal(name, rows[i].name);
		end(&world);
	}
}

static void both_see_the_same_fingerprint(void **state)
{
	char own[TLS_FINGERPRINT], seen[TLS_FINGERPRINT];
	struct world world;

	(void)state;
	begin(&world, "bridge.lan", NULL, NULL, NULL);
	shake_hands(&world);
	tls_own_fingerprint(world.server.context, own);
	assert_true(tls_peer_fingerprint(world.client.tls, seen));
	assert_string_equal(own, seen);
	assert_int_equal(strlen(own), 95);
	assert_false(tls_peer_fingerprint(world.server.tls, seen));
	end(&world);
}

static void what_is_no_tls_fails(void **state)
{
	struct world world;

	(void)state;
	begin(&world, "bridge.lan", NULL, NULL, NULL);
	memcpy(world.up.bytes, "GET / HTTP/1.1\r\n\r\n", 18);
	world.up.n = 18;
	assert_int_equal(tls_go_on(world.server.tls), TLS_FAILED);
	assert_string_equal(tls_why(world.server.tls), "it doesn't speak TLS");
	end(&world);
	begin(&world, "bridge.lan", NULL, NULL, NULL);
	world.up.cut = true;
	assert_int_equal(tls_go_on(world.server.tls), TLS_FAILED);
	assert_string_equal(tls_why(world.server.tls), "it hung up during the handshake");
	end(&world);
}

/* ---- a peer that is not ours ---- */

struct stranger {
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config config;
	struct tls_context *context;
	struct tls *tls;
	uint8_t up[8192], down[16384];
	size_t up_n, down_n;
	bool deaf;
	int full; /* so many times nothing more fits into down */
};

static ssize_t send_down(void *user, const uint8_t *bytes, size_t n)
{
	struct stranger *stranger = user;

	if (stranger->full && stranger->full--)
		return 0;
	assert_true(n <= sizeof(stranger->down) - stranger->down_n);
	memcpy(stranger->down + stranger->down_n, bytes, n);
	stranger->down_n += n;
	return (ssize_t)n;
}

static size_t take(uint8_t *from, size_t *from_n, uint8_t *bytes, size_t n)
{
	n = n < *from_n ? n : *from_n;
	memcpy(bytes, from, n);
	*from_n -= n;
	memmove(from, from + n, *from_n);
	return n;
}

static ssize_t receive_up(void *user, uint8_t *bytes, size_t n)
{
	struct stranger *stranger = user;

	return (ssize_t)take(stranger->up, &stranger->up_n, bytes, n);
}

static int send_up(void *user, const unsigned char *bytes, size_t n)
{
	struct stranger *stranger = user;

	assert_true(n <= sizeof(stranger->up) - stranger->up_n);
	memcpy(stranger->up + stranger->up_n, bytes, n);
	stranger->up_n += n;
	return (int)n;
}

static int receive_down(void *user, unsigned char *bytes, size_t n)
{
	struct stranger *stranger = user;

	if (stranger->deaf || !stranger->down_n)
		return MBEDTLS_ERR_SSL_WANT_READ;
	return (int)take(stranger->down, &stranger->down_n, bytes, n);
}

static void begin_stranger(struct stranger *stranger)
{
	const struct tls_seam seam = {stranger, send_down, receive_up};
	char error[256];

	memset(stranger, 0, sizeof(*stranger));
	assert_int_equal(tls_server(path_of("bridge.lan.crt"), path_of("bridge.lan.key"), NULL,
				    &stranger->context, error, sizeof(error)),
			 0);
	stranger->tls = tls_new(stranger->context, NULL, &seam);
	assert_non_null(stranger->tls);
	mbedtls_ssl_init(&stranger->ssl);
	mbedtls_ssl_config_init(&stranger->config);
	assert_int_equal(mbedtls_ssl_config_defaults(&stranger->config, MBEDTLS_SSL_IS_CLIENT,
						     MBEDTLS_SSL_TRANSPORT_STREAM,
						     MBEDTLS_SSL_PRESET_DEFAULT),
			 0);
	mbedtls_ssl_conf_authmode(&stranger->config, MBEDTLS_SSL_VERIFY_NONE);
	mbedtls_ssl_conf_rng(&stranger->config, mbedtls_ctr_drbg_random, &drbg);
	mbedtls_ssl_conf_renegotiation(&stranger->config, MBEDTLS_SSL_RENEGOTIATION_ENABLED);
	assert_int_equal(mbedtls_ssl_setup(&stranger->ssl, &stranger->config), 0);
	mbedtls_ssl_set_bio(&stranger->ssl, stranger, send_up, receive_down, NULL);
	while (mbedtls_ssl_handshake(&stranger->ssl) != 0)
		assert_int_not_equal(tls_go_on(stranger->tls), TLS_FAILED);
	assert_int_equal(tls_go_on(stranger->tls), TLS_OPEN);
}

static void end_stranger(struct stranger *stranger)
{
	mbedtls_ssl_free(&stranger->ssl);
	mbedtls_ssl_config_free(&stranger->config);
	tls_free(stranger->tls);
	tls_context_free(stranger->context);
}

/* It asks for another handshake while bytes wait for room. mbedTLS says no to that, and what
 * waited leaves with it: then nothing is owed any more. */
static void what_is_owed_is_sent_once(void **state)
{
	static uint8_t sent[4096], got[2 * sizeof(sent)];
	static struct stranger stranger;
	size_t n = 0;
	int status;

	(void)state;
	memset(sent, 'x', sizeof(sent));
	begin_stranger(&stranger);
	stranger.full = 1;
	assert_int_equal(tls_write(stranger.tls, sent, sizeof(sent)), sizeof(sent));
	stranger.deaf = true;
	assert_int_equal(mbedtls_ssl_renegotiate(&stranger.ssl), MBEDTLS_ERR_SSL_WANT_READ);
	stranger.full = 1;
	assert_int_equal(tls_read(stranger.tls, got, sizeof(got)), 0);
	assert_true(stranger.down_n > sizeof(sent));
	assert_int_equal(tls_go_on(stranger.tls), TLS_OPEN);
	stranger.deaf = false;
	while ((status = mbedtls_ssl_read(&stranger.ssl, got + n, sizeof(got) - n)) > 0)
		n += (size_t)status;
	assert_int_equal(n, sizeof(sent));
	assert_memory_equal(got, sent, sizeof(sent));
	end_stranger(&stranger);
}

/* So waits an alert of ours, and nothing else makes it leave. */
static void an_alert_waits_for_room(void **state)
{
	static struct stranger stranger;
	uint8_t got[16];

	(void)state;
	begin_stranger(&stranger);
	stranger.deaf = true;
	assert_int_equal(mbedtls_ssl_renegotiate(&stranger.ssl), MBEDTLS_ERR_SSL_WANT_READ);
	stranger.full = 1;
	assert_int_equal(tls_read(stranger.tls, got, sizeof(got)), 0);
	assert_true(tls_has_output(stranger.tls));
	assert_int_equal(tls_go_on(stranger.tls), TLS_OPEN);
	assert_false(tls_has_output(stranger.tls));
	assert_true(stranger.down_n > 0);
	end_stranger(&stranger);
}

static void files_that_will_not_do(void **state)
{
	struct tls_context *context;
	char error[256];

	(void)state;
	assert_int_equal(tls_server(path_of("ca.crt"), path_of("mary.key"), NULL, &context,
				    error, sizeof(error)),
			 -1);
	assert_non_null(strstr(error, "is not the key of the certificate"));
	assert_int_equal(tls_server(path_of("none.crt"), path_of("mary.key"), NULL, &context,
				    error, sizeof(error)),
			 -1);
	assert_non_null(strstr(error, "none.crt"));
	assert_int_equal(chmod(path_of("mary.key"), 0644), 0);
	assert_int_equal(tls_server(path_of("mary.crt"), path_of("mary.key"), NULL, &context,
				    error, sizeof(error)),
			 -1);
	assert_non_null(strstr(error, "chmod 600"));
	assert_int_equal(chmod(path_of("mary.key"), 0600), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_arrive_as_they_were_sent),
		cmocka_unit_test(a_server_is_who_it_should_be),
		cmocka_unit_test(a_client_s_certificate_has_to_be_good),
		cmocka_unit_test(both_see_the_same_fingerprint),
		cmocka_unit_test(what_is_no_tls_fails),
		cmocka_unit_test(what_is_owed_is_sent_once),
		cmocka_unit_test(an_alert_waits_for_room),
		cmocka_unit_test(files_that_will_not_do),
	};

	return cmocka_run_group_tests(tests, make_all, remove_all);
}
