/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See station.h. */
#include "station.h"

#include "bss.h"
#include "driver.h"

#include <stdio.h>
#include <string.h>

#define CLEAR_US    500000u  /* the driver says nothing of what it let go */
#define LOOK_US	    2000000u /* between two looks at the signal */
#define SIGNAL_STEP 3
#define TRIES	    2
#define TEXT	    64

#define REASON_UNSPECIFIED 1
#define REASON_INACTIVE	   4 /* 802.11, for the driver's own 200 */
#define VENDORS_OWN	   200

enum station_state { STATION_IDLE, STATION_CLEARING, STATION_JOINING, STATION_JOINED };

static struct {
	struct ptl_radio_control *control;
	enum station_state state;
	wifi_config_t config;
	uint8_t akms;
	unsigned tries;
	ptl_time clear_at, give_up_at, look_at, joined_at;
	uint8_t bssid[6], channel, authmode;
	int8_t signal; /* as told */
} station;

void station_init(struct ptl_radio_control *control)
{
	station.control = control;
}

/* ---- words to the host ---- */

/* What the driver's reasons mean for a join; what is not here is a refusal. */
static enum ptl_failure failure_of(uint8_t reason)
{
	uint8_t own = driver_failure(reason);

	if (own)
		return (enum ptl_failure)own;
	switch (reason) {
	case WIFI_REASON_NO_AP_FOUND:
		return PTL_FAILURE_NO_NETWORK;
	case WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT:
	case WIFI_REASON_HANDSHAKE_TIMEOUT:
	case WIFI_REASON_MIC_FAILURE:
		return PTL_FAILURE_WRONG_KEY;
	case WIFI_REASON_AUTH_FAIL:
	case WIFI_REASON_NOT_AUTHED:
	case WIFI_REASON_802_1X_AUTH_FAILED:
		return PTL_FAILURE_AUTHENTICATION;
	case WIFI_REASON_AUTH_EXPIRE:
	case WIFI_REASON_ASSOC_EXPIRE:
	case WIFI_REASON_BEACON_TIMEOUT:
	case WIFI_REASON_CONNECTION_FAIL:
		return PTL_FAILURE_TIMEOUT;
	default:
		return PTL_FAILURE_ASSOCIATION;
	}
}

static void forget_key(void)
{
	memset(&station.config, 0, sizeof(station.config));
}

static void say_failed(enum ptl_failure failure, uint8_t reason)
{
	struct ptl_control_writer failed;
	char text[TEXT];

	station.state = STATION_IDLE;
	forget_key();
	ptl_control_begin(&failed, PTL_M_FAILED, 0, PTL_IF_STATION);
	ptl_put_uint(&failed, PTL_F_FAILURE, failure);
	if (reason) {
		(void)snprintf(text, sizeof(text), "reason %u of the driver's%s", reason,
			       failure == PTL_FAILURE_AUTHENTICATION
				       ? "; with WPA3 also a wrong password"
				       : "");
		ptl_put_text(&failed, PTL_F_TEXT, text);
	}
	(void)ptl_radio_say(station.control, &failed);
}

static void say_left(uint8_t reason)
{
	struct ptl_control_writer left;
	bool own = reason >= VENDORS_OWN;

	station.state = STATION_IDLE;
	ptl_control_begin(&left, PTL_M_LEFT, 0, PTL_IF_STATION);
	ptl_put_uint(&left, PTL_F_REASON,
		     reason == WIFI_REASON_BEACON_TIMEOUT ? REASON_INACTIVE
		     : own || reason == 0		  ? REASON_UNSPECIFIED
							  : reason);
	ptl_put_uint(&left, PTL_F_BY, own ? PTL_BY_RADIO : PTL_BY_PEER);
	if (reason == WIFI_REASON_BEACON_TIMEOUT)
		ptl_put_text(&left, PTL_F_TEXT, "the access point is not heard any more");
	(void)ptl_radio_say(station.control, &left);
}

static void look_at_signal(void)
{
	wifi_ap_record_t record;

	if (esp_wifi_sta_get_ap_info(&record) == ESP_OK)
		station.signal = record.rssi;
}

static void say_joined(void)
{
	struct ptl_control_writer joined;

	station.signal = 0;
	look_at_signal();
	ptl_control_begin(&joined, PTL_M_JOINED, 0, PTL_IF_STATION);
	ptl_put_bytes(&joined, PTL_F_BSSID, station.bssid, sizeof(station.bssid));
	ptl_put_uint(&joined, PTL_F_CHANNEL, station.channel);
	ptl_put_uint(&joined, PTL_F_AKM,
		     bss_akms((wifi_auth_mode_t)station.authmode) & station.akms);
	if (station.signal)
		ptl_put_int(&joined, PTL_F_SIGNAL, station.signal);
	(void)ptl_radio_say(station.control, &joined);
}

/* ---- requests ---- */

/* The weakest that may be joined: a password is never taken to an open network. */
static wifi_auth_mode_t weakest(uint8_t akms)
{
	if (akms & PTL_AKM_OPEN)
		return WIFI_AUTH_OPEN;
	if (akms & PTL_AKM_WPA1)
		return WIFI_AUTH_WPA_PSK;
	return akms & (PTL_AKM_PSK | PTL_AKM_PSK_SHA256) ? WIFI_AUTH_WPA2_PSK
							 : WIFI_AUTH_WPA3_PSK;
}

static void hex(uint8_t *to, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*to++ = (uint8_t)digits[bytes[i] >> 4];
		*to++ = (uint8_t)digits[bytes[i] & 0xf];
	}
}

static enum ptl_status configure(const struct ptl_control *message, wifi_sta_config_t *to,
				 const char **reason)
{
	size_t ssid_n, pmk_n, key_n, bssid_n;
	const uint8_t *ssid = ptl_control_bytes(message, PTL_F_SSID, &ssid_n);
	const uint8_t *pmk = ptl_control_bytes(message, PTL_F_PMK, &pmk_n);
	const uint8_t *key = ptl_control_bytes(message, PTL_F_PASSPHRASE, &key_n);
	const uint8_t *bssid = ptl_control_bytes(message, PTL_F_BSSID, &bssid_n);
	uint8_t usual = pmk ? PTL_AKM_PSK : key ? PTL_AKM_PSK | PTL_AKM_SAE : PTL_AKM_OPEN;
	uint64_t pmf = ptl_control_uint(message, PTL_F_PMF, 1);
	uint8_t akms = (uint8_t)ptl_control_uint(message, PTL_F_AKM, usual);

	if (ssid_n == 0 || pmf > 2)
		return PTL_STATUS_BAD_VALUE;
	if (akms == PTL_AKM_SAE && !key) {
		*reason = "WPA3 wants the passphrase";
		return PTL_STATUS_UNSUPPORTED;
	}
	if (!(akms & PTL_AKM_OPEN) != (pmk || key)) {
		*reason =
			key || pmk ? "an open network has no key" : "this network wants a key";
		return PTL_STATUS_BAD_VALUE;
	}
	memcpy(to->ssid, ssid, ssid_n);
	if (pmk)
		hex(to->password, pmk, pmk_n);
	else if (key)
		memcpy(to->password, key, key_n);
	if (bssid)
		memcpy(to->bssid, bssid, bssid_n);
	to->bssid_set = bssid != NULL;
	to->channel = (uint8_t)ptl_control_uint(message, PTL_F_CHANNEL, 0);
	to->scan_method = WIFI_ALL_CHANNEL_SCAN; /* the strongest, not the first */
	to->threshold.authmode = weakest(akms);
	to->threshold.rssi = -127;
	to->pmf_cfg.capable = pmf > 0;
	to->pmf_cfg.required = pmf == 2 || akms == PTL_AKM_SAE;
	driver_prepare(to);
	station.akms = akms;
	return PTL_STATUS_DONE;
}

enum ptl_status station_join(const struct ptl_control *message, uint8_t ap_channel,
			     const char **reason)
{
	uint64_t channel = ptl_control_uint(message, PTL_F_CHANNEL, 0);
	wifi_config_t config;
	enum ptl_status status;

	if (station_busy())
		return PTL_STATUS_BUSY;
	if (channel > 14) {
		*reason = "the channels of this radio are 1 to 14";
		return PTL_STATUS_BAD_VALUE;
	}
	if (ap_channel && channel && channel != ap_channel)
		return PTL_STATUS_CHANNEL;
	memset(&config, 0, sizeof(config));
	status = configure(message, &config.sta, reason);
	if (status != PTL_STATUS_DONE) {
		memset(&config, 0, sizeof(config));
		return status;
	}
	station.config = config;
	memset(&config, 0, sizeof(config));
	if (station.state == STATION_JOINED)
		(void)esp_wifi_disconnect();
	station.tries = 0;
	station.clear_at =
		station.control->now + (station.state == STATION_JOINED ? CLEAR_US : 0);
	station.give_up_at = station.control->now + STATION_JOIN_US;
	station.state = STATION_CLEARING;
	return PTL_STATUS_DONE;
}

void station_reset(void)
{
	if (station.state != STATION_IDLE)
		(void)esp_wifi_disconnect();
	station.state = STATION_IDLE;
	forget_key();
}

enum ptl_status station_leave(void)
{
	if (station.state == STATION_IDLE)
		return PTL_STATUS_STATE;
	station_reset();
	return PTL_STATUS_DONE;
}

void station_abort(void)
{
	enum station_state was = station.state;

	station_reset();
	if (was == STATION_JOINED)
		say_left(WIFI_REASON_CONNECTION_FAIL);
	else if (was != STATION_IDLE)
		say_failed(PTL_FAILURE_ABORTED, 0);
}

/* ---- what comes of it ---- */

static void connect(void)
{
	station.tries++;
	station.state = STATION_JOINING;
	if (esp_wifi_set_config(DRIVER_STATION, &station.config) != ESP_OK)
		say_failed(PTL_FAILURE_UNSUPPORTED, 0);
	else if (esp_wifi_connect() != ESP_OK)
		say_failed(PTL_FAILURE_ABORTED, 0);
}

static void on_connected(const struct wifi_event *event, ptl_time now)
{
	if (station.state != STATION_JOINING) { /* one that nobody wants any more */
		(void)esp_wifi_disconnect();
		return;
	}
	station.state = STATION_JOINED;
	station.joined_at = now;
	station.look_at = now + LOOK_US;
	memcpy(station.bssid, event->mac, sizeof(station.bssid));
	station.channel = event->channel;
	station.authmode = event->authmode;
	forget_key();
	say_joined();
}

static void on_disconnected(uint8_t reason)
{
	enum ptl_failure failure = failure_of(reason);
	bool bad_air = failure == PTL_FAILURE_TIMEOUT || failure == PTL_FAILURE_NO_NETWORK;

	switch (station.state) {
	case STATION_CLEARING:
		station.clear_at = 0;
		break;
	case STATION_JOINING:
		if (reason == WIFI_REASON_ASSOC_LEAVE) /* the echo of what was left */
			break;
		if (bad_air && station.tries < TRIES)
			connect();
		else
			say_failed(failure, reason);
		break;
	case STATION_JOINED:
		say_left(reason);
		break;
	case STATION_IDLE:
		break;
	}
}

void station_event(const struct wifi_event *event, ptl_time now)
{
	if (event->kind == EVENT_CONNECTED)
		on_connected(event, now);
	else if (event->kind == EVENT_DISCONNECTED)
		on_disconnected(event->result);
}

static void say_signal(int8_t told)
{
	struct ptl_control_writer message;

	if (station.signal < told + SIGNAL_STEP && station.signal > told - SIGNAL_STEP) {
		station.signal = told;
		return;
	}
	ptl_control_begin(&message, PTL_M_SIGNAL, 0, PTL_IF_STATION);
	ptl_put_int(&message, PTL_F_SIGNAL, station.signal);
	if (!ptl_radio_say(station.control, &message))
		station.signal = told;
}

ptl_time station_poll(ptl_time now)
{
	switch (station.state) {
	case STATION_CLEARING:
		if (now < station.clear_at)
			return station.clear_at;
		connect();
		return station.give_up_at;
	case STATION_JOINING:
		if (now < station.give_up_at)
			return station.give_up_at;
		(void)esp_wifi_disconnect();
		say_failed(PTL_FAILURE_TIMEOUT, 0);
		return PTL_NEVER;
	case STATION_JOINED:
		if (now >= station.look_at) {
			int8_t told = station.signal;

			look_at_signal();
			say_signal(told);
			station.look_at = now + LOOK_US;
		}
		return station.look_at;
	case STATION_IDLE:
		break;
	}
	return PTL_NEVER;
}

/* ---- asked by others ---- */

bool station_joined(void)
{
	return station.state == STATION_JOINED;
}

bool station_busy(void)
{
	return station.state == STATION_CLEARING || station.state == STATION_JOINING;
}

uint8_t station_channel(void)
{
	return station_joined() ? station.channel : 0;
}

bool station_stats(ptl_time now, int8_t *signal, uint32_t *seconds)
{
	if (!station_joined())
		return false;
	look_at_signal();
	*signal = station.signal;
	*seconds = (uint32_t)((now - station.joined_at) / 1000000);
	return true;
}
