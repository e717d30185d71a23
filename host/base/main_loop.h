/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The loop of a command that runs until it is told to stop (SIGINT, SIGTERM, SIGHUP), with
 * a tick once a second.
 */
#ifndef PIGTAIL_HOST_MAIN_LOOP_H
#define PIGTAIL_HOST_MAIN_LOOP_H

#include <uv.h>

struct main_loop {
	uv_loop_t uv;
	uv_timer_t timer;
	uv_signal_t signals[3];
	void (*tick)(void *user); /* may be NULL */
	void *user;
};

/* tick and user are set. */
void main_loop_begin(struct main_loop *loop);

void main_loop_run(struct main_loop *loop);

/* After all else on it was closed: runs what is left of that. */
void main_loop_end(struct main_loop *loop);

#endif
