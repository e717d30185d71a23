/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The application's own part of the flash: see firmware.c. */
#ifndef PIGTAIL_ESPRESSIF_FIRMWARE_H
#define PIGTAIL_ESPRESSIF_FIRMWARE_H

#include <pigtail/firmware.h>

/* Before all else; may start the other slot, and not come back. NULL: this flash has no
 * room for a store and two slots. */
struct device_firmware *firmware_open(void);

/* Puts what answers the host into owners. */
void firmware_start(const char *board, struct ptl_radio_control *control,
		    struct device_owner owners[FIRMWARE_OWNERS]);

#endif
