// SPDX-License-Identifier: GPL-2.0-only
/* A flashing that begins when its UART is open, which has OPEN_US for it. */
#include "host/bridge/flashing_port.h"

#include "host/base/log.h"
#include "host/base/timer.h"
#include "host/bridge/pins.h"
#include "host/bridge/uart.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_US 10000000u /* for a UART that is waited for */

struct flashing_port {
	uv_loop_t *loop;
	struct flashing_port_config config;
	struct flashing_events events;
	struct uart uart;
	struct ptl_serial_seam serial;
	struct ptl_serial_format format;
	struct pins *pins;
	struct timer *timer;
	struct flashing *flashing; /* NULL: not begun */
	bool over;
	uv_idle_t last;
};

/* It never began. */
static void give_up(struct flashing_port *port, const char *why)
{
	const struct ptl_flasher_state state = {.phase = PTL_FLASHER_DONE};

	if (port->over)
		return;
	port->over = true;
	timer_set(port->timer, PTL_NEVER);
	port->events.done(port->events.user, &state, why);
}

static void on_time(void *user)
{
	struct flashing_port *port = user;
	char why[256];

	(void)snprintf(why, sizeof(why), "%s: it doesn't open", port->config.port);
	give_up(port, why);
}

/* ---- the UART ---- */

static void on_data(void *user, const uint8_t *bytes, size_t n)
{
	struct flashing_port *port = user;

	if (port->flashing)
		flashing_uart(port->flashing, bytes, n);
}

static void on_room(void *user)
{
	struct flashing_port *port = user;

	if (port->flashing)
		flashing_room(port->flashing);
}

static void on_errors(void *user, unsigned errors)
{
	(void)user;
	log_detail("UART: errors%s%s%s", errors & PTL_SERIAL_OVERRUN ? " overrun" : "",
		   errors & PTL_SERIAL_FRAMING ? " framing" : "",
		   errors & PTL_SERIAL_PARITY ? " parity" : "");
}

static void on_modem(void *user)
{
	(void)user;
}

static void begin(struct flashing_port *port)
{
	struct flashing_config config = {
		.name = port->config.port,
		.target = port->config.target.kind,
		.serial = port->serial,
		.pins = pins_seam(port->pins),
		.image = port->config.image,
	};
	char error[128];

	timer_set(port->timer, PTL_NEVER);
	port->serial.set_format(port->serial.user, &port->format);
	config.format = port->format;
	if (flashing_start(port->loop, &config, &port->events, &port->flashing, error,
			   sizeof(error)) < 0)
		give_up(port, error);
}

/* It may be open before uart_open() returns: then flashing_port_start() begins. */
static void on_opened(void *user)
{
	struct flashing_port *port = user;

	if (port->pins && !port->flashing && !port->over)
		begin(port);
}

static void on_lost(void *user, const char *why)
{
	struct flashing_port *port = user;

	if (!port->flashing)
		return;
	log_line("lost %s: %s", port->config.port, why);
	flashing_lost(port->flashing);
}

/* ---- its life ---- */

int flashing_port_start(uv_loop_t *loop, const struct flashing_port_config *config,
			const struct flashing_events *events, struct flashing_port **made,
			char *error, size_t error_size)
{
	struct flashing_port *port = calloc(1, sizeof(*port));
	const struct uart_events uart = {port,	   on_data,   on_room, on_errors,
					 on_modem, on_opened, on_lost};
	int status;

	if (!port)
		return complain(error, error_size, "out of memory");
	port->loop = loop;
	port->config = *config;
	port->events = *events;
	port->format = PTL_SERIAL_FORMAT_DEFAULT;
	port->timer = timer_new(loop, on_time, port);
	(void)uv_idle_init(loop, &port->last);
	if (!port->timer) {
		flashing_port_free(port);
		return complain(error, error_size, "cannot make a timer: %s", strerror(errno));
	}
	status = uart_open(loop, config->port, &uart, &port->format, &port->uart, error,
			   error_size);
	if (!status) {
		port->serial = uart_seam(&port->uart);
		status = pins_open(&port->pins, &config->target.pins, &port->serial, error,
				   error_size);
	}
	if (status) {
		flashing_port_free(port);
		return status;
	}
	*made = port;
	timer_set(port->timer, timer_now() + OPEN_US);
	if (port->uart.kind->is_open(port->uart.data))
		begin(port);
	return 0;
}

void flashing_port_abort(struct flashing_port *port)
{
	if (port->flashing)
		flashing_abort(port->flashing);
	else
		give_up(port, ptl_flasher_error_name(PTL_FLASHER_ABORTED));
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void flashing_port_free(struct flashing_port *port)
{
	if (!port)
		return;
	flashing_free(port->flashing);
	if (port->uart.kind)
		port->uart.kind->close(port->uart.data);
	if (port->pins)
		pins_close(port->pins);
	timer_free(port->timer);
	port->last.data = port;
	uv_close((uv_handle_t *)&port->last, on_closed);
}
