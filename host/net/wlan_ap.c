/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The access point of the net 'wlan': a network of mode 2 of wpa_supplicant's, on an
 * interface of its own beside the station's. (It could be hostapd's, with the same words on
 * the same kind of socket; that takes a file with the password, and another program.)
 *
 *	OFF --AP_START--> STARTING --it beacons--> ON --AP_STOP, or it fails--> OFF
 *
 * The answer to AP_START waits until it beacons. One radio is on one channel: with the
 * station on another the request is refused.
 *
 * What stations it has is told by events; while there are any, one of them is looked at
 * every second, for STATS.
 */
#include "host/net/wlan_ap.h"

#include "host/base/timer.h"

#include <stdio.h>
#include <string.h>

#define START_US      4500000u
#define LOOK_US	      1000000u
#define REASON_LEAVES 3 /* IEEE 802.11 9.4.1.7 */

static void forget_network(struct wlan_ap *ap)
{
	ap->step = WLAN_AP_OFF;
	ap->over = PTL_NEVER;
	ap->count = 0;
	ap->looking = false;
	explicit_bzero(ap->request.bytes, sizeof(ap->request.bytes));
	if (!ap->core->ap)
		return;
	wpa_forget(ap->core->ap, ap);
	wpa_ask(ap->core->ap, NULL, NULL, "DISCONNECT");
	wpa_ask(ap->core->ap, NULL, NULL, "REMOVE_NETWORK all");
}

static void end_start(struct wlan_ap *ap, enum ptl_status status, const char *reason)
{
	if (status != PTL_STATUS_DONE)
		forget_network(ap);
	wlan_answer(ap->core, ap->id, PTL_IF_AP, status, reason);
}

/* ---- what is asked ---- */

static void on_set(void *user, const char *text)
{
	struct wlan_ap *ap = user;

	if (ap->step == WLAN_AP_STARTING && !wlan_is_ok(text))
		end_start(ap, PTL_STATUS_FAILED,
			  "the radio's wpa_supplicant does not take these settings");
}

static void set(struct wlan_ap *ap, const char *name, const char *value)
{
	wpa_ask(ap->core->ap, on_set, ap, "SET_NETWORK %lld %s %s", ap->network, name, value);
}

static void set_number(struct wlan_ap *ap, const char *name, unsigned value)
{
	wpa_ask(ap->core->ap, on_set, ap, "SET_NETWORK %lld %s %u", ap->network, name, value);
}

static uint8_t akms_of(const struct ptl_control *request)
{
	bool secret = ptl_control_has(request, PTL_F_PMK) ||
		      ptl_control_has(request, PTL_F_PASSPHRASE);

	return (uint8_t)ptl_control_uint(request, PTL_F_AKM,
					 secret ? PTL_AKM_PSK : PTL_AKM_OPEN);
}

static void set_key(struct wlan_ap *ap, const struct ptl_control *request)
{
	uint8_t akms = akms_of(request);
	size_t pmk_n, n;
	const uint8_t *pmk = ptl_control_bytes(request, PTL_F_PMK, &pmk_n);
	const uint8_t *phrase = ptl_control_bytes(request, PTL_F_PASSPHRASE, &n);
	char key[2 * 63 + 1];

	if (akms == PTL_AKM_OPEN) {
		set(ap, "key_mgmt", "NONE");
		return;
	}
	wpa_ask(ap->core->ap, on_set, ap, "SET_NETWORK %lld key_mgmt%s%s%s", ap->network,
		akms & PTL_AKM_PSK ? " WPA-PSK" : "",
		akms & PTL_AKM_PSK_SHA256 ? " WPA-PSK-SHA256" : "",
		akms & PTL_AKM_SAE ? " SAE" : "");
	set(ap, "proto", "RSN");
	set(ap, "pairwise", "CCMP");
	set_number(ap, "ieee80211w",
		   (unsigned)ptl_control_uint(request, PTL_F_PMF,
					      akms == PTL_AKM_SAE  ? 2
					      : akms & PTL_AKM_SAE ? 1
								   : 0));
	if (pmk)
		wpa_hex(key, pmk, pmk_n);
	else
		(void)snprintf(key, sizeof(key), "\"%.*s\"", (int)n, phrase);
	if (akms & (uint8_t)~PTL_AKM_SAE)
		set(ap, "psk", key);
	if (akms & PTL_AKM_SAE) {
		wpa_hex(key, phrase, n);
		set(ap, "sae_password", key);
	}
	explicit_bzero(key, sizeof(key));
}

static void on_added(void *user, const char *text)
{
	struct wlan_ap *ap = user;
	const struct ptl_control request = {ap->request.bytes, ap->request.n};
	char ssid[64 + 1];
	size_t n;
	const uint8_t *name = ptl_control_bytes(&request, PTL_F_SSID, &n);

	if (!text || sscanf(text, "%lld", &ap->network) != 1) {
		on_set(user, NULL);
		return;
	}
	wpa_hex(ssid, name, n);
	set(ap, "mode", "2");
	set(ap, "ssid", ssid);
	set_number(ap, "frequency", wpa_frequency(ap->channel));
	set_number(ap, "beacon_int",
		   (unsigned)ptl_control_uint(&request, PTL_F_BEACON_INTERVAL, 100));
	set_number(ap, "ignore_broadcast_ssid", ptl_control_has(&request, PTL_F_HIDDEN));
	set_key(ap, &request);
	explicit_bzero(ap->request.bytes, sizeof(ap->request.bytes));
	wpa_ask(ap->core->ap, on_set, ap, "SELECT_NETWORK %lld", ap->network);
}

static enum ptl_status check(const struct wlan_ap *ap, const struct ptl_control *message,
			     uint8_t only_channel, const char **reason)
{
	uint8_t akms = akms_of(message), channel;
	size_t n, ssid_n;
	const uint8_t *phrase = ptl_control_bytes(message, PTL_F_PASSPHRASE, &n);

	(void)ptl_control_bytes(message, PTL_F_SSID, &ssid_n);
	channel = (uint8_t)ptl_control_uint(message, PTL_F_CHANNEL, 0);
	if (!ap->core->ap)
		return PTL_STATUS_UNSUPPORTED;
	if (ap->step == WLAN_AP_STARTING)
		return PTL_STATUS_BUSY;
	for (size_t i = 0; i < n; i++)
		if (phrase[i] < 0x20 || phrase[i] > 0x7e) {
			*reason = "a passphrase is of printable ASCII";
			return PTL_STATUS_BAD_VALUE;
		}
	if (akms != PTL_AKM_OPEN && !phrase &&
	    (akms & PTL_AKM_SAE || !ptl_control_has(message, PTL_F_PMK))) {
		*reason = "a key is missing";
		return PTL_STATUS_BAD_VALUE;
	}
	if (akms != PTL_AKM_OPEN &&
	    (akms & (uint8_t)~ap->core->akms || akms & PTL_AKM_WPA1 || akms & PTL_AKM_OPEN)) {
		*reason = "no such kind of access point";
		return PTL_STATUS_UNSUPPORTED;
	}
	if (ssid_n == 0 || !wlan_has_channel(ap->core, channel)) {
		*reason = ssid_n == 0 ? "a network has a name" : "not a channel of this radio";
		return PTL_STATUS_BAD_VALUE;
	}
	return only_channel && only_channel != channel ? PTL_STATUS_CHANNEL : PTL_STATUS_DONE;
}

enum ptl_status wlan_ap_start(struct wlan_ap *ap, const struct ptl_control *message,
			      uint8_t only_channel, const char **reason)
{
	enum ptl_status status = check(ap, message, only_channel, reason);

	if (status != PTL_STATUS_DONE)
		return status;
	if (ap->step == WLAN_AP_ON)
		forget_network(ap);
	ap->request.n = message->n;
	memcpy(ap->request.bytes, message->bytes, message->n);
	ap->id = ptl_control_id(message);
	ap->channel = (uint8_t)ptl_control_uint(message, PTL_F_CHANNEL, 0);
	ap->step = WLAN_AP_STARTING;
	ap->over = timer_now() + START_US;
	/* It is told where to be, and need not look who is there already. */
	wpa_ask(ap->core->ap, on_set, ap, "SET ap_scan 2");
	wpa_ask(ap->core->ap, on_set, ap, "SET max_num_sta %u",
		(unsigned)ptl_control_uint(message, PTL_F_STATIONS, WLAN_AP_STATIONS));
	wpa_ask(ap->core->ap, NULL, NULL, "REMOVE_NETWORK all");
	wpa_ask(ap->core->ap, on_added, ap, "ADD_NETWORK");
	return PTL_STATUS_LATER;
}

enum ptl_status wlan_ap_stop(struct wlan_ap *ap)
{
	if (ap->step == WLAN_AP_OFF)
		return PTL_STATUS_STATE;
	if (ap->step == WLAN_AP_STARTING)
		end_start(ap, PTL_STATUS_ABORTED, NULL);
	else
		forget_network(ap);
	return PTL_STATUS_DONE;
}

void wlan_ap_reset(struct wlan_ap *ap)
{
	forget_network(ap);
}

uint8_t wlan_ap_channel(const struct wlan_ap *ap)
{
	return ap->step == WLAN_AP_OFF ? 0 : ap->channel;
}

/* ---- its stations ---- */

static struct wlan_ap_station *find(const struct wlan_ap *ap, const uint8_t mac[6])
{
	for (unsigned i = 0; i < ap->count; i++)
		if (memcmp(ap->stations[i].mac, mac, 6) == 0)
			return (struct wlan_ap_station *)&ap->stations[i];
	return NULL;
}

enum ptl_status wlan_ap_kick(struct wlan_ap *ap, const struct ptl_control *message)
{
	static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	const uint8_t *mac = ptl_control_bytes(message, PTL_F_MAC, &(size_t){0});

	if (ap->step != WLAN_AP_ON)
		return PTL_STATUS_STATE;
	if (memcmp(mac, all, sizeof(all)) != 0 && !find(ap, mac))
		return PTL_STATUS_NO_SUCH;
	wpa_ask(ap->core->ap, NULL, NULL,
		"DEAUTHENTICATE %02x:%02x:%02x:%02x:%02x:%02x reason=%u", mac[0], mac[1],
		mac[2], mac[3], mac[4], mac[5],
		(unsigned)ptl_control_uint(message, PTL_F_REASON, REASON_LEAVES));
	return PTL_STATUS_DONE;
}

enum ptl_status wlan_ap_stats(const struct wlan_ap *ap, const uint8_t mac[6],
			      struct ptl_control_writer *answer)
{
	const struct wlan_ap_station *station = find(ap, mac);

	if (!station)
		return PTL_STATUS_NO_SUCH;
	ptl_put_bytes(answer, PTL_F_MAC, mac, 6);
	if (station->signal)
		ptl_put_int(answer, PTL_F_SIGNAL, station->signal);
	if (station->tx_rate)
		ptl_put_uint(answer, PTL_F_TX_RATE, station->tx_rate);
	if (station->rx_rate)
		ptl_put_uint(answer, PTL_F_RX_RATE, station->rx_rate);
	ptl_put_uint(answer, PTL_F_TX_BYTES, station->tx_bytes);
	ptl_put_uint(answer, PTL_F_RX_BYTES, station->rx_bytes);
	ptl_put_uint(answer, PTL_F_CONNECTED, (timer_now() - station->since) / 1000000);
	return PTL_STATUS_DONE;
}

static void say_station(struct wlan_ap *ap, const uint8_t mac[6], bool on)
{
	struct ptl_control_writer message;

	ptl_control_begin(&message, on ? PTL_M_STATION_JOINED : PTL_M_STATION_LEFT, 0,
			  PTL_IF_AP);
	ptl_put_bytes(&message, PTL_F_MAC, mac, 6);
	wlan_say(ap->core, &message);
}

static void on_station(struct wlan_ap *ap, const struct wpa_event *event)
{
	struct wlan_ap_station *station = find(ap, event->mac);
	bool on = event->kind == WPA_STATION_ON;

	if (on == (station != NULL) || (on && ap->count == WLAN_AP_STATIONS))
		return;
	if (on) {
		station = &ap->stations[ap->count++];
		*station = (struct wlan_ap_station){.since = timer_now()};
		memcpy(station->mac, event->mac, 6);
		ap->over = timer_now();
		ap->core->wake(ap->core->user);
	} else {
		*station = ap->stations[--ap->count];
	}
	say_station(ap, event->mac, on);
}

/* kbit/s of what is told in 100 kbit/s. */
static uint32_t rate(const char *text, const char *name)
{
	long long value = wpa_number(text, name, 0);

	return value > 0 && value < 1000000 ? (uint32_t)value * 100 : 0;
}

/* The answer to STA begins with its address. */
static void on_look(void *user, const char *text)
{
	struct wlan_ap *ap = user;
	struct wlan_ap_station *station;
	uint8_t mac[6];
	long long signal;

	ap->looking = false;
	if (!text || !wpa_mac(text, mac))
		return;
	station = find(ap, mac);
	if (!station)
		return;
	signal = wpa_number(text, "signal", 0);
	if (signal < 0 && signal >= -127)
		station->signal = (int8_t)signal;
	station->tx_rate = rate(text, "tx_rate_info");
	station->rx_rate = rate(text, "rx_rate_info");
	station->tx_bytes = (uint64_t)wpa_number(text, "tx_bytes", 0);
	station->rx_bytes = (uint64_t)wpa_number(text, "rx_bytes", 0);
}

/* ---- what happens to it ---- */

void wlan_ap_event(struct wlan_ap *ap, const struct wpa_event *event)
{
	struct ptl_control_writer stopped;

	switch (event->kind) {
	case WPA_AP_ON:
		if (ap->step != WLAN_AP_STARTING)
			break;
		ap->step = WLAN_AP_ON;
		ap->over = PTL_NEVER;
		end_start(ap, PTL_STATUS_DONE, NULL);
		break;
	case WPA_AP_OFF:
		if (ap->step != WLAN_AP_ON)
			break;
		forget_network(ap);
		ptl_control_begin(&stopped, PTL_M_AP_STOPPED, 0, PTL_IF_AP);
		ptl_put_uint(&stopped, PTL_F_REASON, REASON_LEAVES);
		wlan_say(ap->core, &stopped);
		break;
	case WPA_STATION_ON:
	case WPA_STATION_OFF:
		if (ap->step == WLAN_AP_ON)
			on_station(ap, event);
		break;
	default:
		break;
	}
}

ptl_time wlan_ap_poll(struct wlan_ap *ap, ptl_time now)
{
	const uint8_t *mac;

	if (ap->step == WLAN_AP_OFF || (ap->step == WLAN_AP_ON && ap->count == 0))
		return PTL_NEVER;
	if (now < ap->over)
		return ap->over;
	if (ap->step == WLAN_AP_STARTING) {
		end_start(ap, PTL_STATUS_TIMEOUT, NULL);
		return PTL_NEVER;
	}
	ap->over = now + LOOK_US;
	mac = ap->stations[++ap->looked % ap->count].mac;
	if (!ap->looking)
		wpa_ask(ap->core->ap, on_look, ap, "STA %02x:%02x:%02x:%02x:%02x:%02x", mac[0],
			mac[1], mac[2], mac[3], mac[4], mac[5]);
	ap->looking = true;
	return ap->over;
}
