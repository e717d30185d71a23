/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PORT loop: is the simulated UART (sim/serial.h) in real time. One timer gives what has
 * arrived to the bridge, and tells of room again. Bytes that arrive within TOGETHER_US are
 * taken in one turn, as from a real one's FIFO.
 */
#include "host/bridge/uart_kind.h"

#include "host/base/log.h"
#include "host/base/timer.h"
#include "sim/serial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TOGETHER_US 500u

struct uart_loop {
	struct serial *serial;
	struct uart_events events;
	struct timer *timer;
	uv_timer_t tell; /* of a change of the lines */
	bool wants_room;
};

static uint64_t now_ns(void)
{
	return timer_now() * 1000;
}

static void arm(struct uart_loop *loop)
{
	uint64_t next = serial_next(loop->serial);

	timer_set(loop->timer, next == WIRE_NEVER ? PTL_NEVER : next / 1000 + TOGETHER_US);
}

static void on_time(void *user)
{
	struct uart_loop *loop = user;
	uint8_t bytes[4096];
	unsigned errors;
	size_t n;

	do {
		n = serial_read(loop->serial, now_ns(), bytes, sizeof(bytes), &errors);
		if (errors)
			loop->events.errors(loop->events.user, errors);
		if (n)
			loop->events.data(loop->events.user, bytes, n);
	} while (n);
	if (loop->wants_room) {
		loop->wants_room = false;
		loop->events.room(loop->events.user);
	}
	arm(loop);
}

static size_t seam_write(void *user, const uint8_t *bytes, size_t n)
{
	struct uart_loop *loop = user;
	size_t taken = serial_write(loop->serial, now_ns(), bytes, n);

	loop->wants_room |= taken < n;
	arm(loop);
	return taken;
}

static bool seam_drained(void *user)
{
	const struct uart_loop *loop = user;

	return serial_drained(loop->serial);
}

static void seam_set_format(void *user, struct ptl_serial_format *format)
{
	struct uart_loop *loop = user;

	serial_set_format(loop->serial, now_ns(), format);
	arm(loop);
}

static void on_modem(uv_timer_t *timer)
{
	struct uart_loop *loop = timer->data;

	loop->events.modem(loop->events.user);
}

/* What it stops and starts is told as on a real one: later, by the loop. */
static void seam_set_line(void *user, enum ptl_serial_line line, bool on)
{
	struct uart_loop *loop = user;

	serial_set_line(loop->serial, now_ns(), line, on);
	timer_set(loop->timer, timer_now());
	(void)uv_timer_start(&loop->tell, on_modem, 0, 0);
}

static unsigned seam_modem(void *user)
{
	const struct uart_loop *loop = user;

	return serial_modem(loop->serial);
}

static void seam_purge(void *user, unsigned what)
{
	struct uart_loop *loop = user;

	serial_purge(loop->serial, now_ns(), what);
	arm(loop);
}

static bool is_open(void *data)
{
	return data != NULL;
}

static const char *name(void *data)
{
	(void)data;
	return "loop:";
}

static void on_closed(uv_handle_t *handle)
{
	struct uart_loop *loop = handle->data;

	serial_free(loop->serial);
	free(loop);
}

static void close_loop(void *data)
{
	struct uart_loop *loop = data;

	timer_free(loop->timer);
	uv_close((uv_handle_t *)&loop->tell, on_closed);
}

static const struct uart_kind kind = {
	.seam = {NULL, seam_write, seam_drained, seam_set_format, seam_set_line, seam_modem,
		 seam_purge},
	.is_open = is_open,
	.name = name,
	.close = close_loop,
};

int uart_loop_open(uv_loop_t *uv, const struct uart_events *events, struct uart *uart,
		   char *error, size_t error_size)
{
	const struct serial_config config = {.seed = 1};
	struct uart_loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return complain(error, error_size, "out of memory");
	loop->events = *events;
	loop->serial = serial_new(&config);
	loop->timer = timer_new(uv, on_time, loop);
	if (!loop->serial || !loop->timer) {
		serial_free(loop->serial);
		timer_free(loop->timer);
		free(loop);
		return complain(error, error_size, "cannot make a simulated UART: %s",
				strerror(errno));
	}
	(void)uv_timer_init(uv, &loop->tell);
	loop->tell.data = loop;
	*uart = (struct uart){&kind, loop};
	return 0;
}
