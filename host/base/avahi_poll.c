/* SPDX-License-Identifier: GPL-2.0-only */
/* Watches are pollers, timeouts timers. Avahi's absolute times are of the wall clock. */
#include "host/base/avahi_poll.h"

#include "host/base/poller.h"
#include "host/base/timer.h"

#include <stdlib.h>
#include <sys/time.h>

struct AvahiWatch {
	struct poller *poller;
	int fd;
	AvahiWatchEvent seen;
	AvahiWatchCallback called;
	void *user;
};

struct AvahiTimeout {
	struct timer *timer;
	AvahiTimeoutCallback called;
	void *user;
};

static void on_ready(void *user, int events)
{
	AvahiWatch *watch = user;
	int seen = (events & UV_READABLE ? AVAHI_WATCH_IN : 0) |
		   (events & UV_WRITABLE ? AVAHI_WATCH_OUT : 0) |
		   (events & POLLER_ERROR ? AVAHI_WATCH_ERR : 0);

	watch->seen = (AvahiWatchEvent)seen;
	watch->called(watch, watch->fd, watch->seen, watch->user);
}

static void watch_update(AvahiWatch *watch, AvahiWatchEvent events)
{
	poller_want(watch->poller, (events & AVAHI_WATCH_IN ? UV_READABLE : 0) |
					   (events & AVAHI_WATCH_OUT ? UV_WRITABLE : 0));
}

static AvahiWatch *watch_new(const AvahiPoll *poll, int fd, AvahiWatchEvent events,
			     AvahiWatchCallback called, void *user)
{
	AvahiWatch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->fd = fd;
	watch->called = called;
	watch->user = user;
	watch->poller = poller_new(poll->userdata, fd, on_ready, watch);
	if (!watch->poller) {
		free(watch);
		return NULL;
	}
	watch_update(watch, events);
	return watch;
}

static AvahiWatchEvent watch_get_events(AvahiWatch *watch)
{
	return watch->seen;
}

static void watch_free(AvahiWatch *watch)
{
	poller_free(watch->poller);
	free(watch);
}

static void on_time(void *user)
{
	AvahiTimeout *timeout = user;

	timeout->called(timeout, timeout->user);
}

static void timeout_update(AvahiTimeout *timeout, const struct timeval *at)
{
	struct timeval now;
	int64_t wait;

	if (!at) {
		timer_set(timeout->timer, PTL_NEVER);
		return;
	}
	(void)gettimeofday(&now, NULL);
	wait = (int64_t)(at->tv_sec - now.tv_sec) * 1000000 + (at->tv_usec - now.tv_usec);
	timer_set(timeout->timer, timer_now() + (wait > 0 ? (ptl_time)wait : 0));
}

static AvahiTimeout *timeout_new(const AvahiPoll *poll, const struct timeval *at,
				 AvahiTimeoutCallback called, void *user)
{
	AvahiTimeout *timeout = calloc(1, sizeof(*timeout));

	if (!timeout)
		return NULL;
	timeout->called = called;
	timeout->user = user;
	timeout->timer = timer_new(poll->userdata, on_time, timeout);
	if (!timeout->timer) {
		free(timeout);
		return NULL;
	}
	timeout_update(timeout, at);
	return timeout;
}

static void timeout_free(AvahiTimeout *timeout)
{
	timer_free(timeout->timer);
	free(timeout);
}

void avahi_poll_init(AvahiPoll *poll, uv_loop_t *loop)
{
	*poll = (AvahiPoll){
		.userdata = loop,
		.watch_new = watch_new,
		.watch_update = watch_update,
		.watch_get_events = watch_get_events,
		.watch_free = watch_free,
		.timeout_new = timeout_new,
		.timeout_update = timeout_update,
		.timeout_free = timeout_free,
	};
}
