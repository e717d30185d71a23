/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One-shot timers with microsecond deadlines on a libuv loop (libuv's own count
 * in milliseconds, which is the time of 92 bytes at 921600 baud). The loop's data pointer
 * is theirs.
 */
#ifndef PIGTAIL_HOST_TIMER_H
#define PIGTAIL_HOST_TIMER_H

#include <pigtail/endpoint.h>
#include <uv.h>

/* CLOCK_MONOTONIC in microseconds. */
ptl_time timer_now(void);

struct timer;

/* Returns NULL with errno set when no memory or no timerfd can be had. */
struct timer *timer_new(uv_loop_t *loop, void (*expired)(void *user), void *user);

/* (Re)arms for an absolute deadline; one in the past fires at the next turn of
 * the loop; PTL_NEVER disarms. No system call. */
void timer_set(struct timer *timer, ptl_time deadline);

/* From within its callback as well. NULL does nothing. */
void timer_free(struct timer *timer);

#endif
