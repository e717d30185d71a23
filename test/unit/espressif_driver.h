/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A made-up Wi-Fi driver of Espressif's: it does what it is told when the test says so. Every
 * frame that it lends it gets back once. There is one, for the life of the program.
 */
#ifndef TEST_ESPRESSIF_DRIVER_H
#define TEST_ESPRESSIF_DRIVER_H

#include "device_bench.h"
#include "espressif_sdk/sdk.h"

#define LENT_MAX    64u
#define RECORDS_MAX 32u

struct driver {
	sdk_event_handler on_event;
	wifi_rxcb_t on_frame[2]; /* of an interface */
	bool lwip_handles;	 /* its handlers are registered */
	bool flash_may_be_written, running;
	wifi_mode_t mode;
	/* The station. */
	unsigned connects, disconnects;
	esp_err_t connect_says;
	wifi_sta_config_t sta;
	int8_t rssi;
	/* The access point. */
	wifi_ap_config_t ap;
	esp_err_t ap_says;
	bool ap_silent;
	unsigned kicks;
	uint16_t kicked;
	/* The scan. */
	unsigned scans, scan_stops;
	esp_err_t scan_says;
	wifi_scan_config_t scan;
	char scan_ssid[33];
	wifi_ap_record_t records[RECORDS_MAX];
	unsigned record_count;
	/* Settings. */
	uint8_t mac[2][6];
	wifi_ps_type_t ps;
	wifi_country_t country;
	int8_t power;
	/* Frames. */
	unsigned sent[2], refused;
	bool no_buffers;
	uint32_t next; /* number of the frame that is to be sent */
	bool lent[LENT_MAX];
	uint8_t buffers[LENT_MAX][FRAME_BYTES];
	uint32_t offered; /* frames from the air */
};

static struct driver driver;

static const uint8_t station_mac[6] = {2, 2, 2, 2, 2, 2};
static const uint8_t ap_mac[6] = {2, 2, 2, 2, 2, 3};

/* ---- the SDK ---- */

esp_err_t nvs_flash_init(void)
{
	static bool erased;
	esp_err_t error = erased ? ESP_OK : ESP_ERR_NVS_NO_FREE_PAGES;

	erased = true;
	return error;
}

esp_err_t nvs_flash_erase(void)
{
	return ESP_OK;
}

const char *esp_err_to_name(esp_err_t error)
{
	return error == ESP_OK ? "none" : "some";
}

esp_err_t esp_read_mac(uint8_t *mac, esp_mac_type_t type)
{
	memcpy(mac, type == ESP_MAC_WIFI_SOFTAP ? ap_mac : station_mac, 6);
	return ESP_OK;
}

esp_err_t esp_event_loop_create_default(void)
{
	return ESP_OK;
}

esp_err_t esp_event_handler_register(esp_event_base_t base, int32_t id,
				     sdk_event_handler handler, void *user)
{
	(void)base;
	(void)user;
	assert_int_equal(id, ESP_EVENT_ANY_ID);
	driver.on_event = handler;
	return ESP_OK;
}

esp_err_t tcpip_adapter_clear_default_wifi_handlers(void)
{
	driver.lwip_handles = false;
	return ESP_OK;
}

esp_err_t esp_wifi_init(const wifi_init_config_t *config)
{
	(void)config;
	driver.lwip_handles = ESP8266;
	driver.flash_may_be_written = true;
	return ESP_OK;
}

esp_err_t esp_wifi_set_storage(int storage)
{
	assert_int_equal(storage, WIFI_STORAGE_RAM);
	driver.flash_may_be_written = false;
	return ESP_OK;
}

static void happens(int32_t id, void *data)
{
	driver.on_event(NULL, WIFI_EVENT, id, data);
}

esp_err_t esp_wifi_set_mode(wifi_mode_t mode)
{
	driver.mode = mode;
	if (mode == WIFI_MODE_APSTA && !driver.ap_silent)
		happens(WIFI_EVENT_AP_START, NULL);
	return ESP_OK;
}

esp_err_t esp_wifi_set_config(wifi_interface_t interface, wifi_config_t *config)
{
	assert_false(driver.flash_may_be_written);
	if (interface == ESP_IF_WIFI_AP) {
		assert_int_equal(driver.mode, WIFI_MODE_APSTA);
		driver.ap = config->ap;
		return driver.ap_says;
	}
	driver.sta = config->sta;
	return ESP_OK;
}

esp_err_t esp_wifi_start(void)
{
	assert_false(driver.lwip_handles);
	driver.running = true;
	happens(WIFI_EVENT_STA_START, NULL);
	return ESP_OK;
}

esp_err_t esp_wifi_stop(void)
{
	driver.running = false;
	driver.on_frame[0] = driver.on_frame[1] = NULL;
	return ESP_OK;
}

esp_err_t esp_wifi_set_ps(wifi_ps_type_t type)
{
	driver.ps = type;
	return ESP_OK;
}

esp_err_t esp_wifi_set_mac(wifi_interface_t interface, const uint8_t mac[6])
{
	assert_false(driver.running);
	memcpy(driver.mac[interface], mac, 6);
	return ESP_OK;
}

esp_err_t esp_wifi_set_country(const wifi_country_t *country)
{
	driver.country = *country;
	return ESP_OK;
}

esp_err_t esp_wifi_get_country(wifi_country_t *country)
{
	*country = driver.country;
	return ESP_OK;
}

esp_err_t esp_wifi_set_max_tx_power(int8_t power)
{
	driver.power = power;
	return ESP_OK;
}

esp_err_t esp_wifi_get_max_tx_power(int8_t *power)
{
	*power = driver.power;
	return ESP_OK;
}

esp_err_t esp_wifi_connect(void)
{
	driver.connects++;
	return driver.connect_says;
}

esp_err_t esp_wifi_disconnect(void)
{
	driver.disconnects++;
	return ESP_OK;
}

esp_err_t esp_wifi_deauth_sta(uint16_t aid)
{
	driver.kicks++;
	driver.kicked = aid;
	return ESP_OK;
}

esp_err_t esp_wifi_scan_start(const wifi_scan_config_t *config, bool block)
{
	assert_false(block);
	driver.scans++;
	driver.scan = *config;
	driver.scan_ssid[0] = 0;
	if (config->ssid)
		strcpy(driver.scan_ssid, (const char *)config->ssid);
	return driver.scan_says;
}

esp_err_t esp_wifi_scan_stop(void)
{
	driver.scan_stops++;
	return ESP_OK;
}

/* Those of the channel that is scanned. */
esp_err_t esp_wifi_scan_get_ap_records(uint16_t *number, wifi_ap_record_t *records)
{
	uint16_t n = 0;

	for (unsigned i = 0; i < driver.record_count && n < *number; i++)
		if (driver.records[i].primary == driver.scan.channel)
			records[n++] = driver.records[i];
	*number = n;
	return ESP_OK;
}

esp_err_t esp_wifi_sta_get_ap_info(wifi_ap_record_t *info)
{
	memset(info, 0, sizeof(*info));
	info->rssi = driver.rssi;
	return ESP_OK;
}

esp_err_t esp_wifi_internal_reg_rxcb(wifi_interface_t interface, wifi_rxcb_t callback)
{
	driver.on_frame[interface] = callback;
	return ESP_OK;
}

int esp_wifi_internal_tx(wifi_interface_t interface, void *buffer, uint16_t length)
{
	if (driver.no_buffers) {
		driver.refused++;
		return ESP_ERR_NO_MEM;
	}
	if (interface == ESP_IF_WIFI_STA) {
		uint32_t number = bench_number(buffer, length);

		assert_true(number >= driver.next);
		driver.next = number + 1;
	}
	driver.sent[interface]++;
	return ESP_OK;
}

void esp_wifi_internal_free_rx_buffer(void *handle)
{
	bool *lent = handle;

	assert_true(*lent);
	*lent = false;
}

/* ---- what happens on the air ---- */

static inline void connected(uint8_t channel, wifi_auth_mode_t mode)
{
	wifi_event_sta_connected_t event = {{2, 'a', 'p', 0, 0, 1}, channel, mode};

	happens(WIFI_EVENT_STA_CONNECTED, &event);
}

static inline void disconnected(uint8_t reason)
{
	wifi_event_sta_disconnected_t event = {reason};

	happens(WIFI_EVENT_STA_DISCONNECTED, &event);
}

static inline unsigned lent_now(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < LENT_MAX; i++)
		n += driver.lent[i];
	return n;
}

/* A frame from the air; the driver has a buffer for it, or drops it itself. */
static inline void offer(void)
{
	for (unsigned i = 0; i < LENT_MAX; i++) {
		if (driver.lent[i])
			continue;
		driver.lent[i] = true;
		bench_frame(driver.buffers[i], driver.offered++);
		assert_int_equal(
			driver.on_frame[0](driver.buffers[i], FRAME_BYTES, &driver.lent[i]),
			ESP_OK);
		return;
	}
	fail_msg("frames are not given back");
}

#endif
