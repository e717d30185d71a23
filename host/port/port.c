/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all ports have in common: the states, reading and writing, and the patience. Waiting
 * starts at 0.1 s and doubles up to the kind's maximum.
 *
 * The owner's callbacks run only from the loop, never from within port_read()
 * or port_write(): those note a failure, and the timer (at 0 ms) tells it. The
 * same timer announces a fresh port and paces the tries. port_close() may be
 * called from any callback; the memory lasts until the loop's next turn.
 */
#include "host/port/port.h"

#include "host/base/log.h"
#include "host/port/kind.h"
#include "host/port/tty_line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RETRY_MIN_MS 100u
#define SETTLED_MS   2000u /* open for so long, a port is found again quickly */

void port_choose_rate(struct port *port, bool by_default)
{
	if (port->rate == PORT_RATE_BY_KIND)
		port->rate = by_default && port->events.negotiates && !port->base
				     ? PORT_RATE_AUTO
				     : PORT_RATE_FIXED;
	if (!port->base)
		port->base = port->rate == PORT_RATE_AUTO ? TTY_BAUD_AUTO : TTY_BAUD_DEFAULT;
	port->baud = port->base;
}

static void rearm(struct port *port)
{
	int events = (port->want_read ? UV_READABLE : 0) | (port->want_write ? UV_WRITABLE : 0);

	if (port->poller && port->state == PORT_OPEN)
		poller_want(port->poller, events);
}

/* Only notes it; on_timer() does the rest. */
static void on_timer(uv_timer_t *timer);
void port_fail(struct port *port, const char *why)
{
	if (port->state != PORT_OPEN)
		return;
	port->state = PORT_FAILING;
	port->was_reset = false;
	(void)snprintf(port->why, sizeof(port->why), "%s", why);
	poller_want(port->poller, 0);
	(void)uv_timer_start(&port->timer, on_timer, 0, 0);
}

static void fail_by(struct port *port, int error)
{
	if (port->state != PORT_OPEN)
		return;
	port_fail(port, strerror(error));
	port->was_reset = error == ECONNRESET;
}

/* Of a socket; what is none says no more than that. */
static int pending_error(int fd)
{
	int error = 0;
	socklen_t size = sizeof(error);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 || !error ? EIO : error;
}

static void on_ready(void *user, int events)
{
	struct port *port = user;

	if (events & UV_READABLE && port->state == PORT_OPEN && port->want_read)
		port->events.readable(port->events.user);
	if (events & UV_WRITABLE && port->state == PORT_OPEN && port->want_write) {
		port->want_write = false;
		port->events.writable(port->events.user);
	}
	/* Reading usually found the reason of the error already. */
	if (events & POLLER_ERROR && port->state == PORT_OPEN)
		fail_by(port, pending_error(port->fd));
	rearm(port);
}

static void let_go(struct port *port)
{
	if (port->fd < 0)
		return;
	poller_free(port->poller);
	port->poller = NULL;
	if (port->kind->release)
		port->kind->release(port);
	(void)close(port->fd);
	port->fd = -1;
}

static void retry_later(struct port *port)
{
	(void)uv_timer_start(&port->timer, on_timer, port->retry_ms, 0);
	port->retry_ms *= 2;
	if (port->retry_ms > port->kind->retry_max)
		port->retry_ms = port->kind->retry_max;
}

static void on_timer(uv_timer_t *timer)
{
	struct port *port = timer->data;

	switch (port->state) {
	case PORT_ATTACHED:
		port->state = PORT_OPEN;
		port->opened_ms = uv_now(port->loop);
		port->sense_ms = 0;
		port->told_waiting = false;
		rearm(port);
		if (port->events.opened)
			port->events.opened(port->events.user);
		break;
	case PORT_FAILING:
		let_go(port);
		port->state = PORT_WAITING;
		/* Whoever lost the port knows that it waits. */
		port->told_waiting = true;
		if (uv_now(port->loop) - port->opened_ms >= SETTLED_MS)
			port->retry_ms = RETRY_MIN_MS;
		if (port->kind->retry)
			retry_later(port);
		if (port->events.lost)
			port->events.lost(port->events.user, port->why);
		break;
	case PORT_WAITING:
		if (port->kind->retry)
			port->kind->retry(port);
		break;
	case PORT_OPEN:
	case PORT_CLOSED:
		break;
	}
}

int port_attach(struct port *port, int fd)
{
	port->poller = poller_new(port->loop, fd, on_ready, port);
	if (!port->poller) {
		int saved = errno;

		(void)close(fd);
		errno = saved;
		return -1;
	}
	port->fd = fd;
	port->state = PORT_ATTACHED;
	port->want_write = false;
	(void)uv_timer_start(&port->timer, on_timer, 0, 0);
	return 0;
}

void port_absent(struct port *port, const char *why)
{
	retry_later(port);
	if (port->told_waiting)
		return;
	port->told_waiting = true;
	if (port->events.waiting)
		port->events.waiting(port->events.user, why);
}

static void on_closed(uv_handle_t *handle)
{
	struct port *port = handle->data;

	free(port->data);
	free(port->name);
	free(port);
}

void port_init(struct port *port, uv_loop_t *loop)
{
	port->loop = loop;
	port->fd = -1;
	port->want_read = true;
	port->retry_ms = RETRY_MIN_MS;
	(void)uv_timer_init(loop, &port->timer);
	port->timer.data = port;
}

void port_try(struct port *port)
{
	(void)uv_timer_start(&port->timer, on_timer, 0, 0);
}

size_t port_read(struct port *port, uint8_t *bytes, size_t n)
{
	ssize_t got;

	if (port->state != PORT_OPEN || !n)
		return 0;
	do {
		got = read(port->fd, bytes, n);
	} while (got < 0 && errno == EINTR);
	if (got > 0) {
		if (port->kind->taken)
			port->kind->taken(port);
		if (!port->events.sensible)
			port_makes_sense(port);
		return (size_t)got;
	}
	if (!got)
		port_fail(port, "the other end hung up");
	else if (errno != EAGAIN)
		fail_by(port, errno);
	return 0;
}

size_t port_write(struct port *port, const uint8_t *bytes, size_t n)
{
	ssize_t put;

	if (port->state != PORT_OPEN || !n)
		return 0;
	do {
		put = write(port->fd, bytes, n);
	} while (put < 0 && errno == EINTR);
	if (put < 0 && errno != EAGAIN) {
		fail_by(port, errno);
		return 0;
	}
	if (put < 0)
		put = 0;
	if ((size_t)put < n) {
		port->want_write = true;
		rearm(port);
	}
	return (size_t)put;
}

void port_makes_sense(struct port *port)
{
	port->sense_ms = uv_now(port->loop);
}

void port_want_read(struct port *port, bool want)
{
	port->want_read = want;
	rearm(port);
}

void port_reset(struct port *port)
{
	const struct linger now = {.l_onoff = 1, .l_linger = 0};

	if (port->state != PORT_OPEN)
		return;
	(void)setsockopt(port->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	port_fail(port, "it was reset");
}

bool port_was_reset(const struct port *port)
{
	return port->was_reset;
}

size_t port_queued(const struct port *port)
{
	if (port->state != PORT_OPEN || !port->kind->queued)
		return PTL_PACER_UNKNOWN;
	return port->kind->queued(port);
}

bool port_drained(const struct port *port)
{
	return port->state != PORT_OPEN || !port->kind->drained || port->kind->drained(port);
}

void port_discard(struct port *port)
{
	if (port->state == PORT_OPEN && port->kind->discard)
		port->kind->discard(port);
}

uint32_t port_baud(const struct port *port)
{
	return port->baud;
}

bool port_rate_is_auto(const struct port *port)
{
	return port->rate == PORT_RATE_AUTO;
}

const struct ptl_uart *port_uart(const struct port *port)
{
	return &port->uart;
}

int port_set_rate(struct port *port, uint32_t rate)
{
	if (port->state != PORT_OPEN || !port->kind->set_rate ||
	    port->kind->set_rate(port, rate) < 0)
		return -1;
	port->baud = rate;
	return 0;
}

int port_tty(const struct port *port)
{
	return port->state == PORT_OPEN && port->kind->set_rate ? port->fd : -1;
}

int port_peer_tty(const struct port *port)
{
	return port->state == PORT_OPEN && port->kind->peer_tty ? port->kind->peer_tty(port)
								: -1;
}

uint32_t port_peer_baud(const struct port *port)
{
	if (port->state != PORT_OPEN || !port->kind->peer_baud)
		return port->baud;
	return port->kind->peer_baud(port);
}

void port_follow_peer(struct port *port)
{
	if (port->kind->follow_peer)
		port->kind->follow_peer(port);
}

bool port_is_open(const struct port *port)
{
	return port->state == PORT_OPEN;
}

const char *port_name(const struct port *port)
{
	return port->name;
}

const char *port_detail(const struct port *port)
{
	return port->detail;
}

void port_close(struct port *port)
{
	if (!port || port->state == PORT_CLOSED)
		return;
	let_go(port);
	if (port->kind->stop)
		port->kind->stop(port);
	port->state = PORT_CLOSED;
	uv_close((uv_handle_t *)&port->timer, on_closed);
}
