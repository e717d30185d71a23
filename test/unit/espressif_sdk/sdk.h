/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stand-in for what device/espressif calls of the vendor's SDKs for Wi-Fi and flash, so
 * that it can be run in a test: espressif_bench.h and espressif_chip.c have the functions.
 * TEST_ESP_IDF: as ESP-IDF has it, else as the ESP8266_RTOS_SDK. Values that matter are
 * those of 802.11.
 */
#ifndef TEST_ESPRESSIF_SDK_H
#define TEST_ESPRESSIF_SDK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef TEST_ESP_IDF
#define FAMILY	"esp-idf"
#define ESP8266 false
#else
#define FAMILY	"esp8266"
#define ESP8266 true
#endif

typedef int esp_err_t;
typedef const char *esp_event_base_t;

#define ESP_OK			      0
#define ESP_FAIL		      (-1)
#define ESP_ERR_NO_MEM		      0x101
#define ESP_ERR_NVS_NO_FREE_PAGES     0x110d
#define ESP_ERR_NVS_NEW_VERSION_FOUND 0x1110
#define ESP_EVENT_ANY_ID	      (-1)
#define WIFI_EVENT		      "wifi"

enum {
	WIFI_EVENT_SCAN_DONE,
	WIFI_EVENT_STA_START,
	WIFI_EVENT_STA_CONNECTED,
	WIFI_EVENT_STA_DISCONNECTED,
	WIFI_EVENT_AP_START,
	WIFI_EVENT_AP_STACONNECTED,
	WIFI_EVENT_AP_STADISCONNECTED,
};
enum { WIFI_STORAGE_RAM };

typedef enum { ESP_IF_WIFI_STA, ESP_IF_WIFI_AP } wifi_interface_t;
typedef enum { WIFI_MODE_STA, WIFI_MODE_APSTA } wifi_mode_t;
typedef enum { WIFI_PS_NONE, WIFI_PS_MIN_MODEM } wifi_ps_type_t;
typedef enum { ESP_MAC_WIFI_STA, ESP_MAC_WIFI_SOFTAP } esp_mac_type_t;
typedef enum { WIFI_COUNTRY_POLICY_AUTO, WIFI_COUNTRY_POLICY_MANUAL } wifi_country_policy_t;
typedef enum { WIFI_SCAN_TYPE_ACTIVE, WIFI_SCAN_TYPE_PASSIVE } wifi_scan_type_t;
typedef enum { WIFI_FAST_SCAN, WIFI_ALL_CHANNEL_SCAN } wifi_scan_method_t;
typedef enum { WIFI_CIPHER_TYPE_TKIP = 3, WIFI_CIPHER_TYPE_CCMP } wifi_cipher_type_t;
typedef enum {
	WIFI_AUTH_OPEN,
	WIFI_AUTH_WEP,
	WIFI_AUTH_WPA_PSK,
	WIFI_AUTH_WPA2_PSK,
	WIFI_AUTH_WPA_WPA2_PSK,
	WIFI_AUTH_WPA2_ENTERPRISE,
	WIFI_AUTH_WPA3_PSK,
	WIFI_AUTH_WPA2_WPA3_PSK,
} wifi_auth_mode_t;

typedef enum { WPA3_SAE_PWE_UNSPECIFIED, WPA3_SAE_PWE_BOTH = 3 } wifi_sae_pwe_method_t;

enum {
	WIFI_REASON_AUTH_EXPIRE = 2,
	WIFI_REASON_ASSOC_EXPIRE = 4,
	WIFI_REASON_NOT_AUTHED = 6,
	WIFI_REASON_ASSOC_LEAVE = 8,
	WIFI_REASON_MIC_FAILURE = 14,
	WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT = 15,
	WIFI_REASON_802_1X_AUTH_FAILED = 23,
	WIFI_REASON_BEACON_TIMEOUT = 200,
	WIFI_REASON_NO_AP_FOUND = 201,
	WIFI_REASON_AUTH_FAIL = 202,
	WIFI_REASON_ASSOC_FAIL = 203,
	WIFI_REASON_HANDSHAKE_TIMEOUT = 204,
	WIFI_REASON_CONNECTION_FAIL = 205,
	WIFI_REASON_NO_AP_FOUND_W_COMPATIBLE_SECURITY = 210,
	WIFI_REASON_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD = 211,
	WIFI_REASON_NO_AP_FOUND_IN_RSSI_THRESHOLD = 212,
};

typedef struct {
	uint32_t status;
} wifi_event_sta_scan_done_t;

typedef struct {
	uint8_t bssid[6];
	uint8_t channel;
	wifi_auth_mode_t authmode;
} wifi_event_sta_connected_t;

typedef struct {
	uint8_t reason;
} wifi_event_sta_disconnected_t;

typedef struct {
	uint8_t mac[6];
	uint8_t aid;
} wifi_event_ap_staconnected_t;

typedef struct {
	uint8_t mac[6];
	uint8_t aid;
} wifi_event_ap_stadisconnected_t;

typedef struct {
	char cc[3];
	uint8_t schan, nchan;
	int8_t max_tx_power;
	wifi_country_policy_t policy;
} wifi_country_t;

typedef struct {
	uint8_t bssid[6];
	uint8_t ssid[33];
	uint8_t primary;
	int8_t rssi;
	wifi_auth_mode_t authmode;
	wifi_cipher_type_t pairwise_cipher, group_cipher;
	uint32_t phy_11b : 1, phy_11g : 1, phy_11n : 1, wps : 1;
	wifi_country_t country;
} wifi_ap_record_t;

typedef struct {
	uint32_t min, max;
} wifi_active_scan_time_t;

typedef struct {
	uint8_t *ssid, *bssid;
	uint8_t channel;
	bool show_hidden;
	wifi_scan_type_t scan_type;
	union {
		wifi_active_scan_time_t active;
		uint32_t passive;
	} scan_time;
} wifi_scan_config_t;

typedef struct {
	int unused;
} wifi_init_config_t;
#define WIFI_INIT_CONFIG_DEFAULT()                                                             \
	{                                                                                      \
		0                                                                              \
	}

typedef struct {
	uint8_t ssid[32], password[64];
	wifi_scan_method_t scan_method;
	bool bssid_set;
	uint8_t bssid[6], channel;
	struct {
		int8_t rssi;
		wifi_auth_mode_t authmode;
	} threshold;
	struct {
		bool capable, required;
	} pmf_cfg;
	wifi_sae_pwe_method_t sae_pwe_h2e; /* of ESP-IDF */
} wifi_sta_config_t;

typedef struct {
	uint8_t ssid[32], password[64], ssid_len, channel;
	wifi_auth_mode_t authmode;
	uint8_t ssid_hidden, max_connection;
	uint16_t beacon_interval;
} wifi_ap_config_t;

typedef union {
	wifi_sta_config_t sta;
	wifi_ap_config_t ap;
} wifi_config_t;

typedef void (*sdk_event_handler)(void *, esp_event_base_t, int32_t, void *);
typedef esp_err_t (*wifi_rxcb_t)(void *buffer, uint16_t length, void *handle);

esp_err_t nvs_flash_init(void);
esp_err_t nvs_flash_erase(void);
const char *esp_err_to_name(esp_err_t error);
esp_err_t esp_read_mac(uint8_t *mac, esp_mac_type_t type);
esp_err_t esp_event_loop_create_default(void);
esp_err_t esp_event_handler_register(esp_event_base_t base, int32_t id,
				     sdk_event_handler handler, void *user);
esp_err_t tcpip_adapter_clear_default_wifi_handlers(void);
esp_err_t esp_wifi_init(const wifi_init_config_t *config);
esp_err_t esp_wifi_set_storage(int storage);
esp_err_t esp_wifi_set_mode(wifi_mode_t mode);
esp_err_t esp_wifi_set_config(wifi_interface_t interface, wifi_config_t *config);
esp_err_t esp_wifi_start(void);
esp_err_t esp_wifi_stop(void);
esp_err_t esp_wifi_set_ps(wifi_ps_type_t type);
esp_err_t esp_wifi_set_mac(wifi_interface_t interface, const uint8_t mac[6]);
esp_err_t esp_wifi_set_country(const wifi_country_t *country);
esp_err_t esp_wifi_get_country(wifi_country_t *country);
esp_err_t esp_wifi_set_max_tx_power(int8_t power);
esp_err_t esp_wifi_get_max_tx_power(int8_t *power);
esp_err_t esp_wifi_connect(void);
esp_err_t esp_wifi_disconnect(void);
esp_err_t esp_wifi_deauth_sta(uint16_t aid);
esp_err_t esp_wifi_scan_start(const wifi_scan_config_t *config, bool block);
esp_err_t esp_wifi_scan_stop(void);
esp_err_t esp_wifi_scan_get_ap_records(uint16_t *number, wifi_ap_record_t *records);
esp_err_t esp_wifi_sta_get_ap_info(wifi_ap_record_t *info);
esp_err_t esp_wifi_internal_reg_rxcb(wifi_interface_t interface, wifi_rxcb_t callback);
int esp_wifi_internal_tx(wifi_interface_t interface, void *buffer, uint16_t length);
void esp_wifi_internal_free_rx_buffer(void *handle);

/* ---- flash, slots ---- */

#define SPI_FLASH_SEC_SIZE 4096u

typedef enum { ESP_PARTITION_TYPE_APP, ESP_PARTITION_TYPE_DATA } esp_partition_type_t;
typedef enum {
	ESP_PARTITION_SUBTYPE_APP_OTA_0 = 0x10,
	ESP_PARTITION_SUBTYPE_APP_OTA_1,
	ESP_PARTITION_SUBTYPE_ANY = 0xff,
} esp_partition_subtype_t;
typedef struct {
	uint32_t address, size;
} esp_partition_t;
typedef enum {
	ESP_OTA_IMG_NEW,
	ESP_OTA_IMG_PENDING_VERIFY,
	ESP_OTA_IMG_VALID,
	ESP_OTA_IMG_INVALID,
	ESP_OTA_IMG_ABORTED,
	ESP_OTA_IMG_UNDEFINED = -1,
} esp_ota_img_states_t;

esp_err_t spi_flash_read(size_t at, void *to, size_t n);
esp_err_t spi_flash_write(size_t at, const void *from, size_t n);
esp_err_t spi_flash_erase_sector(size_t sector);
esp_err_t esp_flash_read(void *chip, void *to, uint32_t at, uint32_t n);
esp_err_t esp_flash_write(void *chip, const void *from, uint32_t at, uint32_t n);
esp_err_t esp_flash_erase_region(void *chip, uint32_t at, uint32_t n);
const esp_partition_t *esp_partition_find_first(esp_partition_type_t type,
						esp_partition_subtype_t subtype,
						const char *label);
const esp_partition_t *esp_ota_get_running_partition(void);
esp_err_t esp_ota_set_boot_partition(const esp_partition_t *partition);
esp_err_t esp_ota_get_state_partition(const esp_partition_t *partition,
				      esp_ota_img_states_t *state);
esp_err_t esp_ota_mark_app_valid_cancel_rollback(void);
void esp_restart(void);

#endif
