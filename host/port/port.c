/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all ports have in common: the spec's syntax, the states, reading and
 * writing, and the patience. Waiting starts at 0.1 s and doubles up to the
 * kind's maximum.
 *
 * The owner's callbacks run only from the loop, never from within port_read()
 * or port_write(): those note a failure, and the timer (at 0 ms) tells it. The
 * same timer announces a fresh port and paces the tries. port_close() may be
 * called from any callback; the memory lasts until the loop's next turn.
 */
#include "host/port/port.h"

#include "host/base/log.h"
#include "host/port/kind.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RETRY_MIN_MS 100u
#define SETTLED_MS   2000u /* open for so long, a port is found again quickly */
#define BAUD_DEFAULT 921600u
#define BAUD_AUTO    115200u /* where negotiation begins */
#define UART_MAX     5000000u
#define BAUD_MIN     50u
#define BAUD_MAX     10000000u

/* The first prefix that fits; the empty one of the tty comes last. */
static const struct port_kind *const kinds[] = {
	&port_kind_pty,	 &port_kind_tcp_listen,	 &port_kind_tcp,
	&port_kind_unix, &port_kind_unix_listen, &port_kind_tty,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int number(const char *text, uint32_t min, uint32_t max, uint32_t *value)
{
	unsigned long long wide;
	char *end;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	wide = strtoull(text, &end, 10);
	if (errno || *end || wide < min || wide > max)
		return -1;
	*value = (uint32_t)wide;
	return 0;
}

static int set_baud(struct port *port, const char *value)
{
	return number(value, BAUD_MIN, BAUD_MAX, &port->base);
}

static int set_max(struct port *port, const char *value)
{
	return number(value, BAUD_MIN, BAUD_MAX, &port->uart.max);
}

static int set_clock(struct port *port, const char *value)
{
	port->clock_given = true;
	return number(value, 0, 4000000000u, &port->uart.clock);
}

static int set_rate(struct port *port, const char *value)
{
	if (strcmp(value, "auto") != 0 && strcmp(value, "fixed") != 0)
		return -1;
	port->rate = *value == 'a' ? PORT_RATE_AUTO : PORT_RATE_FIXED;
	return 0;
}

static int set_rtscts(struct port *port, const char *value)
{
	port->rtscts = !strcmp(value, "on");
	return port->rtscts || !strcmp(value, "off") ? 0 : -1;
}

static int set_wait(struct port *port, const char *value)
{
	port->wait = true;
	return *value ? -1 : 0;
}

static const struct option {
	const char *name; /* with its "=" if it takes a value */
	int (*set)(struct port *port, const char *value);
	const char *values;
} options[] = {
	{"baud=", set_baud, "baud=50 to 10000000"},
	{"rate=", set_rate, "rate=auto or rate=fixed"},
	{"max=", set_max, "max=50 to 10000000"},
	{"clock=", set_clock, "clock=0 to 4000000000"},
	{"rtscts=", set_rtscts, "rtscts=on or rtscts=off"},
	{"wait", set_wait, "wait"},
};

static int parse_option(struct port *port, const char *text, char *error, size_t error_size)
{
	for (size_t i = 0; i < COUNT(options); i++) {
		size_t n = strlen(options[i].name);

		if (strncmp(text, options[i].name, n) != 0)
			continue;
		if (!options[i].set(port, text + n))
			return 0;
		return complain_usage(error, error_size,
				      "port '%s': bad option '%s'; it must be %s", port->name,
				      text, options[i].values);
	}
	return complain_usage(error, error_size,
			      "port '%s': unknown option '%s'; known are baud=, rate=, max=, "
			      "clock=, rtscts= and wait",
			      port->name, text);
}

static int parse(struct port *port, const char *spec, char *error, size_t error_size)
{
	char *next;
	char *text;
	size_t n = 0;

	port->name = strdup(spec);
	if (!port->name)
		return complain(error, error_size, "out of memory");
	next = port->name;
	(void)strsep(&next, ",");
	while ((text = strsep(&next, ","))) {
		int status = parse_option(port, text, error, error_size);

		if (status < 0)
			return status;
	}

	for (size_t i = 0; i < COUNT(kinds) && !port->kind; i++) {
		n = strlen(kinds[i]->prefix);
		if (!strncmp(port->name, kinds[i]->prefix, n))
			port->kind = kinds[i];
	}
	port->target = port->name + n;
	if (!*port->target)
		return complain_usage(
			error, error_size,
			"port '%s' names nothing; see 'pigtail up --help' for the kinds "
			"of ports",
			spec);
	if (port->rate == PORT_RATE_AUTO && !port->kind->set_rate)
		return complain_usage(error, error_size,
				      "port '%s': rate=auto is for ttys only; leave it out",
				      port->name);
	if (port->rate == PORT_RATE_AUTO && !port->events.negotiates)
		return complain_usage(error, error_size,
				      "port '%s': rate=auto needs 'pigtail' at both ends; give "
				      "the rate by ',baud='",
				      port->name);
	if (!port->kind->set_rate)
		port_choose_rate(port, false);
	return 0;
}

void port_choose_rate(struct port *port, bool by_default)
{
	if (port->rate == PORT_RATE_BY_KIND)
		port->rate = by_default && port->events.negotiates && !port->base
				     ? PORT_RATE_AUTO
				     : PORT_RATE_FIXED;
	if (!port->base)
		port->base = port->rate == PORT_RATE_AUTO ? BAUD_AUTO : BAUD_DEFAULT;
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
	(void)snprintf(port->why, sizeof(port->why), "%s", why);
	poller_want(port->poller, 0);
	(void)uv_timer_start(&port->timer, on_timer, 0, 0);
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
	if (events & POLLER_ERROR)
		port_fail(port, "input/output error");
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

int port_open(uv_loop_t *loop, const char *spec, const struct port_events *events,
	      struct port **out, char *error, size_t error_size)
{
	struct port *port = calloc(1, sizeof(*port));
	int status;

	if (!port)
		return complain(error, error_size, "out of memory");
	port->loop = loop;
	port->events = *events;
	port->uart = (struct ptl_uart){0, 1, UART_MAX};
	port->fd = -1;
	port->want_read = true;
	port->retry_ms = RETRY_MIN_MS;
	status = parse(port, spec, error, error_size);
	if (status < 0)
		goto bad;
	(void)snprintf(port->detail, sizeof(port->detail), "%s", port->target);
	port->data = calloc(1, port->kind->data_size + 1);
	if (!port->data) {
		status = complain(error, error_size, "out of memory");
		goto bad;
	}
	(void)uv_timer_init(loop, &port->timer);
	port->timer.data = port;
	status = port->kind->start(port, error, error_size);
	if (status < 0) {
		port_close(port);
		return status;
	}
	if (port->state == PORT_WAITING && port->kind->retry)
		(void)uv_timer_start(&port->timer, on_timer, 0, 0);
	*out = port;
	return 0;

bad:
	free(port->name);
	free(port);
	return status;
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
		port_fail(port, strerror(errno));
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
		port_fail(port, strerror(errno));
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

size_t port_queued(const struct port *port)
{
	if (port->state != PORT_OPEN || !port->kind->queued)
		return PTL_PACER_UNKNOWN;
	return port->kind->queued(port);
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
