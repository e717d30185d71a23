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

static bool deliver(struct ptl_dev *dev, const u8 *packet, size_t n)
{
	struct ptl_vif *vif = ptl_channel_route(dev, packet, n);

	if (vif)
		return ptl_receive_packet(vif, packet, n);
	dev->line.rx_closed++;
	return true;
}

static void shim_to_net(void *user, const u8 *packet, size_t n)
{
	(void)deliver(user, packet, n);
}

static bool on_packet(void *user, const u8 *packet, size_t n)
{
	struct ptl_dev *dev = user;

	if (dev->framing->payload == PTL_ETHERNET)
		return deliver(dev, packet, n);
	ptl_ether_from_link(&dev->ether, packet, n);
	return true;
}

static void on_rate(void *user, u32 rate)
{
	ptl_dev_rate_want(user, rate);
}

static void on_log(void *user, const u8 *text, size_t n)
{
	ptl_say(user, KERN_INFO, "the other end says: %*pE\n", (int)n, text);
	ptl_channel_log(user, text, n);
}

static void tell_up(struct ptl_dev *dev, const struct ptl_info *info, enum ptl_reason reason)
{
	bool ethernet = dev->framing->payload == PTL_ETHERNET;
	unsigned int header = ethernet ? ETH_HLEN : 0;
	/* What a peer of that MTU says that it takes. */
	unsigned int above = ethernet ? PTL_HEADER_BYTES_MAX : 0;

	ptl_say(dev, KERN_INFO, "up, peer %pM%s\n", info->peer_mac,
		reason == PTL_REASON_PEER_RESTARTED ? " (restarted)" : "");
	if (info->ip_address) {
		__be32 address = htonl(info->ip_address);

		ptl_say(dev, KERN_INFO, "the other end assigned the address %pI4\n", &address);
	}
	if (dev->vif && info->max_packet &&
	    info->max_packet < READ_ONCE(dev->vif->net->mtu) + header)
		ptl_say(dev, KERN_WARNING,
			"the other end takes packets of at most %u bytes; set MTU %u\n",
			info->max_packet, info->max_packet - above);
}

static void on_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	struct ptl_dev *dev = user;
	struct ptl_vif *vif = dev->vif;
	struct ptl_info info;

	ptl_channel_tell(dev, state, reason);
	if (state != PTL_STATE_UP) {
		if (vif && !vif->wireless)
			netif_carrier_off(vif->net);
		ptl_say(dev, KERN_INFO, "down, %s\n", ptl_reason_name(reason));
		return;
	}
	dev->framing->info(dev->endpoint, &info);
	if (!is_zero_ether_addr(info.peer_mac))
		ptl_ether_set_peer(&dev->ether, info.peer_mac);
	if (vif && !vif->wireless) {
		if (vif->mac_from != PTL_MAC_OWN)
			schedule_work(&vif->mac_work);
		netif_carrier_on(vif->net);
	}
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
	ptl_channel_fill(dev, events);
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

	ether_addr_copy(ether.own_mac, dev->mac);
	/* Any address that is not our own. */
	ether_addr_copy(ether.peer_mac, ether.own_mac);
	ether.peer_mac[5] ^= 1;
	ether.peer_mac[0] = 0x02;
	(void)ptl_ether_init(&dev->ether, &ether, scratch, size);
}
