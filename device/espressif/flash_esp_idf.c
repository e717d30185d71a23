/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * See flash.h: ESP-IDF 5.3 and later. Its boot loader, with
 * CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE, starts a slot that is new once; a firmware that
 * restarts before it has called loader_is_done_with() has failed, and the other one starts.
 */
#include "flash.h"

#include <pigtail/flash_map.h>

#include "esp_flash.h"
#include "esp_ota_ops.h"
#include "esp_partition.h"

#define SECTOR 4096u

static bool flash_read(void *user, uint32_t at, void *to, size_t n)
{
	(void)user;
	return esp_flash_read(NULL, to, at, (uint32_t)n) == ESP_OK;
}

static bool flash_program(void *user, uint32_t at, const void *from, size_t n)
{
	(void)user;
	return esp_flash_write(NULL, from, at, (uint32_t)n) == ESP_OK;
}

static bool flash_erase(void *user, uint32_t at)
{
	(void)user;
	return esp_flash_erase_region(NULL, at, SECTOR) == ESP_OK;
}

const struct ptl_flash flash_seam = {
	.size = PTL_MAP_SIZE,
	.sector = SECTOR,
	.read = flash_read,
	.program = flash_program,
	.erase = flash_erase,
};

bool loader_came_back(int slot)
{
	const esp_partition_t *partition = esp_partition_find_first(
		ESP_PARTITION_TYPE_APP,
		slot ? ESP_PARTITION_SUBTYPE_APP_OTA_1 : ESP_PARTITION_SUBTYPE_APP_OTA_0, NULL);
	esp_ota_img_states_t state;

	return partition && esp_ota_get_state_partition(partition, &state) == ESP_OK &&
	       (state == ESP_OTA_IMG_ABORTED || state == ESP_OTA_IMG_INVALID);
}

void loader_is_done_with(void)
{
	(void)esp_ota_mark_app_valid_cancel_rollback();
}
