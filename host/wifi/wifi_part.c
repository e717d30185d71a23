/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A request that takes its time (scan, join, access point) waits in a list until what it
 * is about ends, and is answered by that; a question to the radio until its answer comes.
 *
 *	wifi.join without a key:  known network? its key
 *	                          else a scan says whether the network wants one
 *
 * When nobody waits any more, because the client went or its time is over, what was begun
 * for it is ended: a join that nobody waits for is a join that nobody wants.
 */
#include "host/wifi/wifi_part.h"

#include "host/base/secret.h"
#include "host/wifi/wifi_arguments.h"
#include "host/wifi/wifi_ask.h"
#include "host/wifi/wifi_json.h"
#include "host/wifi/wifi_stations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCAN_PATIENCE_S 65
#define JOIN_PATIENCE_S 90 /* a scan before, and the join */
#define CHANNELS_MAX	64

enum what { SCANS, LOOKS, JOINS, STARTS_AP };

struct waiting {
	struct waiting *next;
	struct wifi_part *part;
	struct control_call *call;
	enum what what;
	bool save;
	struct wifi_network network; /* of a join */
};

struct wifi_part {
	struct control_part part;
	struct control *control;
	struct wifi *wifi;
	struct networks *networks;
	struct rejoin *rejoin;
	struct wifi_ask *asks;
	struct wifi_listener listener;
	struct waiting *waiting;
};

/* ---- who waits ---- */

static void forget(struct waiting *waiting)
{
	struct waiting **at = &waiting->part->waiting;

	while (*at != waiting)
		at = &(*at)->next;
	*at = waiting->next;
	explicit_bzero(waiting, sizeof(*waiting));
	free(waiting);
}

static struct waiting *first_of(const struct wifi_part *part, enum what what)
{
	struct waiting *waiting = part->waiting;

	while (waiting && waiting->what != what)
		waiting = waiting->next;
	return waiting;
}

static void on_cancelled(void *user)
{
	struct waiting *waiting = user;
	struct wifi_part *part = waiting->part;
	enum what what = waiting->what;

	forget(waiting);
	if (first_of(part, what))
		return;
	if (what == SCANS || what == LOOKS)
		(void)wifi_scan_stop(part->wifi);
	else if (what == JOINS && !part->wifi->joined)
		(void)wifi_leave(part->wifi);
	else if (what == STARTS_AP)
		(void)wifi_ap_stop(part->wifi);
}

/* NULL: refused. */
static struct waiting *wait_for(struct wifi_part *part, struct control_call *call,
				enum what what)
{
	struct waiting *waiting = calloc(1, sizeof(*waiting));

	if (!waiting) {
		control_refuse(call, CONTROL_BUSY, "out of memory");
		return NULL;
	}
	waiting->part = part;
	waiting->call = call;
	waiting->what = what;
	waiting->next = part->waiting;
	part->waiting = waiting;
	control_later(call, on_cancelled, waiting);
	return waiting;
}

/* The call that has waited, which is forgotten. */
static struct control_call *call_of(struct waiting *waiting)
{
	struct control_call *call = waiting->call;

	forget(waiting);
	return call;
}

/* ---- scans ---- */

static bool channels_of(const char *text, uint8_t channels[CHANNELS_MAX], size_t *count)
{
	char *end;

	*count = 0;
	while (*text) {
		long channel = strtol(text, &end, 10);

		if (end == text || channel < 1 || channel > 177 || *count == CHANNELS_MAX ||
		    (*end && *end != ','))
			return false;
		channels[(*count)++] = (uint8_t)channel;
		text = *end ? end + 1 : end;
	}
	return true;
}

static void handle_scan(void *user, const cJSON *arguments, struct control_call *call)
{
	struct wifi_part *part = user;
	const char *ssid = control_string(arguments, "ssid", "");
	uint8_t channels[CHANNELS_MAX];
	enum ptl_status status;
	size_t count;

	if (!channels_of(control_string(arguments, "channels", ""), channels, &count)) {
		control_refuse(call, CONTROL_BAD_ARGUMENT,
			       "argument channels: it is numbers and commas, as 1,6,11");
		return;
	}
	status = wifi_scan(part->wifi, (const uint8_t *)ssid, strlen(ssid), channels, count,
			   control_bool(arguments, "passive", false));
	/* One that is going on does as well. */
	if (status == PTL_STATUS_DONE || status == PTL_STATUS_BUSY)
		(void)wait_for(part, call, SCANS);
	else
		wifi_ask_refuse(part->wifi, call, status, "");
}

static void handle_networks(void *user, const cJSON *arguments, struct control_call *call)
{
	const struct wifi_part *part = user;
	cJSON *result = cJSON_CreateObject();

	(void)arguments;
	cJSON_AddItemToObject(result, "networks", wifi_json_found(part->wifi));
	cJSON_AddNumberToObject(result, "missed", part->wifi->found_missed);
	control_answer(call, result);
}

/* ---- joins ---- */

static void join(struct waiting *waiting)
{
	struct wifi_part *part = waiting->part;
	const struct wifi_network *network = &waiting->network;
	const struct wifi_found *found = wifi_find(part->wifi, network->ssid, network->ssid_n);
	enum ptl_status status;

	if (!network->has_key && !(network->akms & PTL_AKM_OPEN) && found &&
	    found->akms & (uint8_t)~PTL_AKM_OPEN) {
		control_fail(call_of(waiting), "key-needed", "this network wants a password");
		return;
	}
	/* The user goes before what is known. */
	if (!part->wifi->joined && !first_of(part, JOINS))
		(void)wifi_leave(part->wifi);
	waiting->what = JOINS;
	rejoin_user_joins(part->rejoin, network);
	status = wifi_join(part->wifi, network);
	if (status != PTL_STATUS_DONE)
		wifi_ask_refuse(part->wifi, call_of(waiting), status, "");
}

/* What the arguments say of a network, of one to join and of one to be. */
static const char *read_network(const cJSON *arguments, struct wifi_network *network)
{
	const char *ssid = control_string(arguments, "ssid", NULL);
	const char *hex = control_string(arguments, "ssid_hex", NULL);
	const char *key = control_string(arguments, "passphrase", NULL);
	const char *security = control_string(arguments, "security", NULL);
	const char *bssid = control_string(arguments, "bssid", NULL);

	memset(network, 0, sizeof(*network));
	if (!ssid == !hex)
		return "one of ssid and ssid_hex says the network's name";
	if (ssid) {
		network->ssid_n = (uint8_t)strlen(ssid);
		memcpy(network->ssid, ssid, network->ssid_n);
	} else if (!network_set_ssid_hex(network, hex)) {
		return "argument ssid_hex: it is 1 to 32 bytes as hex digits";
	}
	if (key) {
		secret_guard();
		if (!network_key_ok(key))
			return "argument passphrase: it has 8 to 63 bytes, or is 64 hex digits";
		network->has_key = true;
		memcpy(network->key, key, strlen(key) + 1);
	}
	if (security && !network_set_security(network, security))
		return "argument security: it is open, wpa2, wpa3 or wpa2-wpa3";
	if (key && network->akms == PTL_AKM_OPEN)
		return "an open network has no passphrase";
	if (bssid) {
		network->has_bssid = network_set_mac(network->bssid, bssid);
		if (!network->has_bssid)
			return "argument bssid: it is 02:00:00:00:00:01";
	}
	network->channel = (uint8_t)control_number(arguments, "channel", 0);
	network->hidden = control_bool(arguments, "hidden", false);
	network->stations = (uint8_t)control_number(arguments, "stations", 0);
	return NULL;
}

/* What is known of it and was not said. */
static void fill_in(const struct networks *networks, struct wifi_network *network)
{
	const struct known_network *known =
		networks_find(networks, network->ssid, network->ssid_n);

	if (!known || network->has_key || network->akms == PTL_AKM_OPEN)
		return;
	network->has_key = known->network.has_key;
	memcpy(network->key, known->network.key, sizeof(network->key));
	if (!network->akms)
		network->akms = known->network.akms;
	if (!network->has_bssid && known->network.has_bssid) {
		network->has_bssid = true;
		memcpy(network->bssid, known->network.bssid, sizeof(network->bssid));
	}
}

/* Only a scan says whether it wants a key. */
static bool must_look(const struct wifi_part *part, const struct wifi_network *network)
{
	return !network->has_key && network->akms != PTL_AKM_OPEN &&
	       !wifi_find(part->wifi, network->ssid, network->ssid_n);
}

static void handle_join(void *user, const cJSON *arguments, struct control_call *call)
{
	struct wifi_part *part = user;
	struct wifi_network network;
	const char *wrong = read_network(arguments, &network);
	struct waiting *waiting;
	enum ptl_status status = PTL_STATUS_DONE;

	if (wrong) {
		explicit_bzero(&network, sizeof(network));
		control_refuse(call, CONTROL_BAD_ARGUMENT, "%s", wrong);
		return;
	}
	fill_in(part->networks, &network);
	waiting = wait_for(part, call, LOOKS);
	if (waiting) {
		waiting->network = network;
		waiting->save = control_bool(arguments, "save", false);
	}
	explicit_bzero(&network, sizeof(network));
	if (!waiting)
		return;
	if (must_look(part, &waiting->network))
		status = wifi_scan(part->wifi, waiting->network.ssid, waiting->network.ssid_n,
				   NULL, 0, false);
	else
		join(waiting);
	if (status != PTL_STATUS_DONE && status != PTL_STATUS_BUSY)
		wifi_ask_refuse(part->wifi, call_of(waiting), status, "");
}

static void handle_leave(void *user, const cJSON *arguments, struct control_call *call)
{
	struct wifi_part *part = user;
	enum ptl_status status;

	(void)arguments;
	rejoin_user_leaves(part->rejoin);
	status = wifi_leave(part->wifi);
	if (status == PTL_STATUS_DONE)
		control_answer(call, NULL);
	else if (status == PTL_STATUS_STATE && ptl_wifi_ready(&part->wifi->core))
		control_refuse(call, CONTROL_NOT_READY, "it is in no network");
	else
		wifi_ask_refuse(part->wifi, call, status, "");
}

static void answer_joined(struct waiting *waiting)
{
	struct wifi_part *part = waiting->part;
	cJSON *result = wifi_json(part->wifi);
	char error[256];

	if (waiting->save) {
		bool saved = networks_save(part->networks, &waiting->network, error,
					   sizeof(error)) == 0;

		cJSON_AddBoolToObject(result, "saved", saved);
		if (!saved)
			cJSON_AddStringToObject(result, "not_saved", error);
	}
	control_answer(call_of(waiting), result);
}

static void answer_failed(struct waiting *waiting)
{
	const struct wifi *wifi = waiting->part->wifi;
	const char *detail = wifi->failure.text;

	control_fail(call_of(waiting), wifi_failure_name(wifi->failure.why), "%s%s%s",
		     ptl_failure_text(wifi->failure.why), *detail ? ": " : "", detail);
}

/* ---- the access point ---- */

static void handle_ap_start(void *user, const cJSON *arguments, struct control_call *call)
{
	struct wifi_part *part = user;
	struct wifi_network network;
	const char *wrong = read_network(arguments, &network);
	enum ptl_status status;

	if (wrong) {
		control_refuse(call, CONTROL_BAD_ARGUMENT, "%s", wrong);
	} else if (!wait_for(part, call, STARTS_AP)) {
		;
	} else {
		/* The station's channel is the only one that there is. */
		if (!network.channel)
			network.channel = part->wifi->joined ? part->wifi->channel : 1;
		status = wifi_ap_start(part->wifi, &network);
		if (status != PTL_STATUS_DONE)
			wifi_ask_refuse(part->wifi, call_of(first_of(part, STARTS_AP)), status,
					"");
	}
	explicit_bzero(&network, sizeof(network));
}

static void handle_ap_stop(void *user, const cJSON *arguments, struct control_call *call)
{
	struct wifi_part *part = user;
	enum ptl_status status = wifi_ap_stop(part->wifi);

	(void)arguments;
	if (status == PTL_STATUS_DONE)
		control_answer(call, NULL);
	else if (status == PTL_STATUS_STATE && ptl_wifi_ready(&part->wifi->core))
		control_refuse(call, CONTROL_NOT_READY, "it is no access point");
	else
		wifi_ask_refuse(part->wifi, call, status, "");
}

static void handle_stations(void *user, const cJSON *arguments, struct control_call *call)
{
	const struct wifi_part *part = user;

	(void)arguments;
	wifi_stations(part->wifi, call);
}

static void handle_kick(void *user, const cJSON *arguments, struct control_call *call)
{
	struct wifi_part *part = user;

	wifi_ask_kick(part->asks, arguments, call);
}

static void handle_info(void *user, const cJSON *arguments, struct control_call *call)
{
	struct wifi_part *part = user;

	(void)arguments;
	wifi_ask_info(part->asks, call);
}

static void handle_set(void *user, const cJSON *arguments, struct control_call *call)
{
	struct wifi_part *part = user;

	wifi_ask_set(part->asks, arguments, call);
}

static void handle_get(void *user, const cJSON *arguments, struct control_call *call)
{
	struct wifi_part *part = user;

	wifi_ask_get(part->asks, arguments, call);
}

static void handle_restart(void *user, const cJSON *arguments, struct control_call *call)
{
	struct wifi_part *part = user;

	wifi_ask_restart(part->asks, arguments, call);
}

/* ---- what happens ---- */

static void answer_all(struct wifi_part *part, enum what what)
{
	struct waiting *waiting;

	while ((waiting = first_of(part, what)) != NULL) {
		struct wifi *wifi = part->wifi;

		if (what == SCANS && wifi->scan_status == PTL_STATUS_DONE)
			handle_networks(part, NULL, call_of(waiting));
		else if (what == SCANS)
			wifi_ask_refuse(wifi, call_of(waiting), wifi->scan_status,
					wifi->scan_text);
		else if (what == STARTS_AP && wifi->ap_runs)
			control_answer(call_of(waiting), wifi_json(wifi));
		else if (what == STARTS_AP)
			wifi_ask_refuse(wifi, call_of(waiting), wifi->ap_status, wifi->ap_text);
		else if (what == JOINS && wifi->joined)
			answer_joined(waiting);
		else if (what == JOINS)
			answer_failed(waiting);
		else if (wifi->session)
			join(waiting);
		else
			wifi_ask_refuse(wifi, call_of(waiting), PTL_STATUS_STATE, "");
	}
}

static cJSON *event_data(const struct wifi *wifi, enum wifi_event event)
{
	cJSON *data = cJSON_CreateObject();

	cJSON_AddStringToObject(data, "what", wifi_event_name(event));
	if (event == WIFI_FOUND)
		cJSON_AddItemToObject(data, "network",
				      wifi_json_network(&wifi->found[wifi->found_last]));
	else if (event == WIFI_STATION_JOINED || event == WIFI_STATION_LEFT)
		wifi_json_mac(data, "mac", wifi->station_last.mac);
	else if (event == WIFI_SIGNAL)
		cJSON_AddNumberToObject(data, "signal", wifi->signal);
	else
		cJSON_AddItemToObject(data, "radio", wifi_json(wifi));
	return data;
}

static void on_heard(void *user, enum wifi_event event)
{
	struct wifi_part *part = user;

	control_publish(part->control, "wifi", event_data(part->wifi, event));
	switch (event) {
	case WIFI_SCAN_DONE:
		answer_all(part, SCANS);
		answer_all(part, LOOKS);
		break;
	case WIFI_JOINED:
	case WIFI_FAILED:
		answer_all(part, JOINS);
		break;
	case WIFI_AP_STARTED:
	case WIFI_AP_FAILED:
		answer_all(part, STARTS_AP);
		break;
	default:
		break;
	}
}

/* ---- tables ---- */

static const struct control_request requests[] = {
	{"wifi.scan", "looks for networks; answered at the end of it", wifi_scan_arguments,
	 handle_scan, SCAN_PATIENCE_S},
	{"wifi.networks", "those that the last scan found", NULL, handle_networks, 0},
	{"wifi.join", "joins a network, and is answered when it is in", wifi_join_arguments,
	 handle_join, JOIN_PATIENCE_S},
	{"wifi.leave", "leaves it, and stays out until the next wifi.join", NULL, handle_leave,
	 0},
	{"wifi.ap_start", "is an access point", wifi_ap_arguments, handle_ap_start, 0},
	{"wifi.ap_stop", "is none any more", NULL, handle_ap_stop, 0},
	{"wifi.stations", "who is in our network", NULL, handle_stations, 0},
	{"wifi.kick", "sends a station away", wifi_kick_arguments, handle_kick, 0},
	{"wifi.info", "what the radio is and does", NULL, handle_info, 0},
	{"wifi.set", "settings, kept until the link ends", wifi_set_arguments, handle_set, 0},
	{"wifi.get", "one setting", wifi_get_arguments, handle_get, 0},
	{"wifi.restart", "restarts the radio", wifi_restart_arguments, handle_restart, 0},
	{0},
};

static const struct control_event events[] = {
	{"wifi", "what happens on the air", NULL},
	{0},
};

struct wifi_part *wifi_part_new(struct control *control, struct wifi *wifi,
				struct networks *networks, struct rejoin *rejoin)
{
	struct wifi_part *part = calloc(1, sizeof(*part));

	if (!part)
		return NULL;
	part->asks = wifi_ask_new(wifi);
	if (!part->asks) {
		free(part);
		return NULL;
	}
	part->part = (struct control_part){requests, events, part, NULL};
	part->control = control;
	part->wifi = wifi;
	part->networks = networks;
	part->rejoin = rejoin;
	part->listener.user = part;
	part->listener.heard = on_heard;
	wifi_listen(wifi, &part->listener);
	control_add(control, &part->part);
	return part;
}

void wifi_part_free(struct wifi_part *part)
{
	if (!part)
		return;
	wifi_listen_no_more(part->wifi, &part->listener);
	control_remove(part->control, &part->part);
	wifi_ask_free(part->asks);
	free(part);
}
