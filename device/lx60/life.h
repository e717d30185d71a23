/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What a restart leaves alone: how often the board has started, and why. */
#ifndef PIGTAIL_LX60_LIFE_H
#define PIGTAIL_LX60_LIFE_H

#include <pigtail/boots.h>

/* Once, at the start: see boots.h. */
enum ptl_boot life_begin(void);

/* Starts since power-up, this one included. */
uint32_t life_boots(void);

/* Of them in a row, before this one, that ended by a crash or the watchdog. */
uint32_t life_failed(void);

/* This start has gone well; this one ends because it was asked to, or why else. The
 * first word counts. */
void life_well(void);
void life_ask(void);
void life_ends(enum ptl_boot why);

#endif
