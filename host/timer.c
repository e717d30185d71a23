/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A timer is a timerfd in absolute time, watched by a poller. It frees itself
 * as the poller does, and so may be freed from within its own callback.
 */
#include "timer.h"

#include "poller.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

struct timer {
	struct poller *poller;
	void (*expired)(void *user);
	void *user;
	int fd;
	ptl_time deadline; /* as armed; PTL_NEVER: not armed */
};

ptl_time timer_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (ptl_time)now.tv_sec * 1000000u + (ptl_time)now.tv_nsec / 1000u;
}

static void on_expired(void *user, int events)
{
	struct timer *timer = user;
	uint64_t times;

	(void)events;
	if (read(timer->fd, &times, sizeof(times)) != (ssize_t)sizeof(times))
		return;
	timer->deadline = PTL_NEVER;
	timer->expired(timer->user);
}

struct timer *timer_new(uv_loop_t *loop, void (*expired)(void *user), void *user)
{
	struct timer *timer = calloc(1, sizeof(*timer));
	int saved;

	if (!timer)
		return NULL;
	timer->expired = expired;
	timer->user = user;
	timer->deadline = PTL_NEVER;
	timer->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (timer->fd < 0)
		goto no_timerfd;
	timer->poller = poller_new(loop, timer->fd, on_expired, timer);
	if (!timer->poller)
		goto no_poller;
	poller_want(timer->poller, UV_READABLE);
	return timer;

no_poller:
	saved = errno;
	(void)close(timer->fd);
	errno = saved;
no_timerfd:
	free(timer);
	return NULL;
}

void timer_set(struct timer *timer, ptl_time deadline)
{
	struct itimerspec spec = {0};

	if (deadline == timer->deadline)
		return;
	timer->deadline = deadline;
	if (deadline != PTL_NEVER) {
		spec.it_value.tv_sec = (time_t)(deadline / 1000000u);
		/* Zero would disarm: a deadline long past is one ns old. */
		spec.it_value.tv_nsec = (long)(deadline % 1000000u) * 1000 + 1;
	}
	(void)timerfd_settime(timer->fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

void timer_free(struct timer *timer)
{
	if (!timer)
		return;
	poller_free(timer->poller);
	(void)close(timer->fd);
	free(timer);
}
