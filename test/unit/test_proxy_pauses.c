// SPDX-License-Identifier: GPL-2.0-only
/* Programmers whose network, or whose bridge, pauses: avrdude with an Uno. */
#include "proxy_bench.h"

/* Returns it, after its first question. */
static unsigned programmer(void)
{
	unsigned a;

	begin_with(PTL_TARGET_AVR, &uno, false);
	a = bench_connect(&bench, PTL_SERVICE_PROGRAM);
	BENCH_SAY(&bench, a, "0 ");
	return a;
}

static void pass_until_answered(unsigned a)
{
	for (int i = 0; i < 5000 && !bench.client[a].got_n; i++)
		pass(MS);
	assert_true(got(a, "\x14\x10", 2));
}

/* Questions come after the answer that were asked before it. */
static void questions_that_cross_the_answer_get_none(void **state)
{
	unsigned a = programmer();

	(void)state;
	pass_until_answered(a);
	bench.wrote_n = 0;
	BENCH_SAY(&bench, a, "0 0 ");
	assert_int_equal(
		ptl_bridge_receive(bench.bridge, bench.now, a, (const uint8_t *)"0", 1), 0);
	pass(20 * MS);
	BENCH_SAY(&bench, a, "0 A\x81 ");
	BENCH_WROTE(&bench, "A\x81 ");
	BENCH_UART(&bench, "\x14\x04\x10");
	pass(10 * MS);
	assert_true(got(a, "\x14\x10\x14\x04\x10", 5));
	bench.wrote_n = 0;
	BENCH_SAY(&bench, a, "0 "); /* this one doesn't */
	BENCH_WROTE(&bench, "0 ");
}

/* The answer was thrown away, and seconds later one is wanted still. */
static void a_question_that_comes_again_later_is_passed_on(void **state)
{
	unsigned a = programmer();

	(void)state;
	pass_until_answered(a);
	BENCH_SAY(&bench, a, "0 ");
	pass(5000 * MS);
	assert_true(got(a, "\x14\x10", 2));
	BENCH_SAY(&bench, a, "0 ");
	pass(10 * MS);
	assert_true(got(a, "\x14\x10\x14\x10", 4));
}

static void sleep_in_silence(unsigned a)
{
	for (int i = 0; i < 6; i++) {
		pass(250 * MS);
		BENCH_SAY(&bench, a, "0 ");
	}
	assert_int_equal(bench.client[a].got_n, 0);
	bench.now += 360 * MS;
	ptl_bridge_poll(bench.bridge, bench.now);
	bench_pass(&bench, MS);
	assert_int_equal(bench.client[a].got_n, 0);
}

/* What seems a silence is one only if somebody listened. */
static void a_bridge_that_slept_reads_before_it_answers(void **state)
{
	unsigned a = programmer();

	(void)state;
	sleep_in_silence(a);
	BENCH_SAY(&bench, a, "0 0 ");
	pass(250 * MS);
	assert_int_equal(bench.client[a].got_n, 0);
	pass(250 * MS);
	assert_true(got(a, "\x14\x10", 2));
}

/* However late it always is. */
static void a_bridge_that_sleeps_again_and_again_answers(void **state)
{
	unsigned a = programmer();

	(void)state;
	sleep_in_silence(a);
	bench.now += 120 * MS;
	ptl_bridge_poll(bench.bridge, bench.now);
	pass(MS);
	assert_true(got(a, "\x14\x10", 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(questions_that_cross_the_answer_get_none, stop),
		cmocka_unit_test_teardown(a_question_that_comes_again_later_is_passed_on, stop),
		cmocka_unit_test_teardown(a_bridge_that_slept_reads_before_it_answers, stop),
		cmocka_unit_test_teardown(a_bridge_that_sleeps_again_and_again_answers, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
