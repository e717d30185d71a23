/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a client means by its DTR and RTS. See dance.c. */
#ifndef PTL_BRIDGE_DANCE_H
#define PTL_BRIDGE_DANCE_H

#include "loader.h"

struct ptl_dance {
	bool dtr, rts;
	bool resets, boots; /* both were off and on in the order that asks for it */
	unsigned entries;
};

/* A line is set. Returns whether it means pins; then moves, unless NULL, are to be played,
 * pulse us long. */
bool ptl_dance_line(struct ptl_dance *dance, enum ptl_target target,
		    const struct ptl_target_pins_seam *pins, enum ptl_serial_line line, bool on,
		    const struct ptl_pin_step **moves, ptl_time *pulse);

/* The same where lines hold pins (target_pins.h): which of them are held now. */
bool ptl_dance_holds(struct ptl_dance *dance, enum ptl_target target,
		     const struct ptl_target_pins_seam *pins, enum ptl_serial_line line,
		     bool on, bool held[PTL_TARGET_PINS]);

#endif
