/* SPDX-License-Identifier: GPL-2.0-only */
/*
 *	endpoint -- control, room, state --> runner_control --> wifi_message(), ...
 *	endpoint <-- runner_send_control() --------------------- wifi_link.send()
 *	net's carrier and MAC <-- runner <-- listener <--------- what happened on the air
 *
 * The other end may have no radio: then it takes no control messages, and the link is a
 * cable. With a radio packets pass only while it is joined, so the carrier is its.
 *
 * An access point passes frames of its stations only, which it knows by the address that
 * they joined with. So the interface has the radio's address: the radio's own is given to
 * the interface, unless the user asked for one, which is given to the radio.
 *
 * A radio that is an access point as well has its other interface in ap_net.h. Without that
 * the one net is the station's, or the access point's when that is what the radio is.
 */
#include "host/run/card.h"

#include "host/base/log.h"
#include "host/run/runner.h"
#include "host/wifi/wifi_json.h"

#include <string.h>

static bool send_message(void *user, const uint8_t *message, size_t n)
{
	struct card *card = user;

	/* What cannot be sent at all is not tried again: its operation ends by its time. */
	return runner_send_control(card->runner, message, n, NULL) != PTL_FULL;
}

static void set_share(void *user, struct ptl_share *share)
{
	const struct card *card = user;
	const struct runner *runner = card->runner;
	struct ptl_info info = {0};

	if (runner->endpoint)
		runner->framing->info(runner->endpoint, &info);
	ptl_share_set(share, port_baud(runner->port), info.waiting > 0, info.messages);
}

static bool on_message(void *user, const uint8_t *message, size_t n)
{
	struct card *card = user;

	wifi_message(card->wifi, message, n);
	return true;
}

static void on_room(void *user)
{
	struct card *card = user;

	wifi_room(card->wifi);
}

/* Packets pass by the first net. */
static bool is_on_air(const struct card *card)
{
	return wifi_on_air(card->wifi) || (!card->ap.net && card->wifi->ap_runs);
}

static void refresh_carriers(struct card *card)
{
	runner_set_on_air(card->runner, is_on_air(card));
	if (card->ap.net)
		net_set_carrier(card->ap.net,
				runner_is_up(card->runner) && card->wifi->ap_runs);
}

/* The first net's, for a radio's interface that has this address. */
static void take_mac(struct card *card, const uint8_t mac[6])
{
	const struct runner *runner = card->runner;

	if (!net_interface(runner->net) || !memcmp(mac, net_mac(runner->net), 6))
		return;
	if (mac[0] & 1 || runner_set_mac(card->runner, mac) < 0)
		log_line("%s: %s cannot have the radio's MAC address, by which the access "
			 "point knows it; give --mac with that of the interface",
			 runner->name, net_interface(runner->net));
}

static void take_macs(struct card *card)
{
	const struct wifi *wifi = card->wifi;
	const struct wifi_settings *settings = &wifi->settings;

	if (wifi->info.capabilities & PTL_CAN_STATION && !settings->has_mac)
		take_mac(card, wifi->info.mac);
	if (!card->ap.net)
		return;
	ptl_interfaces_init(&card->ap.interfaces,
			    settings->has_mac ? settings->mac : wifi->info.mac,
			    wifi->info.ap_mac);
	if (net_interface(card->ap.net) && !(wifi->info.ap_mac[0] & 1) &&
	    net_set_mac(card->ap.net, wifi->info.ap_mac) < 0)
		log_line("%s: %s cannot have the access point's MAC address",
			 card->runner->name, net_interface(card->ap.net));
}

/* Before the listeners that may let packets pass. */
static void follow_interfaces(struct card *card, enum wifi_event event)
{
	struct ptl_interfaces *interfaces = &card->ap.interfaces;
	const struct wifi *wifi = card->wifi;

	switch (event) {
	case WIFI_READY:
		take_macs(card);
		break;
	case WIFI_AP_STARTED:
		if (card->ap.net)
			ptl_interfaces_ap(interfaces, true);
		else if (wifi->joined)
			log_line("%s: its stations have no net here, for this one is the "
				 "joined network's; give 'pigtail up' --ap NET",
				 card->runner->name);
		else
			take_mac(card, wifi->info.ap_mac);
		break;
	case WIFI_JOINED:
		if (!card->ap.net && !wifi->settings.has_mac)
			take_mac(card, wifi->info.mac);
		break;
	case WIFI_SET:
		if (!wifi->settings.has_mac)
			break;
		take_mac(card, wifi->settings.mac);
		ptl_interfaces_set(interfaces, PTL_IF_STATION, wifi->settings.mac);
		break;
	case WIFI_GONE:
	case WIFI_AP_STOPPED:
		ptl_interfaces_ap(interfaces, false);
		break;
	case WIFI_STATION_JOINED:
		(void)ptl_interfaces_joined(interfaces, wifi->station_last.mac);
		break;
	case WIFI_STATION_LEFT:
		ptl_interfaces_left(interfaces, wifi->station_last.mac);
		break;
	default:
		break;
	}
}

static void on_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	struct card *card = user;
	struct ptl_info info;

	(void)state;
	(void)reason;
	card->runner->framing->info(card->runner->endpoint, &info);
	wifi_session(card->wifi, info.control);
	refresh_carriers(card);
}

static void tell(const struct card *card, enum wifi_event event)
{
	const struct wifi *wifi = card->wifi;
	const char *name = card->runner->name;
	char ssid[WIFI_SSID_TEXT];

	wifi_ssid_text(wifi->network.ssid, wifi->network.ssid_n, ssid);
	switch (event) {
	case WIFI_READY:
		log_line("%s: radio %s, firmware %s", name, wifi->info.board,
			 wifi->info.firmware);
		break;
	case WIFI_JOINED:
		log_line("%s: joined %s, channel %u, %d dBm", name, ssid, wifi->channel,
			 wifi->signal);
		break;
	case WIFI_ROAMED:
		log_line("%s: roamed to %s, channel %u, %d dBm", name, ssid, wifi->channel,
			 wifi->signal);
		break;
	case WIFI_FAILED:
		log_line("%s: cannot join %s: %s", name, ssid,
			 ptl_failure_text(wifi->failure.why));
		break;
	case WIFI_LEFT:
		log_line("%s: left %s, by %s, reason %u", name, ssid,
			 ptl_by_text(wifi->left.by), wifi->left.reason);
		break;
	case WIFI_AP_STARTED:
		wifi_ssid_text(wifi->ap.ssid, wifi->ap.ssid_n, ssid);
		log_line("%s: is the access point %s, channel %u", name, ssid,
			 wifi->ap.channel);
		break;
	case WIFI_AP_STOPPED:
		wifi_ssid_text(wifi->ap.ssid, wifi->ap.ssid_n, ssid);
		log_line("%s: is the access point %s no more", name, ssid);
		break;
	default:
		break;
	}
}

static void on_heard(void *user, enum wifi_event event)
{
	struct card *card = user;

	follow_interfaces(card, event);
	tell(card, event);
	refresh_carriers(card);
	if (event != WIFI_FOUND && event != WIFI_SIGNAL)
		card->runner->state_changed(card->runner->user);
}

int card_begin(struct card *card, uv_loop_t *loop, struct runner *runner,
	       const struct link_config *config, char *error, size_t error_size)
{
	const struct wifi_link link = {card, send_message, set_share};
	int status;

	memset(card, 0, sizeof(*card));
	card->loop = loop;
	card->runner = runner;
	if (config->role != PTL_HOST || !config->framing->send_control)
		return 0;
	status = networks_read(config->wifi_file, &card->networks, error, error_size);
	if (status < 0)
		return status;
	status = ap_net_begin(&card->ap, loop, runner, config, error, error_size);
	if (status < 0) {
		card_end(card);
		return status;
	}
	card->wifi = wifi_new(loop, &link);
	if (card->wifi)
		card->rejoin = rejoin_new(loop, card->wifi, card->networks, runner->name);
	if (!card->rejoin) {
		card_end(card);
		return complain(error, error_size, "out of memory or descriptors");
	}
	if (config->mac_asked) {
		card->wifi->settings.has_mac = true;
		memcpy(card->wifi->settings.mac, config->mac, sizeof(config->mac));
	}
	card->listener.user = card;
	card->listener.heard = on_heard;
	wifi_listen(card->wifi, &card->listener);
	runner->control = (struct runner_control){
		.user = card,
		.message = on_message,
		.room = on_room,
		.state = on_state,
	};
	return 0;
}

void card_offer(struct card *card, struct control *control)
{
	if (!card->wifi)
		return;
	card->part = wifi_part_new(control, card->wifi, card->networks, card->rejoin);
	card->update = update_part_new(control, card->wifi);
	card->streams = stream_part_new(card->loop, control, card->wifi);
}

void card_end(struct card *card)
{
	stream_part_free(card->streams);
	update_part_free(card->update);
	wifi_part_free(card->part);
	rejoin_free(card->rejoin);
	wifi_free(card->wifi);
	ap_net_end(&card->ap);
	networks_free(card->networks);
	memset(card, 0, sizeof(*card));
}
