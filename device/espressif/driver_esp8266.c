/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See driver.h: ESP8266_RTOS_SDK v3.4. */
#include "driver.h"

#include "esp_system.h"
#include "nvs_flash.h"
#include "tcpip_adapter.h"

#define REASON_NO_BASIC_RATE 207

const char driver_world[3] = "CN";

void driver_mac(wifi_interface_t interface, uint8_t mac[6])
{
	(void)esp_read_mac(mac,
			   interface == DRIVER_AP ? ESP_MAC_WIFI_SOFTAP : ESP_MAC_WIFI_STA);
}

bool driver_nvs_is_useless(esp_err_t error)
{
	return error == ESP_ERR_NVS_NO_FREE_PAGES;
}

/* esp_wifi_init() registered handlers that give them to lwIP. */
void driver_take_frames(void)
{
	(void)tcpip_adapter_clear_default_wifi_handlers();
}

void driver_prepare(wifi_sta_config_t *config)
{
	(void)config;
}

uint8_t driver_failure(uint8_t reason)
{
	return reason == REASON_NO_BASIC_RATE ? PTL_FAILURE_UNSUPPORTED : 0;
}
