/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a spec to a port: its kind by the prefix, its options, and the kind's start.
 */
#include "host/base/log.h"
#include "host/port/kind.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UART_MAX 5000000u
#define BAUD_MIN 50u
#define BAUD_MAX 10000000u

/* The first prefix that fits; the empty one of the tty comes last. */
static const struct port_kind *const kinds[] = {
	&port_kind_pty,	 &port_kind_tcp_listen,	 &port_kind_tcp,
	&port_kind_unix, &port_kind_unix_listen, &port_kind_tty,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct port_kind *kind_of(const char *name)
{
	size_t i = 0;

	while (strncmp(name, kinds[i]->prefix, strlen(kinds[i]->prefix)) != 0)
		i++;
	return kinds[i];
}

bool port_is_named(const char *spec)
{
	return *kind_of(spec)->prefix || strchr(spec, '/');
}

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

	port->kind = kind_of(port->name);
	port->target = port->name + strlen(port->kind->prefix);
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

int port_open(uv_loop_t *loop, const char *spec, const struct port_events *events,
	      struct port **out, char *error, size_t error_size)
{
	struct port *port = calloc(1, sizeof(*port));
	int status;

	if (!port)
		return complain(error, error_size, "out of memory");
	port->events = *events;
	port->uart = (struct ptl_uart){0, 1, UART_MAX};
	status = parse(port, spec, error, error_size);
	if (status < 0)
		goto bad;
	(void)snprintf(port->detail, sizeof(port->detail), "%s", port->target);
	port->data = calloc(1, port->kind->data_size + 1);
	if (!port->data) {
		status = complain(error, error_size, "out of memory");
		goto bad;
	}
	port_init(port, loop);
	status = port->kind->start(port, error, error_size);
	if (status < 0) {
		port_close(port);
		return status;
	}
	if (port->state == PORT_WAITING && port->kind->retry)
		port_try(port);
	*out = port;
	return 0;

bad:
	free(port->name);
	free(port);
	return status;
}

bool port_place(const char *spec, char *path, size_t size)
{
	const struct port_kind *kind = kind_of(spec);
	const char *target = spec + strlen(kind->prefix);
	size_t n = strcspn(target, ",");

	if (kind->place == PORT_AT_ADDRESS || n >= size)
		return false;
	memcpy(path, target, n);
	path[n] = 0;
	if (kind->place == PORT_IN_FOLDER) {
		const char *folder = dirname(path);

		memmove(path, folder, strlen(folder) + 1);
	}
	return true;
}
