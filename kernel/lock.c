// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lock of a link, see device.h, and what is done when it is left: packets are
 * freed then, for their senders' callbacks run with it.
 */
#include "device.h"

void ptl_dev_lock(struct ptl_dev *dev) __acquires(&dev->lock)
{
	spin_lock_bh(&dev->lock);
}

void ptl_dev_unlock(struct ptl_dev *dev) __releases(&dev->lock)
{
	struct sk_buff_head gone;
	struct sk_buff *skb;

	__skb_queue_head_init(&gone);
	skb_queue_splice_init(&dev->gone, &gone);
	spin_unlock_bh(&dev->lock);
	while ((skb = __skb_dequeue(&gone)))
		dev_consume_skb_any(skb);
}
