/* SPDX-License-Identifier: GPL-2.0-only */
/* An image on its way into a target: the portable flasher with a UART and pins. */
#ifndef PIGTAIL_HOST_FLASHING_H
#define PIGTAIL_HOST_FLASHING_H

#include "host/bridge/image.h"
#include "host/bridge/target.h"

#include <uv.h>

struct flashing_config {
	const char *port; /* as of uart_open() */
	struct target_config target;
	struct image *image; /* stays the caller's, until flashing_free() */
};

struct flashing_events {
	void *user;
	void (*progress)(void *user, const struct ptl_flasher_state *state);
	/* It is over; why it failed, or NULL: all is verified. */
	void (*done)(void *user, const struct ptl_flasher_state *state, const char *why);
};

struct flashing;

/* Opens the UART and the pins, and begins. -1 or -2 with a line in error. */
int flashing_start(uv_loop_t *loop, const struct flashing_config *config,
		   const struct flashing_events *events, struct flashing **flashing,
		   char *error, size_t error_size);

/* The target is reset, then done() follows. */
void flashing_abort(struct flashing *flashing);

/* Not from within its events. The loop has to run once more. NULL does nothing. */
void flashing_free(struct flashing *flashing);

#endif
