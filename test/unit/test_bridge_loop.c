// SPDX-License-Identifier: GPL-2.0-only
/* The simulated looped UART, and a bridge before it, in virtual time. */
#include "story.h"

#include "sim/serial.h"

#include <pigtail/bridge.h>

#include <inttypes.h>

/* ---- the UART alone ---- */

static struct serial *plug(const struct fault_rates *faults)
{
	struct serial_config config = {.seed = 3};
	struct serial *serial;

	if (faults)
		config.faults = *faults;
	serial = serial_new(&config);
	assert_non_null(serial);
	return serial;
}

static void what_is_sent_comes_back_at_the_set_speed(void **state)
{
	struct serial *serial = plug(NULL);
	struct ptl_serial_format format = PTL_SERIAL_FORMAT_DEFAULT;
	uint8_t bytes[16] = "0123456789abcde", got[32];
	unsigned errors;
	size_t n;

	(void)state;
	format.baud = 9600;
	serial_set_format(serial, 0, &format);
	assert_int_equal(serial_write(serial, 0, bytes, 16), 16);
	assert_false(serial_drained(serial));
	n = serial_read(serial, UINT64_C(8333000), got, sizeof(got), &errors);
	assert_int_equal(n, 7); /* 8 bytes take 8333334 ns */
	n = serial_read(serial, UINT64_C(16700000), got, sizeof(got), &errors);
	assert_int_equal(n, 9);
	assert_memory_equal(got, bytes + 7, 9);
	assert_true(serial_drained(serial));
	format.data_bits = 7;
	format.parity = PTL_PARITY_EVEN;
	format.stop = PTL_STOP_2;
	serial_set_format(serial, UINT64_C(17000000), &format);
	assert_int_equal(serial_write(serial, UINT64_C(17000000), (const uint8_t *)"\xc1", 1),
			 1);
	/* eleven bits now, and the eighth is not among them */
	assert_int_equal(serial_read(serial, UINT64_C(18140000), got, 1, &errors), 0);
	assert_int_equal(serial_read(serial, UINT64_C(18150000), got, 1, &errors), 1);
	assert_int_equal(got[0], 0x41);
	serial_free(serial);
}

static void lines_are_crossed_and_stop_it(void **state)
{
	struct serial *serial = plug(NULL);
	struct ptl_serial_format format = PTL_SERIAL_FORMAT_DEFAULT;

	(void)state;
	assert_int_equal(serial_modem(serial), 0);
	serial_set_line(serial, 0, PTL_LINE_DTR, true);
	assert_int_equal(serial_modem(serial), PTL_MODEM_DSR | PTL_MODEM_CD);
	format.flow_out = PTL_FLOW_HARDWARE;
	serial_set_format(serial, 0, &format);
	assert_int_equal(serial_write(serial, 0, (const uint8_t *)"x", 1), 0);
	serial_set_line(serial, 0, PTL_LINE_RTS, true);
	assert_int_equal(serial_modem(serial), PTL_MODEM_DSR | PTL_MODEM_CD | PTL_MODEM_CTS);
	assert_int_equal(serial_write(serial, 0, (const uint8_t *)"x", 1), 1);
	serial_free(serial);
}

static void a_break_is_a_zero_and_an_error(void **state)
{
	struct serial *serial = plug(NULL);
	uint8_t got[8];
	unsigned errors;

	(void)state;
	serial_set_line(serial, 0, PTL_LINE_BREAK, true);
	assert_int_equal(serial_read(serial, 1000000, got, sizeof(got), &errors), 1);
	assert_int_equal(got[0], 0);
	assert_int_equal(errors, PTL_SERIAL_BREAK);
	(void)serial_write(serial, 1000000, (const uint8_t *)"lost", 4);
	assert_int_equal(serial_read(serial, 2000000, got, sizeof(got), &errors), 0);
	serial_set_line(serial, 2000000, PTL_LINE_BREAK, false);
	(void)serial_write(serial, 2000000, (const uint8_t *)"x", 1);
	assert_int_equal(serial_read(serial, 3000000, got, sizeof(got), &errors), 1);
	assert_int_equal(errors, 0);
	serial_free(serial);
}

static void a_bad_line_shows_errors(void **state)
{
	const struct fault_rates faults = {.ber = 0.01};
	struct serial *serial = plug(&faults);
	struct ptl_serial_format format = PTL_SERIAL_FORMAT_DEFAULT;
	uint8_t bytes[1000] = {0}, got[2000];
	unsigned errors;

	(void)state;
	format.parity = PTL_PARITY_ODD;
	serial_set_format(serial, 0, &format);
	assert_int_equal(serial_write(serial, 0, bytes, sizeof(bytes)), sizeof(bytes));
	(void)serial_read(serial, UINT64_C(1000000000), got, sizeof(got), &errors);
	assert_int_equal(errors & PTL_SERIAL_PARITY, PTL_SERIAL_PARITY);
	assert_int_equal(errors & PTL_SERIAL_FRAMING, PTL_SERIAL_FRAMING);
	serial_free(serial);
}

/* ---- a bridge before it ---- */

#define READERS 3u

struct world {
	struct ptl_bridge *bridge;
	struct serial *serial;
	ptl_time now;
	uint64_t hash[READERS], got[READERS];
};

static uint64_t ns(const struct world *world)
{
	return world->now * 1000;
}

static size_t uart_write(void *user, const uint8_t *bytes, size_t n)
{
	struct world *world = user;

	return serial_write(world->serial, ns(world), bytes, n);
}

static bool uart_drained(void *user)
{
	return serial_drained(((struct world *)user)->serial);
}

static void uart_format(void *user, struct ptl_serial_format *format)
{
	struct world *world = user;

	serial_set_format(world->serial, ns(world), format);
}

static void uart_line(void *user, enum ptl_serial_line line, bool on)
{
	struct world *world = user;

	serial_set_line(world->serial, ns(world), line, on);
}

static unsigned uart_modem(void *user)
{
	return serial_modem(((struct world *)user)->serial);
}

static void uart_purge(void *user, unsigned what)
{
	struct world *world = user;

	serial_purge(world->serial, ns(world), what);
}

static void on_writable(void *user, unsigned client)
{
	(void)user;
	(void)client;
}

static void on_readable(void *user)
{
	(void)user;
}

static void on_drop(void *user, unsigned client, enum ptl_drop why, bool reset)
{
	(void)user;
	(void)why;
	(void)reset;
	fail_msg("client %u dropped", client);
}

static uint64_t hash_of(uint64_t hash, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
	return hash;
}

static void pull(struct world *world, unsigned reader)
{
	uint8_t bytes[4096];
	size_t n = ptl_bridge_transmit(world->bridge, world->now, reader, bytes, sizeof(bytes));

	world->hash[reader] = hash_of(world->hash[reader], bytes, n);
	world->got[reader] += n;
}

/*
 * Given 100 MB through a UART at 4 Mbaud and back, written by one client and read by two
 * others, one of which reads only now and then: writer's and reader's hashes are equal,
 * and the third's bytes and losses make up the rest. Virtual time: about 4 minutes of it.
 */
static void a_hundred_megabytes_each_way(void **state)
{
	const uint64_t total = 100000000;
	struct world world = {.now = 1000};
	struct ptl_bridge_config config = {
		.clients = READERS,
		.history = 65536,
		.output = 4096,
		.format = PTL_SERIAL_FORMAT_DEFAULT,
		.signature = "test",
		.serial = {&world, uart_write, uart_drained, uart_format, uart_line, uart_modem,
			   uart_purge},
		.events = {&world, on_writable, on_readable, on_drop, NULL, NULL},
	};
	struct prng prng = story_seed("a hundred megabytes", 12);
	uint64_t sent = 0, sent_hash = 0, turns = 0;
	struct ptl_client_state slow;
	uint8_t out[8192];
	size_t out_n = 0, out_at = 0;

	(void)state;
	config.format.baud = 4000000;
	world.serial = plug(NULL);
	world.bridge = ptl_bridge_init(malloc(ptl_bridge_size(&config)), &config, world.now);
	for (unsigned i = 0; i < READERS; i++)
		assert_int_equal(ptl_bridge_connect(world.bridge, world.now, PTL_SERVICE_RAW),
				 i);
	while (world.got[0] < total) {
		uint8_t in[8192];
		unsigned errors;
		size_t n;

		if (out_at == out_n && sent < total) {
			out_n = total - sent < sizeof(out) ? (size_t)(total - sent)
							   : sizeof(out);
			for (size_t i = 0; i < out_n; i += 8) {
				uint64_t eight = prng_next(&prng);

				memcpy(out + i, &eight, 8);
			}
			sent_hash = hash_of(sent_hash, out, out_n);
			sent += out_n;
			out_at = 0;
		}
		out_at += ptl_bridge_receive(world.bridge, world.now, 0, out + out_at,
					     out_n - out_at);
		n = serial_read(world.serial, ns(&world), in, sizeof(in), &errors);
		if (n)
			ptl_bridge_uart(world.bridge, world.now, in, n);
		ptl_bridge_uart_room(world.bridge, world.now);
		ptl_bridge_poll(world.bridge, world.now);
		pull(&world, 0);
		pull(&world, 1);
		if (++turns % 250 == 0)
			pull(&world, 2);
		world.now += 1000 + prng_below(&prng, 5000);
		assert_true(turns < 1000000);
	}
	while (world.got[1] < total)
		pull(&world, 1);
	assert_int_equal(world.got[0], total);
	assert_int_equal(world.hash[0], sent_hash);
	assert_int_equal(world.hash[1], sent_hash);
	assert_true(ptl_bridge_get_client(world.bridge, 2, &slow));
	assert_true(slow.counters.lost > total / 2);
	assert_int_equal(slow.counters.lost + slow.counters.sent + slow.waits, total);
	print_message("             %" PRIu64 " s of virtual time, the slow one lost %" PRIu64
		      "\n",
		      world.now / 1000000, slow.counters.lost);
	free(world.bridge);
	serial_free(world.serial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sent_comes_back_at_the_set_speed),
		cmocka_unit_test(lines_are_crossed_and_stop_it),
		cmocka_unit_test(a_break_is_a_zero_and_an_error),
		cmocka_unit_test(a_bad_line_shows_errors),
		cmocka_unit_test(a_hundred_megabytes_each_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
