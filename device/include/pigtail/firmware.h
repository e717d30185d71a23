/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a card (card.h) keeps in its flash, all together: the store, the slots of its
 * firmware, and the stream by which that is updated. A target brings the flash, its public
 * key, and knows from which slot it runs.
 */
#ifndef PIGTAIL_FIRMWARE_H
#define PIGTAIL_FIRMWARE_H

#include <pigtail/update.h>

#define FIRMWARE_OWNERS 2

struct device_firmware {
	struct device *device;
	struct ptl_store store;
	struct ptl_slots slots;
	struct ptl_streams streams;
	struct ptl_update update;
	struct ptl_image image; /* that runs, if it came by an update */
};

/* Opens the store where flash_map.h has it; flash must stay. false: the flash fails, and
 * nothing else of this may be called. */
bool device_firmware_open(struct device_firmware *firmware, const struct ptl_flash *flash);

/* board, key (PTL_IMAGE_KEY bytes): constant. running: the slot, or PTL_NO_SLOT. control: of
 * the card. Puts what answers the host into owners. */
void device_firmware_start(struct device_firmware *firmware, const char *board,
			   const uint8_t *key, int running, struct ptl_radio_control *control,
			   struct device_owner owners[FIRMWARE_OWNERS]);

/* The name of what runs, as it was signed; or usual. */
const char *device_firmware_name(const struct device_firmware *firmware, const char *usual);

/* The device is made. */
void device_firmware_attach(struct device_firmware *firmware, struct device *device);

#endif
