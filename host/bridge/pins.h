/* SPDX-License-Identifier: GPL-2.0-only */
/* The pins of a bridge's target, as --pins says what they are. See pins.c. */
#ifndef PIGTAIL_HOST_PINS_H
#define PIGTAIL_HOST_PINS_H

#include "host/bridge/pins_options.h"

#include <pigtail/serial.h>

struct pins;

/* Finds the pins, and drives none yet. serial: for dtr and rts, stays the caller's and must
 * stay. Returns -1, and why in error. */
int pins_open(struct pins **pins, const struct pins_options *options,
	      const struct ptl_serial_seam *serial, char *error, size_t error_size);

/* Other pins, those that were are let go; where one cannot be had, all is as before, and -1
 * and why in error. Who has the seam takes it anew. */
int pins_change(struct pins *pins, const struct pins_options *options, char *error,
		size_t error_size);

/* For a proxy or a flasher. Each change of a pin is told by log_detail(); one that fails,
 * by log_line(), once. */
struct ptl_target_pins_seam pins_seam(struct pins *pins);

/* Pins keep their level. */
void pins_close(struct pins *pins);

#endif
