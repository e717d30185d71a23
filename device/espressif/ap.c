/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See ap.h. */
#include "ap.h"

#include "driver.h"

#include <string.h>

#define START_US     3000000u /* the driver's first word is late */
#define AGAIN_US     20000u   /* no room for an answer: soon there is */
#define BEACON_LEAST 100

enum ap_state { AP_IDLE, AP_STARTING, AP_ACTIVE };

static struct {
	struct ptl_radio_control *control;
	enum ap_state state;
	uint8_t request, interface; /* to be answered */
	ptl_time late_at;
	bool answer; /* status is to be said */
	enum ptl_status status;
	uint8_t channel;
	struct {
		uint8_t mac[6];
		uint16_t aid; /* 0: free */
		ptl_time since;
	} stations[AP_STATIONS];
} ap;

void ap_init(struct ptl_radio_control *control)
{
	ap.control = control;
}

/* ---- requests ---- */

static wifi_auth_mode_t mode_of(uint8_t akms)
{
	if (akms & PTL_AKM_OPEN)
		return WIFI_AUTH_OPEN;
	return akms & PTL_AKM_WPA1 ? WIFI_AUTH_WPA_WPA2_PSK : WIFI_AUTH_WPA2_PSK;
}

static enum ptl_status configure(const struct ptl_control *message, wifi_ap_config_t *to,
				 const char **reason)
{
	size_t ssid_n, key_n;
	const uint8_t *ssid = ptl_control_bytes(message, PTL_F_SSID, &ssid_n);
	const uint8_t *key = ptl_control_bytes(message, PTL_F_PASSPHRASE, &key_n);
	uint8_t akms =
		(uint8_t)ptl_control_uint(message, PTL_F_AKM, key ? PTL_AKM_PSK : PTL_AKM_OPEN);
	uint64_t beacon = ptl_control_uint(message, PTL_F_BEACON_INTERVAL, BEACON_LEAST);
	uint64_t stations = ptl_control_uint(message, PTL_F_STATIONS, AP_STATIONS);
	uint64_t channel = ptl_control_uint(message, PTL_F_CHANNEL, 0);

	if (ptl_control_has(message, PTL_F_PMK)) {
		*reason = "this access point wants the passphrase, not a PMK";
		return PTL_STATUS_UNSUPPORTED;
	}
	if (!(akms & (PTL_AKM_OPEN | PTL_AKM_PSK | PTL_AKM_WPA1))) {
		*reason = "this access point can be open or WPA2";
		return PTL_STATUS_UNSUPPORTED;
	}
	if (!(akms & PTL_AKM_OPEN) != !!key) {
		*reason = key ? "an open network has no key" : "it wants a passphrase";
		return PTL_STATUS_BAD_VALUE;
	}
	if (ssid_n == 0 || channel < 1 || channel > 14 || stations < 1 ||
	    beacon < BEACON_LEAST || beacon > 60000)
		return PTL_STATUS_BAD_VALUE;
	memcpy(to->ssid, ssid, ssid_n);
	to->ssid_len = (uint8_t)ssid_n;
	if (key)
		memcpy(to->password, key, key_n);
	to->channel = (uint8_t)channel;
	to->authmode = mode_of(akms);
	to->ssid_hidden = ptl_control_has(message, PTL_F_HIDDEN);
	to->max_connection = (uint8_t)(stations < AP_STATIONS ? stations : AP_STATIONS);
	to->beacon_interval = (uint16_t)beacon;
	return PTL_STATUS_DONE;
}

enum ptl_status ap_start(const struct ptl_control *message, uint8_t station_channel,
			 const char **reason)
{
	wifi_config_t config;
	enum ptl_status status;
	uint8_t channel;
	esp_err_t error;

	if (ap.state != AP_IDLE || ap.answer) /* the last one has no answer yet */
		return PTL_STATUS_BUSY;
	memset(&config, 0, sizeof(config));
	status = configure(message, &config.ap, reason);
	channel = config.ap.channel;
	if (status == PTL_STATUS_DONE && station_channel && station_channel != channel)
		status = PTL_STATUS_CHANNEL;
	if (status != PTL_STATUS_DONE) {
		memset(&config, 0, sizeof(config));
		return status;
	}
	ap.state = AP_STARTING;
	error = esp_wifi_set_mode(WIFI_MODE_APSTA);
	if (error == ESP_OK)
		error = esp_wifi_set_config(DRIVER_AP, &config);
	memset(&config, 0, sizeof(config));
	if (error != ESP_OK) {
		ap_reset();
		*reason = "the driver refuses it";
		return error == ESP_ERR_NO_MEM ? PTL_STATUS_NO_MEMORY : PTL_STATUS_FAILED;
	}
	memset(ap.stations, 0, sizeof(ap.stations));
	ap.channel = channel;
	ap.request = ptl_control_id(message);
	ap.interface = ptl_control_interface(message);
	ap.late_at = ap.control->now + START_US;
	return PTL_STATUS_LATER;
}

void ap_reset(void)
{
	if (ap.state != AP_IDLE)
		(void)esp_wifi_set_mode(WIFI_MODE_STA);
	ap.state = AP_IDLE;
	ap.answer = false;
}

enum ptl_status ap_stop(void)
{
	if (ap.state == AP_IDLE)
		return PTL_STATUS_STATE;
	if (ap.state == AP_STARTING) { /* its own answer has to come as well */
		ap.status = PTL_STATUS_ABORTED;
		ap.answer = true;
	}
	(void)esp_wifi_set_mode(WIFI_MODE_STA);
	ap.state = AP_IDLE;
	return PTL_STATUS_DONE;
}

void ap_abort(void)
{
	enum ap_state was = ap.state;
	struct ptl_control_writer stopped;

	(void)ap_stop(); /* and answers, if it is just starting */
	if (was != AP_ACTIVE)
		return;
	ptl_control_begin(&stopped, PTL_M_AP_STOPPED, 0, PTL_IF_AP);
	ptl_put_uint(&stopped, PTL_F_REASON, 1); /* 802.11: unspecified */
	(void)ptl_radio_say(ap.control, &stopped);
}

static int place_of(const uint8_t mac[6])
{
	for (int i = 0; i < AP_STATIONS; i++)
		if (ap.stations[i].aid && memcmp(ap.stations[i].mac, mac, 6) == 0)
			return i;
	return -1;
}

enum ptl_status ap_kick(const struct ptl_control *message, const char **reason)
{
	static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	size_t n;
	const uint8_t *mac = ptl_control_bytes(message, PTL_F_MAC, &n);
	uint16_t aid = 0; /* to the driver: all */

	if (ap.state != AP_ACTIVE)
		return PTL_STATUS_STATE;
	if (memcmp(mac, all, sizeof(all)) != 0) {
		int i = place_of(mac);

		if (i < 0) {
			*reason = "there is no such station";
			return PTL_STATUS_NO_SUCH;
		}
		aid = ap.stations[i].aid;
	}
	return esp_wifi_deauth_sta(aid) == ESP_OK ? PTL_STATUS_DONE : PTL_STATUS_FAILED;
}

/* ---- what comes of it ---- */

static void say_station(enum ptl_control_type type, const uint8_t mac[6], uint16_t aid)
{
	struct ptl_control_writer message;

	ptl_control_begin(&message, type, 0, PTL_IF_AP);
	ptl_put_bytes(&message, PTL_F_MAC, mac, 6);
	if (aid && type == PTL_M_STATION_JOINED)
		ptl_put_uint(&message, PTL_F_AID, aid);
	(void)ptl_radio_say(ap.control, &message);
}

static void on_station_went(const uint8_t mac[6])
{
	int i = place_of(mac);

	if (i < 0)
		return;
	ap.stations[i].aid = 0;
	say_station(PTL_M_STATION_LEFT, mac, 0);
}

static void on_station_came(const struct wifi_event *event, ptl_time now)
{
	on_station_went(event->mac); /* without having said so */
	for (int i = 0; i < AP_STATIONS; i++) {
		if (ap.stations[i].aid)
			continue;
		memcpy(ap.stations[i].mac, event->mac, 6);
		ap.stations[i].aid = event->aid ? event->aid : 1;
		ap.stations[i].since = now;
		say_station(PTL_M_STATION_JOINED, event->mac, event->aid);
		return;
	}
	(void)esp_wifi_deauth_sta(event->aid);
}

void ap_event(const struct wifi_event *event, ptl_time now)
{
	if (event->kind == EVENT_AP_STARTED && ap.state == AP_STARTING) {
		ap.state = AP_ACTIVE;
		ap.status = PTL_STATUS_DONE;
		ap.answer = true;
	} else if (ap.state != AP_ACTIVE) {
		return; /* the last words of one that was stopped */
	} else if (event->kind == EVENT_STATION_CAME) {
		on_station_came(event, now);
	} else if (event->kind == EVENT_STATION_WENT) {
		on_station_went(event->mac);
	}
}

void ap_moved(uint8_t channel)
{
	struct ptl_control_writer changed;

	if (ap.state == AP_IDLE || channel == ap.channel)
		return;
	ap.channel = channel;
	ptl_control_begin(&changed, PTL_M_CHANGED, 0, PTL_IF_AP);
	ptl_put_uint(&changed, PTL_F_SETTING, PTL_F_CHANNEL);
	ptl_put_uint(&changed, PTL_F_CHANNEL, channel);
	(void)ptl_radio_say(ap.control, &changed);
}

ptl_time ap_poll(ptl_time now)
{
	if (ap.state == AP_STARTING && now >= ap.late_at) {
		(void)ap_stop();
		ap.status = PTL_STATUS_TIMEOUT;
	}
	if (ap.answer)
		ap.answer = !ptl_radio_answer(ap.control, ap.request, ap.interface, ap.status,
					      NULL);
	if (ap.answer)
		return now + AGAIN_US;
	return ap.state == AP_STARTING ? ap.late_at : PTL_NEVER;
}

/* ---- asked by others ---- */

bool ap_active(void)
{
	return ap.state == AP_ACTIVE;
}

uint8_t ap_channel(void)
{
	return ap.state == AP_IDLE ? 0 : ap.channel;
}

bool ap_station(const uint8_t mac[6], ptl_time now, uint32_t *seconds)
{
	int i = place_of(mac);

	if (ap.state != AP_ACTIVE || i < 0)
		return false;
	*seconds = (uint32_t)((now - ap.stations[i].since) / 1000000);
	return true;
}
