// SPDX-License-Identifier: GPL-2.0-only
/*
 * While an image is written, the UART is lent to the flasher (pigtail/loan.h). At the end the
 * bridge is told that its UART is there anew, and sets format and lines as it has them by then.
 *
 * The consoles are not told what a boot loader says.
 */
#include "host/bridge/programming.h"

#include "host/base/log.h"
#include "host/base/timer.h"

#include <pigtail/loan.h>
#include <stdlib.h>

#define PULSE_US 100000u

struct programming {
	uv_loop_t *loop;
	struct programming_config config;
	struct ptl_loan loan;
	struct flashing *flashing; /* as long as it is lent */
	struct flashing_events events;
	struct timer *timer; /* the end of a reset, or the flashing is to be freed */
	bool resets, over;
};

/* ---- the bridge ---- */

struct ptl_serial_seam programming_serial(struct programming *one)
{
	return ptl_loan_serial(&one->loan);
}

struct ptl_programmer_seam programming_programmer(struct programming *one)
{
	return ptl_loan_programmer(&one->loan);
}

void programming_attach(struct programming *one, struct ptl_bridge *bridge)
{
	one->loan.bridge = bridge;
}

struct ptl_programmer_seam programming_renew(struct programming *one)
{
	one->loan.programmer = target_programmer(one->config.target);
	return programming_programmer(one);
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
		.format = *ptl_bridge_format(one->loan.bridge),
		.pins = target_pins(one->config.target),
		.image = image,
	};

	int status;

	one->events = *events;
	status = flashing_start(one->loop, &config, &own, &one->flashing, error, error_size);
	one->loan.lent = status == 0;
	return status;
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
	one->loan.lent = false;
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
	one->loan = (struct ptl_loan){.serial = config->serial,
				      .programmer = target_programmer(config->target)};
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
