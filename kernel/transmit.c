// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets on their way down.
 *
 * The interface has no queue of its own in front (IFF_NO_QUEUE): the endpoint's fair
 * queues with CoDel take every packet at once, because a packet that stands outside
 * cannot overtake one that is half on the wire. What stops local senders: hold.c. What is
 * not sent is counted, here or in the endpoint.
 */
#include "device.h"

#include <linux/etherdevice.h>

/* In one piece, with its checksum, at the end of the endpoint's memory; NULL: it cannot be. */
static const u8 *gather(struct ptl_dev *dev, const struct net_device *net, struct sk_buff *skb)
{
	u8 *to = (u8 *)dev->memory.at + dev->memory.size;

	if (skb->len > READ_ONCE(net->mtu) + PTL_HEADER_BYTES_MAX ||
	    skb->len > dev->memory.packet) {
		dev->line.tx_too_long++;
		return NULL;
	}
	/* What skb_copy_and_csum_dev() takes for granted. */
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    skb_checksum_start_offset(skb) > (int)skb_headlen(skb) && skb_checksum_help(skb)) {
		dev->line.tx_no_sum++;
		return NULL;
	}
	skb_copy_and_csum_dev(skb, to);
	return to;
}

/* Into the endpoint; whether it is there now. */
static bool put(struct ptl_vif *vif, struct sk_buff *skb)
{
	struct ptl_dev *dev = vif->dev;
	const u8 *packet = gather(dev, vif->net, skb);

	if (!packet)
		return false;
	vif->tx_packets++;
	if (dev->framing->payload != PTL_ETHERNET)
		ptl_ether_from_net(&dev->ether, packet, skb->len);
	else if (dev->framing->send(dev->endpoint, ptl_dev_now(), packet, skb->len) != PTL_OK)
		return false;
	vif->tx_bytes += skb->len;
	return true;
}

netdev_tx_t ptl_transmit(struct sk_buff *skb, struct net_device *net)
{
	struct ptl_vif *vif = netdev_priv(net);
	struct ptl_dev *dev = vif->dev;
	bool taken;

	ptl_dev_lock(dev);
	taken = put(vif, skb);
	if (taken) {
		skb_tx_timestamp(skb);
		ptl_hold(dev, skb);
		if (ptl_pull_is_due(dev))
			ptl_pull_run(dev);
	}
	ptl_dev_unlock(dev);
	if (!taken)
		kfree_skb(skb);
	return NETDEV_TX_OK;
}
