/* SPDX-License-Identifier: GPL-2.0-only */
/* CoDel on one flow: leaves a good queue alone, drops from a standing one, faster
 * and faster, and stops when the queue is gone. */
#include "story.h"

#include "link/codel.h"

#define TARGET	   15000u
#define INTERVAL   100000u
#define MAX_PACKET 1518u

struct standing {
	struct flow flow;
	uint32_t now;
};

static bool drops(struct standing *standing, uint32_t stood_us)
{
	return ptl_codel_drops(&standing->flow, stood_us, standing->now, MAX_PACKET, TARGET,
			       INTERVAL);
}

static struct standing long_queue(uint32_t now)
{
	struct standing standing = {.now = now};

	ptl_codel_reset(&standing.flow);
	standing.flow.bytes = 20 * MAX_PACKET;
	return standing;
}

static void its_times_follow_the_line(void **state)
{
	static const struct {
		uint32_t packet_us, target_us, interval_us;
	} rows[] = {
		{0, 15000, 100000}, /* fast: as the RFC, a little patient */
		{3000, 24000, 100000},
		{16000, 128000, 256000}, /* 921600 baud: eight packets */
		{100000, 500000, 1000000},
		{131000, 524000, 1048000}, /* 115200: four */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t target, interval;

		ptl_codel_times(rows[i].packet_us, &target, &interval);
		assert_int_equal(target, rows[i].target_us);
		assert_int_equal(interval, rows[i].interval_us);
	}
}

static void a_queue_below_the_target_is_left_alone(void **state)
{
	struct standing standing = long_queue(0);

	(void)state;
	for (int i = 0; i < 10000; i++, standing.now += 1000)
		assert_false(drops(&standing, TARGET - 1));
}

static void a_short_queue_is_left_alone(void **state)
{
	struct standing standing = long_queue(0);

	(void)state;
	standing.flow.bytes = MAX_PACKET; /* one packet: nothing to gain */
	for (int i = 0; i < 10000; i++, standing.now += 1000)
		assert_false(drops(&standing, 10 * TARGET));
}

static void a_burst_that_drains_is_left_alone(void **state)
{
	struct standing standing = long_queue(0);

	(void)state;
	for (int burst = 0; burst < 100; burst++) {
		for (unsigned us = 0; us < INTERVAL - 2000; us += 1000, standing.now += 1000)
			assert_false(drops(&standing, 2 * TARGET));
		assert_false(drops(&standing, 0));
	}
}

/* The moments of the first count drops, from a queue that stands for ever. */
static void when_it_drops(uint32_t start, uint32_t *at, int count)
{
	struct standing standing = long_queue(start);
	int dropped = 0;

	while (dropped < count) {
		assert_true(standing.now - start < 60000000);
		if (drops(&standing, 2 * TARGET))
			at[dropped++] = standing.now - start;
		standing.now += 500;
	}
}

static void a_standing_queue_is_cut_faster_and_faster(void **state)
{
	uint32_t at[64];

	(void)state;
	when_it_drops(1000, at, COUNT(at));
	assert_in_range(at[0], INTERVAL, INTERVAL + 1000);
	assert_in_range(at[1] - at[0], INTERVAL - 1000, INTERVAL + 1000);
	/* The gap after the n-th drop is interval / sqrt(n), the root
	 * rounded down to quarters. */
	for (size_t i = 1; i + 1 < COUNT(at); i++) {
		uint32_t gap = at[i + 1] - at[i];
		uint32_t squared = gap / 100 * (gap / 100) * (uint32_t)(i + 1);

		assert_in_range(squared, 1000u * 1000u * 8 / 10, 1000u * 1000u * 14 / 10);
	}
}

static void the_clock_may_wrap(void **state)
{
	uint32_t at[32], wrapped[32];

	(void)state;
	when_it_drops(1000, at, COUNT(at));
	for (uint32_t start = 0u - 3000000; start > 3000000; start += 250000) {
		when_it_drops(start, wrapped, COUNT(wrapped));
		assert_memory_equal(at, wrapped, sizeof(at));
	}
}

static void it_stops_with_the_queue_and_remembers_its_pace(void **state)
{
	struct standing standing = long_queue(0);
	uint32_t first, second;
	int dropped = 0;

	(void)state;
	for (; dropped < 20; standing.now += 500)
		dropped += drops(&standing, 2 * TARGET);
	/* The queue has gone; it is left alone. */
	for (int i = 0; i < 100; i++, standing.now += 500)
		assert_false(drops(&standing, 0));
	/* It is back at once: after an interval it goes on as fast as before. */
	while (!drops(&standing, 2 * TARGET))
		standing.now += 500;
	first = standing.now;
	do
		standing.now += 500;
	while (!drops(&standing, 2 * TARGET));
	second = standing.now;
	assert_true(second - first < INTERVAL / 3);

	/* Long after, it begins anew. */
	for (int i = 0; i < 10000; i++, standing.now += 500)
		assert_false(drops(&standing, 0));
	while (!drops(&standing, 2 * TARGET))
		standing.now += 500;
	first = standing.now;
	do
		standing.now += 500;
	while (!drops(&standing, 2 * TARGET));
	assert_in_range(standing.now - first, INTERVAL - 1000, INTERVAL + 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_times_follow_the_line),
		cmocka_unit_test(a_queue_below_the_target_is_left_alone),
		cmocka_unit_test(a_short_queue_is_left_alone),
		cmocka_unit_test(a_burst_that_drains_is_left_alone),
		cmocka_unit_test(a_standing_queue_is_cut_faster_and_faster),
		cmocka_unit_test(the_clock_may_wrap),
		cmocka_unit_test(it_stops_with_the_queue_and_remembers_its_pace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
