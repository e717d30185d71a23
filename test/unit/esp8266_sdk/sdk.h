/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stand-in for what device/esp8266/main/wifi.c calls of the vendor's SDK, so that
 * it can be run in a test: test_esp8266_wifi.c has the functions.
 */
#ifndef TEST_ESP8266_SDK_H
#define TEST_ESP8266_SDK_H

#include <stdint.h>

#define CONFIG_PIGTAIL_SSID	"network"
#define CONFIG_PIGTAIL_PASSWORD "a password"

typedef int esp_err_t;
typedef const char *esp_event_base_t;

#define ESP_OK			  0
#define ESP_ERR_NO_MEM		  0x101
#define ESP_ERR_NVS_NO_FREE_PAGES 0x110d
#define ESP_EVENT_ANY_ID	  (-1)
#define WIFI_EVENT		  "wifi"

enum { WIFI_EVENT_STA_START, WIFI_EVENT_STA_CONNECTED, WIFI_EVENT_STA_DISCONNECTED };
enum { ESP_IF_WIFI_STA, WIFI_MODE_STA, WIFI_PS_NONE, WIFI_STORAGE_RAM, WIFI_AUTH_WPA2_PSK };

typedef struct {
	uint8_t reason;
} wifi_event_sta_disconnected_t;

typedef struct {
	int unused;
} wifi_init_config_t;
#define WIFI_INIT_CONFIG_DEFAULT()                                                             \
	{                                                                                      \
		0                                                                              \
	}

typedef union {
	struct {
		char ssid[32];
		char password[64];
		struct {
			int authmode;
		} threshold;
	} sta;
} wifi_config_t;

typedef void (*sdk_event_handler)(void *, esp_event_base_t, int32_t, void *);
typedef esp_err_t (*wifi_rxcb_t)(void *buffer, uint16_t length, void *handle);

esp_err_t nvs_flash_init(void);
esp_err_t nvs_flash_erase(void);
const char *esp_err_to_name(esp_err_t error);
esp_err_t esp_event_loop_create_default(void);
esp_err_t esp_event_handler_register(esp_event_base_t base, int32_t id,
				     sdk_event_handler handler, void *user);
esp_err_t tcpip_adapter_clear_default_wifi_handlers(void);
esp_err_t esp_wifi_init(const wifi_init_config_t *config);
esp_err_t esp_wifi_set_storage(int storage);
esp_err_t esp_wifi_set_mode(int mode);
esp_err_t esp_wifi_set_config(int interface, wifi_config_t *config);
esp_err_t esp_wifi_start(void);
esp_err_t esp_wifi_set_ps(int type);
esp_err_t esp_wifi_get_mac(int interface, uint8_t mac[6]);
esp_err_t esp_wifi_connect(void);
esp_err_t esp_wifi_disconnect(void);
esp_err_t esp_wifi_internal_reg_rxcb(int interface, wifi_rxcb_t callback);
int esp_wifi_internal_tx(int interface, void *buffer, uint16_t length);
void esp_wifi_internal_free_rx_buffer(void *handle);

#endif
