// SPDX-License-Identifier: GPL-2.0-only
/* A bridge and its clients: who is told what, who may write, who is slow. */
#include "bridge_bench.h"

#define OFFERS "\xff\xfb\x01\xff\xfb\x03\xff\xfd\x03\xff\xfb\x00\xff\xfd\x00"

static struct bench bench;

static void begin(void)
{
	struct ptl_bridge_config config;

	memset(&bench, 0, sizeof(bench));
	config = bench_config(&bench);
	bench_start(&bench, &config);
}

static int end(void **state)
{
	(void)state;
	bench_stop(&bench);
	return 0;
}

static void a_raw_client_gets_bytes_as_they_are(void **state)
{
	unsigned a;

	(void)state;
	begin();
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	BENCH_SAY(&bench, a, "at\r\n\xff\xfb\x01");
	BENCH_WROTE(&bench, "at\r\n\xff\xfb\x01");
	BENCH_UART(&bench, "OK\r\xff\r\n");
	bench_pass(&bench, 1000);
	BENCH_GOT(&bench, a, "OK\r\xff\r\n");
	assert_int_equal(bench.client[a].service, PTL_SERVICE_RAW);
}

static void a_telnet_client_is_known_by_its_first_command_however_cut(void **state)
{
	(void)state;
	for (unsigned cut = 1; cut <= 3; cut++) {
		unsigned a;

		begin();
		a = bench_connect(&bench, PTL_SERVICE_AUTO);
		bench_pass(&bench, 1000);
		BENCH_UART(&bench, "chatter \xff\xff");
		bench_say(&bench, a, "\xff\xfd\x03", cut);
		bench_pass(&bench, 500000);
		BENCH_UART(&bench, "more");
		bench_say(&bench, a, &"\xff\xfd\x03"[cut], 3 - cut);
		assert_int_equal(bench.client[a].service, PTL_SERVICE_TELNET);
		bench.client[a].got_n = 0;
		BENCH_UART(&bench, "x\xff\ry");
		bench_pass(&bench, 1000);
		BENCH_SAY(&bench, a, "hi\r\0");
		BENCH_WROTE(&bench, "hi\r");
		bench_pull(&bench, a);
		assert_memory_equal(bench.client[a].got + bench.client[a].got_n - 6,
				    "x\xff\xff\r\0y", 6);
		if (cut < 3)
			bench_stop(&bench);
	}
}

static void a_telnet_client_that_is_silent_is_known_by_its_enter_key(void **state)
{
	unsigned a;

	(void)state;
	begin();
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	BENCH_SAY(&bench, a, "help\r");
	BENCH_WROTE(&bench, "help\r");
	bench_pull(&bench, a);
	assert_int_equal(bench.client[a].got_n, 0);
	BENCH_SAY(&bench, a, "\0");
	BENCH_WROTE(&bench, "");
	BENCH_GOT(&bench, a, OFFERS);
	assert_int_equal(bench.client[a].service, PTL_SERVICE_TELNET);
}

static void an_iac_alone_is_a_byte_after_a_while(void **state)
{
	unsigned a;

	(void)state;
	begin();
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	BENCH_SAY(&bench, a, "\xff");
	BENCH_WROTE(&bench, "");
	bench_pass(&bench, 1500000);
	BENCH_WROTE(&bench, "\xff");
	BENCH_SAY(&bench, a, "\xfb\x03");
	BENCH_WROTE(&bench, "\xfb\x03");
	BENCH_GOT(&bench, a, "");
}

static void a_silent_client_is_told_after_a_moment(void **state)
{
	unsigned a;

	(void)state;
	begin();
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	BENCH_UART(&bench, "early ");
	bench_pass(&bench, 700000); /* it may be an avrdude, which speaks after 0.6 s */
	BENCH_GOT(&bench, a, "");
	bench_pass(&bench, 100000);
	BENCH_UART(&bench, "late");
	bench_pass(&bench, 1000);
	BENCH_GOT(&bench, a, "early late");
}

static void what_it_was_not_told_is_no_loss(void **state)
{
	struct ptl_client_state seen;
	unsigned a;

	(void)state;
	begin();
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	for (unsigned i = 0; i < 1000; i++)
		BENCH_UART(&bench, "chatter ");
	assert_true(ptl_bridge_get_client(bench.bridge, a, &seen));
	assert_int_equal(seen.counters.lost, 0);
	assert_false(bench.client[a].dropped);
}

static void a_telnet_port_speaks_first(void **state)
{
	unsigned a, b;

	(void)state;
	begin();
	a = bench_connect(&bench, PTL_SERVICE_TELNET);
	BENCH_GOT(&bench, a, OFFERS);
	b = bench_connect(&bench, PTL_SERVICE_RFC2217);
	BENCH_GOT(&bench, b, OFFERS "\xff\xfd\x2c");
}

static void bytes_leave_when_there_are_enough_or_after_silence(void **state)
{
	uint8_t eighty[80] = {1};
	unsigned a;

	(void)state;
	begin();
	a = bench_connect(&bench, PTL_SERVICE_RAW);
	bench_uart(&bench, eighty, 79);
	BENCH_GOT(&bench, a, "");
	bench_uart(&bench, eighty, 1);
	bench_pull(&bench, a);
	assert_int_equal(bench.client[a].got_n, 80);
	bench.client[a].got_n = 0;
	BENCH_UART(&bench, "p");
	assert_int_equal(ptl_bridge_deadline(bench.bridge), bench.now + 4 * 87);
	bench_pass(&bench, 4 * 87 - 1);
	BENCH_GOT(&bench, a, "");
	bench_pass(&bench, 1);
	BENCH_GOT(&bench, a, "p");
}

static void a_slow_client_loses_alone_and_is_counted(void **state)
{
	struct ptl_client_state slow, quick;
	unsigned a, b;

	(void)state;
	begin();
	a = bench_connect(&bench, PTL_SERVICE_RAW);
	b = bench_connect(&bench, PTL_SERVICE_RAW);
	for (unsigned i = 0; i < 30; i++) {
		uint8_t bytes[100];

		memset(bytes, (int)i, sizeof(bytes));
		bench_uart(&bench, bytes, sizeof(bytes));
		bench_pull(&bench, b);
		assert_int_equal(bench.client[b].got_n, 100 * (i + 1));
	}
	bench_pull(&bench, a);
	assert_true(ptl_bridge_get_client(bench.bridge, a, &slow));
	assert_true(ptl_bridge_get_client(bench.bridge, b, &quick));
	assert_int_equal(quick.counters.lost, 0);
	assert_true(slow.counters.lost > 0);
	assert_int_equal(slow.counters.lost, bench.client[a].lost);
	assert_int_equal(slow.counters.lost + slow.counters.sent, 3000);
	assert_memory_equal(bench.client[a].got, bench.client[b].got + bench.client[a].lost,
			    bench.client[a].got_n);
}

static void a_slow_client_is_dropped_where_that_is_wanted(void **state)
{
	struct ptl_bridge_config config;
	uint8_t bytes[1025] = {0};
	unsigned a;

	(void)state;
	memset(&bench, 0, sizeof(bench));
	config = bench_config(&bench);
	config.slow = PTL_SLOW_DROPPED;
	bench_start(&bench, &config);
	a = bench_connect(&bench, PTL_SERVICE_RAW);
	bench_uart(&bench, bytes, 1024);
	assert_false(bench.client[a].dropped);
	bench_uart(&bench, bytes, 1);
	assert_true(bench.client[a].dropped);
	assert_int_equal(bench.client[a].why, PTL_DROP_SLOW);
}

static void a_full_uart_holds_clients_back_and_loses_nothing(void **state)
{
	uint8_t bytes[1000];
	size_t taken;
	unsigned a;

	(void)state;
	begin();
	a = bench_connect(&bench, PTL_SERVICE_RAW);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	bench.uart_room = 100;
	taken = ptl_bridge_receive(bench.bridge, bench.now, a, bytes, sizeof(bytes));
	assert_int_equal(taken, 612);
	assert_int_equal(ptl_bridge_receive(bench.bridge, bench.now, a, bytes + taken, 1), 0);
	bench.readable = 0;
	bench.uart_room = SIZE_MAX;
	ptl_bridge_uart_room(bench.bridge, bench.now);
	assert_true(bench.readable > 0);
	bench_say(&bench, a, bytes + taken, sizeof(bytes) - taken);
	assert_int_equal(bench.wrote_n, sizeof(bytes));
	assert_memory_equal(bench.wrote, bytes, sizeof(bytes));
}

static void who_came_first_may_write_until_it_leaves(void **state)
{
	struct ptl_bridge_config config;
	struct ptl_client_state seen;
	unsigned a, b;

	(void)state;
	memset(&bench, 0, sizeof(bench));
	config = bench_config(&bench);
	config.write = PTL_WRITE_FIRST;
	bench_start(&bench, &config);
	a = bench_connect(&bench, PTL_SERVICE_RAW);
	b = bench_connect(&bench, PTL_SERVICE_RAW);
	BENCH_SAY(&bench, b, "no");
	BENCH_SAY(&bench, a, "yes");
	BENCH_WROTE(&bench, "yes");
	assert_true(ptl_bridge_get_client(bench.bridge, b, &seen));
	assert_int_equal(seen.counters.denied, 2);
	assert_false(ptl_bridge_take(bench.bridge, b));
	ptl_bridge_disconnect(bench.bridge, bench.now, a);
	BENCH_SAY(&bench, b, "now");
	BENCH_WROTE(&bench, "now");
}

static void the_right_to_write_can_be_taken_over(void **state)
{
	struct ptl_bridge_config config;
	unsigned a, b;

	(void)state;
	memset(&bench, 0, sizeof(bench));
	config = bench_config(&bench);
	config.write = PTL_WRITE_EXCLUSIVE;
	bench_start(&bench, &config);
	a = bench_connect(&bench, PTL_SERVICE_RAW);
	b = bench_connect(&bench, PTL_SERVICE_RAW);
	assert_true(ptl_bridge_take(bench.bridge, b));
	BENCH_SAY(&bench, a, "a");
	BENCH_SAY(&bench, b, "b");
	BENCH_WROTE(&bench, "b");
	assert_false(ptl_bridge_take(bench.bridge, 3));
}

static void a_programmer_has_the_uart_alone_until_it_lets_go(void **state)
{
	unsigned a, b;

	(void)state;
	begin();
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	b = bench_connect(&bench, PTL_SERVICE_AUTO);
	BENCH_SAY(&bench, a, "ls");
	BENCH_SAY(&bench, b, "0");
	BENCH_WROTE(&bench, "ls");
	BENCH_SAY(&bench, b, " more");
	assert_true(bench.begun);
	assert_int_equal(bench.purged, PTL_PURGE_TX);
	assert_int_equal(bench.program_n, 6);
	assert_memory_equal(bench.program, "0 more", 6);
	BENCH_SAY(&bench, a, "x");
	BENCH_WROTE(&bench, "");
	BENCH_UART(&bench, "boot");
	bench_pass(&bench, 1000);
	BENCH_GOT(&bench, a, "boot");
	BENCH_GOT(&bench, b, "");
	bench.gives = true;
	BENCH_UART(&bench, "page");
	bench_pass(&bench, 1000);
	BENCH_GOT(&bench, b, "page");
	assert_int_equal(ptl_bridge_say(bench.bridge, (const uint8_t *)"\x14\x10", 2), 2);
	BENCH_GOT(&bench, b, "\x14\x10");
	bench.client[a].got_n = 0;
	BENCH_SAY(&bench, b, "Q");
	assert_true(bench.ended);
	BENCH_SAY(&bench, a, "y");
	BENCH_WROTE(&bench, "y");
}

static void a_lone_character_of_a_programmer_is_typed_after_a_while(void **state)
{
	unsigned a;

	(void)state;
	begin();
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	BENCH_SAY(&bench, a, "0");
	BENCH_WROTE(&bench, "");
	bench_pass(&bench, 300000);
	BENCH_WROTE(&bench, "0");
	BENCH_SAY(&bench, a, " "); /* it was cut, and late */
	assert_true(bench.begun);
	assert_memory_equal(bench.program, "0 ", 2);
}

static void a_second_programmer_and_one_that_failed_get_a_reset(void **state)
{
	unsigned a, b;

	(void)state;
	begin();
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	BENCH_SAY(&bench, a, "0 ");
	for (unsigned i = 0; i < 2; i++) {
		b = bench_connect(&bench, i ? PTL_SERVICE_AUTO : PTL_SERVICE_PROGRAM);
		BENCH_SAY(&bench, b, "0 ");
		bench_pass(&bench, 4900000); /* the first may be about to leave */
		assert_false(bench.client[b].dropped);
		bench_pass(&bench, 100000);
		assert_true(bench.client[b].dropped && bench.client[b].reset);
		assert_int_equal(bench.client[b].why, PTL_DROP_BUSY);
	}
	BENCH_SAY(&bench, a, "X");
	assert_true(bench.client[a].dropped && bench.client[a].reset && bench.ended);
	assert_int_equal(bench.client[a].why, PTL_DROP_PROGRAMMER);
}

static void a_programmer_that_leaves_gives_the_uart_back(void **state)
{
	unsigned a, b;

	(void)state;
	begin();
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	b = bench_connect(&bench, PTL_SERVICE_AUTO);
	BENCH_SAY(&bench, a, "0 ");
	ptl_bridge_disconnect(bench.bridge, bench.now, a);
	assert_true(bench.ended);
	BENCH_SAY(&bench, b, "ok");
	BENCH_WROTE(&bench, "ok");
}

static void another_programmer_has_other_lines_but_not_while_one_is_at_work(void **state)
{
	struct ptl_programmer_seam other = bench_config(&bench).programmer;
	unsigned a;

	(void)state;
	begin();
	other.lines = 1u << PTL_LINE_DTR;
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	BENCH_SAY(&bench, a, "0 ");
	assert_true(ptl_bridge_is_programmed(bench.bridge));
	assert_false(ptl_bridge_set_programmer(bench.bridge, bench.now, &other));
	BENCH_SAY(&bench, a, "Q");
	assert_false(ptl_bridge_is_programmed(bench.bridge));
	assert_true(ptl_bridge_set_programmer(bench.bridge, bench.now, &other));
	ptl_bridge_set_line(bench.bridge, bench.now, PTL_LINE_DTR, false);
	assert_true(bench.line[PTL_LINE_DTR]); /* a pin: it is the programmer's */
	other.lines = 0;
	assert_true(ptl_bridge_set_programmer(bench.bridge, bench.now, &other));
	assert_false(bench.line[PTL_LINE_DTR]); /* as it was asked for */
	ptl_bridge_set_line(bench.bridge, bench.now, PTL_LINE_DTR, true);
	assert_true(bench.line[PTL_LINE_DTR]);
}

static void a_port_for_programming_withholds_chatter(void **state)
{
	unsigned a;

	(void)state;
	begin();
	a = bench_connect(&bench, PTL_SERVICE_PROGRAM);
	bench_pass(&bench, 1000000);
	BENCH_UART(&bench, "chatter");
	bench_pass(&bench, 1000000);
	BENCH_GOT(&bench, a, "");
	BENCH_SAY(&bench, a, "no programmer");
	BENCH_UART(&bench, "seen");
	bench_pass(&bench, 1000);
	BENCH_GOT(&bench, a, "seen");
}

static void an_idle_client_is_dropped(void **state)
{
	struct ptl_bridge_config config;
	unsigned a;

	(void)state;
	memset(&bench, 0, sizeof(bench));
	config = bench_config(&bench);
	config.idle = 5000000;
	bench_start(&bench, &config);
	a = bench_connect(&bench, PTL_SERVICE_RAW);
	bench_pass(&bench, 4000000);
	BENCH_UART(&bench, "alive");
	bench_pass(&bench, 1000);
	bench_pass(&bench, 1500000);
	assert_false(bench.client[a].dropped);
	bench_pass(&bench, 5000000);
	assert_true(bench.client[a].dropped && !bench.client[a].reset);
	assert_int_equal(bench.client[a].why, PTL_DROP_IDLE);
}

static void one_client_too_many_is_refused(void **state)
{
	struct ptl_bridge_counters counters;

	(void)state;
	begin();
	for (unsigned i = 0; i < BENCH_CLIENTS; i++)
		(void)bench_connect(&bench, PTL_SERVICE_RAW);
	assert_int_equal(ptl_bridge_connect(bench.bridge, bench.now, PTL_SERVICE_RAW), -1);
	ptl_bridge_disconnect(bench.bridge, bench.now, 2);
	assert_int_equal(bench_connect(&bench, PTL_SERVICE_RAW), 2);
	ptl_bridge_get_counters(bench.bridge, &counters);
	assert_int_equal(counters.refused, 1);
	assert_int_equal(counters.connects, BENCH_CLIENTS + 1);
}

static void telnets_break_ends_by_itself(void **state)
{
	unsigned a;

	(void)state;
	begin();
	a = bench_connect(&bench, PTL_SERVICE_TELNET);
	BENCH_SAY(&bench, a, "\xff\xf3");
	assert_true(bench.line[PTL_LINE_BREAK]);
	bench_pass(&bench, 250000);
	assert_false(bench.line[PTL_LINE_BREAK]);
}

static void who_asks_without_reading_stops_itself(void **state)
{
	size_t sent = 0, taken;
	unsigned a;

	(void)state;
	begin();
	a = bench_connect(&bench, PTL_SERVICE_TELNET);
	do {
		taken = ptl_bridge_receive(bench.bridge, bench.now, a,
					   (const uint8_t *)"\xff\xf6\xff\xf6\xff\xf6", 6);
		sent += taken;
		assert_true(sent < 10000);
	} while (taken);
	bench.readable = 0;
	bench_pull(&bench, a);
	assert_true(bench.readable > 0);
	BENCH_SAY(&bench, a, "\xff\xf6");
}

static void sizes_that_make_no_sense_are_refused(void **state)
{
	struct ptl_bridge_config config;

	(void)state;
	begin();
	config = bench_config(&bench);
	config.clients = PTL_BRIDGE_CLIENTS_MAX + 1;
	assert_int_equal(ptl_bridge_size(&config), 0);
	config.clients = 1;
	config.history = PTL_BRIDGE_RING_MIN - 1;
	assert_int_equal(ptl_bridge_size(&config), 0);
	config.history = 512;
	config.packet = 300;
	assert_int_equal(ptl_bridge_size(&config), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_raw_client_gets_bytes_as_they_are, end),
		cmocka_unit_test_teardown(
			a_telnet_client_is_known_by_its_first_command_however_cut, end),
		cmocka_unit_test_teardown(
			a_telnet_client_that_is_silent_is_known_by_its_enter_key, end),
		cmocka_unit_test_teardown(an_iac_alone_is_a_byte_after_a_while, end),
		cmocka_unit_test_teardown(what_it_was_not_told_is_no_loss, end),
		cmocka_unit_test_teardown(a_silent_client_is_told_after_a_moment, end),
		cmocka_unit_test_teardown(a_telnet_port_speaks_first, end),
		cmocka_unit_test_teardown(bytes_leave_when_there_are_enough_or_after_silence,
					  end),
		cmocka_unit_test_teardown(a_slow_client_loses_alone_and_is_counted, end),
		cmocka_unit_test_teardown(a_slow_client_is_dropped_where_that_is_wanted, end),
		cmocka_unit_test_teardown(a_full_uart_holds_clients_back_and_loses_nothing,
					  end),
		cmocka_unit_test_teardown(who_came_first_may_write_until_it_leaves, end),
		cmocka_unit_test_teardown(the_right_to_write_can_be_taken_over, end),
		cmocka_unit_test_teardown(a_programmer_has_the_uart_alone_until_it_lets_go,
					  end),
		cmocka_unit_test_teardown(
			a_lone_character_of_a_programmer_is_typed_after_a_while, end),
		cmocka_unit_test_teardown(a_second_programmer_and_one_that_failed_get_a_reset,
					  end),
		cmocka_unit_test_teardown(a_programmer_that_leaves_gives_the_uart_back, end),
		cmocka_unit_test_teardown(
			another_programmer_has_other_lines_but_not_while_one_is_at_work, end),
		cmocka_unit_test_teardown(a_port_for_programming_withholds_chatter, end),
		cmocka_unit_test_teardown(an_idle_client_is_dropped, end),
		cmocka_unit_test_teardown(one_client_too_many_is_refused, end),
		cmocka_unit_test_teardown(telnets_break_ends_by_itself, end),
		cmocka_unit_test_teardown(who_asks_without_reading_stops_itself, end),
		cmocka_unit_test_teardown(sizes_that_make_no_sense_are_refused, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
