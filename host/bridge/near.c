/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pty's user opens and closes it, which its master isn't told as long as we hold the
 * slave open too; inotify tells both. Between sessions nothing is kept: who opens a serial
 * port doesn't find what came before. Settings are looked at every LOOK_MS and before each
 * reading, so what is written after a change goes out after it.
 *
 * On a pty only rate, stop bits and flow control can be seen: the kernel keeps it at 8 data
 * bits without parity. A listening port has no settings at all.
 */
#include "host/bridge/near.h"

#include "host/base/log.h"
#include "host/base/poller.h"
#include "host/port/port.h"
#include "host/port/tty_serial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define LOOK_MS 50

struct near {
	struct port *port;
	struct near_events events;
	int watch; /* inotify, -1: the port tells by itself */
	struct poller *poller;
	uv_timer_t look;
	int users;
	bool in_session;
	struct ptl_serial_format format;
};

static void look_at_format(struct near *near)
{
	int fd = port_peer_tty(near->port);
	struct ptl_serial_format now;

	if (fd < 0 || !near->in_session)
		return;
	now = tty_serial_format(fd);
	if (!memcmp(&now, &near->format, sizeof(now)))
		return;
	near->format = now;
	near->events.format(near->events.user, &now);
}

static void begin(struct near *near)
{
	if (near->in_session)
		return;
	near->in_session = true;
	near->format = (struct ptl_serial_format){0};
	near->events.opened(near->events.user);
	look_at_format(near);
}

static void end(struct near *near)
{
	int fd = port_peer_tty(near->port);

	if (!near->in_session)
		return;
	near->in_session = false;
	if (fd >= 0) /* what nobody has read */
		tty_serial_purge(fd, PTL_PURGE_RX);
	near->events.closed(near->events.user);
}

/* ---- a pty's user ---- */

static void on_watch(void *user, int events)
{
	_Alignas(struct inotify_event) char bytes[4096];
	struct near *near = user;
	ssize_t n = read(near->watch, bytes, sizeof(bytes));

	(void)events;
	for (ssize_t at = 0; at < n;) {
		const struct inotify_event *event = (const void *)(bytes + at);

		if (event->mask & IN_OPEN)
			near->users++;
		if (event->mask & IN_CLOSE && near->users > 0)
			near->users--;
		at += (ssize_t)(sizeof(*event) + event->len);
		if (near->users)
			begin(near);
		else
			end(near);
	}
}

static int watch(struct near *near, uv_loop_t *loop)
{
	near->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (near->watch < 0 ||
	    inotify_add_watch(near->watch, port_detail(near->port), IN_OPEN | IN_CLOSE) < 0)
		return -1;
	near->poller = poller_new(loop, near->watch, on_watch, near);
	if (!near->poller)
		return -1;
	poller_want(near->poller, UV_READABLE);
	return 0;
}

static void on_look(uv_timer_t *timer)
{
	look_at_format(timer->data);
}

/* ---- the port ---- */

static void on_readable(void *user)
{
	struct near *near = user;

	near->events.readable(near->events.user);
}

static void on_writable(void *user)
{
	struct near *near = user;

	near->events.writable(near->events.user);
}

static void on_opened(void *user)
{
	struct near *near = user;

	if (near->watch < 0)
		begin(near);
}

static void on_lost(void *user, const char *why)
{
	(void)why;
	end(user);
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

int near_open(uv_loop_t *loop, const char *spec, const struct near_events *events,
	      struct near **out, char *error, size_t error_size)
{
	struct near *near = calloc(1, sizeof(*near));
	const struct port_events port_events = {
		.user = near,
		.readable = on_readable,
		.writable = on_writable,
		.opened = on_opened,
		.lost = on_lost,
	};
	int status;

	if (!near)
		return complain(error, error_size, "out of memory");
	near->events = *events;
	near->watch = -1;
	status = port_open(loop, spec, &port_events, &near->port, error, error_size);
	if (status < 0) {
		free(near);
		return status;
	}
	(void)uv_timer_init(loop, &near->look);
	near->look.data = near;
	(void)uv_timer_start(&near->look, on_look, LOOK_MS, LOOK_MS);
	if (!strncmp(spec, "pty:", 4) && watch(near, loop) < 0) {
		status = complain(error, error_size, "cannot watch %s: %s",
				  port_detail(near->port), strerror(errno));
		near_close(near);
		return status;
	}
	*out = near;
	return 0;
}

void near_close(struct near *near)
{
	if (!near)
		return;
	port_close(near->port);
	poller_free(near->poller);
	if (near->watch >= 0)
		(void)close(near->watch);
	uv_close((uv_handle_t *)&near->look, on_closed);
}

bool near_is_in_session(const struct near *near)
{
	return near->in_session;
}

size_t near_read(struct near *near, uint8_t *bytes, size_t n)
{
	look_at_format(near);
	return port_read(near->port, bytes, n);
}

size_t near_write(struct near *near, const uint8_t *bytes, size_t n)
{
	return near->in_session ? port_write(near->port, bytes, n) : n;
}

void near_want_read(struct near *near, bool want)
{
	port_want_read(near->port, want);
}

void near_reset(struct near *near)
{
	if (near->watch < 0)
		port_reset(near->port);
}

const char *near_name(const struct near *near)
{
	return port_name(near->port);
}
