/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bridge in virtual time for its tests: a UART that only notes what it is told (a looped
 * one is sim/serial.h), clients that keep what they get, and a programmer that does what
 * the test wants.
 */
#ifndef TEST_BRIDGE_BENCH_H
#define TEST_BRIDGE_BENCH_H

#include "story.h"

#include <pigtail/bridge.h>
#include <pigtail/rfc2217.h>
#include <pigtail/telnet.h>

#define BENCH_CLIENTS 4u
#define BENCH_KEPT    4096u

struct bench_client {
	uint8_t got[BENCH_KEPT];
	size_t got_n;
	enum ptl_drop why;
	bool dropped, reset;
	uint64_t lost;
	enum ptl_service service;
};

struct bench {
	struct ptl_bridge *bridge;
	ptl_time now;
	struct bench_client client[BENCH_CLIENTS];
	unsigned readable;

	/* The UART. */
	uint8_t wrote[BENCH_KEPT];
	size_t wrote_n, uart_room;
	struct ptl_serial_format format;
	bool line[3];
	unsigned modem, purged, formats;
	bool stubborn; /* it takes no other format */

	/* The programmer: begins with "0 ". */
	bool begun, ended, gives;
	uint8_t program[BENCH_KEPT];
	size_t program_n;
	unsigned lines_seen;
};

static size_t bench_write(void *user, const uint8_t *bytes, size_t n)
{
	struct bench *bench = user;
	size_t room = bench->uart_room;

	if (n > room)
		n = room;
	if (n > sizeof(bench->wrote) - bench->wrote_n)
		n = sizeof(bench->wrote) - bench->wrote_n;
	memcpy(bench->wrote + bench->wrote_n, bytes, n);
	bench->wrote_n += n;
	bench->uart_room -= n;
	return n;
}

static bool bench_drained(void *user)
{
	(void)user;
	return true;
}

static void bench_set_format(void *user, struct ptl_serial_format *format)
{
	struct bench *bench = user;

	if (bench->stubborn)
		*format = bench->format;
	bench->format = *format;
	bench->formats++;
}

static void bench_set_line(void *user, enum ptl_serial_line line, bool on)
{
	struct bench *bench = user;

	bench->line[line] = on;
}

static unsigned bench_modem(void *user)
{
	return ((struct bench *)user)->modem;
}

static void bench_purge(void *user, unsigned what)
{
	((struct bench *)user)->purged |= what;
}

static void bench_writable(void *user, unsigned client)
{
	(void)user;
	assert_true(client < BENCH_CLIENTS);
}

static void bench_readable(void *user)
{
	((struct bench *)user)->readable++;
}

static void bench_drop(void *user, unsigned client, enum ptl_drop why, bool reset)
{
	struct bench_client *one = &((struct bench *)user)->client[client];

	assert_false(one->dropped);
	one->dropped = true;
	one->why = why;
	one->reset = reset;
}

static void bench_lost(void *user, unsigned client, uint64_t bytes)
{
	((struct bench *)user)->client[client].lost += bytes;
}

static void bench_service(void *user, unsigned client, enum ptl_service service)
{
	((struct bench *)user)->client[client].service = service;
}

static enum ptl_match bench_match(void *user, const uint8_t *bytes, size_t n, bool console)
{
	(void)user;
	(void)console;
	if (bytes[0] != '0' || (n > 1 && bytes[1] != ' '))
		return PTL_MATCH_NO;
	return n > 1 ? PTL_MATCH_YES : PTL_MATCH_MAYBE;
}

static void bench_begin(void *user, ptl_time now, unsigned client)
{
	(void)now;
	(void)client;
	((struct bench *)user)->begun = true;
}

static void bench_end(void *user, ptl_time now)
{
	(void)now;
	((struct bench *)user)->ended = true;
}

static size_t bench_program(void *user, ptl_time now, const uint8_t *bytes, size_t n)
{
	struct bench *bench = user;

	(void)now;
	memcpy(bench->program + bench->program_n, bytes, n);
	bench->program_n += n;
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == 'Q')
			ptl_bridge_release(bench->bridge);
		if (bytes[i] == 'X')
			ptl_bridge_drop(bench->bridge);
	}
	return n;
}

static bool bench_program_uart(void *user, ptl_time now, const uint8_t *bytes, size_t n)
{
	(void)now;
	(void)bytes;
	(void)n;
	return ((struct bench *)user)->gives;
}

static bool bench_program_line(void *user, ptl_time now, unsigned client,
			       enum ptl_serial_line line, bool on)
{
	(void)now;
	(void)client;
	(void)line;
	(void)on;
	((struct bench *)user)->lines_seen++;
	return false;
}

static ptl_time bench_program_poll(void *user, ptl_time now)
{
	(void)user;
	(void)now;
	return PTL_NEVER;
}

static struct ptl_bridge_config bench_config(struct bench *bench)
{
	return (struct ptl_bridge_config){
		.clients = BENCH_CLIENTS,
		.history = 1024,
		.output = 512,
		.format = PTL_SERIAL_FORMAT_DEFAULT,
		.signature = "pigtail test",
		.serial = {bench, bench_write, bench_drained, bench_set_format, bench_set_line,
			   bench_modem, bench_purge},
		.events = {bench, bench_writable, bench_readable, bench_drop, bench_lost,
			   bench_service},
		.programmer = {bench, bench_match, bench_begin, bench_end, bench_program,
			       bench_program_uart, bench_program_line, NULL, bench_program_poll,
			       NULL, NULL, NULL, 0},
	};
}

/* config: bench_config(), as the test wants it. */
static void bench_start(struct bench *bench, const struct ptl_bridge_config *config)
{
	size_t size = ptl_bridge_size(config);

	assert_true(size > 0);
	bench->now = 1000000;
	bench->uart_room = SIZE_MAX;
	bench->bridge = ptl_bridge_init(malloc(size), config, bench->now);
}

static void bench_stop(struct bench *bench)
{
	free(bench->bridge);
}

static unsigned bench_connect(struct bench *bench, enum ptl_service service)
{
	int client = ptl_bridge_connect(bench->bridge, bench->now, service);

	assert_true(client >= 0);
	memset(&bench->client[client], 0, sizeof(bench->client[client]));
	return (unsigned)client;
}

/* What a client can be given now. */
static void bench_pull(struct bench *bench, unsigned client)
{
	struct bench_client *one = &bench->client[client];
	size_t n;

	do {
		n = ptl_bridge_transmit(bench->bridge, bench->now, client,
					one->got + one->got_n, sizeof(one->got) - one->got_n);
		one->got_n += n;
	} while (n);
}

/* Time passes, and what is due by then is done. */
static void bench_pass(struct bench *bench, ptl_time us)
{
	ptl_time until = bench->now + us, due;

	while ((due = ptl_bridge_deadline(bench->bridge)) <= until) {
		if (due > bench->now)
			bench->now = due;
		ptl_bridge_poll(bench->bridge, bench->now);
		assert_true(ptl_bridge_deadline(bench->bridge) > bench->now);
	}
	bench->now = until;
	ptl_bridge_poll(bench->bridge, bench->now);
	for (unsigned i = 0; i < BENCH_CLIENTS; i++)
		if (bench->client[i].got_n < BENCH_KEPT)
			bench_pull(bench, i);
}

static void bench_say(struct bench *bench, unsigned client, const void *bytes, size_t n)
{
	assert_int_equal(ptl_bridge_receive(bench->bridge, bench->now, client, bytes, n), n);
}

static void bench_uart(struct bench *bench, const void *bytes, size_t n)
{
	ptl_bridge_uart(bench->bridge, bench->now, bytes, n);
}

#define BENCH_SAY(bench, client, text) bench_say(bench, client, text, sizeof(text) - 1)
#define BENCH_UART(bench, text)	       bench_uart(bench, text, sizeof(text) - 1)

/* What the UART was given since, and what a client got since. */
#define BENCH_WROTE(bench, text)                                                               \
	do {                                                                                   \
		assert_int_equal((bench)->wrote_n, sizeof(text) - 1);                          \
		assert_memory_equal((bench)->wrote, text, sizeof(text) - 1);                   \
		(bench)->wrote_n = 0;                                                          \
	} while (0)
#define BENCH_GOT(bench, client_, text)                                                        \
	do {                                                                                   \
		struct bench_client *one_ = &(bench)->client[client_];                         \
		bench_pull(bench, client_);                                                    \
		assert_int_equal(one_->got_n, sizeof(text) - 1);                               \
		assert_memory_equal(one_->got, text, sizeof(text) - 1);                        \
		one_->got_n = 0;                                                               \
	} while (0)

#endif
