// SPDX-License-Identifier: GPL-2.0-only
/*
 * The endpoint's place in the kernel: its memory and what it is made of, its beginning
 * and end.
 *
 * It is made at attach and stays until detach. Only a longer packet than it was made for,
 * and another MAC, which it tells the peer, want a new one in its place. All that can fail,
 * its memory, is there before the old one goes. It begins at the base rate: where the port
 * has another one it is told, and has it set back before it says anything (see rate.c).
 */
#include "device.h"

#include <linux/etherdevice.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include <pigtail/wire.h>

#define SMALL_MEMORY SZ_32M

static int small = IS_ENABLED(CONFIG_PIGTAIL_SMALL) ? 1 : -1;
module_param(small, int, 0644);
MODULE_PARM_DESC(small, "Memory of the next interface: 1 under 64 KB, 0 half a megabyte, "
			"-1 by the machine's");

/*
 * Half a megabyte for a link, or where memory is small under 64 KB, without payload
 * compression. Which one: on a machine with less than SMALL_MEMORY the small one, unless
 * Kconfig or the module's parameter say otherwise, when the interface is made. In the large one
 * local senders have a few packets each below them (see hold.c), so the store is for forwarded
 * flows: 256 KB is a second of 2 Mbaud, and CoDel keeps it shorter. Blocks of 512 bytes, so
 * that acknowledgements don't fill it.
 */
static void configure(const struct ptl_dev *dev, u16 max_packet, struct ptl_config *config)
{
	ptl_config_default(config, dev->small ? PTL_PROFILE_SMALL : PTL_PROFILE_HOST);
	config->role = dev->role;
	ether_addr_copy(config->mac, dev->mac);
	config->mac_in_use = true;
	config->nonce = max_t(u32, get_random_u32(), 1);
	config->baud = dev->base_baud;
	config->rate_auto = dev->rate_auto;
	config->uart = dev->uart;
	config->max_packet = max_packet;
	if (!dev->small) {
		config->tx_packets = 512;
		config->tx_blocks = 512;
		config->tx_block_size = 512;
		config->history[1] = 15;
	}
	for (int class = 1; class < 3; class ++)
		config->rx_window[class] =
			max_t(u32, config->rx_window[class],
			      roundup_pow_of_two(PTL_WINDOW_MIN(max_packet) * PTL_CELL_BYTES));
	config->ssid = *dev->ssid ? dev->ssid : NULL;
	config->password = *dev->password ? dev->password : NULL;
}

static bool is_small(void)
{
	int wanted = READ_ONCE(small);

	return wanted < 0 ? totalram_pages() < SMALL_MEMORY >> PAGE_SHIFT : wanted;
}

static u16 packet_bytes(const struct ptl_dev *dev, u32 mtu)
{
	return mtu + (dev->framing->payload == PTL_ETHERNET ? PTL_HEADER_BYTES_MAX : 0);
}

static size_t whole_size(const struct ptl_memory *memory)
{
	return memory->size + 2 * memory->packet;
}

static int take_memory(const struct ptl_dev *dev, u16 max_packet, struct ptl_memory *memory)
{
	struct ptl_config config;

	configure(dev, max_packet, &config);
	memory->size = ALIGN(dev->framing->size(&config), 64);
	memory->packet = ALIGN(max_packet + 256, 64);
	memory->max_packet = max_packet;
	if (!memory->size)
		return -EINVAL;
	memory->at = kvzalloc(whole_size(memory), GFP_KERNEL);
	return memory->at ? 0 : -ENOMEM;
}

/* A framing's password may be in it. */
static void give_back(struct ptl_memory *memory)
{
	kvfree_sensitive(memory->at, whole_size(memory));
	memory->at = NULL;
}

static void add_counters(struct ptl_counters *to, const struct ptl_counters *from)
{
	const u64 *part = (const u64 *)from;
	u64 *sum = (u64 *)to;

	for (int i = 0; i < PTL_COUNTER_COUNT; i++)
		sum[i] += part[i];
}

/* With the lock. Memory of that size is all that it wants. */
static int begin(struct ptl_dev *dev, struct ptl_memory memory)
{
	struct ptl_config config;
	struct ptl_events events;

	configure(dev, memory.max_packet, &config);
	ptl_events_fill(dev, &events);
	if (dev->framing->init(memory.at, memory.size, &config, &events, ptl_dev_now(),
			       &dev->endpoint) != PTL_OK)
		return -EINVAL;
	dev->memory = memory;
	ptl_events_shim(dev, (u8 *)memory.at + memory.size + memory.packet, memory.packet);
	ptl_trouble_begin(dev);
	ptl_pull_begin(dev);
	ptl_dev_rate_begin(dev);
	return 0;
}

/* With the lock. Its counters are kept, and what waited in it is gone. */
static void leave(struct ptl_dev *dev)
{
	struct ptl_info info;

	dev->framing->info(dev->endpoint, &info);
	add_counters(&dev->past, dev->framing->counters(dev->endpoint));
	dev->past.drop_flushed += info.waiting;
	ptl_hold_release(dev, true);
	if (dev->vif && !dev->vif->wireless)
		netif_carrier_off(dev->vif->net);
	if (info.state == PTL_STATE_UP)
		ptl_channel_tell(dev, PTL_STATE_DOWN, PTL_REASON_START);
}

int ptl_endpoint_make(struct ptl_dev *dev, u32 mtu)
{
	struct ptl_memory memory;
	int status;

	spin_lock_init(&dev->lock);
	__skb_queue_head_init(&dev->held);
	__skb_queue_head_init(&dev->gone);
	ptl_pull_init(dev);
	ptl_dev_rate_init(dev);
	dev->small = is_small();
	status = take_memory(dev, packet_bytes(dev, mtu), &memory);
	if (status)
		return status;
	ptl_dev_lock(dev);
	status = begin(dev, memory);
	ptl_dev_unlock(dev);
	if (status)
		give_back(&memory);
	return status;
}

void ptl_endpoint_start(struct ptl_dev *dev)
{
	ptl_dev_lock(dev);
	dev->stopped = false;
	ptl_pull_run(dev);
	ptl_dev_unlock(dev);
}

void ptl_endpoint_stop(struct ptl_dev *dev)
{
	ptl_dev_lock(dev);
	dev->stopped = true;
	ptl_dev_unlock(dev);
	ptl_dev_rate_end(dev);
	ptl_pull_end(dev);
}

void ptl_endpoint_resume(struct ptl_dev *dev)
{
	ptl_dev_lock(dev);
	dev->stopped = false;
	ptl_pull_begin(dev);
	dev->framing->wire_reset(dev->endpoint, ptl_dev_now());
	ptl_dev_rate_begin(dev);
	ptl_pull_run(dev);
	ptl_dev_unlock(dev);
}

void ptl_endpoint_free(struct ptl_dev *dev)
{
	/* A last wakeup may have set it. */
	ptl_pull_end(dev);
	ptl_dev_lock(dev);
	ptl_hold_release(dev, true);
	ptl_dev_unlock(dev);
	give_back(&dev->memory);
}

/* A new one in its place. */
static int renew(struct ptl_dev *dev, u16 max_packet)
{
	struct ptl_memory old = dev->memory;
	struct ptl_memory memory;
	int status = take_memory(dev, max_packet, &memory);

	if (status)
		return status;
	ptl_dev_lock(dev);
	leave(dev);
	if (begin(dev, memory)) /* never: take_memory() asked for its size */
		old = memory;
	ptl_pull_run(dev);
	ptl_dev_unlock(dev);
	give_back(&old);
	return 0;
}

int ptl_endpoint_fit(struct ptl_dev *dev, u32 mtu)
{
	u16 wanted = packet_bytes(dev, mtu);

	return dev->memory.max_packet >= wanted ? 0 : renew(dev, wanted);
}

int ptl_endpoint_rename(struct ptl_dev *dev, const u8 *mac)
{
	u8 before[ETH_ALEN];
	int status;

	if (ether_addr_equal(dev->mac, mac))
		return 0;
	ether_addr_copy(before, dev->mac);
	ether_addr_copy(dev->mac, mac);
	status = renew(dev, dev->memory.max_packet);
	if (status)
		ether_addr_copy(dev->mac, before);
	return status;
}

void ptl_endpoint_counters(struct ptl_dev *dev, struct ptl_counters *counters,
			   struct ptl_line_counters *line)
{
	ptl_dev_lock(dev);
	*counters = dev->past;
	add_counters(counters, dev->framing->counters(dev->endpoint));
	*line = dev->line;
	line->dry += dev->pump.dry;
	line->dry_us += dev->pump.dry_us;
	ptl_dev_unlock(dev);
}
