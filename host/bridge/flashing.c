// SPDX-License-Identifier: GPL-2.0-only
/*
 * The portable flasher with a clock. A UART that goes away in the middle is a failure, and
 * where it was is told. Whatever happens, the pins' moves are played to their end before
 * done(). It begins at the loop's next turn, so no event comes before its owner has it.
 */
#include "host/bridge/flashing.h"

#include "host/base/log.h"
#include "host/base/timer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REASON_N 256

struct flashing {
	struct flashing_config config;
	struct flashing_events events;
	struct timer *timer;
	struct ptl_flasher *flasher;
	bool lost, over;
};

static const char *reason(const struct flashing *flashing,
			  const struct ptl_flasher_state *state, char *text, size_t size)
{
	const char *error = ptl_flasher_error_name(state->error);

	switch (flashing->lost ? PTL_FLASHER_OK : state->error) {
	case PTL_FLASHER_OK:
		(void)snprintf(text, size, "lost %s", flashing->config.name);
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
	struct ptl_flasher_state state;
	char text[REASON_N];

	flashing->over = true;
	timer_set(flashing->timer, PTL_NEVER);
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

	if (flashing->over)
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
	go_on(user);
}

/* ---- its owner's ---- */

int flashing_start(uv_loop_t *loop, const struct flashing_config *config,
		   const struct flashing_events *events, struct flashing **made, char *error,
		   size_t error_size)
{
	struct flashing *flashing = calloc(1, sizeof(*flashing));
	void *memory = malloc(ptl_flasher_size());
	struct ptl_flasher_config core = {
		.target = config->target,
		.serial = config->serial,
		.format = config->format,
		.pins = config->pins,
		.user = config->image,
		.read = image_read,
		.md5 = image_md5,
	};

	core.segment = image_segments(config->image, &core.segments);
	if (flashing && memory)
		flashing->flasher = ptl_flasher_init(memory, &core, timer_now());
	if (!flashing || !flashing->flasher) {
		free(flashing);
		free(memory);
		return complain(error, error_size, "out of memory");
	}
	flashing->config = *config;
	flashing->events = *events;
	flashing->timer = timer_new(loop, on_time, flashing);
	if (!flashing->timer) {
		flashing_free(flashing);
		return complain(error, error_size, "cannot make a timer: %s", strerror(errno));
	}
	timer_set(flashing->timer, timer_now());
	*made = flashing;
	return 0;
}

void flashing_uart(struct flashing *flashing, const uint8_t *bytes, size_t n)
{
	if (flashing->over)
		return;
	ptl_flasher_uart(flashing->flasher, timer_now(), bytes, n);
	go_on(flashing);
}

void flashing_room(struct flashing *flashing)
{
	go_on(flashing);
}

void flashing_lost(struct flashing *flashing)
{
	if (flashing->over)
		return;
	flashing->lost = true;
	flashing_abort(flashing);
}

void flashing_abort(struct flashing *flashing)
{
	ptl_flasher_abort(flashing->flasher, timer_now());
	go_on(flashing);
}

void flashing_get_state(const struct flashing *flashing, struct ptl_flasher_state *state)
{
	ptl_flasher_get_state(flashing->flasher, state);
}

static void end_now(struct flashing *flashing)
{
	ptl_time due;

	ptl_flasher_abort(flashing->flasher, timer_now());
	while ((due = ptl_flasher_poll(flashing->flasher, timer_now())) != PTL_NEVER &&
	       !ptl_flasher_done(flashing->flasher)) {
		ptl_time now = timer_now();

		if (due > now)
			(void)usleep((useconds_t)(due - now));
	}
}

void flashing_free(struct flashing *flashing)
{
	if (!flashing)
		return;
	if (!flashing->over)
		end_now(flashing);
	timer_free(flashing->timer);
	free(flashing->flasher);
	free(flashing);
}
