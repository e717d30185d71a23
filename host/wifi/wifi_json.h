/* SPDX-License-Identifier: GPL-2.0-only */
/* What is known of a radio as JSON: for status, and for answers and events of wifi_part.h. */
#ifndef PIGTAIL_HOST_WIFI_JSON_H
#define PIGTAIL_HOST_WIFI_JSON_H

#include "host/wifi/wifi.h"

#include <cjson/cJSON.h>

/* The radio, its station and its access point (not of one that is blind); null without a
 * radio. */
cJSON *wifi_json(const struct wifi *wifi);
/* The networks of the last scan, the strongest first. */
cJSON *wifi_json_found(const struct wifi *wifi);
cJSON *wifi_json_network(const struct wifi_found *found);
cJSON *wifi_json_station(const struct wifi_station *station);

#define WIFI_SSID_TEXT 33
/* For a person; n is at most 32. false: it cannot be shown, and has dots instead. */
bool wifi_ssid_text(const uint8_t *ssid, size_t n, char text[WIFI_SSID_TEXT]);

void wifi_json_mac(cJSON *to, const char *key, const uint8_t mac[6]);
/* "ssid"; and "ssid_hex" where it is no text that may be shown. */
void wifi_json_ssid(cJSON *to, const uint8_t *ssid, size_t n);

/* A name for programs, "wrong-key". */
const char *wifi_failure_name(enum ptl_failure failure);
const char *wifi_event_name(enum wifi_event event);

#endif
