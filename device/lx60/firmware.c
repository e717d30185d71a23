/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See firmware.h. */
#include "firmware.h"
#include "boot.h"
#include "clock.h"
#include "flash.h"

#include <pigtail/flash_map.h>
#include <pigtail/stored.h>
#include <pigtail/update.h>

#include "update_key.h"

static const uint8_t key[PTL_IMAGE_KEY] = {UPDATE_KEY};

static struct {
	bool there;
	struct device *device;
	struct ptl_flash flash;
	struct ptl_store store;
	struct ptl_streams streams;
	struct ptl_update update;
	struct ptl_image image; /* that runs */
} firmware;

static bool send(void *user, const uint8_t *message, size_t n)
{
	(void)user;
	return device_send_control(firmware.device, message, n, NULL) == PTL_OK;
}

/* A sector takes long to be erased, and a signature to be verified; neither is a hang. */
static bool erase(void *user, uint32_t at)
{
	clock_feed_watchdog();
	return lx60_flash.erase(user, at);
}

static int running(const struct ptl_slots *slots)
{
	uint32_t slot = start_handed ^ HANDED_SLOT;

	return slot <= 1 && ptl_slots_image(slots, slot, &firmware.image) ? (int)slot
									  : PTL_NO_SLOT;
}

unsigned firmware_start(const char *board, struct ptl_share *share,
			struct device_owner owners[FIRMWARE_OWNERS])
{
	const struct ptl_stream_events events = {
		.user = &firmware.update,
		.send = send,
		.open = ptl_update_open,
		.data = ptl_update_data,
		.closed = ptl_update_closed,
	};
	struct ptl_update_config config = {
		.slots = {&firmware.store, &firmware.flash},
		.streams = &firmware.streams,
		.board = board,
		.key = key,
	};

	firmware.flash = lx60_flash;
	firmware.flash.erase = erase;
	firmware.there = flash_is_there() && ptl_store_open(&firmware.store, &firmware.flash,
							    PTL_MAP_STORE_0, PTL_MAP_STORE_1);
	if (!firmware.there)
		return 0;
	config.running = running(&config.slots);
	ptl_streams_init(&firmware.streams, PTL_DEVICE, PTL_UPDATE_WINDOW, &events, share);
	ptl_update_init(&firmware.update, &config);
	owners[0] = ptl_update_owner(&firmware.update);
	owners[1] = ptl_store_owner(&firmware.store);
	return FIRMWARE_OWNERS;
}

struct ptl_streams *firmware_streams(void)
{
	return firmware.there ? &firmware.streams : NULL;
}

const char *firmware_name(const char *usual)
{
	return *firmware.image.firmware ? firmware.image.firmware : usual;
}

void firmware_attach(struct device *device)
{
	firmware.device = device;
}
