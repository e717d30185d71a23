/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other end of a link, as seen from the user: it comes and goes, hands out an
 * address, says lines of its own; and once a second the counters tell what is wrong
 * with it. What repeats itself is hushed.
 */
#include "host/run/peer.h"

#include "host/base/log.h"
#include "host/net/interface.h"
#include "host/run/runner.h"

#include <pigtail/wire.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ETHER_HEADER_MAX 18 /* with the VLAN tag that an end has room for, too */
#define LOGS_A_TICK	 10 /* lines of the other end that are shown */

static bool has_mac(const struct ptl_info *info)
{
	static const uint8_t nobody[6];

	return memcmp(info->peer_mac, nobody, sizeof(nobody)) != 0;
}

/* All traffic of this machine, if the user wants that and the router can be one. */
static void take_gateway(struct runner *runner, const struct ptl_info *info, const char *text)
{
	const char *interface = net_interface(runner->net);

	if (!runner->route_wanted)
		return;
	if (!ipv4_is_host(info->ip_gateway, info->ip_netmask) ||
	    (info->ip_gateway ^ info->ip_address) & info->ip_netmask ||
	    info->ip_gateway == info->ip_address)
		log_line("%s: no default route: the gateway %s that the radio assigns is no "
			 "other host of its network",
			 runner->name, text);
	else if (net_set_default_route(runner->net, info->ip_gateway) < 0)
		log_line("%s: cannot set a default route by %s through %s: %s", runner->name,
			 text, interface, strerror(errno));
}

/* What the radio assigns is set with our rights: not anything that it likes. */
static void take_lease(struct runner *runner, const struct ptl_info *info)
{
	struct in_addr address = {htonl(info->ip_address)};
	struct in_addr netmask = {htonl(info->ip_netmask)};
	struct in_addr gateway = {htonl(info->ip_gateway)};
	char text[3][INET_ADDRSTRLEN];

	if (!info->ip_address || !runner->lease_wanted || !net_interface(runner->net))
		return;
	(void)inet_ntop(AF_INET, &address, text[0], sizeof(text[0]));
	(void)inet_ntop(AF_INET, &netmask, text[1], sizeof(text[1]));
	(void)inet_ntop(AF_INET, &gateway, text[2], sizeof(text[2]));
	if (!ipv4_is_host(info->ip_address, info->ip_netmask)) {
		log_line("%s: not taken: the radio assigns %s, netmask %s, which is no host's "
			 "address in a network of at most a /8; give one by --ip",
			 runner->name, text[0], text[1]);
		return;
	}
	if (net_set_address(runner->net, info->ip_address, info->ip_netmask) < 0) {
		log_line("%s: cannot give %s the address %s: %s", runner->name,
			 net_interface(runner->net), text[0], strerror(errno));
		return;
	}
	log_line("%s: address %s, gateway %s", runner->name, text[0], text[2]);
	take_gateway(runner, info, text[2]);
}

static void tell_up(struct runner *runner, const struct ptl_info *info, enum ptl_reason reason)
{
	const uint8_t *mac = info->peer_mac;
	unsigned int header = runner->framing->payload == PTL_ETHERNET ? PTL_ETHER_HEADER : 0;
	char peer[32] = "";

	if (runner->peer_hushed)
		return;
	if (has_mac(info))
		(void)snprintf(peer, sizeof(peer), ", peer %02x:%02x:%02x:%02x:%02x:%02x",
			       mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	log_line("%s up%s%s", runner->name, peer,
		 reason == PTL_REASON_PEER_RESTARTED ? " (restarted)" : "");
	if (info->max_packet && info->max_packet < runner->mtu + header)
		log_line("%s: the other end takes packets of at most %u bytes; set --mtu %u",
			 runner->name, info->max_packet,
			 info->max_packet - (header ? ETHER_HEADER_MAX : 0));
}

void peer_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	struct runner *runner = user;
	struct ptl_info info;
	bool was_up = runner->up;

	runner->up = state == PTL_STATE_UP;
	runner->reason = reason;
	if (runner->up != was_up)
		runner->changed = timer_now();
	/* Whether there is a radio, and so whether packets pass. */
	if (runner->control.state)
		runner->control.state(runner->control.user, state, reason);
	runner_set_on_air(runner, !runner->off_air);
	if (was_up || reason == PTL_REASON_PEER_VERSION)
		runner->peer_hushed =
			trouble_flapped(&runner->peer_flaps, timer_now()) == TROUBLE_HUSH;
	runner->state_changed(runner->user);
	if (!runner->up) {
		if (!runner->peer_hushed)
			log_line("%s down, %s", runner->name, ptl_reason_name(reason));
		return;
	}
	runner->guessed = false;
	runner->framing->info(runner->endpoint, &info);
	if (has_mac(&info))
		ptl_ether_set_peer(&runner->ether, info.peer_mac);
	tell_up(runner, &info, reason);
	take_lease(runner, &info);
}

void peer_log(void *user, const uint8_t *text, size_t n)
{
	struct runner *runner = user;
	char shown[PTL_LOG_MAX + 1];

	if (runner->logs++ >= LOGS_A_TICK)
		return;
	for (size_t i = 0; i < n; i++)
		shown[i] = (char)(text[i] >= 0x20 && text[i] < 0x7f ? text[i] : '.');
	shown[n] = 0;
	if (runner->said)
		runner->said(runner->user, shown);
	log_line("%s: the other end says: %s", runner->name, shown);
}

void runner_tick(struct runner *runner)
{
	const struct ptl_counters *counters = runner->framing->counters(runner->endpoint);

	if (runner->logs > LOGS_A_TICK)
		log_line("%s: the other end said %u lines more", runner->name,
			 runner->logs - LOGS_A_TICK);
	runner->logs = 0;
	if (counters->rate_changes != runner->rates)
		log_line("%s at %u baud", runner->name, port_baud(runner->port));
	runner->rates = counters->rate_changes;
	ptl_trouble_look(&runner->trouble, counters, cause_tick(&runner->cause), timer_now(),
			 trouble_line, runner->name);
	/* Nothing good comes: perhaps the other end speaks something else. */
	if (counters->rx_frames != runner->good_frames)
		runner->guessed = false;
	else if (!runner->guessing)
		ptl_guess_init(&runner->guess);
	runner->guessing = counters->rx_frames == runner->good_frames;
	runner->good_frames = counters->rx_frames;
}
