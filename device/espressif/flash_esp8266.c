/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See flash.h: ESP8266_RTOS_SDK v3.4. */
#include "flash.h"

#include <pigtail/flash_map.h>

#include "esp_err.h"
#include "spi_flash.h"

static bool flash_read(void *user, uint32_t at, void *to, size_t n)
{
	(void)user;
	return spi_flash_read(at, to, n) == ESP_OK;
}

static bool flash_program(void *user, uint32_t at, const void *from, size_t n)
{
	(void)user;
	return spi_flash_write(at, from, n) == ESP_OK;
}

static bool flash_erase(void *user, uint32_t at)
{
	(void)user;
	return spi_flash_erase_sector(at / SPI_FLASH_SEC_SIZE) == ESP_OK;
}

const struct ptl_flash flash_seam = {
	.size = PTL_MAP_SIZE,
	.sector = SPI_FLASH_SEC_SIZE,
	.read = flash_read,
	.program = flash_program,
	.erase = flash_erase,
};

/* This loader starts what it is told to, and knows no trial. */
bool loader_came_back(int slot)
{
	(void)slot;
	return false;
}

void loader_is_done_with(void)
{
}
