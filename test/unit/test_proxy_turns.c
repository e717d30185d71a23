// SPDX-License-Identifier: GPL-2.0-only
/* Programmers one after another, and at once. */
#include "proxy_bench.h"

/* It has been answered, and has the next word. */
static unsigned begin_one(void)
{
	unsigned a = bench_connect(&bench, PTL_SERVICE_PROGRAM);

	BENCH_SAY(&bench, a, "0 ");
	pass(3000 * MS);
	assert_true(got(a, "\x14\x10", 2));
	return a;
}

static void its_last_command(unsigned client)
{
	BENCH_SAY(&bench, client, "Q ");
	BENCH_UART(&bench, "\x14\x10");
	pass(10 * MS);
}

/* The first's connection is still open: it was closed, but that is slow to come. */
static void the_next_one_begins_when_the_last_has_done_its_work(void **state)
{
	unsigned a, b;

	(void)state;
	begin_with(PTL_TARGET_AVR, &uno, false);
	a = begin_one();
	its_last_command(a);
	b = begin_one();
	assert_false(bench.client[a].dropped || bench.client[b].dropped);
	assert_int_equal(world.starts, 2);
}

static void the_next_one_begins_when_the_last_has_gone(void **state)
{
	unsigned a, b;

	(void)state;
	begin_with(PTL_TARGET_AVR, &uno, false);
	a = begin_one();
	b = bench_connect(&bench, PTL_SERVICE_AUTO);
	BENCH_SAY(&bench, b, "0 ");
	pass(500 * MS);
	assert_int_equal(
		ptl_bridge_receive(bench.bridge, bench.now, b, (const uint8_t *)"0 ", 2), 0);
	bench.readable = 0;
	ptl_bridge_disconnect(bench.bridge, bench.now, a);
	assert_true(bench.readable);
	BENCH_SAY(&bench, b, "0 ");
	pass(3000 * MS);
	assert_true(got(b, "\x14\x10", 2));
}

static void one_that_is_silent_though_it_has_the_word_gives_way(void **state)
{
	unsigned a, b;

	(void)state;
	begin_with(PTL_TARGET_AVR, &uno, false);
	a = begin_one();
	b = bench_connect(&bench, PTL_SERVICE_PROGRAM);
	BENCH_SAY(&bench, b, "0 ");
	pass(8000 * MS);
	assert_true(got(b, "\x14\x10", 2));
	assert_true(bench.client[a].dropped && bench.client[a].reset);
	assert_int_equal(bench.client[a].why, PTL_DROP_STALLED);
	ptl_bridge_disconnect(bench.bridge, bench.now, a);
	bench.client[b].got_n = bench.wrote_n = 0;
	BENCH_SAY(&bench, b, "A\x81 ");
	BENCH_WROTE(&bench, "A\x81 ");
}

/* What it told the target to do takes long. */
static void one_whose_target_has_the_word_stays(void **state)
{
	unsigned a, b;

	(void)state;
	begin_with(PTL_TARGET_AVR, &uno, false);
	a = begin_one();
	BENCH_SAY(&bench, a, "R ");
	pass(20000 * MS);
	b = bench_connect(&bench, PTL_SERVICE_PROGRAM);
	BENCH_SAY(&bench, b, "0 ");
	pass(4900 * MS);
	assert_false(bench.client[b].dropped);
	pass(200 * MS);
	assert_false(bench.client[a].dropped);
	assert_true(bench.client[b].reset);
	assert_int_equal(bench.client[b].why, PTL_DROP_BUSY);
	BENCH_GOT(&bench, b, "");
}

/* Over a lasting connection (a virtual tty), without a pause. */
static void the_next_one_of_the_same_connection_begins_at_once(void **state)
{
	unsigned a;

	(void)state;
	begin_with(PTL_TARGET_AVR, &uno, false);
	a = begin_one();
	its_last_command(a);
	bench.client[a].got_n = 0;
	assert_int_equal(
		ptl_bridge_receive(bench.bridge, bench.now, a, (const uint8_t *)"0 ", 2), 0);
	assert_int_equal(world.event, PTL_PROXY_ENDS);
	BENCH_SAY(&bench, a, "0 ");
	pass(3000 * MS);
	assert_true(got(a, "\x14\x10", 2));
	assert_int_equal(world.starts, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_next_one_begins_when_the_last_has_done_its_work,
					  stop),
		cmocka_unit_test_teardown(the_next_one_begins_when_the_last_has_gone, stop),
		cmocka_unit_test_teardown(one_that_is_silent_though_it_has_the_word_gives_way,
					  stop),
		cmocka_unit_test_teardown(one_whose_target_has_the_word_stays, stop),
		cmocka_unit_test_teardown(the_next_one_of_the_same_connection_begins_at_once,
					  stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
