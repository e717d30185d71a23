// SPDX-License-Identifier: GPL-2.0-only
/* RFC 2217 over a bridge: each command is answered, with what is in force. */
#include "bridge_bench.h"

static struct bench bench;
static unsigned client;

#define COM(...) ((const uint8_t[]){__VA_ARGS__})

/* Wraps a command and has it received. */
static void ask(unsigned from, const uint8_t *bytes, size_t n)
{
	uint8_t out[256];
	size_t size =
		ptl_telnet_subnegotiation(PTL_TELNET_COM_PORT, bytes, n, out, sizeof(out));

	assert_true(size > 0);
	bench_say(&bench, from, out, size);
}

/* What was answered, wrapped. */
static void answered(unsigned to, const uint8_t *bytes, size_t n)
{
	uint8_t out[256];
	size_t size =
		ptl_telnet_subnegotiation(PTL_TELNET_COM_PORT, bytes, n, out, sizeof(out));

	bench_pull(&bench, to);
	assert_int_equal(bench.client[to].got_n, size);
	assert_memory_equal(bench.client[to].got, out, size);
	bench.client[to].got_n = 0;
}

#define ASK(...)      ask(client, COM(__VA_ARGS__), sizeof(COM(__VA_ARGS__)))
#define ANSWERED(...) answered(client, COM(__VA_ARGS__), sizeof(COM(__VA_ARGS__)))

/* A client that has agreed on the option, and was told of the modem lines. */
static unsigned agreed(void)
{
	unsigned one = bench_connect(&bench, PTL_SERVICE_AUTO);

	BENCH_SAY(&bench, one, "\xff\xfb\x2c");
	bench_pull(&bench, one);
	assert_int_equal(bench.client[one].service, PTL_SERVICE_RFC2217);
	bench.client[one].got_n = 0;
	return one;
}

static int begin(void **state)
{
	struct ptl_bridge_config config;

	(void)state;
	memset(&bench, 0, sizeof(bench));
	config = bench_config(&bench);
	bench_start(&bench, &config);
	client = agreed();
	return 0;
}

static int end(void **state)
{
	(void)state;
	bench_stop(&bench);
	return 0;
}

static void the_modem_lines_are_told_at_once(void **state)
{
	(void)state;
	client = bench_connect(&bench, PTL_SERVICE_RFC2217);
	bench_pull(&bench, client);
	bench.client[client].got_n = 0;
	bench.modem = PTL_MODEM_CTS | PTL_MODEM_CD;
	BENCH_SAY(&bench, client, "\xff\xfb\x2c");
	ANSWERED(107, PTL_MODEM_CTS | PTL_MODEM_CD);
}

static void each_rate_is_set_and_answered(void **state)
{
	static const uint32_t rates[] = {300, 9600, 74880, 250000, 921600, 4000000};

	(void)state;
	for (size_t i = 0; i < COUNT(rates); i++) {
		uint32_t r = rates[i];

		ASK(1, (uint8_t)(r >> 24), (uint8_t)(r >> 16), (uint8_t)(r >> 8), (uint8_t)r);
		ANSWERED(101, (uint8_t)(r >> 24), (uint8_t)(r >> 16), (uint8_t)(r >> 8),
			 (uint8_t)r);
		assert_int_equal(bench.format.baud, r);
	}
	ASK(1, 0, 0, 0, 0); /* what is it? */
	ANSWERED(101, 0, 0x3d, 0x09, 0);
	ASK(1, 0xff, 0xff, 0xff, 0xff); /* nonsense */
	ANSWERED(101, 0, 0x3d, 0x09, 0);
}

static void each_format_is_set_and_answered(void **state)
{
	(void)state;
	for (uint8_t v = 5; v <= 8; v++) {
		ASK(2, v);
		ANSWERED(102, v);
		assert_int_equal(bench.format.data_bits, v);
	}
	for (uint8_t v = 1; v <= 5; v++) {
		ASK(3, v);
		ANSWERED(103, v);
		assert_int_equal(bench.format.parity, v);
	}
	for (uint8_t v = 1; v <= 3; v++) {
		ASK(4, v);
		ANSWERED(104, v);
		assert_int_equal(bench.format.stop, v);
	}
	ASK(2, 9);
	ANSWERED(102, 8);
	ASK(3, 0);
	ANSWERED(103, 5);
	ASK(4, 77);
	ANSWERED(104, 3);
}

static void what_the_uart_cannot_do_is_answered_with_what_is(void **state)
{
	(void)state;
	bench.stubborn = true;
	ASK(1, 0, 0, 0x25, 0x80);
	ANSWERED(101, 0, 1, 0xc2, 0);
	ASK(2, 7);
	ANSWERED(102, 8);
	ASK(3, 3);
	ANSWERED(103, 1);
	ASK(5, 3);
	ANSWERED(105, 1);
}

static void each_control_is_set_and_answered(void **state)
{
	static const uint8_t sets[] = {1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 16, 17, 18, 19};

	(void)state;
	for (size_t i = 0; i < sizeof(sets); i++) {
		ASK(5, sets[i]);
		ANSWERED(105, sets[i]);
	}
	assert_int_equal(bench.format.flow_out, PTL_FLOW_DSR);
	assert_int_equal(bench.format.flow_in, PTL_FLOW_DTR);
	assert_false(bench.line[PTL_LINE_BREAK]);
	assert_false(bench.line[PTL_LINE_DTR]);
	ASK(5, 8);
	ANSWERED(105, 8);
	assert_true(bench.line[PTL_LINE_DTR]);
	ASK(5, 0);
	ANSWERED(105, 19);
	ASK(5, 4);
	ANSWERED(105, 6);
	ASK(5, 7);
	ANSWERED(105, 8);
	ASK(5, 10);
	ANSWERED(105, 12);
	ASK(5, 13);
	ANSWERED(105, 18);
	ASK(5, 2);
	ANSWERED(105, 2);
	ASK(5, 13); /* the first three are for both directions */
	ANSWERED(105, 15);
}

static void purge_and_masks_are_answered(void **state)
{
	(void)state;
	BENCH_UART(&bench, "stale");
	ASK(12, 1);
	ANSWERED(112, 1);
	assert_int_equal(bench.purged, 0);
	ASK(12, 2);
	ANSWERED(112, 2);
	assert_int_equal(bench.purged, PTL_PURGE_TX);
	ASK(12, 3);
	ANSWERED(112, 3);
	ASK(12, 9);
	ANSWERED(112, 0);
	ASK(10, 0x1e);
	ANSWERED(110, 0x1e);
	ASK(11, 0x10);
	ANSWERED(111, 0x10);
	BENCH_UART(&bench, "fresh");
	bench_pass(&bench, 1000);
	BENCH_GOT(&bench, client, "fresh");
}

static void the_signature_is_ours(void **state)
{
	static const uint8_t want[] = "\xff\xfa\x2c\x64pigtail test\xff\xf0";

	(void)state;
	ASK(0);
	bench_pull(&bench, client);
	assert_int_equal(bench.client[client].got_n, sizeof(want) - 1);
	assert_memory_equal(bench.client[client].got, want, sizeof(want) - 1);
	bench.client[client].got_n = 0;
	ASK(0, 'm', 'e');
	BENCH_GOT(&bench, client, "");
}

static void a_change_of_the_lines_is_told_as_the_mask_says(void **state)
{
	(void)state;
	bench.modem = PTL_MODEM_CTS;
	ptl_bridge_uart_modem(bench.bridge, bench.now);
	ANSWERED(107, PTL_MODEM_CTS | 1);
	ptl_bridge_uart_modem(bench.bridge, bench.now);
	BENCH_GOT(&bench, client, "");
	bench.modem = PTL_MODEM_CTS | PTL_MODEM_RI;
	ptl_bridge_uart_modem(bench.bridge, bench.now);
	ANSWERED(107, PTL_MODEM_CTS | PTL_MODEM_RI);
	bench.modem = PTL_MODEM_CTS;
	ptl_bridge_uart_modem(bench.bridge, bench.now);
	ANSWERED(107, PTL_MODEM_CTS | 4); /* RI ended */
	ASK(11, 0);
	ANSWERED(111, 0);
	bench.modem = 0;
	ptl_bridge_uart_modem(bench.bridge, bench.now);
	BENCH_GOT(&bench, client, "");
}

static void errors_are_told_to_who_wants_to_know(void **state)
{
	(void)state;
	ptl_bridge_uart_errors(bench.bridge, bench.now, PTL_SERIAL_BREAK);
	BENCH_GOT(&bench, client, "");
	ASK(10, PTL_SERIAL_BREAK | PTL_SERIAL_OVERRUN);
	ANSWERED(110, PTL_SERIAL_BREAK | PTL_SERIAL_OVERRUN);
	ptl_bridge_uart_errors(bench.bridge, bench.now, PTL_SERIAL_BREAK | PTL_SERIAL_PARITY);
	ANSWERED(106, PTL_SERIAL_BREAK);
}

static void a_client_that_was_too_slow_is_told(void **state)
{
	uint8_t bytes[1500] = {0};

	(void)state;
	ASK(10, PTL_SERIAL_OVERRUN);
	ANSWERED(110, PTL_SERIAL_OVERRUN);
	bench_uart(&bench, bytes, sizeof(bytes));
	bench_pull(&bench, client);
	assert_memory_equal(bench.client[client].got, "\xff\xfa\x2c\x6a\x02\xff\xf0", 7);
}

static void who_suspends_gets_answers_but_no_data(void **state)
{
	(void)state;
	ASK(8);
	BENCH_UART(&bench, "later");
	bench_pass(&bench, 1000);
	BENCH_GOT(&bench, client, "");
	ASK(2, 0);
	ANSWERED(102, 8);
	ASK(9);
	BENCH_GOT(&bench, client, "later");
}

static void an_answer_overtakes_what_waits(void **state)
{
	uint8_t bytes[900];

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	bench_uart(&bench, bytes, sizeof(bytes));
	ASK(2, 0);
	bench_pull(&bench, client);
	assert_memory_equal(bench.client[client].got, "\xff\xfa\x2c\x66\x08\xff\xf0", 7);
	assert_int_equal(bench.client[client].got_n, 7 + sizeof(bytes));
}

static void who_may_not_write_sets_nothing_and_is_answered(void **state)
{
	struct ptl_bridge_config config;
	unsigned formats, other;

	(void)state;
	bench_stop(&bench);
	config = bench_config(&bench);
	config.write = PTL_WRITE_FIRST;
	bench_start(&bench, &config);
	client = agreed();
	other = agreed();
	formats = bench.formats;
	ask(other, COM(2, 7), 2);
	answered(other, COM(102, 8), 2);
	ask(other, COM(5, 9), 2);
	answered(other, COM(105, 8), 2);
	ask(other, COM(12, 2), 2);
	answered(other, COM(112, 2), 2);
	assert_int_equal(bench.formats, formats);
	assert_true(bench.line[PTL_LINE_DTR]);
	assert_int_equal(bench.purged, 0);
}

static void lies_are_counted_and_harm_nobody(void **state)
{
	struct ptl_client_state seen;

	(void)state;
	ask(client, COM(1, 0, 0), 3); /* too short */
	ask(client, COM(2, 8, 8), 3);
	ask(client, COM(77, 1), 2);
	ask(client, COM(5, 99), 2);
	ask(client, COM(106, 1), 2);
	ask(client, NULL, 0);
	BENCH_GOT(&bench, client, "");
	assert_true(ptl_bridge_get_client(bench.bridge, client, &seen));
	assert_int_equal(seen.counters.malformed, 6);
}

/* microcom says all in one segment, and waits for nothing. */
static void commands_may_come_with_the_option(void **state)
{
	unsigned a;

	(void)state;
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	BENCH_SAY(&bench, a,
		  "\xff\xfb\x2c\xff\xfd\x2c\xff\xfa\x2c\x01\x00\x01\xc2\x00\xff\xf0"
		  "\xff\xfa\x2c\x05\x01\xff\xf0");
	bench_pull(&bench, a);
	assert_true(bench.client[a].got_n > 7 + 10 + 7);
	assert_memory_equal(bench.client[a].got + bench.client[a].got_n - 7,
			    "\xff\xfa\x2c\x69\x01\xff\xf0", 7);
}

static void who_sets_dtr_opens_a_session_that_may_be_a_programmers(void **state)
{
	(void)state;
	BENCH_SAY(&bench, client, "text 0 ");
	assert_false(bench.begun);
	ASK(5, 9);
	ASK(5, 8);
	BENCH_SAY(&bench, client, "0 ");
	assert_true(bench.begun);
	assert_int_equal(bench.lines_seen, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(the_modem_lines_are_told_at_once),
		TEST(each_rate_is_set_and_answered),
		TEST(each_format_is_set_and_answered),
		TEST(what_the_uart_cannot_do_is_answered_with_what_is),
		TEST(each_control_is_set_and_answered),
		TEST(purge_and_masks_are_answered),
		TEST(the_signature_is_ours),
		TEST(a_change_of_the_lines_is_told_as_the_mask_says),
		TEST(errors_are_told_to_who_wants_to_know),
		TEST(a_client_that_was_too_slow_is_told),
		TEST(who_suspends_gets_answers_but_no_data),
		TEST(an_answer_overtakes_what_waits),
		TEST(who_may_not_write_sets_nothing_and_is_answered),
		TEST(lies_are_counted_and_harm_nobody),
		TEST(commands_may_come_with_the_option),
		TEST(who_sets_dtr_opens_a_session_that_may_be_a_programmers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
