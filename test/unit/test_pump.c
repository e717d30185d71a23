/* SPDX-License-Identifier: GPL-2.0-only */
/* The pump keeps a line full and loses nothing, whatever the UART below is like. */
#include "pump_bench.h"

static void a_line_with_enough_to_send_is_full(void **state)
{
	static const uint32_t rates[] = {1200, 9600, BASE, FAST, 3000000, 5000000};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(rates); i++) {
		struct bench bench;
		uint32_t rate = rates[i / 2];
		ptl_time us = 1000000 + 4000000000u / rate;

		open_bench(&bench, rate);
		bench.to_give = 100000000;
		if (i % 2) {
			bench.out_size = 32;
			bench.fifo = 64;
		}
		begin(&bench);
		run(&bench, us);
		all_is_well(&bench);
		if (share(&bench, bench.left, us) < 0.995)
			fail_msg("%u baud: %f of the line", rate,
				 share(&bench, bench.left, us));
		/* And no more below it than the pacer lets go. */
		assert_in_range(bench.most, 1, bench.pump.pacer.base + 1);
		assert_int_equal(bench.pump.dry, 0);
	}
}

static unsigned turns_in_a_second(uint32_t rate, bool punctual)
{
	struct bench bench;

	open_bench(&bench, rate);
	bench.to_give = 100000000;
	bench.punctual = punctual;
	begin(&bench);
	run(&bench, 1000000);
	all_is_well(&bench);
	assert_true(share(&bench, bench.left, 1000000) > 0.995);
	assert_in_range(bench.most, 1, bench.pump.pacer.base + 1);
	assert_int_equal(bench.pump.dry, 0);
	return bench.turns;
}

/* A wakeup is dear. Late ones cost no latency: what is below is as much at most, and less
 * between. */
static void who_is_punctual_is_woken_less(void **state)
{
	static const uint32_t rates[] = {BASE, FAST, 3000000};

	(void)state;
	for (size_t i = 0; i < COUNT(rates); i++) {
		unsigned often = turns_in_a_second(rates[i], false);
		unsigned less = turns_in_a_second(rates[i], true);

		if (less > often * 3 / 4)
			fail_msg("%u baud: %u wakeups, not under three quarters of %u",
				 rates[i], less, often);
	}
}

static void what_the_uart_did_not_take_goes_first(void **state)
{
	struct prng prng = story_seed("pump, short writes", 21);

	(void)state;
	for (int round = 0; round < 40; round++) {
		struct bench bench;

		open_bench(&bench, FAST);
		bench.to_give = 100000000;
		bench.room = random_from(&prng, 16, 400);
		bench.wakes = round % 2;
		bench.out_size = random_from(&prng, 30, sizeof(bench.out));
		begin(&bench);
		for (int i = 0; i < 100; i++) {
			bench.mouthful = random_from(&prng, 1, 200);
			run(&bench, random_from(&prng, 10, 10000));
			all_is_well(&bench);
		}
		assert_true(bench.left > 10000);
	}
}

/* A FIFO of 128 bytes that nobody can look into: its writes are short as a rule. */
static void a_fifo_alone_is_kept_full(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, FAST);
	bench.ops.queued = NULL;
	bench.room = bench.fifo = 128;
	bench.to_give = 100000000;
	begin(&bench);
	run(&bench, 1000000);
	all_is_well(&bench);
	assert_true(share(&bench, bench.left, 1000000) > 0.995);
}

/* As a pty does: it takes a part, its reader has it at once, and says so before write()
 * is over. The owner must not sleep then. */
static void a_wakeup_within_the_write_is_not_lost(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, 3000000);
	bench.mouthful = 100;
	bench.wakes_within = true;
	bench.to_give = 300;
	begin(&bench);
	turn(&bench);
	assert_int_equal(bench.n, 100);
	assert_int_equal(bench.wake, bench.now);
	turn(&bench);
	turn(&bench);
	assert_int_equal(bench.n, 300);
	assert_true(bench.wake > bench.now);
}

/* It comes when the turn is over and the owner has not set its timer yet: setting it
 * would undo what the wake-up did. */
static void a_wakeup_before_the_timer_is_set_is_not_lost(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, FAST);
	bench.room = 20;
	bench.to_give = 40;
	begin(&bench);
	turn(&bench);
	assert_false(ptl_pump_was_woken(&bench.pump));
	ptl_pump_wakeup(&bench.pump);		      /* "timer = now" */
	assert_true(ptl_pump_was_woken(&bench.pump)); /* after "timer = wake" */
	bench.n = 0;
	bench.left = 20;
	turn(&bench);
	assert_false(ptl_pump_was_woken(&bench.pump));
	assert_int_equal(bench.n, 20);
	/* All has been taken: a wake-up has nothing to tell. */
	ptl_pump_wakeup(&bench.pump);
	assert_false(ptl_pump_was_woken(&bench.pump));
}

static void a_blocked_port_costs_no_time_and_loses_nothing(void **state)
{
	(void)state;
	for (int tells = 0; tells < 2; tells++) {
		struct bench bench;
		uint64_t pulled;

		open_bench(&bench, FAST);
		bench.room = 64;
		bench.wakes = tells;
		bench.to_give = 100000000;
		begin(&bench);
		run(&bench, 100000);
		bench.stopped = true;
		run(&bench, 10000);
		pulled = bench.given;
		bench.turns = bench.timers = 0;
		run(&bench, 10000000);
		/* The endpoint's timers go on, nothing is pulled. */
		assert_in_range(bench.timers, 9, 10);
		assert_int_equal(bench.given, pulled);
		assert_true(bench.turns < 1000);
		bench.stopped = false;
		pulled = bench.left;
		run(&bench, 20000);
		assert_true(bench.left > pulled);
		run(&bench, 100000);
		all_is_well(&bench);
		/* That was not a timer's fault. */
		assert_int_equal(bench.pump.dry, 0);
		assert_int_equal(bench.pump.pacer.limit, bench.pump.pacer.base);
	}
}

/* A driver with a buffer without end takes everything: queued() shows that the line
 * stands, and the clock does not. */
static void a_stopped_line_is_not_filled(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, FAST);
	bench.to_give = 100000000;
	begin(&bench);
	run(&bench, 100000);
	bench.stopped = true;
	bench.turns = 0;
	run(&bench, 1000000);
	assert_true(bench.n <= bench.pump.pacer.base);
	assert_true(bench.turns < 100);
	bench.stopped = false;
	run(&bench, 20000);
	bench.idle_us = 0;
	run(&bench, 100000);
	assert_int_equal(bench.idle_us, 0);
	assert_int_equal(bench.pump.dry, 0);
	all_is_well(&bench);
}

/* The UART's clock is 4 % off ours, as an ESP8266's can be: the driver's count is what
 * keeps the buffer short, and the line is full. */
static void a_line_slower_than_its_name_is_full(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, FAST);
	bench.to_give = 100000000;
	begin(&bench);
	bench.rate = FAST * 96 / 100;
	run(&bench, 50000);
	bench.idle_us = 0;
	bench.turns = 0;
	run(&bench, 1000000);
	assert_int_equal(bench.idle_us, 0);
	assert_int_equal(bench.most, bench.pump.pacer.base);
	assert_int_equal(bench.pump.dry, 0);
	assert_true(bench.turns < 1300);
	/* A turn that comes late finds the clock dry, but not the line. */
	bench.rate = FAST / 2;
	bench.late_us = 1500;
	run(&bench, 1000000);
	assert_int_equal(bench.idle_us, 0);
	assert_int_equal(bench.pump.dry, 0);
	all_is_well(&bench);
}

static void where_timers_are_late_more_goes_down(void **state)
{
	struct bench bench;
	ptl_time dry;

	(void)state;
	open_bench(&bench, FAST);
	bench.to_give = 100000000;
	begin(&bench);
	run(&bench, 10000);
	bench.idle_us = 0;
	bench.late_us = 3000;
	run(&bench, 200000); /* it learns */
	assert_true(bench.pump.dry > 0);
	dry = bench.idle_us;
	assert_true(bench.pump.dry_us <= dry + dry / 10);
	assert_true(bench.pump.dry_us >= dry - dry / 10);
	assert_true(bench.pump.pacer.limit > bench.pump.pacer.base);
	bench.idle_us = 0;
	run(&bench, 1000000);
	assert_true(bench.idle_us < 10000);
	/* Not for ever so much. */
	bench.late_us = 50000;
	run(&bench, 1000000);
	assert_true(bench.n <= 4 * bench.pump.pacer.base);
	/* And it unlearns: latency is what the limit is for. */
	bench.late_us = 0;
	run(&bench, 20000000);
	assert_int_equal(bench.pump.pacer.limit, bench.pump.pacer.base);
	all_is_well(&bench);
}

static void where_timers_tick_the_line_is_full(void **state)
{
	static const uint32_t rates[] = {9600, BASE, FAST, 3000000};
	static const uint32_t ticks[] = {1000, 4000, 10000};

	(void)state;
	for (size_t i = 0; i < COUNT(rates) * COUNT(ticks); i++) {
		struct bench bench;
		size_t below;

		open_bench(&bench, rates[i / COUNT(ticks)]);
		bench.to_give = 100000000;
		bench.punctual = true;
		bench.tick_us = ticks[i % COUNT(ticks)];
		begin(&bench);
		run(&bench, 50000);
		bench.idle_us = 0;
		run(&bench, 1000000);
		all_is_well(&bench);
		assert_int_equal(bench.idle_us, 0);
		assert_int_equal(bench.pump.dry, 0);
		/* What goes between two ticks, and what the pacer lets go anywhere. */
		below = bench.rate / 10 * (2000 + bench.tick_us) / 1000000;
		if (below < 64 + bench.rate / 10 * bench.tick_us / 1000000)
			below = 64 + bench.rate / 10 * bench.tick_us / 1000000;
		assert_in_range(bench.most, 1, below + 2);
	}
}

static void there_is_no_turn_for_nothing(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, FAST);
	begin(&bench);
	assert_true(ptl_pump_is_due(&bench.pump)); /* the first */
	turn(&bench);
	assert_int_equal(bench.wake, bench.timer);
	assert_false(ptl_pump_is_due(&bench.pump));
	bench.to_give = 1000;
	assert_true(ptl_pump_is_due(&bench.pump));
	turn(&bench);
	/* There is no room: more to send, or something heard, changes nothing. */
	bench.to_give = 2000;
	assert_false(ptl_pump_is_due(&bench.pump));
	run(&bench, 100000);
	assert_int_equal(bench.left, 2000);
	assert_false(ptl_pump_is_due(&bench.pump));
}

/* ---- the port comes and goes ---- */

static void without_a_port_there_are_timers_only(void **state)
{
	struct bench bench;
	uint64_t given;

	(void)state;
	open_bench(&bench, FAST);
	bench.room = 64;
	bench.to_give = 100000000;
	begin(&bench);
	run(&bench, 10000);
	ptl_pump_stop(&bench.pump);
	given = bench.given;
	bench.turns = bench.timers = 0;
	bench.wake = bench.now;
	run(&bench, 5000000);
	assert_in_range(bench.timers, 4, 5);
	assert_true(bench.turns < 60);
	assert_int_equal(bench.given, given);
	/* What was half written belongs to the wire that was cut. */
	bench.n = 0;
	bench.lost = 0;
	bench.left = given;
	ptl_pump_begin(&bench.pump, FAST);
	bench.wake = bench.now;
	run(&bench, 10000);
	all_is_well(&bench);
	assert_true(bench.left > given + 500);
}

static void another_hand_sets_the_rate(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, BASE);
	bench.to_give = 100000000;
	begin(&bench);
	run(&bench, 10000);
	bench.rate = FAST;
	ptl_pump_set_baud(&bench.pump, FAST);
	run(&bench, 10000);
	bench.idle_us = 0;
	run(&bench, 100000);
	assert_int_equal(bench.idle_us, 0);
	/* In the middle of a change of our own it is ours that we hear of. */
	bench.later = true;
	bench.change_to = 3000000;
	bench.change_at = bench.given;
	run(&bench, 50000);
	ptl_pump_set_baud(&bench.pump, 3000000);
	assert_int_equal(bench.pump.baud, FAST);
	bench.rate = 3000000;
	bench.rate_from = bench.given;
	ptl_pump_rate_set(&bench.pump, bench.now, 3000000);
	assert_int_equal(bench.dones, 1);
	assert_int_equal(bench.pump.baud, 3000000);
	all_is_well(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_with_enough_to_send_is_full),
		cmocka_unit_test(who_is_punctual_is_woken_less),
		cmocka_unit_test(what_the_uart_did_not_take_goes_first),
		cmocka_unit_test(a_fifo_alone_is_kept_full),
		cmocka_unit_test(a_wakeup_within_the_write_is_not_lost),
		cmocka_unit_test(a_wakeup_before_the_timer_is_set_is_not_lost),
		cmocka_unit_test(a_blocked_port_costs_no_time_and_loses_nothing),
		cmocka_unit_test(a_stopped_line_is_not_filled),
		cmocka_unit_test(a_line_slower_than_its_name_is_full),
		cmocka_unit_test(where_timers_are_late_more_goes_down),
		cmocka_unit_test(where_timers_tick_the_line_is_full),
		cmocka_unit_test(there_is_no_turn_for_nothing),
		cmocka_unit_test(without_a_port_there_are_timers_only),
		cmocka_unit_test(another_hand_sets_the_rate),
	};

	return cmocka_run_group_tests_name("pump", tests, NULL, NULL);
}
