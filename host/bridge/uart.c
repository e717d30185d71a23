/* SPDX-License-Identifier: GPL-2.0-only */
/* From a spec to a UART: the simulated one, or a port. */
#include "host/bridge/uart.h"

#include "host/base/log.h"
#include "host/bridge/uart_kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOP "loop:"

/* What stands behind the option, or NULL. */
static const char *option(const char *spec, const char *name)
{
	const char *at = strstr(spec, name);

	return at ? at + strlen(name) : NULL;
}

static void read_options(const char *spec, struct ptl_serial_format *format)
{
	const char *baud = option(spec, ",baud="), *rtscts = option(spec, ",rtscts=on");
	unsigned long rate = baud ? strtoul(baud, NULL, 10) : 0;

	if (rate >= PTL_SERIAL_BAUD_MIN && rate <= PTL_SERIAL_BAUD_MAX)
		format->baud = (uint32_t)rate;
	if (rtscts)
		format->flow_out = format->flow_in = PTL_FLOW_HARDWARE;
}

int uart_open(uv_loop_t *loop, const char *spec, const struct uart_events *events,
	      struct ptl_serial_format *format, struct uart *uart, char *error,
	      size_t error_size)
{
	char full[512];

	read_options(spec, format);
	if (!strncmp(spec, LOOP, strlen(LOOP))) {
		const char *rest = spec + strlen(LOOP);

		if (*rest && strncmp(rest, ",baud=", 6) != 0)
			return complain_usage(error, error_size,
					      "port '%s': unknown option; loop: knows ,baud=N",
					      spec);
		return uart_loop_open(loop, events, uart, error, error_size);
	}
	/* Else a port would begin at a rate for links. */
	(void)snprintf(full, sizeof(full), "%s%s", spec,
		       option(spec, ",baud=") ? "" : ",baud=115200");
	return uart_port_open(loop, full, events, uart, error, error_size);
}

struct ptl_serial_seam uart_seam(const struct uart *uart)
{
	struct ptl_serial_seam seam = uart->kind->seam;

	seam.user = uart->data;
	return seam;
}
