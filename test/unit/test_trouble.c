/* SPDX-License-Identifier: GPL-2.0-only */
/* What a person is told of a link's troubles, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pigtail/trouble.h>

#include <string.h>

#define SECOND 1000000u

/* A watcher of one link, and what was said last. */
struct story {
	struct ptl_trouble trouble;
	struct ptl_counters counters;
	ptl_time now;
	unsigned lines;
	uint64_t seconds, count;
	const char *what;
};

static void say(void *user, ptl_time us, uint64_t count, const char *what)
{
	struct story *story = user;

	story->lines++;
	story->seconds = us / SECOND;
	story->count = count;
	story->what = what;
}

static void begin(struct story *story)
{
	memset(story, 0, sizeof(*story));
	story->now = 100 * SECOND;
	ptl_trouble_init(&story->trouble);
}

/* Each second `more` of what counter counts, and a look. */
static void pass(struct story *story, unsigned seconds, ptl_count *counter, ptl_count more,
		 const char *cause)
{
	while (seconds--) {
		story->now += SECOND;
		if (counter)
			*counter += more;
		ptl_trouble_look(&story->trouble, &story->counters, cause, story->now, say,
				 story);
	}
}

static void noise_is_told_once_until_it_was_quiet(void **state)
{
	struct story story;

	(void)state;
	begin(&story);
	pass(&story, 5, &story.counters.rx_bad_crc, 10, NULL);
	assert_int_equal(story.lines, 0);
	pass(&story, 1, &story.counters.rx_bad_crc, 10, NULL);
	assert_int_equal(story.lines, 1);
	assert_int_equal(story.seconds, 5);
	assert_int_equal(story.count, 60);
	assert_non_null(strstr(story.what, "another baud rate"));
	pass(&story, 600, &story.counters.rx_bad_framing, 1000, NULL);
	assert_int_equal(story.lines, 1);
	pass(&story, 31, NULL, 0, NULL);
	pass(&story, 6, &story.counters.rx_bad_crc, 10, NULL);
	assert_int_equal(story.lines, 2);
	assert_int_equal(story.count, 60);
}

static void a_few_bad_frames_are_not_worth_a_line(void **state)
{
	struct story story;

	(void)state;
	begin(&story);
	pass(&story, 1, &story.counters.rx_bad_crc, 3, NULL);
	pass(&story, 60, NULL, 0, NULL);
	assert_int_equal(story.lines, 0);
	/* One hello of another version is. */
	pass(&story, 1, &story.counters.peer_mismatches, 1, NULL);
	pass(&story, 10, NULL, 0, NULL);
	assert_int_equal(story.lines, 1);
	assert_non_null(strstr(story.what, "another version"));
}

static void a_cause_that_is_found_later_is_told_as_well(void **state)
{
	static const char cause[] = "bad frames: each FF is doubled";
	struct story story;

	(void)state;
	begin(&story);
	pass(&story, 6, &story.counters.rx_bad_crc, 10, NULL);
	assert_int_equal(story.lines, 1);
	pass(&story, 1, &story.counters.rx_bad_crc, 10, cause);
	assert_int_equal(story.lines, 2);
	assert_ptr_equal(story.what, cause);
	pass(&story, 60, &story.counters.rx_bad_crc, 10, cause);
	assert_int_equal(story.lines, 2);
}

static void what_a_rate_on_trial_spoils_is_no_trouble(void **state)
{
	struct story story;

	(void)state;
	begin(&story);
	story.counters.rx_bad_crc = 1000;
	story.counters.rate_failures = 1;
	pass(&story, 60, NULL, 0, NULL);
	assert_int_equal(story.lines, 0);
}

static void kinds_are_told_apart(void **state)
{
	struct story story;

	(void)state;
	begin(&story);
	for (int i = 0; i < 6; i++) {
		story.counters.rx_bad_crc += 10;
		story.counters.rx_bad_field += 10;
		story.counters.drop_length += 1;
		pass(&story, 1, NULL, 0, NULL);
	}
	assert_int_equal(story.lines, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(noise_is_told_once_until_it_was_quiet),
		cmocka_unit_test(a_few_bad_frames_are_not_worth_a_line),
		cmocka_unit_test(a_cause_that_is_found_later_is_told_as_well),
		cmocka_unit_test(what_a_rate_on_trial_spoils_is_no_trouble),
		cmocka_unit_test(kinds_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
