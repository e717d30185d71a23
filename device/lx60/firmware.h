/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What an image keeps in QEMU's flash, if there is one: the store, and itself, when
 * loader.c started it. For a card (card.h).
 */
#ifndef PIGTAIL_LX60_FIRMWARE_H
#define PIGTAIL_LX60_FIRMWARE_H

#include <pigtail/card.h>

#define FIRMWARE_OWNERS 2

/* board: constant. share: of the card. Puts its owners into owners, and returns how many;
 * 0: there is no flash. */
unsigned firmware_start(const char *board, struct ptl_share *share,
			struct device_owner owners[FIRMWARE_OWNERS]);

/* For device_card_config: the streams, NULL without flash; and the name of what runs, as it
 * was signed, or usual. */
struct ptl_streams *firmware_streams(void);
const char *firmware_name(const char *usual);

/* The device is made. */
void firmware_attach(struct device *device);

#endif
