/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The station of the net 'wlan': one network of wpa_supplicant's, made for each JOIN.
 *
 *	IDLE --JOIN--> ASKING --> SEEKING --found--> JOINING --connected--> LOOKING --> JOINED
 *	  ^               \          \                  \                     ^         |  |
 *	  '---- FAILED <---'----------'-----------------'                    '- ROAMED -'  |
 *	  '------------------------------- LEFT <------------------------------------------'
 *
 * wpa_supplicant tries for ever; a radio says FAILED and stops. So whatever it says that
 * it was refused is kept, and told as the reason when it gives up, or when our patience
 * ends, which is a little shorter than the host's. In the other direction a network that
 * was left is not joined again by itself: that is the host's to decide.
 *
 * The network is looked for by a scan of our own, of which wpa_supplicant then takes the
 * results: of the channel that was told, or of 2.4 GHz first and of the others only when
 * it is not there, since all of them take longer than a host waits for a join. (Its own
 * setting for that, scan_freq, would hold for roaming, too; and to change it in a network
 * that is joined ends one by SAE.) A network that was joined without a BSSID is roamed in
 * by wpa_supplicant, which looks around when the signal is weak (bgscan).
 */
#include "host/net/wlan_station.h"

#include "host/base/timer.h"

#include <stdio.h>
#include <string.h>

#define JOIN_US	    9000000u
#define LOOK_US	    2000000u
#define SIGNAL_STEP 3 /* dB */
#define LAST_2_4    14

/* IEEE 802.11 status codes (9.4.1.9). */
#define STATUS_FAILURE	       1  /* of SAE: the other side's confirm does not fit */
#define STATUS_CHALLENGE       15 /* likewise */
#define STATUS_REFUSED_FOR_NOW 30
#define STATUS_ANTI_CLOGGING   76
#define STATUS_GROUP	       77

/* Reason codes (9.4.1.7). */
#define REASON_LEAVING	    3
#define REASON_4WAY_TIMEOUT 15

static void forget_network(struct wlan_station *station)
{
	struct wpa_control *wpa = station->core->station;

	wpa_forget(wpa, station);
	wpa_ask(wpa, NULL, NULL, "DISCONNECT");
	wpa_ask(wpa, NULL, NULL, "REMOVE_NETWORK all");
	station->step = WLAN_STATION_IDLE;
	station->over = PTL_NEVER;
	station->looking = false;
	explicit_bzero(station->key, sizeof(station->key));
	explicit_bzero(station->sae_key, sizeof(station->sae_key));
}

static void fail(struct wlan_station *station, enum ptl_failure failure, uint16_t code,
		 const char *text)
{
	struct ptl_control_writer failed;

	forget_network(station);
	ptl_control_begin(&failed, PTL_M_FAILED, 0, PTL_IF_STATION);
	ptl_put_uint(&failed, PTL_F_FAILURE, failure);
	if (code)
		ptl_put_uint(&failed, PTL_F_CODE, code);
	if (text)
		ptl_put_text(&failed, PTL_F_TEXT, text);
	wlan_say(station->core, &failed);
}

/* ---- what is asked ---- */

static bool printable(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i] < 0x20 || bytes[i] > 0x7e)
			return false;
	return true;
}

/* The key, in wpa_supplicant's forms, and which AKMs are meant. */
static enum ptl_status take_key(struct wlan_station *station, const struct ptl_control *message,
				const char **reason)
{
	size_t pmk_n, n;
	const uint8_t *pmk = ptl_control_bytes(message, PTL_F_PMK, &pmk_n);
	const uint8_t *phrase = ptl_control_bytes(message, PTL_F_PASSPHRASE, &n);
	uint8_t usual = PTL_AKM_OPEN;

	*station->key = *station->sae_key = 0;
	if (phrase && !printable(phrase, n)) {
		*reason = "a passphrase is of printable ASCII";
		return PTL_STATUS_BAD_VALUE;
	}
	if (pmk) {
		usual = PTL_AKM_PSK | PTL_AKM_PSK_SHA256;
		wpa_hex(station->key, pmk, pmk_n);
	} else if (phrase) {
		usual = PTL_AKM_PSK | PTL_AKM_PSK_SHA256 | PTL_AKM_SAE;
		(void)snprintf(station->key, sizeof(station->key), "\"%.*s\"", (int)n, phrase);
	}
	if (phrase)
		wpa_hex(station->sae_key, phrase, n);
	station->akms = (uint8_t)ptl_control_uint(message, PTL_F_AKM, usual);
	if (station->akms & PTL_AKM_SAE && !phrase)
		station->akms &= (uint8_t)~PTL_AKM_SAE;
	station->akms &= station->core->akms;
	if (pmk || phrase)
		station->akms &= (uint8_t)~PTL_AKM_OPEN; /* never one without the key */
	if (!station->akms) {
		*reason = "no kind of key that this radio can with what was given";
		return PTL_STATUS_UNSUPPORTED;
	}
	return PTL_STATUS_DONE;
}

static void on_set(void *user, const char *text)
{
	struct wlan_station *station = user;

	if (station->step == WLAN_STATION_ASKING && !wlan_is_ok(text))
		fail(station, PTL_FAILURE_UNSUPPORTED, 0,
		     "the radio's wpa_supplicant does not take these settings");
}

static void set(struct wlan_station *station, const char *name, const char *value)
{
	wpa_ask(station->core->station, on_set, station, "SET_NETWORK %lld %s %s",
		station->network, name, value);
}

static void set_key(struct wlan_station *station)
{
	static const struct {
		uint8_t akm;
		const char *name;
	} names[] = {
		{PTL_AKM_OPEN, " NONE"},
		{PTL_AKM_PSK | PTL_AKM_WPA1, " WPA-PSK"},
		{PTL_AKM_PSK_SHA256, " WPA-PSK-SHA256"},
		{PTL_AKM_SAE, " SAE"},
	};
	bool tkip = station->akms & PTL_AKM_WPA1;
	char akms[64] = "", pmf[2] = {(char)('0' + station->pmf), 0};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (station->akms & names[i].akm)
			(void)strcat(akms, names[i].name);
	set(station, "key_mgmt", akms + 1);
	if (station->akms == PTL_AKM_OPEN)
		return;
	set(station, "proto", tkip ? "WPA RSN" : "RSN");
	set(station, "pairwise", tkip ? "CCMP TKIP" : "CCMP");
	if (station->akms & (uint8_t)~PTL_AKM_SAE)
		set(station, "psk", station->key);
	if (station->akms & PTL_AKM_SAE)
		set(station, "sae_password", station->sae_key);
	set(station, "ieee80211w", pmf);
}

/* Looks for it: on the channel that was told, or on those of 2.4 GHz, or on the rest. */
static void seek(struct wlan_station *station, wpa_answered *answered)
{
	const struct wlan_core *core = station->core;
	char list[sizeof(core->channels) * 5 + 1] = "", ssid[2 * 32 + 1];
	size_t n = 0;

	for (unsigned i = 0; i < core->channel_count; i++) {
		uint8_t channel = core->channels[i];

		if (station->channel ? channel == station->channel
				     : (channel > LAST_2_4) == station->rest_sought)
			n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%u", n ? "," : "",
					      wpa_frequency(channel));
	}
	wpa_hex(ssid, station->ssid, station->ssid_n);
	station->scan = -1;
	wpa_ask(station->core->station, answered, station,
		"SCAN TYPE=ONLY use_id=1 freq=%s ssid %s", list, ssid);
}

static void on_sought(void *user, const char *text)
{
	struct wlan_station *station = user;

	if (station->step != WLAN_STATION_ASKING && station->step != WLAN_STATION_SEEKING)
		return;
	station->step = WLAN_STATION_SEEKING;
	if (text && sscanf(text, "%d", &station->scan) == 1)
		return;
	/* Busy with another scan, whose results do as well. */
	if (text && strncmp(text, "FAIL-BUSY", 9) == 0)
		return;
	fail(station, PTL_FAILURE_UNSUPPORTED, 0, "the radio cannot look for it");
}

static void on_added(void *user, const char *text)
{
	struct wlan_station *station = user;
	char value[64 + 1];

	if (!text || sscanf(text, "%lld", &station->network) != 1) {
		on_set(user, NULL);
		return;
	}
	wpa_hex(value, station->ssid, station->ssid_n);
	set(station, "ssid", value);
	set(station, "scan_ssid", "1");
	set_key(station);
	(void)snprintf(value, sizeof(value), "%u", wpa_frequency(station->only_channel));
	if (station->only_channel) {
		set(station, "scan_freq", value);
		set(station, "freq_list", value);
	}
	(void)snprintf(value, sizeof(value), "\"simple:10:%d:300\"", station->roam_below);
	if (!station->bssid_fixed)
		set(station, "bgscan", value);
	(void)snprintf(value, sizeof(value), "%02x:%02x:%02x:%02x:%02x:%02x", station->bssid[0],
		       station->bssid[1], station->bssid[2], station->bssid[3],
		       station->bssid[4], station->bssid[5]);
	if (station->bssid_fixed)
		set(station, "bssid", value);
	seek(station, on_sought);
	explicit_bzero(station->key, sizeof(station->key));
	explicit_bzero(station->sae_key, sizeof(station->sae_key));
}

enum ptl_status wlan_station_join(struct wlan_station *station,
				  const struct ptl_control *message, uint8_t only_channel,
				  const char **reason)
{
	size_t n;
	const uint8_t *ssid = ptl_control_bytes(message, PTL_F_SSID, &n);
	const uint8_t *bssid = ptl_control_bytes(message, PTL_F_BSSID, &(size_t){0});
	uint8_t channel = (uint8_t)ptl_control_uint(message, PTL_F_CHANNEL, 0);
	enum ptl_status status;

	if (station->step != WLAN_STATION_IDLE && station->step != WLAN_STATION_JOINED)
		return PTL_STATUS_BUSY;
	if (n == 0 || (channel && !wlan_has_channel(station->core, channel))) {
		*reason = n == 0 ? "a network has a name" : "not a channel of this radio";
		return PTL_STATUS_BAD_VALUE;
	}
	if (channel && only_channel && channel != only_channel)
		return PTL_STATUS_CHANNEL;
	status = take_key(station, message, reason);
	if (status != PTL_STATUS_DONE)
		return status;
	wpa_forget(station->core->station, station);
	if (station->step == WLAN_STATION_JOINED)
		wpa_ask(station->core->station, NULL, NULL, "DISCONNECT");
	memcpy(station->ssid, ssid, n);
	station->ssid_n = (uint8_t)n;
	station->bssid_fixed = bssid != NULL;
	memset(station->bssid, 0, sizeof(station->bssid));
	if (bssid)
		memcpy(station->bssid, bssid, sizeof(station->bssid));
	station->only_channel = only_channel;
	station->channel = channel ? channel : only_channel;
	station->pmf = (uint8_t)ptl_control_uint(message, PTL_F_PMF,
						 station->akms & PTL_AKM_SAE ? 1 : 0);
	station->pmf = station->pmf > 2 ? 2 : station->pmf;
	station->rest_sought = station->core->channels[0] > LAST_2_4;
	station->failure = PTL_FAILURE_TIMEOUT;
	station->code = 0;
	station->step = WLAN_STATION_ASKING;
	station->over = timer_now() + JOIN_US;
	wpa_ask(station->core->station, NULL, NULL, "REMOVE_NETWORK all");
	wpa_ask(station->core->station, on_added, station, "ADD_NETWORK");
	return PTL_STATUS_DONE;
}

enum ptl_status wlan_station_leave(struct wlan_station *station)
{
	if (station->step == WLAN_STATION_IDLE)
		return PTL_STATUS_STATE;
	forget_network(station);
	return PTL_STATUS_DONE;
}

void wlan_station_reset(struct wlan_station *station)
{
	forget_network(station);
}

uint8_t wlan_station_channel(const struct wlan_station *station)
{
	if (station->step == WLAN_STATION_JOINED)
		return station->at_channel;
	return station->step == WLAN_STATION_IDLE ? 0 : station->channel;
}

/* ---- where it is ---- */

static void read_signal(struct wlan_station *station, const char *text)
{
	long long signal = wpa_number(text, "RSSI", 0), rate = wpa_number(text, "LINKSPEED", 0);

	if (signal < 0 && signal >= -127)
		station->signal = (int8_t)signal;
	if (rate >= 0 && rate < 100000)
		station->rate = (uint32_t)rate * 1000;
}

static void say_where(struct wlan_station *station)
{
	struct ptl_control_writer where;

	ptl_control_begin(&where, station->roaming ? PTL_M_ROAMED : PTL_M_JOINED, 0,
			  PTL_IF_STATION);
	ptl_put_bytes(&where, PTL_F_BSSID, station->at, sizeof(station->at));
	ptl_put_uint(&where, PTL_F_CHANNEL, station->at_channel);
	if (station->signal)
		ptl_put_int(&where, PTL_F_SIGNAL, station->signal);
	if (station->at_akm)
		ptl_put_uint(&where, PTL_F_AKM, station->at_akm);
	if (!station->roaming)
		ptl_put_bytes(&where, PTL_F_SSID, station->ssid, station->ssid_n);
	wlan_say(station->core, &where);
	station->told_signal = station->signal;
	if (!station->roaming)
		station->since = timer_now();
	station->step = WLAN_STATION_JOINED;
	station->over = timer_now() + LOOK_US;
}

static void on_status(void *user, const char *text)
{
	struct wlan_station *station = user;
	uint8_t mac[6];
	size_t n;
	const char *bssid = text ? wpa_line(text, "bssid", &n) : NULL;

	if (!text)
		return;
	if (bssid && wpa_mac(bssid, mac))
		memcpy(station->at, mac, sizeof(mac));
	station->at_channel = wpa_channel(wpa_number(text, "freq", 0));
	station->at_akm = wpa_akm(text);
}

static void on_first_signal(void *user, const char *text)
{
	struct wlan_station *station = user;

	if (text)
		read_signal(station, text);
	if (station->step != WLAN_STATION_LOOKING)
		return;
	if (station->at_channel)
		say_where(station);
	else
		fail(station, PTL_FAILURE_UNSUPPORTED, 0, "it is on a band that has no number");
}

static void on_signal(void *user, const char *text)
{
	struct wlan_station *station = user;
	struct ptl_control_writer signal;
	int step;

	station->looking = false;
	if (!text || station->step != WLAN_STATION_JOINED)
		return;
	read_signal(station, text);
	step = station->signal - station->told_signal;
	if (step < SIGNAL_STEP && step > -SIGNAL_STEP)
		return;
	station->told_signal = station->signal;
	ptl_control_begin(&signal, PTL_M_SIGNAL, 0, PTL_IF_STATION);
	ptl_put_int(&signal, PTL_F_SIGNAL, station->signal);
	if (station->rate)
		ptl_put_uint(&signal, PTL_F_TX_RATE, station->rate);
	wlan_say(station->core, &signal);
}

static void look(struct wlan_station *station, bool roaming)
{
	station->roaming = roaming;
	station->step = WLAN_STATION_LOOKING;
	station->over = timer_now() + JOIN_US;
	station->at_channel = 0;
	wpa_ask(station->core->station, on_status, station, "STATUS");
	wpa_ask(station->core->station, on_first_signal, station, "SIGNAL_POLL");
}

/* ---- what happens to it ---- */

static void on_refused(struct wlan_station *station, const struct wpa_event *event)
{
	bool authentication = event->kind == WPA_AUTH_REFUSED;

	/* It goes on by itself after these. */
	if (event->status == STATUS_REFUSED_FOR_NOW || event->status == STATUS_ANTI_CLOGGING ||
	    event->status == STATUS_GROUP)
		return;
	if (authentication && station->akms & PTL_AKM_SAE &&
	    (event->status == STATUS_FAILURE || event->status == STATUS_CHALLENGE)) {
		fail(station, PTL_FAILURE_WRONG_KEY, (uint16_t)event->status, NULL);
		return;
	}
	station->failure =
		authentication ? PTL_FAILURE_AUTHENTICATION : PTL_FAILURE_ASSOCIATION;
	station->code = (uint16_t)event->status;
}

/* wpa_supplicant knows the name, but takes none of those that have it. */
static void fail_unsuitable(struct wlan_station *station)
{
	fail(station, PTL_FAILURE_UNSUPPORTED, 0,
	     station->akms == PTL_AKM_OPEN
		     ? "this network wants a password"
		     : "this network is open, or has another kind of key");
}

/* What was found, as a table. */
static void on_table(void *user, const char *text)
{
	struct wlan_station *station = user;
	char ssid[4 * 32 + 1];
	bool more = !station->channel && !station->rest_sought &&
		    station->core->channels[station->core->channel_count - 1] > LAST_2_4;

	if (station->step != WLAN_STATION_SEEKING)
		return;
	wpa_ssid_text(ssid, station->ssid, station->ssid_n);
	if (text && wpa_table_has(text, ssid)) {
		station->step = WLAN_STATION_JOINING;
		wpa_ask(station->core->station, on_set, station, "SELECT_NETWORK %lld",
			station->network);
	} else if (more) {
		station->rest_sought = true;
		seek(station, on_sought);
	} else {
		fail(station, PTL_FAILURE_NO_NETWORK, 0,
		     station->only_channel ? "not on the channel of this radio's access point"
					   : NULL);
	}
}

static void event_seeking(struct wlan_station *station, const struct wpa_event *event)
{
	if (event->kind == WPA_SCAN_FAILED)
		fail(station, PTL_FAILURE_UNSUPPORTED, 0, "the radio cannot look for it");
	if (event->kind == WPA_SCANNED && (station->scan < 0 || event->number == station->scan))
		wpa_ask(station->core->station, on_table, station, "SCAN_RESULTS");
}

static void event_joining(struct wlan_station *station, const struct wpa_event *event)
{
	switch (event->kind) {
	case WPA_CONNECTED:
		look(station, false);
		break;
	case WPA_NOT_FOUND:
		fail_unsuitable(station);
		break;
	case WPA_AUTH_REFUSED:
	case WPA_ASSOC_REFUSED:
		on_refused(station, event);
		break;
	case WPA_GAVE_UP:
		if (event->wrong_key)
			fail(station, PTL_FAILURE_WRONG_KEY, REASON_4WAY_TIMEOUT, NULL);
		else
			fail(station, station->failure, station->code, NULL);
		break;
	default:
		break;
	}
}

static void say_left(struct wlan_station *station, const struct wpa_event *event)
{
	struct ptl_control_writer left;

	forget_network(station);
	ptl_control_begin(&left, PTL_M_LEFT, 0, PTL_IF_STATION);
	ptl_put_uint(&left, PTL_F_REASON,
		     event->reason > 0 ? (uint16_t)event->reason : REASON_LEAVING);
	ptl_put_uint(&left, PTL_F_BY, event->local ? PTL_BY_RADIO : PTL_BY_PEER);
	wlan_say(station->core, &left);
}

static void event_joined(struct wlan_station *station, const struct wpa_event *event)
{
	if (event->kind == WPA_CONNECTED && memcmp(event->mac, station->at, 6) != 0)
		look(station, true);
	if (event->kind != WPA_DISCONNECTED)
		return;
	/* What it said of its beginning was not told yet. */
	if (station->step == WLAN_STATION_LOOKING && !station->roaming)
		fail(station, PTL_FAILURE_ASSOCIATION, 0, NULL);
	else
		say_left(station, event);
}

void wlan_station_event(struct wlan_station *station, const struct wpa_event *event)
{
	if (station->step == WLAN_STATION_SEEKING)
		event_seeking(station, event);
	else if (station->step == WLAN_STATION_JOINING)
		event_joining(station, event);
	else if (station->step == WLAN_STATION_LOOKING || station->step == WLAN_STATION_JOINED)
		event_joined(station, event);
}

ptl_time wlan_station_poll(struct wlan_station *station, ptl_time now)
{
	if (station->step == WLAN_STATION_IDLE)
		return PTL_NEVER;
	if (now < station->over)
		return station->over;
	if (station->step != WLAN_STATION_JOINED) {
		fail(station, station->failure, station->code, NULL);
		return PTL_NEVER;
	}
	station->over = now + LOOK_US;
	if (!station->looking) {
		station->looking = true;
		wpa_ask(station->core->station, on_signal, station, "SIGNAL_POLL");
	}
	return station->over;
}
