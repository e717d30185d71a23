/* SPDX-License-Identifier: GPL-2.0-only */
/* Timers of a loop: each fires once, in order, not too early, and may do to itself and
 * to others what it likes. How late they are is the machine's business. */
#include "story.h"

#include "host/base/timer.h"

#include <stdbool.h>

#define TIMERS 200

struct alarm {
	struct timer *timer;
	ptl_time deadline; /* PTL_NEVER: it must not fire */
	unsigned int fired;
	struct story *story;
};

struct story {
	uv_loop_t loop;
	struct alarm alarms[TIMERS];
	struct prng prng;
	ptl_time last;	   /* deadline of the one before */
	unsigned int left; /* that must fire yet */
};

static void begin(struct story *story)
{
	memset(story, 0, sizeof(*story));
	assert_int_equal(uv_loop_init(&story->loop), 0);
	for (size_t i = 0; i < TIMERS; i++) {
		story->alarms[i].story = story;
		story->alarms[i].deadline = PTL_NEVER;
	}
}

/* All handles are gone with the last timer, or the loop could not be closed. */
static void end(struct story *story)
{
	for (size_t i = 0; i < TIMERS; i++)
		timer_free(story->alarms[i].timer);
	(void)uv_run(&story->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&story->loop), 0);
}

static void run(struct story *story)
{
	while (story->left)
		(void)uv_run(&story->loop, UV_RUN_ONCE);
}

static void in_order(void *user)
{
	struct alarm *alarm = user;
	struct story *story = alarm->story;

	assert_true(alarm->deadline != PTL_NEVER);
	assert_true(timer_now() >= alarm->deadline);
	assert_true(alarm->deadline >= story->last);
	story->last = alarm->deadline;
	alarm->fired++;
	alarm->deadline = PTL_NEVER;
	story->left--;
}

static void they_fire_once_and_in_order(void **state)
{
	static struct story story;
	ptl_time now;

	(void)state;
	begin(&story);
	story.prng = story_seed("in order", 7);
	for (size_t i = 0; i < TIMERS; i++) {
		story.alarms[i].timer = timer_new(&story.loop, in_order, &story.alarms[i]);
		assert_non_null(story.alarms[i].timer);
	}
	now = timer_now();
	/* Most are set several times, some not at all in the end. */
	for (int i = 0; i < 10 * TIMERS; i++) {
		struct alarm *alarm = &story.alarms[prng_below(&story.prng, TIMERS)];

		alarm->deadline = prng_below(&story.prng, 5)
					  ? now + prng_below(&story.prng, 30000)
					  : PTL_NEVER;
		timer_set(alarm->timer, alarm->deadline);
	}
	for (size_t i = 0; i < TIMERS; i++)
		story.left += story.alarms[i].deadline != PTL_NEVER;
	assert_true(story.left > TIMERS / 2);
	run(&story);
	for (size_t i = 0; i < TIMERS; i++)
		assert_true(story.alarms[i].fired <= 1);
	end(&story);
}

static void again(void *user)
{
	struct alarm *alarm = user;
	struct story *story = alarm->story;

	alarm->fired++;
	if (alarm->fired == 100) {
		story->left--;
		return;
	}
	/* Long past: others still get their turn. */
	timer_set(alarm->timer, 0);
}

static void one_that_is_always_due_does_not_starve_another(void **state)
{
	static struct story story;

	(void)state;
	begin(&story);
	story.left = 2;
	for (size_t i = 0; i < 2; i++) {
		story.alarms[i].timer = timer_new(&story.loop, again, &story.alarms[i]);
		timer_set(story.alarms[i].timer, i);
	}
	for (unsigned int turns = 0; story.left; turns++) {
		int apart = (int)story.alarms[0].fired - (int)story.alarms[1].fired;

		assert_in_range(apart + 1, 0, 2);
		assert_true(turns < 1000);
		(void)uv_run(&story.loop, UV_RUN_ONCE);
	}
	end(&story);
}

/* Frees itself, and disarms, frees or sets its neighbours. */
static void meddle(void *user)
{
	struct alarm *alarm = user;
	struct story *story = alarm->story;
	struct alarm *other = &story->alarms[prng_below(&story->prng, TIMERS)];

	assert_true(alarm->deadline != PTL_NEVER);
	alarm->deadline = PTL_NEVER;
	switch (prng_below(&story->prng, 4)) {
	case 0:
		timer_free(alarm->timer);
		alarm->timer = NULL;
		break;
	case 1:
		timer_free(other->timer);
		other->timer = NULL;
		other->deadline = PTL_NEVER;
		break;
	case 2:
		other->deadline = PTL_NEVER;
		if (other->timer)
			timer_set(other->timer, PTL_NEVER);
		break;
	default:
		if (!other->timer)
			other->timer = timer_new(&story->loop, meddle, other);
		other->deadline = timer_now() + prng_below(&story->prng, 200);
		timer_set(other->timer, other->deadline);
		break;
	}
}

static void a_callback_may_free_and_set_any(void **state)
{
	static struct story story;
	bool any = true;

	(void)state;
	begin(&story);
	story.prng = story_seed("meddling", 9);
	for (size_t i = 0; i < TIMERS; i++) {
		story.alarms[i].timer = timer_new(&story.loop, meddle, &story.alarms[i]);
		story.alarms[i].deadline = timer_now() + prng_below(&story.prng, 2000);
		timer_set(story.alarms[i].timer, story.alarms[i].deadline);
	}
	while (any) {
		any = false;
		for (size_t i = 0; i < TIMERS; i++)
			any = any || story.alarms[i].deadline != PTL_NEVER;
		if (any)
			(void)uv_run(&story.loop, UV_RUN_ONCE);
	}
	end(&story);
}

static void free_the_last(void *user)
{
	struct alarm *alarm = user;

	timer_free(alarm->timer);
	alarm->timer = NULL;
	alarm->story->left--;
}

static void the_last_may_free_itself_and_others_come_later(void **state)
{
	static struct story story;

	(void)state;
	begin(&story);
	for (size_t i = 0; i < 3; i++) {
		struct alarm *alarm = &story.alarms[i];

		alarm->timer = timer_new(&story.loop, free_the_last, alarm);
		timer_set(alarm->timer, timer_now() + 100);
		story.left++;
		run(&story);
		assert_null(alarm->timer);
	}
	end(&story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_fire_once_and_in_order),
		cmocka_unit_test(one_that_is_always_due_does_not_starve_another),
		cmocka_unit_test(a_callback_may_free_and_set_any),
		cmocka_unit_test(the_last_may_free_itself_and_others_come_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
