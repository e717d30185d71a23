/* SPDX-License-Identifier: GPL-2.0-only */
/*
 *	link -- runner --- the station's --> shim --> net
 *	                \- the access point's ------> ap_net
 *	link <- runner <-- net, if its source is the station's address
 *	               <-- ap_net, if it is not
 *
 * A frame with the other interface's address as its source would go out by the other: it is
 * dropped here. That happens when somebody bridges the station's interface.
 */
#include "host/run/ap_net.h"

#include "host/base/log.h"
#include "host/run/runner.h"

#include <string.h>

static bool from_link(void *user, const uint8_t *frame, size_t n)
{
	struct ap_net *ap = user;

	if (ptl_interfaces_to_host(&ap->interfaces, frame, n) != PTL_IF_AP)
		return false;
	net_write(ap->net, frame, n);
	return true;
}

static bool from_station(void *user, const uint8_t *frame, size_t n)
{
	struct ap_net *ap = user;

	if (!ap->interfaces.ap_up ||
	    ptl_interfaces_to_radio(&ap->interfaces, frame, n) == PTL_IF_STATION)
		return true;
	if (!ap->wrong_told)
		log_line("%s: a frame of %s has not its address as source, and is dropped; a "
			 "station's interface cannot be bridged",
			 ap->runner->name, net_kind(ap->runner->net));
	ap->wrong_told = true;
	return false;
}

static void on_packet(void *user, const uint8_t *packet, size_t n)
{
	struct ap_net *ap = user;

	if (ptl_interfaces_to_radio(&ap->interfaces, packet, n) == PTL_IF_AP)
		runner_send_frame(ap->runner, packet, n);
}

static void on_drained(void *user)
{
	(void)user; /* runner_send_frame() sees to it that they leave */
}

static void on_failed(void *user, const char *why)
{
	struct ap_net *ap = user;

	log_line("%s: %s: %s", ap->runner->name, net_kind(ap->net), why);
	ap->runner->failed(ap->runner->user);
}

int ap_net_begin(struct ap_net *ap, uv_loop_t *loop, struct runner *runner,
		 const struct link_config *config, char *error, size_t error_size)
{
	const struct net_events events = {
		.user = ap,
		.packet = on_packet,
		.drained = on_drained,
		.failed = on_failed,
	};
	struct net_config net = {
		.spec = config->ap_net,
		.mtu = config->mtu,
		.mtu_asked = config->mtu_asked,
	};
	int status;

	memset(ap, 0, sizeof(*ap));
	ap->runner = runner;
	if (!config->ap_net)
		return 0;
	memcpy(net.mac, config->ap_mac, sizeof(net.mac));
	status = net_open(loop, &net, &events, &ap->net, error, error_size);
	if (status < 0)
		return status;
	if (net_payload(ap->net) != PTL_ETHERNET || net_is_radio(ap->net)) {
		ap_net_end(ap);
		return complain_usage(error, error_size,
				      "--ap %s: an access point's net is tap, bridge or user",
				      config->ap_net);
	}
	runner->second = (struct runner_second){ap, from_link, from_station};
	return 0;
}

void ap_net_end(struct ap_net *ap)
{
	net_close(ap->net);
	ap->net = NULL;
}
