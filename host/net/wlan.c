/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wlan: a wlan interface of this machine as the radio, wlan:IFNAME, so that a Linux board
 * (or mac80211_hwsim) is at the end of the wire.
 *
 *	host's requests --> scan, station, ap --> wpa_supplicant, one socket an interface
 *	host's frames ----> station's or access point's interface (SPEC 8.6)
 *
 * Everything is opened at the start: wpa_supplicant, of our own; a second interface of
 * the same radio for the access point, where the radio can; the frames of both. Frames
 * leave with the station's address only, as the air wants it: what a host sends with
 * another one is its access point's, or nobody's.
 */
#include "host/base/log.h"
#include "host/base/timer.h"
#include "host/net/interface.h"
#include "host/net/kind.h"
#include "host/net/nl80211.h"
#include "host/net/wlan_ap.h"
#include "host/net/wlan_frames.h"
#include "host/net/wlan_scan.h"
#include "host/net/wlan_second.h"
#include "host/net/wlan_station.h"
#include "host/net/wlan_supplicant.h"

#include <pigtail/groups.h>
#include <pigtail/interfaces.h>

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOK_US	      1000000u /* whether wpa_supplicant is alive */
#define TX_POWER_MOST 30
#define ROAM_BELOW    -68 /* dBm */

struct wlan {
	struct net *net;
	struct wlan_core core;
	struct wlan_scan scan;
	struct wlan_station station;
	struct wlan_ap ap;
	struct nl80211 *nl80211;
	struct wlan_supplicant *supplicant;
	struct wlan_frames *station_frames, *ap_frames;
	struct timer *timer;
	struct net_radio_link link;
	struct ptl_interfaces interfaces;
	struct ptl_groups groups;
	bool began, refused, failed;
	char interface[IFNAMSIZ], ap_interface[IFNAMSIZ];
	uint8_t own_mac[6]; /* that it had before us */
	ptl_time look_at, started;
	char country[3];
	uint8_t country_id; /* of the request that waits for wpa_supplicant; 0: none */
};

/* ---- turns ---- */

static void wake(void *user)
{
	struct wlan *wlan = user;

	timer_set(wlan->timer, timer_now());
}

static void fail(struct wlan *wlan, const char *why)
{
	if (wlan->failed)
		return;
	wlan->failed = true;
	wlan->net->events.failed(wlan->net->events.user, why);
}

static ptl_time earlier(ptl_time a, ptl_time b)
{
	return a < b ? a : b;
}

static void on_timer(void *user)
{
	struct wlan *wlan = user;
	ptl_time now = timer_now(), again;

	if (wlan->failed || !wlan->began)
		return;
	(void)wlan->link.share(wlan->link.user);
	if (now >= wlan->look_at) {
		wlan->look_at = now + LOOK_US;
		if (wlan_supplicant_ended(wlan->supplicant)) {
			fail(wlan, "wpa_supplicant has ended");
			return;
		}
	}
	(void)ptl_radio_poll(&wlan->core.control);
	(void)wlan_flush(&wlan->core);
	again = earlier(wlan_scan_poll(&wlan->scan, now), wlan->look_at);
	again = earlier(wlan_station_poll(&wlan->station, now), again);
	again = earlier(wlan_ap_poll(&wlan->ap, now), again);
	timer_set(wlan->timer, again);
	/* What the parts said meanwhile. */
	if (wlan_flush(&wlan->core) && wlan->refused) {
		wlan->refused = false;
		wlan->link.resume(wlan->link.user);
	}
}

/* ---- what wpa_supplicant says ---- */

/* It says so on one of the sockets. */
static void on_country_event(struct wlan *wlan, const struct wpa_event *event)
{
	if (event->kind == WPA_COUNTRY && *event->country)
		memcpy(wlan->country, event->country, sizeof(wlan->country));
}

static void on_station_event(void *user, const char *text)
{
	struct wlan *wlan = user;
	struct wpa_event event;

	wpa_event_read(&event, text);
	if (event.kind != WPA_OTHER)
		log_detail("%s: %s", wlan->interface, text);
	on_country_event(wlan, &event);
	wlan_scan_event(&wlan->scan, &event);
	wlan_station_event(&wlan->station, &event);
	wake(wlan);
}

static void on_ap_event(void *user, const char *text)
{
	struct wlan *wlan = user;
	struct wpa_event event;

	wpa_event_read(&event, text);
	if (event.kind != WPA_OTHER)
		log_detail("%s: %s", wlan->ap_interface, text);
	on_country_event(wlan, &event);
	wlan_ap_event(&wlan->ap, &event);
	if (wlan->interfaces.ap_up != (wlan->ap.step == WLAN_AP_ON))
		ptl_interfaces_ap(&wlan->interfaces, wlan->ap.step == WLAN_AP_ON);
	wake(wlan);
}

static void on_lost(void *user)
{
	fail(user, "wpa_supplicant does not answer any more");
}

/* ---- frames ---- */

static void on_frame(void *user, const uint8_t *frame, size_t n)
{
	const struct wlan *wlan = user;

	wlan->net->events.packet(wlan->net->events.user, frame, n);
}

static void on_station_frame(void *user, const uint8_t *frame, size_t n)
{
	if (ptl_groups_pass(&((const struct wlan *)user)->groups, frame, n))
		on_frame(user, frame, n);
}

static void on_drained(void *user)
{
	const struct wlan *wlan = user;

	wlan->net->events.drained(wlan->net->events.user);
}

static void on_frames_lost(void *user)
{
	fail(user, "the interface is gone");
}

static void write_wlan(struct net *net, const uint8_t *packet, size_t n)
{
	const struct wlan *wlan = net->data;

	if (ptl_interfaces_to_radio(&wlan->interfaces, packet, n) == PTL_IF_STATION)
		wlan_frames_send(wlan->station_frames, packet, n);
	else if (wlan->ap.step == WLAN_AP_ON)
		wlan_frames_send(wlan->ap_frames, packet, n);
}

/* ---- requests ---- */

static void on_country(void *user, const char *text)
{
	struct wlan *wlan = user;

	if (wlan->country_id)
		wlan_answer(&wlan->core, wlan->country_id, PTL_IF_RADIO,
			    wlan_is_ok(text) ? PTL_STATUS_DONE : PTL_STATUS_BAD_VALUE,
			    wlan_is_ok(text) ? NULL : "no such country");
	wlan->country_id = 0;
}

static enum ptl_status set_mac(struct wlan *wlan, const uint8_t *mac, const char **reason)
{
	if (wlan->station.step != WLAN_STATION_IDLE || wlan->scan.step != WLAN_SCAN_IDLE) {
		*reason = "only while it neither scans nor is joined";
		return PTL_STATUS_STATE;
	}
	if (mac[0] & 1 || wlan_frames_set_mac(wlan->station_frames, mac) < 0) {
		*reason = "the interface does not take this address";
		return PTL_STATUS_BAD_VALUE;
	}
	ptl_interfaces_set(&wlan->interfaces, PTL_IF_STATION, mac);
	return PTL_STATUS_DONE;
}

/* What can be refused goes first, so that it is all or none; the country last, whose
 * answer comes later. */
static enum ptl_status set(struct wlan *wlan, const struct ptl_control *message,
			   const char **reason)
{
	static const uint8_t ours[] = {PTL_F_MAC,      PTL_F_COUNTRY,	PTL_F_POWER_SAVE,
				       PTL_F_TX_POWER, PTL_F_MULTICAST, PTL_F_ALL_MULTICAST};
	const uint8_t *mac = ptl_control_bytes(message, PTL_F_MAC, &(size_t){0});
	const uint8_t *country = ptl_control_bytes(message, PTL_F_COUNTRY, &(size_t){0});
	int64_t power = ptl_control_int(message, PTL_F_TX_POWER, 0);
	struct ptl_groups groups = wlan->groups;
	enum ptl_status status;
	unsigned known = 0;

	for (size_t i = 0; i < sizeof(ours); i++)
		known += ptl_control_has(message, (enum ptl_field)ours[i]);
	if (known == 0 || (mac && ptl_control_interface(message) == PTL_IF_AP)) {
		*reason = "this radio has no such setting";
		return PTL_STATUS_UNSUPPORTED;
	}
	if (country && wlan->country_id)
		return PTL_STATUS_BUSY;
	if (power < 0 || power > TX_POWER_MOST)
		*reason = "0 to 30 dBm";
	if (*reason || !ptl_groups_set(&groups, message))
		return PTL_STATUS_BAD_VALUE;
	status = mac ? set_mac(wlan, mac, reason) : PTL_STATUS_DONE;
	if (status != PTL_STATUS_DONE)
		return status;
	if (ptl_control_has(message, PTL_F_POWER_SAVE) &&
	    nl80211_set_power_save(wlan->nl80211, wlan->interface,
				   ptl_control_uint(message, PTL_F_POWER_SAVE, 0)) < 0)
		return PTL_STATUS_UNSUPPORTED;
	if (ptl_control_has(message, PTL_F_TX_POWER) &&
	    nl80211_set_tx_power(wlan->nl80211, wlan->interface, (int)power) < 0)
		return PTL_STATUS_UNSUPPORTED;
	wlan->groups = groups;
	if (!country)
		return PTL_STATUS_DONE;
	wlan->country_id = ptl_control_id(message);
	wpa_ask(wlan->core.station, on_country, wlan, "SET country %c%c", country[0],
		country[1]);
	return PTL_STATUS_LATER;
}

static enum ptl_status get(const struct wlan *wlan, const struct ptl_control *message,
			   struct ptl_control_writer *answer)
{
	uint8_t mac[6];
	bool on;
	int power;

	switch (ptl_control_uint(message, PTL_F_SETTING, 0)) {
	case PTL_F_MAC:
		if (interface_get_mac(wlan->interface, mac) < 0)
			return PTL_STATUS_FAILED;
		ptl_put_bytes(answer, PTL_F_MAC, mac, sizeof(mac));
		return PTL_STATUS_DONE;
	case PTL_F_COUNTRY:
		ptl_put_bytes(answer, PTL_F_COUNTRY, wlan->country, 2);
		return PTL_STATUS_DONE;
	case PTL_F_POWER_SAVE:
		if (nl80211_get_power_save(wlan->nl80211, wlan->interface, &on) < 0)
			return PTL_STATUS_UNSUPPORTED;
		ptl_put_uint(answer, PTL_F_POWER_SAVE, on);
		return PTL_STATUS_DONE;
	case PTL_F_TX_POWER:
		if (nl80211_get_tx_power(wlan->nl80211, wlan->interface, &power) < 0)
			return PTL_STATUS_UNSUPPORTED;
		ptl_put_int(answer, PTL_F_TX_POWER, power);
		return PTL_STATUS_DONE;
	default:
		return PTL_STATUS_UNSUPPORTED;
	}
}

static enum ptl_status stats(const struct wlan *wlan, const struct ptl_control *message,
			     struct ptl_control_writer *answer)
{
	const uint8_t *mac = ptl_control_bytes(message, PTL_F_MAC, &(size_t){0});
	const struct wlan_station *station = &wlan->station;

	if (mac)
		return wlan_ap_stats(&wlan->ap, mac, answer);
	if (ptl_control_interface(message) != PTL_IF_AP &&
	    station->step == WLAN_STATION_JOINED) {
		ptl_put_int(answer, PTL_F_SIGNAL, station->signal);
		ptl_put_uint(answer, PTL_F_CHANNEL, station->at_channel);
		if (station->rate)
			ptl_put_uint(answer, PTL_F_TX_RATE, station->rate);
		ptl_put_uint(answer, PTL_F_CONNECTED, (timer_now() - station->since) / 1000000);
	}
	ptl_put_uint(answer, PTL_F_UPTIME, timer_now() - wlan->started);
	return PTL_STATUS_DONE;
}

static enum ptl_status on_request(void *user, const struct ptl_control *message,
				  struct ptl_control_writer *answer, const char **reason)
{
	struct wlan *wlan = user;
	enum ptl_status status;

	switch (ptl_control_type(message)) {
	case PTL_M_SCAN:
		if (wlan->station.step != WLAN_STATION_IDLE &&
		    wlan->station.step != WLAN_STATION_JOINED)
			return PTL_STATUS_BUSY;
		return wlan_scan_begin(&wlan->scan, message, reason);
	case PTL_M_SCAN_STOP:
		return wlan_scan_stop(&wlan->scan);
	case PTL_M_JOIN:
		return wlan_station_join(&wlan->station, message, wlan_ap_channel(&wlan->ap),
					 reason);
	case PTL_M_LEAVE:
		return wlan_station_leave(&wlan->station);
	case PTL_M_AP_START:
		return wlan_ap_start(&wlan->ap, message, wlan_station_channel(&wlan->station),
				     reason);
	case PTL_M_AP_STOP:
		status = wlan_ap_stop(&wlan->ap);
		ptl_interfaces_ap(&wlan->interfaces, false);
		return status;
	case PTL_M_STATION_KICK:
		return wlan_ap_kick(&wlan->ap, message);
	case PTL_M_SET:
		return set(wlan, message, reason);
	case PTL_M_GET:
		return get(wlan, message, answer);
	case PTL_M_STATS:
		return stats(wlan, message, answer);
	default:
		*reason = "a wlan interface has no such thing";
		return PTL_STATUS_UNSUPPORTED;
	}
}

static void on_info(void *user, struct ptl_control_writer *to)
{
	struct wlan *wlan = user;

	ptl_put_bytes(to, PTL_F_MAC, wlan->interfaces.station, 6);
	if (wlan->core.ap) {
		ptl_put_bytes(to, PTL_F_AP_MAC, wlan->interfaces.ap, 6);
		ptl_put_uint(to, PTL_F_STATIONS, WLAN_AP_STATIONS);
	}
	ptl_put_bytes(to, PTL_F_CHANNELS, wlan->core.channels, wlan->core.channel_count);
	ptl_put_uint(to, PTL_F_AKM, wlan->core.akms);
	ptl_put_bytes(to, PTL_F_COUNTRY, wlan->country, 2);
}

static void on_reset(void *user)
{
	struct wlan *wlan = user;

	wlan_clear(&wlan->core);
	wlan_scan_reset(&wlan->scan);
	wlan_station_reset(&wlan->station);
	wlan_ap_reset(&wlan->ap);
	ptl_interfaces_ap(&wlan->interfaces, false);
	ptl_groups_all(&wlan->groups);
	wpa_forget(wlan->core.station, wlan);
	wlan->country_id = 0;
	wlan->refused = false;
	if (memcmp(wlan->interfaces.station, wlan->own_mac, 6) != 0 &&
	    wlan_frames_set_mac(wlan->station_frames, wlan->own_mac) == 0)
		ptl_interfaces_set(&wlan->interfaces, PTL_IF_STATION, wlan->own_mac);
}

/* ---- the link's side ---- */

static bool on_send(void *user, const uint8_t *message, size_t n)
{
	const struct wlan *wlan = user;

	return wlan->link.send(wlan->link.user, message, n);
}

static bool begin(struct net *net, const struct net_radio_link *link)
{
	struct wlan *wlan = net->data;
	const struct ptl_radio_ops ops = {
		.user = wlan,
		.board = "linux",
		.firmware = "pigtail " PIGTAIL_VERSION,
		.capabilities = PTL_CAN_STATION | PTL_CAN_PMK | PTL_CAN_PMF | PTL_CAN_ROAMS |
				PTL_CAN_ELEMENTS |
				(wlan->core.ap ? PTL_CAN_AP | PTL_CAN_BOTH : 0),
		.send = on_send,
		.info = on_info,
		.request = on_request,
		.reset = on_reset,
	};

	wlan->link = *link;
	wlan->began = true;
	ptl_radio_init(&wlan->core.control, &ops, link->share(link->user));
	wake(wlan);
	return true;
}

static void session(struct net *net, bool up)
{
	struct wlan *wlan = net->data;

	ptl_radio_session(&wlan->core.control, timer_now(), up);
	wake(wlan);
}

static bool take_message(struct net *net, const uint8_t *message, size_t n)
{
	struct wlan *wlan = net->data;

	wlan->refused = !ptl_radio_message(&wlan->core.control, timer_now(), message, n);
	wake(wlan);
	return !wlan->refused;
}

static void room(struct net *net)
{
	wake(net->data);
}

/* ---- opening ---- */

/* Its second interface; NULL, and no access point, if the radio can have none. */
static const char *add_ap(struct wlan *wlan)
{
	if (wlan_second_add(wlan->nl80211, wlan->interface, wlan->own_mac, wlan->ap_interface,
			    wlan->interfaces.ap))
		return wlan->ap_interface;
	return NULL;
}

static int open_all(struct wlan *wlan, char *error, size_t error_size)
{
	const struct wpa_control_events station = {wlan, on_station_event, on_lost};
	const struct wpa_control_events ap = {wlan, on_ap_event, on_lost};
	const struct wlan_frames_events frames = {wlan, on_frame, on_drained, on_frames_lost};
	const struct wlan_frames_events heard = {wlan, on_station_frame, on_drained,
						 on_frames_lost};
	uv_loop_t *loop = wlan->net->loop;
	const char *ap_name;

	wlan->nl80211 = nl80211_open();
	if (!wlan->nl80211 ||
	    nl80211_get_tx_power(wlan->nl80211, wlan->interface, &(int){0}) < 0)
		if (!wlan->nl80211 || errno != ENODATA)
			return complain(error, error_size,
					"%s is no wlan interface; 'iw dev' lists those",
					wlan->interface);
	wlan->station_frames =
		wlan_frames_open(loop, wlan->interface, &heard, error, error_size);
	if (!wlan->station_frames)
		return -1;
	ap_name = add_ap(wlan);
	if (ap_name) {
		wlan->ap_frames = wlan_frames_open(loop, ap_name, &frames, error, error_size);
		if (!wlan->ap_frames)
			return -1;
	}
	wlan->supplicant =
		wlan_supplicant_start(loop, wlan->interface, ap_name, error, error_size);
	if (!wlan->supplicant && interface_is_blocked(wlan->interface))
		return complain(error, error_size,
				"%s is blocked by rfkill; 'rfkill unblock wlan', and begin "
				"again",
				wlan->interface);
	if (!wlan->supplicant)
		return -1;
	wlan->core.station =
		wlan_supplicant_open(wlan->supplicant, loop, wlan->interface, &station);
	if (ap_name)
		wlan->core.ap = wlan_supplicant_open(wlan->supplicant, loop, ap_name, &ap);
	if (!wlan->core.station || (ap_name && !wlan->core.ap) || !wlan_learn(&wlan->core))
		return complain(error, error_size,
				"wpa_supplicant does not answer for %s; is it installed, and "
				"does nobody else use this interface?",
				wlan->interface);
	return 0;
}

static void close_wlan(struct net *net)
{
	struct wlan *wlan = net->data;

	wpa_control_close(wlan->core.station);
	wpa_control_close(wlan->core.ap);
	wlan_supplicant_stop(wlan->supplicant);
	if (wlan->station_frames && memcmp(wlan->interfaces.station, wlan->own_mac, 6) != 0)
		(void)wlan_frames_set_mac(wlan->station_frames, wlan->own_mac);
	wlan_frames_close(wlan->station_frames);
	wlan_frames_close(wlan->ap_frames);
	if (*wlan->ap_interface)
		(void)nl80211_remove(wlan->nl80211, wlan->ap_interface);
	nl80211_close(wlan->nl80211);
	timer_free(wlan->timer);
	explicit_bzero(wlan, sizeof(*wlan)); /* there may be a password in it */
	free(wlan);
}

/* ":IFNAME", ":IFNAME,roam=-70". */
static bool read_argument(const char *argument, char name[IFNAMSIZ], int *roam_below)
{
	size_t n = *argument ? strcspn(argument + 1, ",") : 0;
	const char *option = *argument ? argument + 1 + n : "";
	int end = 0;

	if (*argument != ':' || n == 0 || n >= IFNAMSIZ)
		return false;
	(void)snprintf(name, IFNAMSIZ, "%.*s", (int)n, argument + 1);
	if (!*option)
		return true;
	return sscanf(option, ",roam=%d%n", roam_below, &end) == 1 && !option[end] &&
	       *roam_below >= -100 && *roam_below <= -20;
}

static int open_wlan(struct net *net, const struct net_config *config, const char *argument,
		     char *error, size_t error_size)
{
	char name[IFNAMSIZ];
	int roam_below = ROAM_BELOW;
	struct wlan *wlan;
	uint8_t mac[6];

	if (!read_argument(argument, name, &roam_below))
		return complain_usage(error, error_size,
				      "net '%s': it is wlan:IFNAME[,roam=DBM], -100 to -20 dBm",
				      config->spec);
	if (config->address || config->peer)
		return complain_usage(error, error_size,
				      "the net 'wlan' has no interface of this machine's that "
				      "an address could be given to");
	if (interface_get_mac(name, mac) < 0)
		return complain(error, error_size, "no interface %s: %s; 'iw dev' lists those",
				name, strerror(errno));
	wlan_second_take_back(name, mac);
	wlan = calloc(1, sizeof(*wlan));
	if (!wlan)
		return complain(error, error_size, "out of memory");
	net->data = wlan;
	wlan->net = net;
	wlan->core.wake = wake;
	wlan->core.user = wlan;
	wlan->scan.core = wlan->station.core = wlan->ap.core = &wlan->core;
	wlan->station.roam_below = (int8_t)roam_below;
	wlan->started = timer_now();
	(void)strcpy(wlan->country, "00");
	(void)strcpy(wlan->interface, name);
	memcpy(wlan->own_mac, mac, sizeof(mac));
	memcpy(net->mac, mac, sizeof(mac));
	ptl_interfaces_init(&wlan->interfaces, mac, (const uint8_t[6]){0});
	wlan->timer = timer_new(net->loop, on_timer, wlan);
	if (wlan->timer && open_all(wlan, error, error_size) == 0)
		return 0;
	if (!wlan->timer)
		(void)complain(error, error_size, "out of memory or descriptors");
	close_wlan(net);
	return -1;
}

static const struct net_radio radio = {
	.begin = begin,
	.session = session,
	.message = take_message,
	.room = room,
};

const struct net_kind net_kind_wlan = {
	.name = "wlan",
	.payload = PTL_ETHERNET,
	.radio = &radio,
	.open = open_wlan,
	.write = write_wlan,
	.close = close_wlan,
};
