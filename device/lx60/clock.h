/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Time, sleep and the watchdog of the lx60. See clock.c.
 */
#ifndef PIGTAIL_LX60_CLOCK_H
#define PIGTAIL_LX60_CLOCK_H

#include <pigtail/clock.h>

/* First of all; interrupts are off before, and on afterwards. */
void clock_start(void);

/* The seam. */
extern const struct ptl_clock lx60_clock;

/* Microseconds since clock_start(). */
ptl_time clock_now(void *user);

/* From an interrupt: sleep() is to return. */
void clock_wake(void);

/* The main loop lives. Without it for WATCHDOG_US the device panics and restarts. */
#define WATCHDOG_US 3000000u
void clock_feed_watchdog(void);

/* Adds to what entropy() is made of. */
void clock_stir(uint32_t chance);

#endif
