/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the kind of net that a spec names, and passes calls on to it. */
#include "host/net/net.h"

#include "host/net/interface.h"
#include "host/base/log.h"
#include "host/net/kind.h"

#include <stdlib.h>
#include <string.h>

static const struct net_kind *const kinds[] = {
	&net_kind_tap,
	&net_kind_tun,
	&net_kind_bridge,
	&net_kind_user,
};

int net_open(uv_loop_t *loop, const struct net_config *config, const struct net_events *events,
	     struct net **out, char *error, size_t error_size)
{
	size_t n = strcspn(config->spec, ":,");
	struct net *net;
	int status;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strlen(kinds[i]->name) != n ||
		    strncmp(config->spec, kinds[i]->name, n) != 0)
			continue;
		net = calloc(1, sizeof(*net));
		if (!net)
			return complain(error, error_size, "out of memory");
		net->loop = loop;
		net->kind = kinds[i];
		net->events = *events;
		memcpy(net->mac, config->mac, sizeof(net->mac));
		net->mtu = config->mtu;
		status = kinds[i]->open(net, config, config->spec + n, error, error_size);
		if (status < 0) {
			free(net);
			return status;
		}
		*out = net;
		return 0;
	}
	return complain_usage(
		error, error_size,
		"no such net '%s'; it is tap[:IFNAME], tun[:IFNAME], bridge:BRIDGE or "
		"user[,loopback=on][,hostfwd=...]",
		config->spec);
}

void net_write(struct net *net, const uint8_t *packet, size_t n)
{
	net->kind->write(net, packet, n);
}

void net_set_carrier(struct net *net, bool on)
{
	if (net->kind->set_carrier)
		net->kind->set_carrier(net, on);
}

int net_set_address(struct net *net, uint32_t address, uint32_t netmask)
{
	if (!*net->interface)
		return 0;
	return interface_set_ipv4(net->interface, address, netmask);
}

int net_set_default_route(struct net *net, uint32_t gateway)
{
	return *net->interface ? interface_set_default_route(net->interface, gateway) : 0;
}

enum ptl_payload net_payload(const struct net *net)
{
	return net->kind->payload;
}

const char *net_kind(const struct net *net)
{
	return net->kind->name;
}

const char *net_interface(const struct net *net)
{
	return *net->interface ? net->interface : NULL;
}

const uint8_t *net_mac(const struct net *net)
{
	return net->mac;
}

uint16_t net_mtu(const struct net *net)
{
	return net->mtu;
}

void net_close(struct net *net)
{
	if (!net)
		return;
	net->kind->close(net);
	free(net);
}
