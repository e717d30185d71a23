/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The flash and the boot loader of the vendor's two families: flash_esp8266.c and
 * flash_esp_idf.c, for firmware.c.
 */
#ifndef PIGTAIL_ESPRESSIF_FLASH_H
#define PIGTAIL_ESPRESSIF_FLASH_H

#include <pigtail/flash.h>

extern const struct ptl_flash flash_seam;

/* Whether the loader has tried this slot, 0 or 1, and came back from it. */
bool loader_came_back(int slot);

/* The firmware that runs has come so far that it looks after its slots itself. */
void loader_is_done_with(void);

#endif
