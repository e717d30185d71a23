/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What differs between the Wi-Fi drivers of the vendor's two families: driver_esp8266.c
 * (ESP8266_RTOS_SDK) and driver_esp_idf.c (ESP-IDF). Their flash: flash.h. The rest of this
 * folder is the same on both.
 */
#ifndef PIGTAIL_ESPRESSIF_DRIVER_H
#define PIGTAIL_ESPRESSIF_DRIVER_H

#include <pigtail/control.h>

#include "esp_wifi.h"

/* One family names them by another type than its functions take. */
#define DRIVER_STATION ((wifi_interface_t)ESP_IF_WIFI_STA)
#define DRIVER_AP      ((wifi_interface_t)ESP_IF_WIFI_AP)

/* The chip's own address of an interface. */
void driver_mac(wifi_interface_t interface, uint8_t mac[6]);

/* The country that the driver begins with: that of the access point counts. */
extern const char driver_world[3];

/* Whether what nvs_flash_init() said is mended by nvs_flash_erase(). */
bool driver_nvs_is_useless(esp_err_t error);

/* After esp_wifi_init(): frames are ours, and not the vendor's IP stack's. */
void driver_take_frames(void);

/* Of a join, what one family alone has. */
void driver_prepare(wifi_sta_config_t *config);

/* What a reason means for a join that is not the same on both, or that one alone has;
 * 0: no such. */
uint8_t driver_failure(uint8_t reason);

#endif
