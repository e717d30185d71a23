/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A network's name is any bytes, and comes from strangers. As text it is shown only if it
 * is UTF-8 that can be printed; then a terminal does nothing by it. Otherwise dots are
 * shown, and its bytes stand beside as hex digits.
 */
#include "host/wifi/wifi_json.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const failure_names[] = {
	[PTL_FAILURE_NO_NETWORK] = "no-network",
	[PTL_FAILURE_WRONG_KEY] = "wrong-key",
	[PTL_FAILURE_AUTHENTICATION] = "authentication",
	[PTL_FAILURE_ASSOCIATION] = "association",
	[PTL_FAILURE_TIMEOUT] = "timeout",
	[PTL_FAILURE_CHANNEL] = "channel",
	[PTL_FAILURE_UNSUPPORTED] = "unsupported",
	[PTL_FAILURE_ABORTED] = "aborted",
	[PTL_FAILURE_RESTARTED] = "restarted",
	[PTL_FAILURE_SILENT] = "silent",
};

static const char *const event_names[WIFI_EVENTS] = {
	[WIFI_READY] = "ready",
	[WIFI_GONE] = "gone",
	[WIFI_SCAN_BEGUN] = "scan-begun",
	[WIFI_FOUND] = "found",
	[WIFI_SCAN_DONE] = "scan-done",
	[WIFI_JOINING] = "joining",
	[WIFI_JOINED] = "joined",
	[WIFI_FAILED] = "failed",
	[WIFI_LEFT] = "left",
	[WIFI_ROAMED] = "roamed",
	[WIFI_SIGNAL] = "signal",
	[WIFI_AP_STARTED] = "ap-started",
	[WIFI_AP_FAILED] = "ap-failed",
	[WIFI_AP_STOPPED] = "ap-stopped",
	[WIFI_STATION_JOINED] = "station-joined",
	[WIFI_STATION_LEFT] = "station-left",
	[WIFI_SET] = "set",
};

static const struct {
	uint32_t bit;
	const char *name;
} akm_names[] =
	{
#define AKM_NAME(name, bit, what) {bit, what},
		PTL_AKMS(AKM_NAME)
#undef AKM_NAME
},
  capability_names[] = {
	  {PTL_CAN_STATION, "station"},	  {PTL_CAN_AP, "ap"},
	  {PTL_CAN_BOTH, "both"},	  {PTL_CAN_PMK, "pmk"},
	  {PTL_CAN_PMF, "pmf"},		  {PTL_CAN_ROAMS, "roams"},
	  {PTL_CAN_ELEMENTS, "elements"}, {PTL_CAN_UPDATE, "update"},
	  {PTL_CAN_GPIO, "gpio"},	  {PTL_CAN_STORE, "store"},
	  {PTL_CAN_STREAMS, "streams"},	  {PTL_CAN_CLOCK, "clock"},
	  {PTL_CAN_CHANCE, "chance"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *wifi_failure_name(enum ptl_failure failure)
{
	return failure < COUNT(failure_names) && failure_names[failure] ? failure_names[failure]
									: "unknown";
}

const char *wifi_event_name(enum wifi_event event)
{
	return event_names[event];
}

void wifi_json_mac(cJSON *to, const char *key, const uint8_t mac[6])
{
	char text[18];

	(void)snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
		       mac[2], mac[3], mac[4], mac[5]);
	cJSON_AddStringToObject(to, key, text);
}

static bool is_text(const char *text, size_t n)
{
	if (!g_utf8_validate(text, (gssize)n, NULL))
		return false;
	for (const char *at = text; at < text + n; at = g_utf8_next_char(at))
		if (!g_unichar_isprint(g_utf8_get_char(at)))
			return false;
	return true;
}

bool wifi_ssid_text(const uint8_t *ssid, size_t n, char text[WIFI_SSID_TEXT])
{
	bool plain;

	memcpy(text, ssid, n);
	text[n] = 0;
	plain = is_text(text, n);
	for (size_t i = 0; i < n; i++)
		if (!plain && (ssid[i] < 0x20 || ssid[i] > 0x7e))
			text[i] = '.';
	return plain;
}

void wifi_json_ssid(cJSON *to, const uint8_t *ssid, size_t n)
{
	char text[WIFI_SSID_TEXT], hex[2 * 32 + 1] = "";

	for (size_t i = 0; i < n; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", ssid[i]);
	if (!wifi_ssid_text(ssid, n, text))
		cJSON_AddStringToObject(to, "ssid_hex", hex);
	cJSON_AddStringToObject(to, "ssid", text);
}

static void add_security(cJSON *to, uint8_t akms)
{
	cJSON *list = cJSON_AddArrayToObject(to, "security");

	for (size_t i = 0; i < COUNT(akm_names); i++)
		if (akms & akm_names[i].bit)
			cJSON_AddItemToArray(list, cJSON_CreateString(akm_names[i].name));
}

cJSON *wifi_json_network(const struct wifi_found *found)
{
	cJSON *json = cJSON_CreateObject();

	wifi_json_ssid(json, found->ssid, found->ssid_n);
	cJSON_AddBoolToObject(json, "hidden", found->ssid_n == 0);
	wifi_json_mac(json, "bssid", found->bssid);
	cJSON_AddNumberToObject(json, "channel", found->channel);
	cJSON_AddNumberToObject(json, "signal", found->signal);
	add_security(json, found->akms);
	return json;
}

static int by_signal(const void *one, const void *other)
{
	const struct wifi_found *a = one, *b = other;

	return a->signal != b->signal ? b->signal - a->signal
				      : memcmp(a->bssid, b->bssid, sizeof(a->bssid));
}

cJSON *wifi_json_found(const struct wifi *wifi)
{
	struct wifi_found sorted[WIFI_FOUND_MAX];
	cJSON *list = cJSON_CreateArray();

	memcpy(sorted, wifi->found, sizeof(sorted));
	qsort(sorted, wifi->found_count, sizeof(sorted[0]), by_signal);
	for (unsigned int i = 0; i < wifi->found_count; i++)
		cJSON_AddItemToArray(list, wifi_json_network(&sorted[i]));
	return list;
}

cJSON *wifi_json_station(const struct wifi_station *station)
{
	cJSON *json = cJSON_CreateObject();

	wifi_json_mac(json, "mac", station->mac);
	cJSON_AddNumberToObject(json, "seconds", (double)(timer_now() - station->since) / 1e6);
	return json;
}

static void add_failure(cJSON *to, const struct wifi *wifi)
{
	cJSON *json;

	if (!wifi->failure.is) {
		cJSON_AddNullToObject(to, "failure");
		return;
	}
	json = cJSON_AddObjectToObject(to, "failure");
	wifi_json_ssid(json, wifi->failure.network.ssid, wifi->failure.network.ssid_n);
	cJSON_AddStringToObject(json, "failure", wifi_failure_name(wifi->failure.why));
	cJSON_AddStringToObject(json, "reason", ptl_failure_text(wifi->failure.why));
	cJSON_AddStringToObject(json, "detail", wifi->failure.text);
	cJSON_AddNumberToObject(json, "code", wifi->failure.code);
}

static void add_left(cJSON *to, const struct wifi *wifi)
{
	cJSON *json;

	if (!wifi->left.is) {
		cJSON_AddNullToObject(to, "left");
		return;
	}
	json = cJSON_AddObjectToObject(to, "left");
	cJSON_AddNumberToObject(json, "reason", wifi->left.reason);
	cJSON_AddStringToObject(json, "by", ptl_by_text(wifi->left.by));
	cJSON_AddStringToObject(json, "detail", wifi->left.text);
}

static const char *station_state(const struct wifi *wifi)
{
	switch (ptl_wifi_state(&wifi->core, PTL_WIFI_STATION)) {
	case PTL_WIFI_IDLE:
		return "idle";
	case PTL_WIFI_ACTIVE:
		return "joined";
	case PTL_WIFI_STOPPING:
		return "leaving";
	default:
		return "joining";
	}
}

static void add_station(cJSON *to, const struct wifi *wifi)
{
	cJSON *json = cJSON_AddObjectToObject(to, "station");
	const char *state = station_state(wifi);

	cJSON_AddStringToObject(json, "state", state);
	if (strcmp(state, "idle") != 0)
		wifi_json_ssid(json, wifi->network.ssid, wifi->network.ssid_n);
	if (wifi->joined) {
		wifi_json_mac(json, "bssid", wifi->bssid);
		cJSON_AddNumberToObject(json, "channel", wifi->channel);
		cJSON_AddNumberToObject(json, "signal", wifi->signal);
		cJSON_AddNumberToObject(json, "tx_rate", wifi->tx_rate);
		cJSON_AddNumberToObject(json, "rx_rate", wifi->rx_rate);
		cJSON_AddNumberToObject(json, "seconds",
					(double)(timer_now() - wifi->joined_at) / 1e6);
		add_security(json, wifi->akms);
	}
	add_failure(json, wifi);
	add_left(json, wifi);
}

static void add_ap(cJSON *to, const struct wifi *wifi)
{
	cJSON *json = cJSON_AddObjectToObject(to, "ap");

	cJSON_AddBoolToObject(json, "running", wifi->ap_runs);
	if (!wifi->ap_runs)
		return;
	wifi_json_ssid(json, wifi->ap.ssid, wifi->ap.ssid_n);
	cJSON_AddNumberToObject(json, "channel", wifi->ap.channel);
	cJSON_AddNumberToObject(json, "stations", wifi->station_count);
}

cJSON *wifi_json(const struct wifi *wifi)
{
	const struct ptl_radio_info *info = &wifi->info;
	cJSON *json, *list;

	if (!ptl_wifi_ready(&wifi->core))
		return cJSON_CreateNull();
	json = cJSON_CreateObject();
	cJSON_AddStringToObject(json, "board", info->board);
	cJSON_AddStringToObject(json, "firmware", info->firmware);
	wifi_json_mac(json, "mac", info->mac);
	if (info->capabilities & PTL_CAN_AP)
		wifi_json_mac(json, "ap_mac", info->ap_mac);
	cJSON_AddStringToObject(json, "boot", ptl_boot_text(info->boot));
	cJSON_AddNumberToObject(json, "boots", info->boots);
	if (info->slot >= 0)
		cJSON_AddNumberToObject(json, "slot", info->slot);
	cJSON_AddStringToObject(json, "country", info->country);
	list = cJSON_AddArrayToObject(json, "capabilities");
	for (size_t i = 0; i < COUNT(capability_names); i++)
		if (info->capabilities & capability_names[i].bit)
			cJSON_AddItemToArray(list,
					     cJSON_CreateString(capability_names[i].name));
	list = cJSON_AddArrayToObject(json, "channels");
	for (unsigned int i = 0; i < info->channel_count; i++)
		cJSON_AddItemToArray(list, cJSON_CreateNumber(info->channels[i]));
	if (wifi->blind)
		return json;
	cJSON_AddBoolToObject(json, "scanning",
			      ptl_wifi_state(&wifi->core, PTL_WIFI_SCAN) != PTL_WIFI_IDLE);
	add_station(json, wifi);
	add_ap(json, wifi);
	return json;
}
