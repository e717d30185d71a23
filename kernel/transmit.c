// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets on their way down.
 *
 * The interface has no queue of its own in front (IFF_NO_QUEUE): the endpoint's fair
 * queues with CoDel take every packet at once, because a packet that stands outside
 * cannot overtake one that is half on the wire. What stops local senders: hold.c.
 */
#include "device.h"

#include <linux/etherdevice.h>

/* Into the endpoint; whether it is there now. */
static bool put(struct ptl_dev *dev, const struct sk_buff *skb)
{
	if (!dev->endpoint || skb->len > dev->net->mtu + PTL_HEADER_BYTES_MAX)
		return false;
	/* What skb_copy_and_csum_dev() takes for granted. */
	if (skb->ip_summed == CHECKSUM_PARTIAL &&
	    skb_checksum_start_offset(skb) > (int)skb_headlen(skb))
		return false;
	/* Gathers fragments and completes the checksum in the same pass. */
	skb_copy_and_csum_dev(skb, dev->scratch);
	if (dev->framing->payload == PTL_ETHERNET)
		return dev->framing->send(dev->endpoint, ptl_dev_now(), dev->scratch,
					  skb->len) == PTL_OK;
	ptl_ether_from_net(&dev->ether, dev->scratch, skb->len);
	return true;
}

netdev_tx_t ptl_transmit(struct sk_buff *skb, struct net_device *net)
{
	struct ptl_dev *dev = netdev_priv(net);
	bool taken;

	ptl_dev_lock(dev);
	taken = put(dev, skb);
	if (taken) {
		skb_tx_timestamp(skb);
		ptl_hold(dev, skb);
		ptl_pull_run(dev);
	}
	ptl_dev_unlock(dev);
	if (!taken)
		kfree_skb(skb);
	return NETDEV_TX_OK;
}
