/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See join.h. */
#include "join.h"

static uint32_t next_random(struct join *join)
{
	uint32_t x = join->random;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	join->random = x;
	return x;
}

static void wait_for_next(struct join *join, ptl_time now)
{
	uint32_t quarter = join->pause_us / 4;

	join->state = JOIN_WAITING;
	join->next = now + join->pause_us + next_random(join) % quarter;
	join->pause_us *= 2;
	if (join->pause_us > JOIN_PAUSE_LAST_US)
		join->pause_us = JOIN_PAUSE_LAST_US;
}

void join_init(struct join *join, uint32_t random)
{
	*join = (struct join){
		.state = JOIN_OFF,
		.pause_us = JOIN_PAUSE_FIRST_US,
		.random = random ? random : 1,
	};
}

void join_start(struct join *join, ptl_time now)
{
	if (join->state != JOIN_OFF)
		return;
	join->state = JOIN_WAITING;
	join->next = now;
}

void join_joined(struct join *join, ptl_time now)
{
	if (join->state == JOIN_OFF || join->state == JOIN_JOINED)
		return;
	join->state = JOIN_JOINED;
	join->since = now;
	join->tries = 0;
}

void join_lost(struct join *join, ptl_time now)
{
	/* WAITING: the echo of a try that was given up. */
	if (join->state == JOIN_OFF || join->state == JOIN_WAITING)
		return;
	if (join->state == JOIN_JOINED && now - join->since >= JOIN_HELD_US)
		join->pause_us = JOIN_PAUSE_FIRST_US;
	wait_for_next(join, now);
}

enum join_do join_poll(struct join *join, ptl_time now)
{
	if (now < join_deadline(join))
		return JOIN_NOTHING;
	if (join->state == JOIN_TRYING) {
		wait_for_next(join, now);
		return JOIN_GIVE_UP;
	}
	join->state = JOIN_TRYING;
	join->next = now + JOIN_TRY_US;
	join->tries++;
	return JOIN_CONNECT;
}

ptl_time join_deadline(const struct join *join)
{
	if (join->state == JOIN_OFF || join->state == JOIN_JOINED)
		return PTL_NEVER;
	return join->next;
}
