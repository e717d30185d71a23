/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A port as the UART of a bridge. On a tty, formats, lines and errors are the driver's;
 * elsewhere (a pty, a socket) a format is whatever was asked for, since nothing there can
 * contradict. No driver tells a program of modem lines in a way that a loop can wait for,
 * so they are looked at LOOKS_MS apart, and the error counters with them.
 *
 * While the port is not open, what is written is gone, as on a UART that nothing is
 * plugged into; held back, it would come out much later, to another target.
 */
#include "host/bridge/uart_kind.h"

#include "host/base/log.h"
#include "host/port/port.h"
#include "host/port/tty_serial.h"

#include <stdlib.h>

#define LOOKS_MS 100
#define READS	 16 /* at one go */

struct uart_port {
	struct port *port;
	struct uart_events events;
	uv_timer_t look;
	unsigned modem;
	struct tty_serial_counts counts;
};

static void on_readable(void *user)
{
	struct uart_port *uart = user;
	uint8_t bytes[4096];

	for (unsigned i = 0; i < READS; i++) {
		size_t n = port_read(uart->port, bytes, sizeof(bytes));

		if (!n)
			return;
		uart->events.data(uart->events.user, bytes, n);
	}
}

static void on_writable(void *user)
{
	struct uart_port *uart = user;

	uart->events.room(uart->events.user);
}

static void on_opened(void *user)
{
	struct uart_port *uart = user;

	uart->counts = (struct tty_serial_counts){0};
	uart->events.opened(uart->events.user);
}

static void on_lost(void *user, const char *why)
{
	struct uart_port *uart = user;

	uart->events.lost(uart->events.user, why);
}

static void on_look(uv_timer_t *look)
{
	struct uart_port *uart = look->data;
	int fd = port_tty(uart->port);
	unsigned modem, errors;

	if (fd < 0)
		return;
	modem = tty_serial_modem(fd);
	if (modem != uart->modem)
		uart->events.modem(uart->events.user);
	uart->modem = modem;
	errors = tty_serial_errors(fd, &uart->counts);
	if (errors)
		uart->events.errors(uart->events.user, errors);
}

/* ---- the seam ---- */

static size_t seam_write(void *user, const uint8_t *bytes, size_t n)
{
	struct uart_port *uart = user;

	return port_is_open(uart->port) ? port_write(uart->port, bytes, n) : n;
}

static bool seam_drained(void *user)
{
	const struct uart_port *uart = user;

	return port_drained(uart->port);
}

static void seam_set_format(void *user, struct ptl_serial_format *format)
{
	const struct uart_port *uart = user;
	int fd = port_tty(uart->port);

	if (fd >= 0)
		tty_serial_set_format(fd, format);
}

static void seam_set_line(void *user, enum ptl_serial_line line, bool on)
{
	const struct uart_port *uart = user;
	int fd = port_tty(uart->port);

	if (fd >= 0)
		tty_serial_set_line(fd, line, on);
}

static unsigned seam_modem(void *user)
{
	const struct uart_port *uart = user;
	int fd = port_tty(uart->port);

	return fd < 0 ? 0 : tty_serial_modem(fd);
}

static void seam_purge(void *user, unsigned what)
{
	const struct uart_port *uart = user;
	int fd = port_tty(uart->port);

	if (fd >= 0)
		tty_serial_purge(fd, what);
}

/* ---- its life ---- */

static bool is_open(void *data)
{
	const struct uart_port *uart = data;

	return port_is_open(uart->port);
}

static const char *name(void *data)
{
	const struct uart_port *uart = data;

	return port_name(uart->port);
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void close_port(void *data)
{
	struct uart_port *uart = data;

	port_close(uart->port);
	uv_close((uv_handle_t *)&uart->look, on_closed);
}

static const struct uart_kind kind = {
	.seam = {NULL, seam_write, seam_drained, seam_set_format, seam_set_line, seam_modem,
		 seam_purge},
	.is_open = is_open,
	.name = name,
	.close = close_port,
};

int uart_port_open(uv_loop_t *loop, const char *spec, const struct uart_events *events,
		   struct uart *uart, char *error, size_t error_size)
{
	struct uart_port *data = calloc(1, sizeof(*data));
	const struct port_events port_events = {
		.user = data,
		.readable = on_readable,
		.writable = on_writable,
		.opened = on_opened,
		.lost = on_lost,
	};
	int status;

	if (!data)
		return complain(error, error_size, "out of memory");
	data->events = *events;
	status = port_open(loop, spec, &port_events, &data->port, error, error_size);
	if (status < 0) {
		free(data);
		return status;
	}
	(void)uv_timer_init(loop, &data->look);
	data->look.data = data;
	(void)uv_timer_start(&data->look, on_look, LOOKS_MS, LOOKS_MS);
	*uart = (struct uart){&kind, data};
	return 0;
}
