// SPDX-License-Identifier: GPL-2.0-only
/*
 * The endpoint's place in the kernel: its memory and what it is made of, its beginning
 * and end.
 */
#include "device.h"

#include <linux/etherdevice.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>

/*
 * Half a megabyte for an interface. Local senders have a few packets each below
 * them (see transmit.c), so the store is for forwarded flows: 256 KB is a second of
 * 2 Mbaud, and CoDel keeps it shorter. Blocks of 512 bytes, so that acknowledgements
 * don't fill it.
 */
static void configure(const struct ptl_dev *dev, u16 max_packet, struct ptl_config *config)
{
	ptl_config_default(config, PTL_PROFILE_HOST);
	config->role = dev->role;
	ether_addr_copy(config->mac, dev->net->dev_addr);
	config->nonce = max_t(u32, get_random_u32(), 1);
	config->baud = dev->baud;
	config->rate_auto = dev->rate_auto;
	config->uart = dev->uart;
	config->max_packet = max_packet;
	config->tx_packets = 512;
	config->tx_blocks = 512;
	config->tx_block_size = 512;
	config->history[1] = 15;
	config->ssid = *dev->ssid ? dev->ssid : NULL;
	config->password = *dev->password ? dev->password : NULL;
}

static void add_counters(struct ptl_counters *to, const struct ptl_counters *from)
{
	const u64 *part = (const u64 *)from;
	u64 *sum = (u64 *)to;

	for (int i = 0; i < PTL_COUNTER_COUNT; i++)
		sum[i] += part[i];
}

void ptl_endpoint_prepare(struct ptl_dev *dev)
{
	spin_lock_init(&dev->lock);
	skb_queue_head_init(&dev->rx);
	__skb_queue_head_init(&dev->held);
	__skb_queue_head_init(&dev->gone);
	ptl_dev_rate_init(dev);
	ptl_pull_init(dev);
}

/* Its counters are kept. */
static void forget_endpoint(struct ptl_dev *dev)
{
	ptl_dev_lock(dev);
	if (dev->endpoint) {
		add_counters(&dev->past, dev->framing->counters(dev->endpoint));
		dev->endpoint = NULL;
		ptl_hold_release(dev, true);
		netif_carrier_off(dev->net);
	}
	ptl_dev_unlock(dev);
	ptl_dev_rate_stop(dev);
	kvfree(dev->memory);
	dev->memory = NULL;
}

static unsigned int header_bytes(const struct ptl_dev *dev)
{
	return dev->framing->payload == PTL_ETHERNET ? PTL_HEADER_BYTES_MAX : 0;
}

/* With the lock: memory has the endpoint, and behind it two packets: one for the way
 * down, one for the shim. */
static enum ptl_error begin_endpoint(struct ptl_dev *dev, const struct ptl_config *config,
				     void *memory, size_t size, size_t packet)
{
	struct ptl_events events;
	enum ptl_error error;

	ptl_events_fill(dev, &events);
	error = dev->framing->init(memory, size, config, &events, ptl_dev_now(),
				   &dev->endpoint);
	if (error != PTL_OK)
		return error;
	dev->memory = memory;
	dev->max_packet = config->max_packet;
	dev->scratch = (u8 *)memory + size;
	ptl_events_shim(dev, dev->scratch + packet, packet);
	dev->rx_refused = false;
	ptl_pull_start(dev);
	return PTL_OK;
}

/* In the place of the one that is there, if any, which stays when there is no memory. */
static int make_endpoint(struct ptl_dev *dev, u32 mtu)
{
	size_t packet = ALIGN(mtu + 256, 64);
	enum ptl_error error;
	struct ptl_config config;
	size_t size;
	void *memory;
	int status;

	configure(dev, mtu + header_bytes(dev), &config);
	size = ALIGN(dev->framing->size(&config), 64);
	if (!size)
		return -EINVAL;
	memory = kvzalloc(size + 2 * packet, GFP_KERNEL);
	if (!memory)
		return -ENOMEM;
	forget_endpoint(dev);
	status = ptl_dev_rate_start(dev);
	if (status) {
		kvfree(memory);
		return status;
	}
	config.baud = dev->baud;
	ptl_dev_lock(dev);
	error = begin_endpoint(dev, &config, memory, size, packet);
	ptl_dev_unlock(dev);
	if (error == PTL_OK)
		return 0;
	kvfree(memory);
	return -EINVAL;
}

int ptl_endpoint_start(struct ptl_dev *dev, u32 mtu)
{
	WRITE_ONCE(dev->stopping, false);
	return make_endpoint(dev, mtu);
}

void ptl_endpoint_stop(struct ptl_dev *dev)
{
	WRITE_ONCE(dev->stopping, true);
	forget_endpoint(dev);
	hrtimer_cancel(&dev->timer);
}

int ptl_endpoint_fit(struct ptl_dev *dev, u32 mtu)
{
	return dev->max_packet >= mtu + header_bytes(dev) ? 0 : make_endpoint(dev, mtu);
}

void ptl_endpoint_counters(struct ptl_dev *dev, struct ptl_counters *counters,
			   struct ptl_line_counters *line)
{
	ptl_dev_lock(dev);
	*counters = dev->past;
	if (dev->endpoint)
		add_counters(counters, dev->framing->counters(dev->endpoint));
	*line = dev->line;
	ptl_dev_unlock(dev);
}
