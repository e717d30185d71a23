/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Store, slots and updates where partitions.csv is the partition table, which is
 * flash_map.h once more: modules with 4 MB. With the vendor's usual table of one
 * application, for 1 MB, there is none of this.
 *
 * The vendor's boot loader starts the slot that it is told to, by esp_ota_set_boot_partition().
 * Each start of the application looks which slot it should be (slots.h), and if it is the
 * other one starts that. A firmware that does not come so far as this is left by ESP-IDF's
 * loader, after one start; that of the ESP8266 knows no trial, and stays with it.
 */
#include "firmware.h"

#include <pigtail/flash_map.h>

#include "esp_ota_ops.h"
#include "esp_partition.h"
#include "esp_system.h"

#include "flash.h"
#include "partitions.h"
#include "update_key.h"

static const uint8_t key[PTL_IMAGE_KEY] = {UPDATE_KEY};
static struct device_firmware firmware;
static int running;

/* ---- the partition table ---- */

static const esp_partition_t *slot_partition(int slot)
{
	return esp_partition_find_first(
		ESP_PARTITION_TYPE_APP,
		slot ? ESP_PARTITION_SUBTYPE_APP_OTA_1 : ESP_PARTITION_SUBTYPE_APP_OTA_0, NULL);
}

static bool is_at(const esp_partition_t *partition, uint32_t at, uint32_t size)
{
	return partition && partition->address == at && partition->size >= size;
}

static bool has_table(void)
{
	return is_at(slot_partition(0), PTL_MAP_SLOT_0, PTL_MAP_SLOT_SIZE) &&
	       is_at(slot_partition(1), PTL_MAP_SLOT_1, PTL_MAP_SLOT_SIZE) &&
	       partition_is_at("store0", PTL_MAP_STORE_0, flash_seam.sector) &&
	       partition_is_at("store1", PTL_MAP_STORE_1, flash_seam.sector);
}

/* Goes to the other slot. If the vendor's loader finds that no program, this one stays. */
static void change_slot(int slot)
{
	if (esp_ota_set_boot_partition(slot_partition(slot)) == ESP_OK)
		esp_restart();
	(void)ptl_slots_keep(&firmware.slots, (unsigned)running);
}

/* The loader has given a slot up: this one stays, and the loader forgets what it knew. */
static void stay(void)
{
	(void)ptl_slots_keep(&firmware.slots, (unsigned)running);
	(void)esp_ota_set_boot_partition(slot_partition(running));
}

struct device_firmware *firmware_open(void)
{
	int slot;

	if (!has_table() || !device_firmware_open(&firmware, &flash_seam)) {
		loader_is_done_with();
		return NULL;
	}
	firmware.slots.flashed = true;
	running = esp_ota_get_running_partition() == slot_partition(1);
	slot = (int)ptl_slots_chosen(&firmware.slots);
	if (slot != running && loader_came_back(slot))
		stay();
	else if (slot != running)
		change_slot(slot);
	loader_is_done_with();
	slot = ptl_slots_start(&firmware.slots);
	if (slot != running && slot != PTL_NO_SLOT)
		change_slot(slot);
	return &firmware;
}

void firmware_start(const char *board, struct ptl_radio_control *control,
		    struct device_owner owners[FIRMWARE_OWNERS])
{
	device_firmware_start(&firmware, board, key, running, control, owners);
}
