/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The UART of `pigtail bridge`: a PORT of the command line (port.h), with formats and
 * modem lines where it is a tty; or the simulated one, PORT loop:. It comes and goes as
 * ports do.
 */
#ifndef PIGTAIL_HOST_BRIDGE_UART_H
#define PIGTAIL_HOST_BRIDGE_UART_H

#include <pigtail/serial.h>
#include <uv.h>

struct uart_events {
	void *user;
	void (*data)(void *user, const uint8_t *bytes, size_t n);
	void (*room)(void *user);		     /* after a short write */
	void (*errors)(void *user, unsigned errors); /* PTL_SERIAL_* */
	void (*modem)(void *user);		     /* may have changed */
	void (*opened)(void *user);		     /* format and lines are to be set */
	void (*lost)(void *user, const char *why);
};

/* A UART, opened and perhaps waited for. */
struct uart {
	const struct uart_kind *kind;
	void *data;
};

struct uart_kind {
	struct ptl_serial_seam seam; /* without its user */
	bool (*is_open)(void *data);
	const char *(*name)(void *data);
	void (*close)(void *data);
};

/* Opens the PORT that spec names. format: its rate is what an option ,baud= says, if one
 * does, and its flow control what ,rtscts= says. Returns 0, or with a line in error -1
 * or -2 as port_open(). */
int uart_open(uv_loop_t *loop, const char *spec, const struct uart_events *events,
	      struct ptl_serial_format *format, struct uart *uart, char *error,
	      size_t error_size);

/* The seam, for as long as the UART is not closed. */
struct ptl_serial_seam uart_seam(const struct uart *uart);

#endif
