// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the endpoint tells, by callbacks that come with the lock held, from within its own
 * functions: a packet came, the peer is there or gone, another rate is wanted.
 */
#include "device.h"

#include <linux/etherdevice.h>

static void shim_to_link(void *user, const u8 *packet, size_t n)
{
	struct ptl_dev *dev = user;

	/* What it can't take, it counts. */
	(void)dev->framing->send(dev->endpoint, ptl_dev_now(), packet, n);
}

static void shim_to_net(void *user, const u8 *packet, size_t n)
{
	(void)ptl_receive_packet(user, packet, n);
}

static bool on_packet(void *user, const u8 *packet, size_t n)
{
	struct ptl_dev *dev = user;

	if (dev->framing->payload == PTL_ETHERNET)
		return ptl_receive_packet(dev, packet, n);
	ptl_ether_from_link(&dev->ether, packet, n);
	return true;
}

static void on_rate(void *user, u32 rate)
{
	ptl_dev_rate_want(user, rate);
}

static void on_log(void *user, const u8 *text, size_t n)
{
	struct ptl_dev *dev = user;

	if (__ratelimit(&dev->said))
		netdev_info(dev->net, "the other end says: %*pE\n", (int)n, text);
}

static void tell_up(struct ptl_dev *dev, const struct ptl_info *info, enum ptl_reason reason)
{
	unsigned int header = dev->framing->payload == PTL_ETHERNET ? ETH_HLEN : 0;

	if (!__ratelimit(&dev->said))
		return;
	netdev_info(dev->net, "up, peer %pM%s\n", info->peer_mac,
		    reason == PTL_REASON_PEER_RESTARTED ? " (restarted)" : "");
	if (info->ip_address) {
		__be32 address = htonl(info->ip_address);

		netdev_info(dev->net, "the other end assigned the address %pI4\n", &address);
	}
	if (info->max_packet && info->max_packet < dev->net->mtu + header)
		netdev_warn(dev->net,
			    "the other end takes packets of at most %u bytes; set MTU %u\n",
			    info->max_packet, info->max_packet - header);
}

static void on_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	struct ptl_dev *dev = user;
	struct ptl_info info;

	if (state != PTL_STATE_UP) {
		netif_carrier_off(dev->net);
		if (__ratelimit(&dev->said))
			netdev_info(dev->net, "down, %s\n", ptl_reason_name(reason));
		return;
	}
	dev->framing->info(dev->endpoint, &info);
	if (!is_zero_ether_addr(info.peer_mac))
		ptl_ether_set_peer(&dev->ether, info.peer_mac);
	if (dev->mac_peer)
		schedule_work(&dev->mac_work);
	netif_carrier_on(dev->net);
	tell_up(dev, &info, reason);
}

void ptl_events_fill(struct ptl_dev *dev, struct ptl_events *events)
{
	*events = (struct ptl_events){
		.user = dev,
		.packet = on_packet,
		.state = on_state,
		.log = on_log,
		.rate = on_rate,
	};
}

void ptl_events_shim(struct ptl_dev *dev, u8 *scratch, size_t size)
{
	struct ptl_ether_config ether = {
		.net = PTL_ETHERNET,
		.link = dev->framing->payload,
		.user = dev,
		.to_net = shim_to_net,
		.to_link = shim_to_link,
	};

	ether_addr_copy(ether.own_mac, dev->net->dev_addr);
	/* Any address that is not our own. */
	ether_addr_copy(ether.peer_mac, ether.own_mac);
	ether.peer_mac[5] ^= 1;
	ether.peer_mac[0] = 0x02;
	(void)ptl_ether_init(&dev->ether, &ether, scratch, size);
}
