/* SPDX-License-Identifier: GPL-2.0-only */
/* The pump changes the rate of the line: no byte leaves at another one than its own. */
#include "pump_bench.h"

static void run_change(struct bench *bench, uint32_t to)
{
	unsigned ends = bench->dones + bench->fails;

	bench->change_to = to;
	bench->change_at = bench->given;
	for (int i = 0; i < 20000 && bench->dones + bench->fails == ends; i++)
		run(bench, 100);
	assert_int_equal(bench->dones + bench->fails, ends + 1);
}

/* Whatever the UART hides, and however little it takes: up, down, and back. */
static void no_byte_leaves_at_another_rate(void **state)
{
	static const uint32_t rates[] = {1200, 9600, BASE, 460800, FAST, 3000000};
	struct prng prng = story_seed("pump, rates", 22);

	(void)state;
	for (int round = 0; round < 100; round++) {
		struct bench bench;

		open_bench(&bench, rates[random_from(&prng, 0, COUNT(rates) - 1)]);
		bench.room = random_from(&prng, 16, 300);
		bench.mouthful = random_from(&prng, 1, 300);
		bench.fifo = random_from(&prng, 0, 64);
		bench.wakes = prng_below(&prng, 2);
		bench.to_give = 100000000;
		switch (prng_below(&prng, 3)) {
		case 0:
			bench.ops.queued = NULL;
			break;
		case 1:
			bench.ops.drained = uart_drained;
			break;
		default:
			break;
		}
		begin(&bench);
		for (int i = 0; i < 5; i++) {
			unsigned before = bench.dones;

			run(&bench, random_from(&prng, 100, 20000));
			if (bench.ops.queued)
				bench.late_us = prng_below(&prng, 2000);
			run_change(&bench, rates[random_from(&prng, 0, COUNT(rates) - 1)]);
			assert_int_equal(bench.dones, before + 1);
			assert_int_equal(bench.pump.baud, bench.rate);
		}
		run(&bench, 10000);
		all_is_well(&bench);
	}
}

/* queued() says 0 and the clock agrees, but the line is slower than it thinks. */
static void a_uart_that_knows_better_is_believed(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, FAST);
	bench.to_give = 100000000;
	bench.fifo = 4096;
	bench.ops.drained = uart_drained;
	begin(&bench);
	bench.rate = FAST / 4;
	run(&bench, 3000);
	assert_true(bench.n > 0);
	run_change(&bench, BASE);
	assert_int_equal(bench.dones, 1);
	run(&bench, 10000);
	all_is_well(&bench);
}

static void a_rate_is_set_as_soon_as_the_line_is_dry(void **state)
{
	struct bench bench;
	ptl_time from;

	(void)state;
	open_bench(&bench, FAST);
	bench.to_give = 1000;
	begin(&bench);
	run(&bench, 100000);
	from = bench.now;
	bench.to_give = 100000000;
	bench.change_to = 2000000;
	bench.change_at = bench.given + 20;
	bench.wake = bench.now;
	for (int i = 0; i < 1000 && !bench.dones; i++)
		run(&bench, 10);
	assert_int_equal(bench.dones, 1);
	run(&bench, STEP_US);
	/* 20 bytes, and what settle_us says. */
	assert_in_range(bench.now - from, 1000 + 217, 1000 + 217 + 100);
	/* The first bytes at the new one don't wait. */
	assert_true(bench.n > 0);
	all_is_well(&bench);
}

/* Nobody knows what is below; what the UART has not even taken is known. */
static void a_line_that_stops_for_a_moment_loses_nothing(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, FAST);
	bench.ops.queued = NULL;
	bench.room = 64;
	bench.to_give = 100000000;
	begin(&bench);
	run(&bench, 10000);
	bench.stopped = true;
	run(&bench, 10000);
	assert_true(bench.pump.out_at < bench.pump.out_n);
	bench.changing = true;
	bench.change_to = BASE;
	ptl_pump_want_rate(&bench.pump, BASE);
	run(&bench, 20000);
	assert_int_equal(bench.set_rates, 0);
	bench.stopped = false;
	run(&bench, 50000);
	assert_int_equal(bench.dones, 1);
	run(&bench, 50000);
	all_is_well(&bench);
}

static void a_stopped_line_drops_what_it_holds(void **state)
{
	struct bench bench;
	uint64_t left;

	(void)state;
	open_bench(&bench, FAST);
	bench.room = 64; /* so that something stays in the pump as well */
	bench.ops.discard = uart_discard;
	bench.to_give = 100000000;
	begin(&bench);
	run(&bench, 10000);
	bench.stopped = true;
	run(&bench, 10000);
	assert_true(bench.n > 0 && bench.pump.out_at < bench.pump.out_n);
	left = bench.left;
	ptl_pump_want_rate(&bench.pump, BASE); /* a fall, say, without a last word */
	bench.changing = true;
	bench.change_to = BASE;
	run(&bench, 100000);
	assert_int_equal(bench.dones, 1);
	assert_int_equal(bench.discards, 1);
	assert_int_equal(bench.left, left);
	assert_int_equal(bench.rate, BASE);
	bench.stopped = false;
	run(&bench, 100000);
	assert_true(bench.lost > 0);
	assert_int_equal(bench.at_new, 0);
	assert_true(bench.left > left + 1000);
}

static void without_a_way_to_drop_the_rate_stays(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, FAST);
	bench.to_give = 100000000;
	begin(&bench);
	run(&bench, 10000);
	bench.stopped = true;
	run_change(&bench, BASE);
	assert_int_equal(bench.fails, 1);
	assert_int_equal(bench.set_rates, 0);
	bench.stopped = false;
	run(&bench, 100000);
	assert_int_equal(bench.pump.baud, FAST);
	all_is_well(&bench);
}

static void a_rate_that_cannot_be_set_changes_nothing(void **state)
{
	struct bench bench;
	uint64_t left;

	(void)state;
	open_bench(&bench, FAST);
	bench.to_give = 100000000;
	bench.refuses = true;
	begin(&bench);
	run(&bench, 10000);
	run_change(&bench, 3000000);
	assert_int_equal(bench.fails, 1);
	assert_int_equal(bench.pump.baud, FAST);
	run(&bench, 5000);
	left = bench.left;
	run(&bench, 100000);
	assert_true(share(&bench, bench.left - left, 100000) > 0.99);
	all_is_well(&bench);
}

/* As in the kernel: setting a rate may sleep, so somebody else does it. */
static void a_rate_may_be_set_later(void **state)
{
	struct bench bench;
	uint64_t given;

	(void)state;
	open_bench(&bench, BASE);
	bench.to_give = 100000000;
	bench.later = true;
	begin(&bench);
	run(&bench, 50000);
	bench.change_to = FAST;
	bench.change_at = bench.given;
	run(&bench, 50000);
	assert_int_equal(bench.being_set, FAST);
	assert_int_equal(bench.n, 0);
	given = bench.given;
	bench.turns = bench.timers = 0;
	run(&bench, 5000000);
	assert_in_range(bench.timers, 4, 5);
	assert_true(bench.turns < 60);
	assert_int_equal(bench.given, given);
	assert_int_equal(bench.set_rates, 1);

	bench.rate = FAST;
	bench.rate_from = bench.given;
	ptl_pump_rate_set(&bench.pump, bench.now, FAST);
	assert_int_equal(bench.dones, 1);
	assert_true(ptl_pump_is_due(&bench.pump));
	turn(&bench);
	run(&bench, 100000);
	assert_true(share(&bench, bench.left, 100000) > 0.9);

	/* And it may fail. */
	bench.change_to = 3000000;
	bench.change_at = bench.given;
	run(&bench, 50000);
	ptl_pump_rate_set(&bench.pump, bench.now, 0);
	assert_int_equal(bench.fails, 1);
	assert_int_equal(bench.pump.baud, FAST);
	turn(&bench);
	run(&bench, 50000);
	all_is_well(&bench);
}

static void a_rate_that_comes_too_late_is_told(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, BASE);
	bench.to_give = 100000000;
	bench.later = true;
	begin(&bench);
	bench.change_to = FAST;
	bench.change_at = 100;
	run(&bench, 50000);
	assert_int_equal(bench.being_set, FAST);
	ptl_pump_stop(&bench.pump);
	ptl_pump_rate_set(&bench.pump, bench.now, FAST);
	assert_int_equal(bench.dones, 0);
	bench.changing = false; /* the owner's wire_reset() */
	ptl_pump_begin(&bench.pump, BASE);
	assert_int_equal(bench.told, 0);
	/* The change was on its way all the time: the line is not where it should be. */
	bench.rate = FAST;
	ptl_pump_rate_set(&bench.pump, bench.now, FAST);
	assert_int_equal(bench.told, FAST);
	assert_int_equal(bench.pump.baud, FAST);
	bench.wake = bench.now;
	run(&bench, 50000);
	all_is_well(&bench);
	/* It has ended long ago. */
	bench.told = 0;
	ptl_pump_rate_set(&bench.pump, bench.now, 0);
	assert_int_equal(bench.told, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_byte_leaves_at_another_rate),
		cmocka_unit_test(a_uart_that_knows_better_is_believed),
		cmocka_unit_test(a_rate_is_set_as_soon_as_the_line_is_dry),
		cmocka_unit_test(a_line_that_stops_for_a_moment_loses_nothing),
		cmocka_unit_test(a_stopped_line_drops_what_it_holds),
		cmocka_unit_test(without_a_way_to_drop_the_rate_stays),
		cmocka_unit_test(a_rate_that_cannot_be_set_changes_nothing),
		cmocka_unit_test(a_rate_may_be_set_later),
		cmocka_unit_test(a_rate_that_comes_too_late_is_told),
	};

	return cmocka_run_group_tests_name("pump_rate", tests, NULL, NULL);
}
