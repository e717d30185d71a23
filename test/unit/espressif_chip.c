// SPDX-License-Identifier: GPL-2.0-only
/* See espressif_chip.h. */
#include "espressif_chip.h"

#include <pigtail/flash_map.h>

#include <string.h>

#define ENTRIES 2 /* of the loader's data: the last two choices */

static const esp_partition_t slots[2] = {
	{PTL_MAP_SLOT_0, PTL_MAP_SLOT_SIZE},
	{PTL_MAP_SLOT_1, PTL_MAP_SLOT_SIZE},
};
static const esp_partition_t stores[2] = {
	{PTL_MAP_STORE_0, PTL_MAP_STORE_SIZE},
	{PTL_MAP_STORE_1, PTL_MAP_STORE_SIZE},
};

struct chip chip;

static uint8_t flash[PTL_MAP_SIZE];
static struct {
	unsigned sequence; /* 0: never written */
	int slot;
	esp_ota_img_states_t state;
} entries[ENTRIES];

/* ---- flash ---- */

static esp_err_t read_flash(size_t at, void *to, size_t n)
{
	memcpy(to, flash + at, n);
	return ESP_OK;
}

static esp_err_t program(size_t at, const void *from, size_t n)
{
	const uint8_t *bytes = from;

	for (size_t i = 0; i < n; i++)
		flash[at + i] &= bytes[i];
	return ESP_OK;
}

static esp_err_t erase(size_t at)
{
	memset(flash + at, 0xff, SPI_FLASH_SEC_SIZE);
	return ESP_OK;
}

esp_err_t spi_flash_read(size_t at, void *to, size_t n)
{
	return read_flash(at, to, n);
}

esp_err_t spi_flash_write(size_t at, const void *from, size_t n)
{
	return program(at, from, n);
}

esp_err_t spi_flash_erase_sector(size_t sector)
{
	return erase(sector * SPI_FLASH_SEC_SIZE);
}

esp_err_t esp_flash_read(void *unused, void *to, uint32_t at, uint32_t n)
{
	(void)unused;
	return read_flash(at, to, n);
}

esp_err_t esp_flash_write(void *unused, const void *from, uint32_t at, uint32_t n)
{
	(void)unused;
	return program(at, from, n);
}

esp_err_t esp_flash_erase_region(void *unused, uint32_t at, uint32_t n)
{
	(void)unused;
	return n == SPI_FLASH_SEC_SIZE ? erase(at) : ESP_FAIL;
}

/* ---- partitions ---- */

const esp_partition_t *esp_partition_find_first(esp_partition_type_t type,
						esp_partition_subtype_t subtype,
						const char *label)
{
	if (chip.no_table)
		return NULL;
	if (type == ESP_PARTITION_TYPE_APP)
		return &slots[subtype == ESP_PARTITION_SUBTYPE_APP_OTA_1];
	return &stores[strcmp(label, "store1") == 0];
}

const esp_partition_t *esp_ota_get_running_partition(void)
{
	return &slots[chip.running];
}

/* ---- the loader ---- */

static int last_entry(void)
{
	int last = -1;

	for (int i = 0; i < ENTRIES; i++)
		if (entries[i].sequence && entries[i].state != ESP_OTA_IMG_ABORTED &&
		    (last < 0 || entries[i].sequence > entries[last].sequence))
			last = i;
	return last;
}

/* Into the place of the other choice, which is forgotten. */
esp_err_t esp_ota_set_boot_partition(const esp_partition_t *partition)
{
	int last = last_entry(), place = last < 0 ? 0 : !last;

	entries[place].sequence = (last < 0 ? 0 : entries[last].sequence) + 1;
	entries[place].slot = partition == &slots[1];
	entries[place].state = ESP8266 ? ESP_OTA_IMG_UNDEFINED : ESP_OTA_IMG_NEW;
	return ESP_OK;
}

esp_err_t esp_ota_get_state_partition(const esp_partition_t *partition,
				      esp_ota_img_states_t *state)
{
	for (int i = 0; i < ENTRIES; i++)
		if (entries[i].sequence && partition == &slots[entries[i].slot]) {
			*state = entries[i].state;
			return ESP_OK;
		}
	return ESP_FAIL;
}

esp_err_t esp_ota_mark_app_valid_cancel_rollback(void)
{
	int last = last_entry();

	if (last >= 0 && entries[last].slot == chip.running)
		entries[last].state = ESP_OTA_IMG_VALID;
	return ESP_OK;
}

void chip_make(void)
{
	memset(flash, 0xff, sizeof(flash));
	memset(entries, 0, sizeof(entries));
	chip.no_table = false;
	chip.starts = 0;
}

void chip_boot(void)
{
	int last = last_entry();

	if (last >= 0 && entries[last].state == ESP_OTA_IMG_PENDING_VERIFY) {
		entries[last].state = ESP_OTA_IMG_ABORTED;
		last = last_entry();
	}
	if (last >= 0 && entries[last].state == ESP_OTA_IMG_NEW)
		entries[last].state = ESP_OTA_IMG_PENDING_VERIFY;
	chip.running = last < 0 ? 0 : entries[last].slot;
	chip.starts++;
}

void esp_restart(void)
{
	longjmp(chip.restart, 1);
}
