/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* An image's own part of QEMU's flash, if there is one: see pigtail/firmware.h. */
#ifndef PIGTAIL_LX60_FIRMWARE_H
#define PIGTAIL_LX60_FIRMWARE_H

#include <pigtail/firmware.h>

/* Puts its owners into owners, and returns how many; 0: there is no flash, and *made is
 * NULL. */
unsigned firmware_start(const char *board, struct ptl_radio_control *control,
			struct device_owner owners[FIRMWARE_OWNERS],
			struct device_firmware **made);

#endif
