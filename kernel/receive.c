// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets on their way up: copied once, out of the endpoint into an skb, and given to
 * the stack by NAPI, so that a burst goes through GRO and a flood doesn't stay in the
 * tty's worker. When the stack falls behind, the endpoint keeps its packets and gives
 * no more credit: the other end stops, nothing is dropped here. While the interface is
 * down what comes is thrown away.
 */
#include "device.h"

#include <linux/etherdevice.h>

#define BACKLOG_PACKETS 64u

bool ptl_receive_packet(struct ptl_vif *vif, const u8 *packet, size_t n)
{
	struct ptl_dev *dev = vif->dev;
	struct sk_buff *skb;

	if (!vif->open) {
		dev->line.rx_closed++;
		return true;
	}
	if (skb_queue_len(&vif->rx) >= BACKLOG_PACKETS) {
		vif->rx_refused = true;
		/* The last poll may have made room since, and not seen that. */
		napi_schedule(&vif->napi);
		return false;
	}
	skb = n < ETH_HLEN ? NULL : netdev_alloc_skb_ip_align(vif->net, n);
	if (!skb) {
		dev->line.no_memory++;
		return true;
	}
	skb_put_data(skb, packet, n);
	skb->protocol = eth_type_trans(skb, vif->net);
	vif->rx_packets++;
	vif->rx_bytes += n;
	skb_queue_tail(&vif->rx, skb);
	napi_schedule(&vif->napi);
	return true;
}

/* There is room again for what was refused. With the lock. */
static void resume(struct ptl_vif *vif)
{
	struct ptl_dev *dev = vif->dev;

	if (!vif->rx_refused)
		return;
	vif->rx_refused = false;
	if (dev->framing->resume)
		dev->framing->resume(dev->endpoint, ptl_dev_now());
	ptl_pull_run(dev);
}

int ptl_receive_poll(struct napi_struct *napi, int budget)
{
	struct ptl_vif *vif = container_of(napi, struct ptl_vif, napi);
	struct sk_buff *skb;
	int done = 0;

	while (done < budget && (skb = skb_dequeue(&vif->rx))) {
		napi_gro_receive(napi, skb);
		done++;
	}
	if (READ_ONCE(vif->rx_refused)) {
		ptl_dev_lock(vif->dev);
		resume(vif);
		ptl_dev_unlock(vif->dev);
	}
	if (done < budget)
		napi_complete_done(napi, done);
	return done;
}

void ptl_receive_open(struct ptl_vif *vif)
{
	napi_enable(&vif->napi);
	ptl_dev_lock(vif->dev);
	vif->open = true;
	ptl_dev_unlock(vif->dev);
}

void ptl_receive_close(struct ptl_vif *vif)
{
	ptl_dev_lock(vif->dev);
	vif->open = false;
	resume(vif);
	ptl_dev_unlock(vif->dev);
	napi_disable(&vif->napi);
	skb_queue_purge(&vif->rx);
}
