// SPDX-License-Identifier: GPL-2.0-only
/*
 * Begins when the UART is open; a UART that goes away in the middle is a failure, and where
 * it was is told. Whatever happens, the pins' moves are played to their end before done().
 */
#include "host/bridge/flashing.h"

#include "host/base/log.h"
#include "host/base/timer.h"
#include "host/bridge/pins.h"
#include "host/bridge/uart.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_US	 10000000u /* for a UART that is waited for */
#define REASON_N 256

struct flashing {
	struct flashing_config config;
	struct flashing_events events;
	struct uart uart;
	struct ptl_serial_seam serial;
	struct ptl_serial_format format;
	struct pins *pins;
	struct timer *timer;
	void *memory;
	struct ptl_flasher *flasher; /* NULL: not begun */
	bool lost, over;
	ptl_time gives_up;
	uv_idle_t last;
};

/* ---- its course ---- */

static const char *reason(const struct flashing *flashing,
			  const struct ptl_flasher_state *state, char *text, size_t size)
{
	const char *error = ptl_flasher_error_name(state->error);

	switch (flashing->lost ? PTL_FLASHER_OK : state->error) {
	case PTL_FLASHER_OK:
		(void)snprintf(text, size, "lost %s", flashing->config.port);
		break;
	case PTL_FLASHER_RANGE:
		(void)snprintf(text, size,
			       "%s: bytes at 0x%x, and the flash of this %s is 0x%x to 0x%x",
			       error, (unsigned)state->address, state->chip,
			       (unsigned)state->chip_from, (unsigned)state->chip_to - 1);
		break;
	case PTL_FLASHER_NO_TARGET:
		(void)snprintf(text, size,
			       "%s after reset; see --target, --pins, and ,baud=", error);
		break;
	case PTL_FLASHER_NO_VERIFY:
	case PTL_FLASHER_UNKNOWN_CHIP:
	case PTL_FLASHER_ABORTED:
		(void)snprintf(text, size, "%s%s%s", error, state->chip ? ": " : "",
			       state->chip ? state->chip : "");
		break;
	default:
		(void)snprintf(text, size, "%s, at 0x%x", error, (unsigned)state->address);
		break;
	}
	return text;
}

static void finish(struct flashing *flashing)
{
	struct ptl_flasher_state state = {.phase = PTL_FLASHER_DONE};
	char text[REASON_N];

	if (flashing->over)
		return;
	flashing->over = true;
	timer_set(flashing->timer, PTL_NEVER);
	if (flashing->flasher)
		ptl_flasher_get_state(flashing->flasher, &state);
	flashing->events.done(flashing->events.user, &state,
			      flashing->lost || state.error
				      ? reason(flashing, &state, text, sizeof(text))
				      : NULL);
}

static void go_on(struct flashing *flashing)
{
	struct ptl_flasher_state state;
	ptl_time due;

	if (flashing->over || !flashing->flasher)
		return;
	due = ptl_flasher_poll(flashing->flasher, timer_now());
	ptl_flasher_get_state(flashing->flasher, &state);
	flashing->events.progress(flashing->events.user, &state);
	timer_set(flashing->timer, due);
	if (ptl_flasher_done(flashing->flasher))
		finish(flashing);
}

static void on_time(void *user)
{
	struct flashing *flashing = user;

	if (!flashing->flasher) {
		flashing->lost = true;
		finish(flashing);
		return;
	}
	go_on(flashing);
}

/* ---- the UART ---- */

static void on_data(void *user, const uint8_t *bytes, size_t n)
{
	struct flashing *flashing = user;

	if (!flashing->flasher || flashing->over)
		return;
	ptl_flasher_uart(flashing->flasher, timer_now(), bytes, n);
	go_on(flashing);
}

static void on_room(void *user)
{
	go_on(user);
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

static void begin(struct flashing *flashing)
{
	struct ptl_flasher_config config = {
		.target = flashing->config.target.kind,
		.serial = flashing->serial,
		.format = flashing->format,
		.pins = pins_seam(flashing->pins),
		.user = flashing->config.image,
		.read = image_read,
		.md5 = image_md5,
	};

	config.segment = image_segments(flashing->config.image, &config.segments);
	flashing->serial.set_format(flashing->serial.user, &flashing->format);
	flashing->flasher = ptl_flasher_init(flashing->memory, &config, timer_now());
	go_on(flashing);
}

/* It may be open before uart_open() returns: then flashing_start() begins. */
static void on_opened(void *user)
{
	struct flashing *flashing = user;

	if (flashing->pins && !flashing->flasher && !flashing->over)
		begin(flashing);
}

static void on_lost(void *user, const char *why)
{
	struct flashing *flashing = user;

	if (!flashing->flasher || flashing->over)
		return;
	log_line("lost %s: %s", flashing->config.port, why);
	flashing->lost = true;
	flashing_abort(flashing);
}

/* ---- its life ---- */

int flashing_start(uv_loop_t *loop, const struct flashing_config *config,
		   const struct flashing_events *events, struct flashing **made, char *error,
		   size_t error_size)
{
	struct flashing *flashing = calloc(1, sizeof(*flashing));
	const struct uart_events uart = {flashing, on_data,   on_room, on_errors,
					 on_modem, on_opened, on_lost};
	int status;

	if (!flashing)
		return complain(error, error_size, "out of memory");
	flashing->config = *config;
	flashing->events = *events;
	flashing->format = PTL_SERIAL_FORMAT_DEFAULT;
	flashing->memory = malloc(ptl_flasher_size());
	flashing->timer = timer_new(loop, on_time, flashing);
	(void)uv_idle_init(loop, &flashing->last);
	if (!flashing->memory || !flashing->timer) {
		flashing_free(flashing);
		return complain(error, error_size, "cannot make a timer: %s", strerror(errno));
	}
	status = uart_open(loop, config->port, &uart, &flashing->format, &flashing->uart, error,
			   error_size);
	if (!status) {
		flashing->serial = uart_seam(&flashing->uart);
		status = pins_open(&flashing->pins, &config->target.pins, &flashing->serial,
				   error, error_size);
	}
	if (status) {
		flashing_free(flashing);
		return status;
	}
	*made = flashing;
	timer_set(flashing->timer, timer_now() + OPEN_US);
	if (flashing->uart.kind->is_open(flashing->uart.data))
		begin(flashing);
	return 0;
}

void flashing_abort(struct flashing *flashing)
{
	if (!flashing->flasher) {
		finish(flashing);
		return;
	}
	ptl_flasher_abort(flashing->flasher, timer_now());
	go_on(flashing);
}

static void on_closed(uv_handle_t *handle)
{
	struct flashing *flashing = handle->data;

	free(flashing->memory);
	free(flashing);
}

void flashing_free(struct flashing *flashing)
{
	if (!flashing)
		return;
	if (flashing->uart.kind)
		flashing->uart.kind->close(flashing->uart.data);
	if (flashing->pins)
		pins_close(flashing->pins);
	timer_free(flashing->timer);
	flashing->last.data = flashing;
	uv_close((uv_handle_t *)&flashing->last, on_closed);
}
