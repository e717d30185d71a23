/* SPDX-License-Identifier: GPL-2.0-only */
/* The microcontroller behind a bridge's UART: its pins, and who programs it for clients. */
#ifndef PIGTAIL_HOST_TARGET_H
#define PIGTAIL_HOST_TARGET_H

#include "host/bridge/pins_options.h"

#include <pigtail/bridge.h>

#define TARGET_PLACES 8u

struct target_config {
	enum ptl_target kind;
	struct pins_options pins;
	/* Where pins may be put while the bridge runs, beside dtr and rts. */
	struct pin_options place[TARGET_PLACES];
	size_t places;
};

/* One more place, unless it is known. false: there are too many. */
bool target_add_place(struct target_config *config, const struct pin_options *place);

struct target;

/* Returns -1, and why in error. serial must stay until target_close(). */
int target_open(const struct target_config *config, const struct ptl_serial_seam *serial,
		struct target **target, char *error, size_t error_size);

/* Another target, or other pins; -1, and why in error: it is as it was. What was had of it
 * below is to be had anew, while no programmer is at work. */
int target_change(struct target *target, const struct target_config *config, char *error,
		  size_t error_size);

/* For the bridge's configuration, and the bridge. */
struct ptl_programmer_seam target_programmer(struct target *target);
/* Its pins, for who is not a client. They are the programmer's while one is at work. */
struct ptl_target_pins_seam target_pins(struct target *target);
void target_attach(struct target *target, struct ptl_bridge *bridge);

/* Where a programmer is at work, the target is reset into its program before this returns
 * (a tenth of a second). NULL does nothing. */
void target_close(struct target *target);

#endif
