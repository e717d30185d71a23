// SPDX-License-Identifier: GPL-2.0-only
/*
 * A bridge under the fuzzer: telnet, RFC 2217, detection and arbitration at once. The
 * input is a list of operations, a byte each with its operands after it: clients come, say
 * bytes in pieces, read or don't, leave; the UART speaks, takes bytes or doesn't; time
 * passes. Memory is exactly as large as the bridge asked for. What must hold: nobody takes
 * or gives more than there is, a bridge that is left alone comes to rest, what the UART got
 * is what clients gave.
 */
#include "require.h"

#include <pigtail/bridge.h>

#include <stdlib.h>
#include <string.h>

#define CLIENTS 3u

struct fuzz {
	struct ptl_bridge *bridge;
	ptl_time now;
	const uint8_t *p;
	size_t n;
	size_t uart_room;
	uint64_t written, asked;
	bool programs, dropped[CLIENTS];
};

static uint8_t next(struct fuzz *fuzz)
{
	if (!fuzz->n)
		return 0;
	fuzz->n--;
	return *fuzz->p++;
}

static size_t uart_write(void *user, const uint8_t *bytes, size_t n)
{
	struct fuzz *fuzz = user;
	size_t taken = n < fuzz->uart_room ? n : fuzz->uart_room;

	for (size_t i = 0; i < n; i++) /* all of it can be read */
		fuzz->asked += bytes[i];
	fuzz->uart_room -= taken;
	fuzz->written += taken;
	return taken;
}

static bool uart_drained(void *user)
{
	return user != NULL;
}

static void uart_format(void *user, struct ptl_serial_format *format)
{
	(void)user;
	REQUIRE(format->baud >= PTL_SERIAL_BAUD_MIN && format->baud <= PTL_SERIAL_BAUD_MAX);
	REQUIRE(format->data_bits >= 5 && format->data_bits <= 8);
	REQUIRE(format->parity >= 1 && format->parity <= 5);
	REQUIRE(format->stop >= 1 && format->stop <= 3);
	REQUIRE(format->flow_out >= 1 && format->flow_in >= 1 && format->flow_out <= 6);
}

static void uart_line(void *user, enum ptl_serial_line line, bool on)
{
	(void)user;
	(void)on;
	REQUIRE(line <= PTL_LINE_BREAK);
}

static unsigned uart_modem(void *user)
{
	return ((const struct fuzz *)user)->written & 0xf0u;
}

static void uart_purge(void *user, unsigned what)
{
	(void)user;
	REQUIRE(what == PTL_PURGE_TX);
}

static void on_writable(void *user, unsigned client)
{
	(void)user;
	REQUIRE(client < CLIENTS);
}

static void on_readable(void *user)
{
	(void)user;
}

static void on_drop(void *user, unsigned client, enum ptl_drop why, bool reset)
{
	struct fuzz *fuzz = user;

	(void)why;
	(void)reset;
	REQUIRE(client < CLIENTS && !fuzz->dropped[client]);
	fuzz->dropped[client] = true;
}

static enum ptl_match program_match(void *user, const uint8_t *bytes, size_t n, bool console)
{
	(void)user;
	REQUIRE(n >= 1 && n <= 16);
	if (bytes[0] != '0' || (n > 1 && bytes[1] != ' '))
		return PTL_MATCH_NO;
	return n > 1 || (!console && n == 1) ? PTL_MATCH_YES : PTL_MATCH_MAYBE;
}

static void program_begin(void *user, ptl_time now, unsigned client)
{
	struct fuzz *fuzz = user;

	(void)now;
	REQUIRE(!fuzz->programs && client < CLIENTS);
	fuzz->programs = true;
}

static void program_end(void *user, ptl_time now)
{
	struct fuzz *fuzz = user;

	(void)now;
	REQUIRE(fuzz->programs);
	fuzz->programs = false;
}

static size_t program_client(void *user, ptl_time now, const uint8_t *bytes, size_t n)
{
	struct fuzz *fuzz = user;

	(void)now;
	REQUIRE(fuzz->programs && n);
	if (bytes[0] == 'Q')
		ptl_bridge_release(fuzz->bridge);
	if (bytes[0] == 'X')
		ptl_bridge_drop(fuzz->bridge);
	if (bytes[0] == 'S')
		(void)ptl_bridge_say(fuzz->bridge, bytes, n);
	return n;
}

static bool program_uart(void *user, ptl_time now, const uint8_t *bytes, size_t n)
{
	(void)user;
	(void)now;
	return n && bytes[0] & 1;
}

static bool program_line(void *user, ptl_time now, unsigned client, enum ptl_serial_line line,
			 bool on)
{
	(void)user;
	(void)now;
	(void)client;
	return line == PTL_LINE_RTS && on;
}

static ptl_time program_poll(void *user, ptl_time now)
{
	(void)user;
	return now + 1000;
}

static void say(struct fuzz *fuzz, unsigned client, bool in_pieces)
{
	size_t n = next(fuzz);
	size_t at = 0;

	if (n > fuzz->n)
		n = fuzz->n;
	while (at < n) {
		size_t piece = in_pieces ? 1 : n - at;
		size_t taken = ptl_bridge_receive(fuzz->bridge, fuzz->now, client, fuzz->p + at,
						  piece);

		REQUIRE(taken <= piece);
		if (!taken)
			break;
		at += taken;
	}
	fuzz->p += n;
	fuzz->n -= n;
}

static void read_some(struct fuzz *fuzz, unsigned client)
{
	size_t room = next(fuzz);
	uint8_t *out = malloc(room ? room : 1);

	REQUIRE(ptl_bridge_transmit(fuzz->bridge, fuzz->now, client, out, room) <= room);
	free(out);
}

static void pass(struct fuzz *fuzz, ptl_time us)
{
	ptl_time until = fuzz->now + us;

	for (unsigned i = 0; i < 2000 && ptl_bridge_deadline(fuzz->bridge) <= until; i++) {
		ptl_time due = ptl_bridge_deadline(fuzz->bridge);

		if (due > fuzz->now)
			fuzz->now = due;
		ptl_bridge_poll(fuzz->bridge, fuzz->now);
		REQUIRE(ptl_bridge_deadline(fuzz->bridge) > fuzz->now);
	}
	fuzz->now = until;
	ptl_bridge_poll(fuzz->bridge, fuzz->now);
}

static void hang_up(struct fuzz *fuzz, unsigned client)
{
	ptl_bridge_disconnect(fuzz->bridge, fuzz->now, client);
	fuzz->dropped[client] = false;
}

static void operate(struct fuzz *fuzz)
{
	uint8_t operation = next(fuzz);
	unsigned client = operation >> 4 & 3;
	size_t n;

	switch (operation & 15) {
	case 0:
		(void)ptl_bridge_connect(fuzz->bridge, fuzz->now,
					 (enum ptl_service)(next(fuzz) % PTL_SERVICES));
		break;
	case 1:
	case 2:
	case 3:
		say(fuzz, client, (operation & 15) == 2);
		break;
	case 4:
	case 5:
		read_some(fuzz, client);
		break;
	case 6:
		if (client < CLIENTS)
			hang_up(fuzz, client);
		break;
	case 7:
		n = next(fuzz);
		if (n > fuzz->n)
			n = fuzz->n;
		ptl_bridge_uart(fuzz->bridge, fuzz->now, fuzz->p, n);
		break;
	case 8:
		fuzz->uart_room = next(fuzz);
		ptl_bridge_uart_room(fuzz->bridge, fuzz->now);
		break;
	case 9:
		ptl_bridge_uart_errors(fuzz->bridge, fuzz->now, next(fuzz) & 0x1e);
		ptl_bridge_uart_modem(fuzz->bridge, fuzz->now);
		break;
	case 10:
		pass(fuzz, (ptl_time)next(fuzz) * 10000);
		break;
	case 11:
		(void)ptl_bridge_take(fuzz->bridge, client);
		break;
	case 12:
		for (unsigned i = 0; i < 100; i++) {
			static const uint8_t flood[100] = {0xff, '\r'};

			ptl_bridge_uart(fuzz->bridge, fuzz->now, flood, sizeof(flood));
		}
		break;
	default:
		pass(fuzz, next(fuzz));
		break;
	}
	for (unsigned i = 0; i < CLIENTS; i++)
		if (fuzz->dropped[i] && operation & 0x40)
			hang_up(fuzz, i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz fuzz = {.p = data, .n = size, .now = 1000, .uart_room = 100};
	uint8_t policy = next(&fuzz);
	struct ptl_bridge_config config = {
		.clients = CLIENTS,
		.history = 512 + (size_t)(policy >> 4) * 16,
		.output = 512,
		.idle = policy & 8 ? 1000000 : 0,
		.write = (enum ptl_write_policy)((policy & 3) % 3),
		.slow = policy & 4 ? PTL_SLOW_DROPPED : PTL_SLOW_LOSES,
		.format = PTL_SERIAL_FORMAT_DEFAULT,
		.signature = "fuzz",
		.serial = {&fuzz, uart_write, uart_drained, uart_format, uart_line, uart_modem,
			   uart_purge},
		.events = {&fuzz, on_writable, on_readable, on_drop, NULL, NULL},
		.programmer = {&fuzz, program_match, program_begin, program_end, program_client,
			       program_uart, program_line, NULL, program_poll, NULL, NULL, NULL,
			       0},
	};
	struct ptl_bridge_counters counters;
	uint64_t received = 0;
	void *memory = malloc(ptl_bridge_size(&config));

	fuzz.bridge = ptl_bridge_init(memory, &config, fuzz.now);
	(void)ptl_bridge_connect(fuzz.bridge, fuzz.now, PTL_SERVICE_AUTO);
	while (fuzz.n)
		operate(&fuzz);
	ptl_bridge_get_counters(fuzz.bridge, &counters);
	REQUIRE(counters.to_uart == fuzz.written);
	for (unsigned i = 0; i < CLIENTS; i++) {
		struct ptl_client_state state;

		if (ptl_bridge_get_client(fuzz.bridge, i, &state))
			received += state.counters.received;
		hang_up(&fuzz, i);
	}
	REQUIRE(!fuzz.programs);
	REQUIRE(received <= UINT32_MAX);
	free(memory);
	return 0;
}
