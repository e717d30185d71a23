/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See wifi.h. What the radio says goes through ptl_wifi, which tells of what fits; here it
 * is kept, and passed on to the listeners. All that is kept has a bound: a radio may say
 * 10000 networks and stations.
 */
#include "host/wifi/wifi.h"

#include "host/wifi/wifi_streams.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/time.h>

#define LEAVING	   3 /* 802.11 reason: the station leaves */
#define PMK_DIGITS 64u

static void tell(struct wifi *wifi, enum wifi_event event)
{
	for (struct wifi_listener *at = wifi->listeners; at; at = at->next)
		at->heard(at->user, event);
}

/* ---- time ---- */

static void poll_at_once(struct wifi *wifi)
{
	timer_set(wifi->timer, timer_now());
}

static void poll(void *user)
{
	struct wifi *wifi = user;
	ptl_time now = timer_now(), next, streams;

	wifi->link.share(wifi->link.user, &wifi->share);
	next = ptl_wifi_poll(&wifi->core, now);
	streams = ptl_streams_poll(&wifi->streams, now);
	timer_set(wifi->timer, streams < next ? streams : next);
}

/* ---- the scan ---- */

static unsigned int weakest(const struct wifi *wifi)
{
	unsigned int found = 0;

	for (unsigned int i = 1; i < wifi->found_count; i++)
		if (wifi->found[i].signal < wifi->found[found].signal)
			found = i;
	return found;
}

static struct wifi_found *place_for(struct wifi *wifi, const struct ptl_bss *bss)
{
	unsigned int at;

	for (unsigned int i = 0; i < wifi->found_count; i++)
		if (!memcmp(wifi->found[i].bssid, bss->bssid, sizeof(bss->bssid)))
			return &wifi->found[i];
	if (wifi->found_count < WIFI_FOUND_MAX)
		return &wifi->found[wifi->found_count++];
	wifi->found_missed++;
	at = weakest(wifi);
	return wifi->found[at].signal < bss->signal ? &wifi->found[at] : NULL;
}

static void on_bss(void *user, const struct ptl_bss *bss)
{
	struct wifi *wifi = user;
	struct wifi_found *found = place_for(wifi, bss);

	if (!found)
		return;
	memcpy(found->bssid, bss->bssid, sizeof(found->bssid));
	memcpy(found->ssid, bss->ssid, sizeof(found->ssid));
	found->ssid_n = bss->ssid_n;
	found->channel = bss->channel;
	found->signal = bss->signal;
	found->akms = bss->akms;
	wifi->found_last = (unsigned int)(found - wifi->found);
	tell(wifi, WIFI_FOUND);
}

static void on_scan_done(void *user, enum ptl_status status, const char *text)
{
	struct wifi *wifi = user;

	wifi->scan_status = status;
	wifi->scanned |= status == PTL_STATUS_DONE;
	(void)snprintf(wifi->scan_text, sizeof(wifi->scan_text), "%s", text);
	tell(wifi, WIFI_SCAN_DONE);
}

const struct wifi_found *wifi_find(const struct wifi *wifi, const uint8_t *ssid, size_t ssid_n)
{
	const struct wifi_found *best = NULL;

	for (unsigned int i = 0; i < wifi->found_count; i++) {
		const struct wifi_found *found = &wifi->found[i];

		if (found->ssid_n == ssid_n && !memcmp(found->ssid, ssid, ssid_n) &&
		    (!best || found->signal > best->signal))
			best = found;
	}
	return best;
}

/* ---- the station ---- */

static void take_association(struct wifi *wifi, const struct ptl_association *association)
{
	memcpy(wifi->bssid, association->bssid, sizeof(wifi->bssid));
	wifi->channel = association->channel;
	wifi->akms = association->akms;
	wifi->signal = association->signal;
	wifi->tx_rate = wifi->rx_rate = 0;
}

static void on_joined(void *user, const struct ptl_association *association)
{
	struct wifi *wifi = user;

	wifi->joined = true;
	wifi->joined_at = timer_now();
	wifi->failure.is = wifi->left.is = false;
	take_association(wifi, association);
	tell(wifi, WIFI_JOINED);
}

static void on_failed(void *user, enum ptl_failure failure, uint16_t code, const char *text)
{
	struct wifi *wifi = user;

	wifi->failure.is = true;
	wifi->failure.why = failure;
	wifi->failure.code = code;
	wifi->failure.network = wifi->network;
	(void)snprintf(wifi->failure.text, sizeof(wifi->failure.text), "%s", text);
	tell(wifi, WIFI_FAILED);
}

static void on_left(void *user, uint16_t reason, enum ptl_by by, const char *text)
{
	struct wifi *wifi = user;

	wifi->joined = false;
	wifi->left.is = true;
	wifi->left.reason = reason;
	wifi->left.by = by;
	(void)snprintf(wifi->left.text, sizeof(wifi->left.text), "%s", text);
	tell(wifi, WIFI_LEFT);
}

static void on_roamed(void *user, const struct ptl_association *association)
{
	struct wifi *wifi = user;
	uint8_t akms = wifi->akms;

	take_association(wifi, association);
	if (!wifi->akms)
		wifi->akms = akms;
	tell(wifi, WIFI_ROAMED);
}

static void on_signal(void *user, int8_t signal, uint32_t tx_rate, uint32_t rx_rate)
{
	struct wifi *wifi = user;

	wifi->signal = signal;
	wifi->tx_rate = tx_rate;
	wifi->rx_rate = rx_rate;
	tell(wifi, WIFI_SIGNAL);
}

/* ---- the access point ---- */

static void on_ap_started(void *user, enum ptl_status status, const char *text)
{
	struct wifi *wifi = user;

	wifi->ap_runs = status == PTL_STATUS_DONE;
	wifi->ap_status = status;
	(void)snprintf(wifi->ap_text, sizeof(wifi->ap_text), "%s", text);
	tell(wifi, wifi->ap_runs ? WIFI_AP_STARTED : WIFI_AP_FAILED);
}

static void on_ap_stopped(void *user, uint16_t reason, const char *text)
{
	struct wifi *wifi = user;

	(void)reason;
	wifi->ap_runs = false;
	wifi->station_count = 0;
	(void)snprintf(wifi->ap_text, sizeof(wifi->ap_text), "%s", text);
	tell(wifi, WIFI_AP_STOPPED);
}

static void on_station(void *user, bool joined, const uint8_t mac[6], uint16_t reason,
		       const uint8_t *elements, size_t n)
{
	struct wifi *wifi = user;
	unsigned int at = 0;

	(void)reason;
	(void)elements;
	(void)n;
	while (at < wifi->station_count && memcmp(wifi->stations[at].mac, mac, 6) != 0)
		at++;
	memcpy(wifi->station_last.mac, mac, sizeof(wifi->station_last.mac));
	wifi->station_last.since = timer_now();
	if (joined && at < WIFI_STATIONS_MAX) {
		wifi->stations[at] = wifi->station_last;
		wifi->station_count += at == wifi->station_count;
	} else if (!joined && at < wifi->station_count) {
		wifi->stations[at] = wifi->stations[--wifi->station_count];
	}
	tell(wifi, joined ? WIFI_STATION_JOINED : WIFI_STATION_LEFT);
}

/* ---- the radio ---- */

/* Each by itself: of one that a radio cannot do the others are not the less wanted. */
static void send_setting(struct wifi *wifi, enum ptl_interface interface, enum ptl_field field,
			 int64_t value, const void *bytes, size_t n)
{
	struct ptl_control_writer message;

	ptl_control_begin(&message, PTL_M_SET, 0, (uint8_t)interface);
	if (bytes)
		ptl_put_bytes(&message, field, bytes, n);
	else if (ptl_field_info((uint8_t)field)->kind == PTL_KIND_INT)
		ptl_put_int(&message, field, value);
	else
		ptl_put_uint(&message, field, (uint64_t)value);
	(void)ptl_wifi_request(&wifi->core, timer_now(), &message, NULL);
	explicit_bzero(&message, sizeof(message));
}

static void send_chance(struct wifi *wifi)
{
	uint8_t chance[32];

	if (getrandom(chance, sizeof(chance), 0) == (ssize_t)sizeof(chance))
		send_setting(wifi, PTL_IF_RADIO, PTL_F_CHANCE, 0, chance, sizeof(chance));
	explicit_bzero(chance, sizeof(chance));
}

static void send_settings(struct wifi *wifi)
{
	const struct wifi_settings *settings = &wifi->settings;
	struct timeval time;

	if (settings->has_mac)
		send_setting(wifi, PTL_IF_STATION, PTL_F_MAC, 0, settings->mac,
			     sizeof(settings->mac));
	if (*settings->country)
		send_setting(wifi, PTL_IF_RADIO, PTL_F_COUNTRY, 0, settings->country, 2);
	if (settings->has_power_save)
		send_setting(wifi, PTL_IF_STATION, PTL_F_POWER_SAVE, settings->power_save, NULL,
			     0);
	if (settings->has_tx_power)
		send_setting(wifi, PTL_IF_RADIO, PTL_F_TX_POWER, settings->tx_power, NULL, 0);
	if (wifi->info.capabilities & PTL_CAN_CLOCK && gettimeofday(&time, NULL) == 0)
		send_setting(wifi, PTL_IF_RADIO, PTL_F_TIME,
			     (int64_t)time.tv_sec * 1000000 + time.tv_usec, NULL, 0);
	if (wifi->info.capabilities & PTL_CAN_CHANCE)
		send_chance(wifi);
}

static void on_ready(void *user, const struct ptl_radio_info *info)
{
	struct wifi *wifi = user;

	wifi->found_count = wifi->found_missed = 0;
	wifi->scanned = false;
	if (!info) {
		memset(&wifi->info, 0, sizeof(wifi->info));
		tell(wifi, WIFI_GONE);
		return;
	}
	wifi->info = *info;
	if (!wifi->blind) /* else the owner of the air has sent them */
		send_settings(wifi);
	tell(wifi, WIFI_READY);
}

static void on_answer(void *user, void *token, enum ptl_status status,
		      const struct ptl_control *message)
{
	struct wifi_asked *asked = token;

	(void)user;
	asked->answered(asked, status, message);
}

static bool send_message(void *user, const uint8_t *message, size_t n)
{
	struct wifi *wifi = user;

	return wifi->link.send(wifi->link.user, message, n);
}

void wifi_stream_pushed(struct wifi *wifi)
{
	poll_at_once(wifi);
}

/* ---- from the link ---- */

void wifi_session(struct wifi *wifi, bool up)
{
	wifi->session = up;
	ptl_wifi_session(&wifi->core);
	ptl_streams_session(&wifi->streams);
	poll_at_once(wifi);
}

void wifi_message(struct wifi *wifi, const uint8_t *bytes, size_t n)
{
	const struct ptl_control message = {bytes, n};
	const struct ptl_message_info *info = n ? ptl_message_info(bytes[0]) : NULL;

	if (!info || info->kind != PTL_KIND_STREAM) {
		ptl_wifi_message(&wifi->core, timer_now(), bytes, n);
	} else if (ptl_control_check(&message) == PTL_STATUS_DONE) {
		wifi->link.share(wifi->link.user, &wifi->share);
		ptl_streams_message(&wifi->streams, &message);
	} else {
		wifi->streams.malformed++;
	}
	poll_at_once(wifi);
}

void wifi_room(struct wifi *wifi)
{
	poll_at_once(wifi);
}

bool wifi_on_air(const struct wifi *wifi)
{
	if (!wifi->session)
		return true;
	return ptl_wifi_ready(&wifi->core) &&
	       (wifi->joined || !(wifi->info.capabilities & PTL_CAN_STATION));
}

/* ---- requests ---- */

/* After a request: its watchdog runs. */
static enum ptl_status begun(struct wifi *wifi, enum ptl_status status)
{
	poll_at_once(wifi);
	return status;
}

enum ptl_status wifi_scan(struct wifi *wifi, const uint8_t *ssid, size_t ssid_n,
			  const uint8_t *channels, size_t count, bool passive)
{
	struct ptl_control_writer message;
	enum ptl_status status;

	ptl_control_begin(&message, PTL_M_SCAN, 0, PTL_IF_STATION);
	if (ssid_n)
		ptl_put_bytes(&message, PTL_F_SSID, ssid, ssid_n);
	if (count)
		ptl_put_bytes(&message, PTL_F_CHANNELS, channels, count);
	if (passive)
		ptl_put_flag(&message, PTL_F_PASSIVE);
	status = ptl_wifi_start(&wifi->core, timer_now(), PTL_WIFI_SCAN, &message);
	if (status != PTL_STATUS_DONE)
		return status;
	wifi->found_count = wifi->found_missed = 0;
	tell(wifi, WIFI_SCAN_BEGUN);
	return begun(wifi, status);
}

enum ptl_status wifi_scan_stop(struct wifi *wifi)
{
	return begun(wifi, ptl_wifi_stop(&wifi->core, timer_now(), PTL_WIFI_SCAN, LEAVING));
}

static unsigned int hex_digit(char c)
{
	return (unsigned int)(isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* 64 digits are no passphrase, which has at most 63. */
static void put_key(struct ptl_control_writer *message, const struct wifi_network *network)
{
	uint8_t pmk[PMK_DIGITS / 2];

	if (!network->has_key)
		return;
	if (strlen(network->key) < PMK_DIGITS) {
		ptl_put_bytes(message, PTL_F_PASSPHRASE, network->key, strlen(network->key));
		return;
	}
	for (unsigned int i = 0; i < sizeof(pmk); i++)
		pmk[i] = (uint8_t)(hex_digit(network->key[2 * i]) << 4 |
				   hex_digit(network->key[2 * i + 1]));
	ptl_put_bytes(message, PTL_F_PMK, pmk, sizeof(pmk));
	explicit_bzero(pmk, sizeof(pmk));
}

/* SAE wants the passphrase. */
static uint8_t akms_for(const struct wifi *wifi, const struct wifi_network *network)
{
	bool pmk = strlen(network->key) == PMK_DIGITS;
	uint8_t wanted = network->akms;

	if (!network->has_key)
		return PTL_AKM_OPEN;
	if (!wanted)
		wanted = PTL_AKM_PSK | PTL_AKM_PSK_SHA256 | PTL_AKM_SAE;
	if (pmk)
		wanted &= (uint8_t)~PTL_AKM_SAE;
	if (!network->akms && wifi->info.akms & wanted)
		wanted &= wifi->info.akms;
	return wanted;
}

static struct wifi_network without_key(const struct wifi_network *network)
{
	struct wifi_network copy = *network;

	explicit_bzero(copy.key, sizeof(copy.key));
	return copy;
}

enum ptl_status wifi_join(struct wifi *wifi, const struct wifi_network *network)
{
	struct ptl_control_writer message;
	enum ptl_status status;

	ptl_control_begin(&message, PTL_M_JOIN, 0, PTL_IF_STATION);
	ptl_put_bytes(&message, PTL_F_SSID, network->ssid, network->ssid_n);
	if (network->has_bssid)
		ptl_put_bytes(&message, PTL_F_BSSID, network->bssid, sizeof(network->bssid));
	if (network->channel)
		ptl_put_uint(&message, PTL_F_CHANNEL, network->channel);
	ptl_put_uint(&message, PTL_F_AKM, akms_for(wifi, network));
	put_key(&message, network);
	/* Within, what it leaves for this is told: wifi->network is still that. */
	status = ptl_wifi_start(&wifi->core, timer_now(), PTL_WIFI_STATION, &message);
	explicit_bzero(&message, sizeof(message));
	if (status != PTL_STATUS_DONE)
		return status;
	wifi->network = without_key(network);
	wifi->failure.is = wifi->left.is = false;
	tell(wifi, WIFI_JOINING);
	return begun(wifi, status);
}

enum ptl_status wifi_leave(struct wifi *wifi)
{
	return begun(wifi, ptl_wifi_stop(&wifi->core, timer_now(), PTL_WIFI_STATION, LEAVING));
}

enum ptl_status wifi_ap_start(struct wifi *wifi, const struct wifi_network *network)
{
	struct ptl_control_writer message;
	enum ptl_status status;

	ptl_control_begin(&message, PTL_M_AP_START, 0, PTL_IF_AP);
	ptl_put_bytes(&message, PTL_F_SSID, network->ssid, network->ssid_n);
	ptl_put_uint(&message, PTL_F_CHANNEL, network->channel);
	ptl_put_uint(&message, PTL_F_AKM,
		     network->has_key && !network->akms ? PTL_AKM_PSK
							: akms_for(wifi, network));
	put_key(&message, network);
	if (network->hidden)
		ptl_put_flag(&message, PTL_F_HIDDEN);
	if (network->stations)
		ptl_put_uint(&message, PTL_F_STATIONS, network->stations);
	status = ptl_wifi_start(&wifi->core, timer_now(), PTL_WIFI_AP, &message);
	explicit_bzero(&message, sizeof(message));
	if (status != PTL_STATUS_DONE)
		return status;
	wifi->ap = without_key(network);
	return begun(wifi, status);
}

enum ptl_status wifi_ap_stop(struct wifi *wifi)
{
	return begun(wifi, ptl_wifi_stop(&wifi->core, timer_now(), PTL_WIFI_AP, LEAVING));
}

enum ptl_status wifi_ask(struct wifi *wifi, struct ptl_control_writer *message,
			 struct wifi_asked *asked)
{
	return begun(wifi, ptl_wifi_request(&wifi->core, timer_now(), message, asked));
}

void wifi_set(struct wifi *wifi, const struct wifi_settings *settings)
{
	wifi->settings = *settings;
	tell(wifi, WIFI_SET);
}

void wifi_forget(struct wifi *wifi, const struct wifi_asked *asked)
{
	ptl_wifi_forget(&wifi->core, asked);
}

/* ---- listeners ---- */

void wifi_listen(struct wifi *wifi, struct wifi_listener *listener)
{
	struct wifi_listener **end = &wifi->listeners;

	while (*end)
		end = &(*end)->next;
	listener->next = NULL;
	*end = listener;
}

void wifi_listen_no_more(struct wifi *wifi, struct wifi_listener *listener)
{
	struct wifi_listener **at = &wifi->listeners;

	while (*at && *at != listener)
		at = &(*at)->next;
	if (*at)
		*at = listener->next;
}

struct wifi *wifi_new(uv_loop_t *loop, const struct wifi_link *link)
{
	struct wifi *wifi = calloc(1, sizeof(*wifi));
	const struct ptl_wifi_events events = {
		.user = wifi,
		.send = send_message,
		.ready = on_ready,
		.bss = on_bss,
		.scan_done = on_scan_done,
		.joined = on_joined,
		.failed = on_failed,
		.left = on_left,
		.roamed = on_roamed,
		.ap_started = on_ap_started,
		.ap_stopped = on_ap_stopped,
		.station = on_station,
		.signal = on_signal,
		.answer = on_answer,
	};

	if (!wifi)
		return NULL;
	wifi->link = *link;
	wifi->timer = timer_new(loop, poll, wifi);
	if (!wifi->timer) {
		free(wifi);
		return NULL;
	}
	ptl_wifi_init(&wifi->core, &events);
	ptl_share_set(&wifi->share, 115200, false, 0);
	wifi_streams_begin(wifi);
	return wifi;
}

void wifi_free(struct wifi *wifi)
{
	if (!wifi)
		return;
	timer_free(wifi->timer);
	explicit_bzero(wifi, sizeof(*wifi)); /* a key may wait in its outbox */
	free(wifi);
}
