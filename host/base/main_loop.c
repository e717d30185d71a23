/* SPDX-License-Identifier: GPL-2.0-only */
/* See main_loop.h. At each tick the log says what it could not say before. */
#include "host/base/main_loop.h"

#include "host/base/log.h"
#include "host/base/standard.h"

#include <signal.h>

#define TICK_MS 1000
#define COUNT	3

static void on_signal(uv_signal_t *signal, int number)
{
	(void)number;
	uv_stop(signal->loop);
}

static void on_tick(uv_timer_t *timer)
{
	const struct main_loop *loop = timer->data;

	if (loop->tick)
		loop->tick(loop->user);
	log_flush();
}

void main_loop_begin(struct main_loop *loop)
{
	static const int numbers[COUNT] = {SIGINT, SIGTERM, SIGHUP};

	(void)uv_loop_init(&loop->uv);
	for (int i = 0; i < COUNT; i++) {
		(void)uv_signal_init(&loop->uv, &loop->signals[i]);
		standard_watch(&loop->signals[i], on_signal, numbers[i]);
	}
	(void)uv_timer_init(&loop->uv, &loop->timer);
	loop->timer.data = loop;
	(void)uv_timer_start(&loop->timer, on_tick, TICK_MS, TICK_MS);
}

void main_loop_run(struct main_loop *loop)
{
	(void)uv_run(&loop->uv, UV_RUN_DEFAULT);
}

/* A name being looked up can hold the loop for long. */
void main_loop_end(struct main_loop *loop)
{
	uv_close((uv_handle_t *)&loop->timer, NULL);
	for (int i = 0; i < COUNT; i++)
		uv_close((uv_handle_t *)&loop->signals[i], NULL);
	for (int i = 0; i < 10 && uv_loop_alive(&loop->uv); i++)
		(void)uv_run(&loop->uv, UV_RUN_NOWAIT);
	(void)uv_loop_close(&loop->uv);
}
