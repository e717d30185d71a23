/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Why the firmware started, and safe mode: after BOOTS_FAILED starts in a row that ended
 * by a crash or a watchdog before they had gone well, the next one is a safe start. The
 * link and the card run then, the radio does not (card.h): the host can ask, update and
 * restart, whatever it was that failed. A start that was asked for, or a loss of power,
 * ends it.
 *
 * The target keeps struct device_boots where a restart leaves it alone: RTC memory, a
 * section that start-up code does not clear, or flash. Whatever stands there at power-up
 * is told from a state of ours by its checksum.
 */
#ifndef PIGTAIL_BOOTS_H
#define PIGTAIL_BOOTS_H

#include <pigtail/control.h>

#define BOOTS_FAILED  3u
#define BOOTS_WELL_US 10000000u /* a start that has run so long has gone well */

struct device_boots {
	uint32_t boots;	 /* starts since power-up, or since it was flashed */
	uint32_t failed; /* in a row */
	uint32_t marks;	 /* asked for, gone well */
	uint32_t check;
};

/* A start. why: what the hardware says: POWER, RESET, CRASH or WATCHDOG. Returns why it
 * was in truth: also ASKED, or SAFE. */
enum ptl_boot device_boots_begin(struct device_boots *boots, enum ptl_boot why);

/* This start has gone well. */
void device_boots_well(struct device_boots *boots);

/* It ends now, for it was asked to. */
void device_boots_ask(struct device_boots *boots);

#endif
