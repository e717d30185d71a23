/* SPDX-License-Identifier: GPL-2.0-only */
/* The pacer: never more than its limit committed, never less than the line takes,
 * exact in the long run at every rate. */
#include "story.h"

#include <pigtail/pacer.h>

static const uint32_t rates[] = {50,	 300,	 1200,	  9600,	   19200,   57600,   115200,
				 230400, 921600, 1250000, 3000000, 4000000, 10000000};

static double byte_us(uint32_t baud)
{
	return 1e7 / baud;
}

static void the_limit_is_two_milliseconds(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rates); i++) {
		size_t ahead = (size_t)(rates[i] / 10.0 * PTL_PACER_AHEAD_US / 1e6);
		struct ptl_pacer pacer;

		ptl_pacer_init(&pacer, rates[i]);
		assert_int_equal(pacer.limit,
				 ahead > PTL_PACER_MIN_BYTES ? ahead : PTL_PACER_MIN_BYTES);
		assert_int_equal(ptl_pacer_room(&pacer, 12345, PTL_PACER_UNKNOWN), pacer.limit);
	}
}

static void a_rate_out_of_range_is_the_nearest(void **state)
{
	struct ptl_pacer low, zero, high, huge;

	(void)state;
	ptl_pacer_init(&low, 50);
	ptl_pacer_init(&zero, 0);
	ptl_pacer_init(&high, 10000000);
	ptl_pacer_init(&huge, 0xffffffff);
	assert_int_equal(low.byte_ns_q8, zero.byte_ns_q8);
	assert_int_equal(low.limit, zero.limit);
	assert_int_equal(high.byte_ns_q8, huge.byte_ns_q8);
	assert_int_equal(high.limit, huge.limit);
}

static void a_driver_that_tells_is_believed(void **state)
{
	struct ptl_pacer pacer;

	(void)state;
	ptl_pacer_init(&pacer, 921600);
	ptl_pacer_sent(&pacer, 1000, 100000); /* what it counted itself: no matter */
	assert_int_equal(ptl_pacer_room(&pacer, 1000, 0), pacer.limit);
	assert_int_equal(ptl_pacer_room(&pacer, 1000, 84), pacer.limit - 84);
	assert_int_equal(ptl_pacer_room(&pacer, 1000, pacer.limit), 0);
	assert_int_equal(ptl_pacer_room(&pacer, 1000, 1u << 20), 0);
}

/* A sender that always fills what room there is, asked at random moments no
 * further apart than the limit lasts: the line is never dry. */
static void saturated_it_is_exact(void **state)
{
	struct prng prng = story_seed("pacer, saturated", 1);

	(void)state;
	for (size_t i = 0; i < COUNT(rates); i++) {
		struct ptl_pacer pacer;
		ptl_time origin = (ptl_time)prng_next(&prng) >> 20;
		ptl_time now = origin;
		double line = byte_us(rates[i]), sent = 0, expected;

		ptl_pacer_init(&pacer, rates[i]);
		for (int j = 0; j < 100000; j++) {
			size_t room = ptl_pacer_room(&pacer, now, PTL_PACER_UNKNOWN);
			double committed;

			assert_true(room <= pacer.limit);
			ptl_pacer_sent(&pacer, now, room);
			sent += (double)room;
			committed = sent - (double)(now - origin) / line;
			if (committed > (double)pacer.limit + 1.5 + sent * 1e-4)
				fail_msg("%u baud: %.1f bytes committed, limit %zu", rates[i],
					 committed, pacer.limit);
			now += 1 +
			       prng_below(&prng, (uint64_t)((double)pacer.limit * line / 2));
		}
		expected = (double)(now - origin) / line;
		if (sent < expected * 0.999 - (double)pacer.limit ||
		    sent > expected * 1.0002 + (double)pacer.limit)
			fail_msg("%u baud: %.0f bytes in the time of %.0f", rates[i], sent,
				 expected);
	}
}

/* A byte at a time, where each rounding counts. */
static void byte_by_byte_it_is_exact(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rates); i++) {
		struct ptl_pacer pacer;
		double busy;

		ptl_pacer_init(&pacer, rates[i]);
		for (int j = 0; j < 100000; j++)
			ptl_pacer_sent(&pacer, 0, 1);
		busy = (double)pacer.busy_until_ns / 1000 / byte_us(rates[i]);
		if (busy < 100000 * 0.998 || busy > 100000 * 1.0001)
			fail_msg("%u baud: 100000 bytes are taken for %.0f", rates[i], busy);
	}
}

static void time_when_the_line_was_dry_is_not_made_up(void **state)
{
	struct ptl_pacer pacer;

	(void)state;
	ptl_pacer_init(&pacer, 115200);
	ptl_pacer_sent(&pacer, 1000, pacer.limit);
	assert_int_equal(ptl_pacer_room(&pacer, 1000, PTL_PACER_UNKNOWN), 0);
	assert_int_equal(ptl_pacer_room(&pacer, 60000000, PTL_PACER_UNKNOWN), pacer.limit);
	ptl_pacer_sent(&pacer, 60000000, pacer.limit);
	assert_int_equal(ptl_pacer_room(&pacer, 60000000, PTL_PACER_UNKNOWN), 0);
}

static void next_is_in_time(bool punctual)
{
	double free = punctual ? 0.875 : 0.5;
	struct prng prng = story_seed("pacer, next", 2);

	for (size_t i = 0; i < COUNT(rates); i++) {
		struct ptl_pacer pacer;
		ptl_time now = 7777777;
		double line = byte_us(rates[i]);

		ptl_pacer_init(&pacer, rates[i]);
		if (punctual)
			ptl_pacer_punctual(&pacer);
		assert_int_equal(ptl_pacer_next(&pacer, now), now);
		for (int j = 0; j < 10000; j++) {
			size_t room = ptl_pacer_room(&pacer, now, PTL_PACER_UNKNOWN);
			ptl_time next;

			ptl_pacer_sent(&pacer, now, random_from(&prng, 0, room));
			next = ptl_pacer_next(&pacer, now);
			assert_true(next >= now);
			/* Soon enough that the line is not dry before. */
			assert_true((double)(next - now) <=
				    (double)pacer.limit * line * free + 2);
			room = ptl_pacer_room(&pacer, next, PTL_PACER_UNKNOWN);
			if ((double)room < (double)pacer.limit * free * 0.97 - 1)
				fail_msg("%u baud: room for %zu of %zu", rates[i], room,
					 pacer.limit);
			now = next + prng_below(&prng, (uint64_t)line + 3);
		}
	}
}

static void next_comes_when_half_is_free_and_in_time(void **state)
{
	(void)state;
	next_is_in_time(false);
}

static void to_the_punctual_it_comes_when_seven_eighths_are_free(void **state)
{
	(void)state;
	next_is_in_time(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_limit_is_two_milliseconds),
		cmocka_unit_test(a_rate_out_of_range_is_the_nearest),
		cmocka_unit_test(a_driver_that_tells_is_believed),
		cmocka_unit_test(saturated_it_is_exact),
		cmocka_unit_test(byte_by_byte_it_is_exact),
		cmocka_unit_test(time_when_the_line_was_dry_is_not_made_up),
		cmocka_unit_test(next_comes_when_half_is_free_and_in_time),
		cmocka_unit_test(to_the_punctual_it_comes_when_seven_eighths_are_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
