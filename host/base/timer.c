/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The timers of a loop share one timerfd, in absolute time. They stand in a heap by
 * deadline; before the loop sleeps, the timerfd is set to the earliest, if that is
 * another one than before, and it does nothing but wake the loop. What is due fires at
 * the end of each turn: after all that was ready to be read, so that a loop that comes
 * late doesn't take for missing what has been there for long. So many timers cost few
 * system calls, and all that are due cost one wake-up. Reading the timerfd is not
 * needed: setting it anew makes it quiet, which follows each time that it woke us.
 *
 * What a callback sets, fires in the next turn at the earliest, so that others get
 * theirs. The loop's data pointer leads to the heap, which is there while it has timers.
 */
#include "host/base/timer.h"

#include "host/base/poller.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define UNARMED ((size_t)-1)

struct timers {
	uv_prepare_t prepare;
	uv_check_t check;
	int handles; /* of these two, that are not closed yet */
	struct poller *poller;
	int fd;
	ptl_time set; /* what the timerfd is set to; PTL_NEVER: to nothing */
	struct timer **heap;
	size_t armed; /* timers in it */
	size_t room;  /* for as many as there are */
	size_t count; /* of timers, armed or not */
	bool expiring;
	ptl_time until; /* while expiring: these are fired in this turn */
};

struct timer {
	struct timers *timers;
	void (*expired)(void *user);
	void *user;
	size_t at; /* place in the heap, or UNARMED */
	ptl_time deadline;
};

ptl_time timer_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (ptl_time)now.tv_sec * 1000000u + (ptl_time)now.tv_nsec / 1000u;
}

/* ---- the heap: no timer is due after those at 2 i + 1 and 2 i + 2 ---- */

static void put(struct timers *timers, size_t at, struct timer *timer)
{
	timers->heap[at] = timer;
	timer->at = at;
}

static void sift_up(struct timers *timers, struct timer *timer)
{
	size_t at = timer->at;

	while (at && timers->heap[(at - 1) / 2]->deadline > timer->deadline) {
		put(timers, at, timers->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(timers, at, timer);
}

static void sift_down(struct timers *timers, struct timer *timer)
{
	size_t at = timer->at;
	size_t child;

	while ((child = 2 * at + 1) < timers->armed) {
		if (child + 1 < timers->armed &&
		    timers->heap[child + 1]->deadline < timers->heap[child]->deadline)
			child++;
		if (timers->heap[child]->deadline >= timer->deadline)
			break;
		put(timers, at, timers->heap[child]);
		at = child;
	}
	put(timers, at, timer);
}

static void disarm(struct timer *timer)
{
	struct timers *timers = timer->timers;
	struct timer *last;

	if (timer->at == UNARMED)
		return;
	last = timers->heap[--timers->armed];
	if (last != timer) {
		put(timers, timer->at, last);
		sift_up(timers, last);
		sift_down(timers, last);
	}
	timer->at = UNARMED;
}

/* ---- the timerfd ---- */

static void on_prepare(uv_prepare_t *prepare)
{
	struct timers *timers = prepare->data;
	ptl_time earliest = timers->armed ? timers->heap[0]->deadline : PTL_NEVER;
	struct itimerspec spec = {0};

	if (earliest == timers->set)
		return;
	timers->set = earliest;
	if (earliest != PTL_NEVER) {
		spec.it_value.tv_sec = (time_t)(earliest / 1000000u);
		/* Zero would disarm: a deadline long past is one ns old. */
		spec.it_value.tv_nsec = (long)(earliest % 1000000u) * 1000 + 1;
	}
	(void)timerfd_settime(timers->fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

static void let_go(struct timers *timers);

static void on_woken(void *user, int events)
{
	struct timers *timers = user;

	(void)events;
	/* Whatever it is set to next, it must be set. */
	timers->set = 0;
}

static void on_check(uv_check_t *check)
{
	struct timers *timers = check->data;

	timers->until = timer_now();
	timers->expiring = true;
	while (timers->armed && timers->heap[0]->deadline <= timers->until) {
		struct timer *timer = timers->heap[0];

		disarm(timer);
		timer->expired(timer->user);
	}
	timers->expiring = false;
	if (!timers->count)
		let_go(timers);
}

static void on_closed(uv_handle_t *handle)
{
	struct timers *timers = handle->data;

	if (--timers->handles == 0)
		free(timers);
}

/* The last timer is gone. */
static void let_go(struct timers *timers)
{
	timers->prepare.loop->data = NULL;
	poller_free(timers->poller);
	(void)close(timers->fd);
	free(timers->heap);
	timers->handles = 2;
	uv_close((uv_handle_t *)&timers->prepare, on_closed);
	uv_close((uv_handle_t *)&timers->check, on_closed);
}

static struct timers *timers_new(uv_loop_t *loop)
{
	struct timers *timers = calloc(1, sizeof(*timers));
	int saved;

	if (!timers)
		return NULL;
	timers->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (timers->fd < 0)
		goto no_timerfd;
	timers->poller = poller_new(loop, timers->fd, on_woken, timers);
	if (!timers->poller)
		goto no_poller;
	timers->set = PTL_NEVER;
	poller_want(timers->poller, UV_READABLE);
	(void)uv_prepare_init(loop, &timers->prepare);
	(void)uv_check_init(loop, &timers->check);
	timers->prepare.data = timers;
	timers->check.data = timers;
	(void)uv_check_start(&timers->check, on_check);
	(void)uv_prepare_start(&timers->prepare, on_prepare);
	return timers;

no_poller:
	saved = errno;
	(void)close(timers->fd);
	errno = saved;
no_timerfd:
	free(timers);
	return NULL;
}

/* ---- timers ---- */

struct timer *timer_new(uv_loop_t *loop, void (*expired)(void *user), void *user)
{
	struct timers *timers = loop->data ? loop->data : timers_new(loop);
	struct timer *timer = calloc(1, sizeof(*timer));

	if (timers && timer && timers->count == timers->room) {
		size_t room = timers->room ? 2 * timers->room : 4;
		struct timer **heap = realloc(timers->heap, room * sizeof(struct timer *));

		if (heap) {
			timers->heap = heap;
			timers->room = room;
		}
	}
	if (!timers || !timer || timers->count == timers->room) {
		free(timer);
		if (timers && !timers->count && !timers->expiring)
			let_go(timers);
		return NULL;
	}
	loop->data = timers;
	timers->count++;
	timer->timers = timers;
	timer->expired = expired;
	timer->user = user;
	timer->at = UNARMED;
	return timer;
}

void timer_set(struct timer *timer, ptl_time deadline)
{
	struct timers *timers = timer->timers;

	if (deadline == PTL_NEVER) {
		disarm(timer);
		return;
	}
	if (timers->expiring && deadline <= timers->until)
		deadline = timers->until + 1;
	timer->deadline = deadline;
	if (timer->at == UNARMED) {
		timer->at = timers->armed;
		timers->heap[timers->armed++] = timer;
	}
	sift_up(timers, timer);
	sift_down(timers, timer);
}

void timer_free(struct timer *timer)
{
	struct timers *timers;

	if (!timer)
		return;
	timers = timer->timers;
	disarm(timer);
	free(timer);
	if (!--timers->count && !timers->expiring)
		let_go(timers);
}
