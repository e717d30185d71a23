/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An image on its way into a target: the portable flasher on a loop, with a UART and pins
 * that are its owner's, who passes on what the UART tells.
 */
#ifndef PIGTAIL_HOST_FLASHING_H
#define PIGTAIL_HOST_FLASHING_H

#include "host/bridge/image.h"

#include <uv.h>

struct flashing_config {
	const char *name;	/* of the UART, for who is told that it was lost; it stays */
	enum ptl_target target; /* AVR, MEGA, STM32 or ESP */
	struct ptl_serial_seam serial;
	struct ptl_serial_format format; /* in force */
	struct ptl_target_pins_seam pins;
	struct image *image; /* stays the caller's, until flashing_free() */
};

struct flashing_events {
	void *user;
	void (*progress)(void *user, const struct ptl_flasher_state *state);
	/* It is over; why it failed, or NULL: all is verified. */
	void (*done)(void *user, const struct ptl_flasher_state *state, const char *why);
};

struct flashing;

/* Begins. -1 with a line in error. */
int flashing_start(uv_loop_t *loop, const struct flashing_config *config,
		   const struct flashing_events *events, struct flashing **flashing,
		   char *error, size_t error_size);

/* The UART: bytes, room after a short write, and that it is gone. */
void flashing_uart(struct flashing *flashing, const uint8_t *bytes, size_t n);
void flashing_room(struct flashing *flashing);
void flashing_lost(struct flashing *flashing);

/* The target is reset, then done() follows. */
void flashing_abort(struct flashing *flashing);

void flashing_get_state(const struct flashing *flashing, struct ptl_flasher_state *state);

/* Where it is not over, the target is reset into its program before this returns (a tenth of
 * a second). Not from within its events. NULL does nothing. */
void flashing_free(struct flashing *flashing);

#endif
