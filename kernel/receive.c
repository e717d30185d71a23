// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets on their way up: copied once, out of the endpoint into an skb, and given to
 * the stack by NAPI, so that a burst goes through GRO and a flood doesn't stay in the
 * tty's worker. When the stack falls behind, the endpoint keeps its packets and gives
 * no more credit: the other end stops, nothing is dropped here.
 */
#include "device.h"

#include <linux/etherdevice.h>

#define BACKLOG_PACKETS 64u

bool ptl_receive_packet(struct ptl_dev *dev, const u8 *packet, size_t n)
{
	struct sk_buff *skb;

	if (skb_queue_len(&dev->rx) >= BACKLOG_PACKETS) {
		dev->rx_refused = true;
		return false;
	}
	skb = n < ETH_HLEN ? NULL : netdev_alloc_skb_ip_align(dev->net, n);
	if (!skb) {
		dev->line.no_memory++;
		return true;
	}
	skb_put_data(skb, packet, n);
	skb->protocol = eth_type_trans(skb, dev->net);
	skb_queue_tail(&dev->rx, skb);
	napi_schedule(&dev->napi);
	return true;
}

/* There is room again for what was refused. */
static void resume(struct ptl_dev *dev)
{
	ptl_dev_lock(dev);
	if (dev->rx_refused && dev->endpoint) {
		dev->rx_refused = false;
		if (dev->framing->resume)
			dev->framing->resume(dev->endpoint, ptl_dev_now());
		ptl_pull_run(dev);
	}
	ptl_dev_unlock(dev);
}

int ptl_receive_poll(struct napi_struct *napi, int budget)
{
	struct ptl_dev *dev = container_of(napi, struct ptl_dev, napi);
	struct sk_buff *skb;
	int done = 0;

	while (done < budget && (skb = skb_dequeue(&dev->rx))) {
		napi_gro_receive(napi, skb);
		done++;
	}
	if (READ_ONCE(dev->rx_refused))
		resume(dev);
	if (done < budget)
		napi_complete_done(napi, done);
	return done;
}
