// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets that were sent, held until they have left.
 *
 * Backpressure is by a packet's owner: its bytes are copied into the endpoint's store,
 * but it is freed only when as many packets have gone to the wire as were put into the
 * store before. Until then a local socket is charged for it, and TCP small queues and
 * SO_SNDBUF stop it, as above a driver with byte queue limits. A packet that no socket is
 * charged for (it was forwarded) is not held.
 *
 * The endpoint doesn't say which packet went, so the oldest is let go: with several
 * flows the wrong one now and then, but each in the end, and never too many.
 */
#include "device.h"

void ptl_hold(struct ptl_dev *dev, struct sk_buff *skb)
{
	/* A connection's entry is not kept for the sake of a copy. */
	nf_reset_ct(skb);
	__skb_queue_tail(skb->sk ? &dev->held : &dev->gone, skb);
}

void ptl_hold_release(struct ptl_dev *dev, bool all)
{
	struct ptl_info info = {};

	if (skb_queue_empty(&dev->held))
		return;
	if (!all)
		dev->framing->info(dev->endpoint, &info);
	while (skb_queue_len(&dev->held) > info.waiting)
		__skb_queue_tail(&dev->gone, __skb_dequeue(&dev->held));
}
