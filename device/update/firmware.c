// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* See firmware.h. */
#include <pigtail/firmware.h>

#include <pigtail/flash_map.h>
#include <pigtail/stored.h>

static struct device_firmware *of_update(void *user)
{
	return (struct device_firmware *)((char *)user -
					  offsetof(struct device_firmware, update));
}

static bool send(void *user, const uint8_t *message, size_t n)
{
	return device_send_control(of_update(user)->device, message, n, NULL) == PTL_OK;
}

bool device_firmware_open(struct device_firmware *firmware, const struct ptl_flash *flash)
{
	*firmware =
		(struct device_firmware){.slots = {.store = &firmware->store, .flash = flash}};
	return ptl_store_open(&firmware->store, flash, PTL_MAP_STORE_0, PTL_MAP_STORE_1);
}

void device_firmware_start(struct device_firmware *firmware, const char *board,
			   const uint8_t *key, int running, struct ptl_radio_control *control,
			   struct device_owner owners[FIRMWARE_OWNERS])
{
	const struct ptl_stream_events events = {
		.user = &firmware->update,
		.send = send,
		.open = ptl_update_open,
		.data = ptl_update_data,
		.closed = ptl_update_closed,
	};
	const struct ptl_update_config config = {
		.slots = firmware->slots,
		.streams = &firmware->streams,
		.control = control,
		.board = board,
		.key = key,
		.running = running,
	};

	if (running != PTL_NO_SLOT)
		(void)ptl_slots_image(&firmware->slots, (unsigned)running, &firmware->image);
	ptl_streams_init(&firmware->streams, PTL_DEVICE, PTL_UPDATE_WINDOW, &events,
			 control->share);
	ptl_update_init(&firmware->update, &config);
	owners[0] = ptl_update_owner(&firmware->update);
	owners[1] = ptl_store_owner(&firmware->store);
}

const char *device_firmware_name(const struct device_firmware *firmware, const char *usual)
{
	return *firmware->image.firmware ? firmware->image.firmware : usual;
}

void device_firmware_attach(struct device_firmware *firmware, struct device *device)
{
	firmware->device = device;
}
