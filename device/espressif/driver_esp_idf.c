/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See driver.h: ESP-IDF 5.3 and later. */
#include "driver.h"

#include "esp_mac.h"
#include "nvs_flash.h"

const char driver_world[3] = "01";

void driver_mac(wifi_interface_t interface, uint8_t mac[6])
{
	(void)esp_read_mac(mac,
			   interface == DRIVER_AP ? ESP_MAC_WIFI_SOFTAP : ESP_MAC_WIFI_STA);
}

bool driver_nvs_is_useless(esp_err_t error)
{
	return error == ESP_ERR_NVS_NO_FREE_PAGES || error == ESP_ERR_NVS_NEW_VERSION_FOUND;
}

/* Nobody has made an interface of esp_netif: there is nothing to be taken from. */
void driver_take_frames(void)
{
}

/* Both ways of WPA3; the older one alone is what it does unless told. */
void driver_prepare(wifi_sta_config_t *config)
{
	config->sae_pwe_h2e = WPA3_SAE_PWE_BOTH;
}

uint8_t driver_failure(uint8_t reason)
{
	switch (reason) {
	case WIFI_REASON_NO_AP_FOUND_W_COMPATIBLE_SECURITY:
		return PTL_FAILURE_UNSUPPORTED;
	case WIFI_REASON_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD:
	case WIFI_REASON_NO_AP_FOUND_IN_RSSI_THRESHOLD:
		return PTL_FAILURE_NO_NETWORK;
	default:
		return 0;
	}
}
