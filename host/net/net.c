/* SPDX-License-Identifier: GPL-2.0-only */
/* An open net: calls are passed on to its kind. open.c knows which kinds there are. */
#include "host/net/net.h"

#include "host/net/interface.h"
#include "host/net/kind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void net_write(struct net *net, const uint8_t *packet, size_t n)
{
	net->kind->write(net, packet, n);
}

void net_set_carrier(struct net *net, bool on)
{
	if (net->kind->set_carrier)
		net->kind->set_carrier(net, on);
}

int net_set_mac(struct net *net, const uint8_t mac[6])
{
	if (net->kind->payload != PTL_ETHERNET)
		return 0;
	if (!net->kind->set_mac) {
		errno = EOPNOTSUPP;
		return -1;
	}
	if (net->kind->set_mac(net, mac) < 0)
		return -1;
	memcpy(net->mac, mac, sizeof(net->mac));
	return 0;
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

bool net_uses_mac(const struct net *net)
{
	return net->kind->set_mac != NULL;
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

bool net_is_radio(const struct net *net)
{
	return net->kind->radio != NULL;
}

bool net_radio_begin(struct net *net, const struct net_radio_link *link)
{
	return net->kind->radio->begin(net, link);
}

void net_radio_session(struct net *net, bool up)
{
	net->kind->radio->session(net, up);
}

bool net_radio_message(struct net *net, const uint8_t *message, size_t n)
{
	return net->kind->radio->message(net, message, n);
}

void net_radio_room(struct net *net)
{
	net->kind->radio->room(net);
}
