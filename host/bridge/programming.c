// SPDX-License-Identifier: GPL-2.0-only
/*
 * While an image is written, the UART is lent to the flasher:
 *
 *	bridge ---- these seams ----> UART, pins        usually
 *	bridge ---- these seams --X   flashing ----> UART, pins
 *
 * The bridge then writes nothing (its clients are held back, none of their bytes is lost),
 * a format or a line that somebody sets is what the bridge remembers, and a programmer that
 * comes is hung up on, as if another one were at work, which is so. At the end the bridge is
 * told that its UART is there anew, and sets format and lines as it has them by then.
 *
 * The consoles are not told what a boot loader says.
 */
#include "host/bridge/programming.h"

#include "host/base/log.h"
#include "host/base/timer.h"

#include <stdlib.h>

#define PULSE_US 100000u

struct programming {
	uv_loop_t *loop;
	struct programming_config config;
	struct ptl_programmer_seam programmer; /* the target's */
	struct ptl_bridge *bridge;
	struct flashing *flashing; /* NULL: the UART is the bridge's */
	struct flashing_events events;
	struct timer *timer; /* the end of a reset, or the flashing is to be freed */
	bool resets, over;
};

/* ---- the UART, for the bridge ---- */

static size_t uart_write(void *user, const uint8_t *bytes, size_t n)
{
	const struct programming *one = user;

	return one->flashing ? 0 : one->config.serial.write(one->config.serial.user, bytes, n);
}

static bool uart_drained(void *user)
{
	const struct programming *one = user;

	return one->flashing || one->config.serial.drained(one->config.serial.user);
}

static void uart_set_format(void *user, struct ptl_serial_format *format)
{
	const struct programming *one = user;

	if (!one->flashing)
		one->config.serial.set_format(one->config.serial.user, format);
}

static void uart_set_line(void *user, enum ptl_serial_line line, bool on)
{
	const struct programming *one = user;

	if (!one->flashing)
		one->config.serial.set_line(one->config.serial.user, line, on);
}

static unsigned uart_modem(void *user)
{
	const struct programming *one = user;

	return one->config.serial.modem(one->config.serial.user);
}

static void uart_purge(void *user, unsigned what)
{
	const struct programming *one = user;

	if (!one->flashing)
		one->config.serial.purge(one->config.serial.user, what);
}

struct ptl_serial_seam programming_serial(struct programming *one)
{
	return (struct ptl_serial_seam){
		.user = one,
		.write = uart_write,
		.drained = uart_drained,
		.set_format = uart_set_format,
		.set_line = uart_set_line,
		.modem = uart_modem,
		.purge = uart_purge,
	};
}

/* ---- the programmer, for the bridge ---- */

static enum ptl_match match(void *user, const uint8_t *bytes, size_t n, bool console)
{
	const struct programming *one = user;

	return one->programmer.match(one->programmer.user, bytes, n, console);
}

static void begin(void *user, ptl_time now, unsigned client)
{
	const struct programming *one = user;

	if (one->flashing)
		ptl_bridge_drop(one->bridge);
	else
		one->programmer.begin(one->programmer.user, now, client);
}

static void end(void *user, ptl_time now)
{
	const struct programming *one = user;

	if (!one->flashing)
		one->programmer.end(one->programmer.user, now);
}

static size_t from_client(void *user, ptl_time now, const uint8_t *bytes, size_t n)
{
	const struct programming *one = user;

	return one->flashing ? n : one->programmer.client(one->programmer.user, now, bytes, n);
}

static bool from_uart(void *user, ptl_time now, const uint8_t *bytes, size_t n)
{
	const struct programming *one = user;

	return one->programmer.uart(one->programmer.user, now, bytes, n);
}

static bool set_line(void *user, ptl_time now, unsigned client, enum ptl_serial_line line,
		     bool on)
{
	const struct programming *one = user;

	return !one->flashing &&
	       one->programmer.line(one->programmer.user, now, client, line, on);
}

static ptl_time poll(void *user, ptl_time now)
{
	const struct programming *one = user;

	return one->flashing ? PTL_NEVER : one->programmer.poll(one->programmer.user, now);
}

static void renewed(void *user, ptl_time now)
{
	const struct programming *one = user;

	if (!one->flashing)
		one->programmer.renewed(one->programmer.user, now);
}

static bool take_format(void *user, struct ptl_serial_format *format)
{
	const struct programming *one = user;

	return !one->flashing && one->programmer.format(one->programmer.user, format);
}

struct ptl_programmer_seam programming_programmer(struct programming *one)
{
	return (struct ptl_programmer_seam){
		.user = one,
		.match = match,
		.begin = begin,
		.end = end,
		.client = from_client,
		.uart = from_uart,
		.line = set_line,
		.poll = poll,
		.renewed = renewed,
		.format = take_format,
		.lines = one->programmer.lines,
	};
}

void programming_attach(struct programming *one, struct ptl_bridge *bridge)
{
	one->bridge = bridge;
}

/* ---- what the UART tells ---- */

bool programming_uart(struct programming *one, const uint8_t *bytes, size_t n)
{
	if (one->flashing)
		flashing_uart(one->flashing, bytes, n);
	return one->flashing;
}

bool programming_room(struct programming *one)
{
	if (one->flashing)
		flashing_room(one->flashing);
	return one->flashing;
}

bool programming_lost(struct programming *one)
{
	if (one->flashing)
		flashing_lost(one->flashing);
	return one->flashing;
}

/* ---- an image ---- */

static void on_progress(void *user, const struct ptl_flasher_state *state)
{
	const struct programming *one = user;

	one->events.progress(one->events.user, state);
}

/* From within the flashing, which can't be freed now. */
static void on_done(void *user, const struct ptl_flasher_state *state, const char *why)
{
	struct programming *one = user;

	if (why)
		log_line("%s: an upload failed: %s", one->config.name, why);
	else
		log_line("%s: %s, %u bytes written and verified", one->config.name, state->chip,
			 (unsigned)state->total);
	one->events.done(one->events.user, state, why);
	one->over = true;
	timer_set(one->timer, timer_now());
}

int programming_flash(struct programming *one, enum ptl_target kind, struct image *image,
		      const struct flashing_events *events, char *error, size_t error_size)
{
	const struct flashing_events own = {one, on_progress, on_done};
	const struct flashing_config config = {
		.name = one->config.name,
		.target = kind,
		.serial = one->config.serial,
		.format = *ptl_bridge_format(one->bridge),
		.pins = target_pins(one->config.target),
		.image = image,
	};

	one->events = *events;
	return flashing_start(one->loop, &config, &own, &one->flashing, error, error_size);
}

void programming_abort(struct programming *one)
{
	if (one->flashing && !one->over)
		flashing_abort(one->flashing);
}

bool programming_is_busy(const struct programming *one)
{
	return one->flashing || one->resets;
}

/* ---- a reset ---- */

static void pull(const struct programming *one, bool active)
{
	struct ptl_target_pins_seam pins = target_pins(one->config.target);

	pins.set(pins.user, PTL_TARGET_RESET, active);
}

bool programming_reset(struct programming *one)
{
	struct ptl_target_pins_seam pins = target_pins(one->config.target);

	if (!pins.set || !pins.has[PTL_TARGET_RESET])
		return false;
	pull(one, true);
	one->resets = true;
	timer_set(one->timer, timer_now() + (pins.pulse ? pins.pulse : PULSE_US));
	return true;
}

static void on_time(void *user)
{
	struct programming *one = user;

	if (one->resets)
		pull(one, false);
	one->resets = false;
	if (!one->over)
		return;
	one->over = false;
	flashing_free(one->flashing);
	one->flashing = NULL;
	one->config.returned(one->config.user);
}

/* ---- its life ---- */

struct programming *programming_new(uv_loop_t *loop, const struct programming_config *config)
{
	struct programming *one = calloc(1, sizeof(*one));

	if (!one)
		return NULL;
	one->loop = loop;
	one->config = *config;
	one->programmer = target_programmer(config->target);
	one->timer = timer_new(loop, on_time, one);
	if (one->timer)
		return one;
	free(one);
	return NULL;
}

void programming_free(struct programming *one)
{
	if (!one)
		return;
	if (one->resets)
		pull(one, false);
	flashing_free(one->flashing);
	timer_free(one->timer);
	free(one);
}
