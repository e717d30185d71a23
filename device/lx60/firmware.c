/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See firmware.h. */
#include "firmware.h"
#include "boot.h"
#include "clock.h"
#include "flash.h"

#include "update_key.h"

static const uint8_t key[PTL_IMAGE_KEY] = {UPDATE_KEY};
static struct ptl_flash flash;
static struct device_firmware firmware;

/* A sector takes long to be erased; that is no hang. */
static bool erase(void *user, uint32_t at)
{
	clock_feed_watchdog();
	return lx60_flash.erase(user, at);
}

static int running(void)
{
	uint32_t slot = start_handed ^ HANDED_SLOT;

	return slot <= 1 ? (int)slot : PTL_NO_SLOT;
}

unsigned firmware_start(const char *board, struct ptl_radio_control *control,
			struct device_owner owners[FIRMWARE_OWNERS],
			struct device_firmware **made)
{
	*made = NULL;
	flash = lx60_flash;
	flash.erase = erase;
	if (!flash_is_there() || !device_firmware_open(&firmware, &flash))
		return 0;
	device_firmware_start(&firmware, board, key, running(), control, owners);
	*made = &firmware;
	return FIRMWARE_OWNERS;
}
