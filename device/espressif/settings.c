/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See settings.h. A request is looked at wholly before anything of it is set. */
#include "settings.h"

#include "driver.h"

#include <string.h>

#define QUARTERS    4 /* of a dBm, in which the driver counts */
#define POWER_LEAST 2
#define POWER_MOST  20
#define CHANNELS    13
#define GROUP_BIT   1

static struct {
	uint8_t mac[2][6], first_mac[2][6];
	bool country_set, power_save, power_set;
	int8_t first_power;
	struct ptl_groups groups;
} settings;

static wifi_interface_t driver_interface(uint8_t interface)
{
	return interface == PTL_IF_AP ? DRIVER_AP : DRIVER_STATION;
}

void settings_init(void)
{
	driver_mac(DRIVER_STATION, settings.first_mac[0]);
	driver_mac(DRIVER_AP, settings.first_mac[1]);
	memcpy(settings.mac, settings.first_mac, sizeof(settings.mac));
}

const struct ptl_groups *settings_groups(void)
{
	return &settings.groups;
}

const uint8_t *settings_mac(uint8_t interface)
{
	return settings.mac[interface == PTL_IF_AP];
}

/* ---- the driver ---- */

/* It takes a new address while it is stopped. */
static bool put_mac(uint8_t interface, const uint8_t mac[6])
{
	bool done = esp_wifi_stop() == ESP_OK &&
		    esp_wifi_set_mac(driver_interface(interface), mac) == ESP_OK;

	done = esp_wifi_start() == ESP_OK && done;
	if (done)
		memcpy(settings.mac[interface == PTL_IF_AP], mac, 6);
	return done;
}

/* Channels from 1 on that a country has; the driver has no list of its own. */
static uint8_t channels_of(const uint8_t *code)
{
	static const struct {
		char code[3];
		uint8_t channels;
	} countries[] = {{"JP", 14}, {"US", 11}, {"CA", 11}, {"MX", 11}, {"TW", 11}};

	for (size_t i = 0; i < sizeof(countries) / sizeof(countries[0]); i++)
		if (memcmp(countries[i].code, code, 2) == 0)
			return countries[i].channels;
	return CHANNELS;
}

/* 00: what the access point says, as at the start. */
static bool put_country(const uint8_t *code)
{
	bool world = memcmp(code, "00", 2) == 0;
	wifi_country_t country = {
		.cc = {(char)code[0], (char)code[1], 0},
		.schan = 1,
		.nchan = channels_of(code),
		.policy = world ? WIFI_COUNTRY_POLICY_AUTO : WIFI_COUNTRY_POLICY_MANUAL,
	};

	if (world)
		memcpy(country.cc, driver_world, sizeof(driver_world));
	settings.country_set = !world;
	return esp_wifi_set_country(&country) == ESP_OK;
}

static bool put_power(int8_t dbm)
{
	if (!settings.power_set)
		(void)esp_wifi_get_max_tx_power(&settings.first_power);
	settings.power_set = true;
	return esp_wifi_set_max_tx_power((int8_t)(dbm * QUARTERS)) == ESP_OK;
}

static bool put_power_save(bool on)
{
	settings.power_save = on;
	return esp_wifi_set_ps(on ? WIFI_PS_MIN_MODEM : WIFI_PS_NONE) == ESP_OK;
}

/* ---- requests ---- */

static bool is_letter(uint8_t c)
{
	return c >= 'A' && c <= 'Z';
}

/* NULL: nothing is against it. */
static const char *against_mac(const uint8_t *mac, uint8_t interface, bool idle)
{
	if (interface != PTL_IF_STATION && interface != PTL_IF_AP)
		return "an address is an interface's";
	if (!idle)
		return "an address can be set while nothing is joined and no access point runs";
	if (mac[0] & GROUP_BIT)
		return "that is a group's address";
	if (memcmp(mac, settings.mac[interface == PTL_IF_STATION], 6) == 0)
		return "the other interface has this address";
	return NULL;
}

static const char *against(const struct ptl_control *message, bool idle)
{
	size_t n;
	const uint8_t *mac = ptl_control_bytes(message, PTL_F_MAC, &n);
	const uint8_t *country = ptl_control_bytes(message, PTL_F_COUNTRY, &n);
	int64_t power = ptl_control_int(message, PTL_F_TX_POWER, POWER_MOST);

	if (country && memcmp(country, "00", 2) != 0 &&
	    (!is_letter(country[0]) || !is_letter(country[1])))
		return "a country is two letters, or 00";
	if (power < POWER_LEAST || power > POWER_MOST)
		return "this radio sends with 2 to 20 dBm";
	if (ptl_control_uint(message, PTL_F_POWER_SAVE, 0) > 1)
		return "power saving is 0 or 1";
	return mac ? against_mac(mac, ptl_control_interface(message), idle) : NULL;
}

enum ptl_status settings_set(const struct ptl_control *message, bool idle, const char **reason)
{
	size_t n;
	const uint8_t *mac = ptl_control_bytes(message, PTL_F_MAC, &n);
	const uint8_t *country = ptl_control_bytes(message, PTL_F_COUNTRY, &n);
	int64_t power = ptl_control_int(message, PTL_F_TX_POWER, POWER_MOST);
	struct ptl_groups groups = settings.groups;
	bool done = true;

	*reason =
		ptl_groups_set(&groups, message) ? against(message, idle) : "no list of groups";
	if (*reason)
		return idle ? PTL_STATUS_BAD_VALUE : PTL_STATUS_STATE;
	if (ptl_control_has(message, PTL_F_POWER_SAVE))
		done = put_power_save(ptl_control_uint(message, PTL_F_POWER_SAVE, 0)) && done;
	if (ptl_control_has(message, PTL_F_TX_POWER))
		done = put_power((int8_t)power) && done;
	if (country)
		done = put_country(country) && done;
	if (mac)
		done = put_mac(ptl_control_interface(message), mac) && done;
	settings.groups = groups;
	if (!done)
		*reason = "the driver refuses it";
	return done ? PTL_STATUS_DONE : PTL_STATUS_FAILED;
}

enum ptl_status settings_get(const struct ptl_control *message,
			     struct ptl_control_writer *answer, const char **reason)
{
	wifi_country_t country;
	int8_t power;

	switch (ptl_control_uint(message, PTL_F_SETTING, 0)) {
	case PTL_F_MAC:
		ptl_put_bytes(answer, PTL_F_MAC, settings_mac(ptl_control_interface(message)),
			      6);
		return PTL_STATUS_DONE;
	case PTL_F_COUNTRY:
		if (esp_wifi_get_country(&country) != ESP_OK)
			return PTL_STATUS_FAILED;
		ptl_put_bytes(answer, PTL_F_COUNTRY, settings.country_set ? country.cc : "00",
			      2);
		return PTL_STATUS_DONE;
	case PTL_F_POWER_SAVE:
		ptl_put_uint(answer, PTL_F_POWER_SAVE, settings.power_save);
		return PTL_STATUS_DONE;
	case PTL_F_TX_POWER:
		if (esp_wifi_get_max_tx_power(&power) != ESP_OK)
			return PTL_STATUS_FAILED;
		ptl_put_int(answer, PTL_F_TX_POWER, power / QUARTERS);
		return PTL_STATUS_DONE;
	default:
		*reason = "this radio has no such setting";
		return PTL_STATUS_UNSUPPORTED;
	}
}

void settings_reset(void)
{
	ptl_groups_all(&settings.groups);
	if (settings.power_save)
		(void)put_power_save(false);
	if (settings.power_set)
		(void)esp_wifi_set_max_tx_power(settings.first_power);
	settings.power_set = false;
	if (settings.country_set)
		(void)put_country((const uint8_t *)"00");
	for (uint8_t i = 0; i < 2; i++)
		if (memcmp(settings.mac[i], settings.first_mac[i], 6) != 0)
			(void)put_mac(i, settings.first_mac[i]);
}
