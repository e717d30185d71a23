/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What an image is, beyond the board: one file for each, linked with main.c.
 */
#ifndef PIGTAIL_LX60_PERSONALITY_H
#define PIGTAIL_LX60_PERSONALITY_H

#include "boot.h"

#include <pigtail/device.h>

/* As it calls itself in the log. */
extern const char personality_name[];

/* Fills config->radio, and changes of config->link what it wants otherwise. */
void personality_init(struct device_config *config, const struct boot *boot);

/* The device is made. false: it can't begin. */
bool personality_start(struct device *device, const struct device_config *config,
		       const struct boot *boot);

/* Takes turns for ever. main.c has one, for an image that has nothing to do besides. */
_Noreturn void personality_run(void);

/* main.c: all that the board has to do now; returns when the next turn is due. */
ptl_time board_turn(void);

#endif
