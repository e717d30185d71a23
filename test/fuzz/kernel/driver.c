// SPDX-License-Identifier: GPL-2.0-only
/*
 * See driver.h. channel.c is the driver's own; what of lock.c, say.c, netdev.c, transmit.c,
 * attach.c and the endpoint is wanted is here, without packets.
 */
#include "driver.h"

enum sim_room sim_room;
bool sim_waiting;

/* ---- lock, words, packets ---- */

void ptl_dev_lock(struct ptl_dev *dev)
{
	SIM_REQUIRE(!sim_spinning);
	sim_spinning = true;
}

void ptl_dev_unlock(struct ptl_dev *dev)
{
	SIM_REQUIRE(sim_spinning);
	sim_spinning = false;
}

/* All that it is given is read. */
void ptl_say(struct ptl_dev *dev, const char *level, const char *format, ...)
{
	char line[512];
	va_list arguments;

	SIM_REQUIRE(sim_spinning);
	va_start(arguments, format);
	SIM_REQUIRE(vsnprintf(line, sizeof(line), format, arguments) < (int)sizeof(line));
	va_end(arguments);
}

void ptl_hold_release(struct ptl_dev *dev, bool all)
{
	SIM_REQUIRE(sim_spinning);
}

void ptl_dev_wakeup(struct ptl_dev *dev)
{
}

void ptl_pull_run(struct ptl_dev *dev)
{
}

netdev_tx_t ptl_transmit(struct sk_buff *skb, struct net_device *net)
{
	SIM_REQUIRE(!sim_spinning);
	kfree_skb(skb);
	return NETDEV_TX_OK;
}

/* ---- the endpoint ---- */

static enum ptl_error send_control(struct ptl_endpoint *endpoint, ptl_time now,
				   const u8 *message, size_t n, u32 *number)
{
	SIM_REQUIRE(sim_spinning && n && n <= PTL_CONTROL_MAX);
	if (sim_room != SIM_ROOM)
		return sim_room == SIM_FULL ? PTL_FULL : PTL_DOWN;
	sim_radio_hears(message, n);
	return PTL_OK;
}

static void info(const struct ptl_endpoint *endpoint, struct ptl_info *to)
{
	*to = (struct ptl_info){.control = sim_room != SIM_DOWN, .waiting = sim_waiting};
}

static const struct ptl_framing framing = {
	.name = "fuzz",
	.send_control = send_control,
	.info = info,
};

/* ---- interfaces ---- */

int ptl_vif_open(struct net_device *net)
{
	return 0;
}

int ptl_vif_stop(struct net_device *net)
{
	might_sleep();
	return 0;
}

int ptl_vif_change_mtu(struct net_device *net, int mtu)
{
	return 0;
}

void ptl_vif_get_stats(struct net_device *net, struct rtnl_link_stats64 *stats)
{
}

struct net_device *ptl_vif_alloc(struct ptl_dev *dev, size_t size, const char *name,
				 const struct net_device_ops *ops)
{
	struct net_device *net;
	struct ptl_vif *vif;

	if (sim_no_memory)
		return NULL;
	net = sim_alloc_netdev(size);
	net->netdev_ops = ops;
	vif = netdev_priv(net);
	vif->dev = dev;
	vif->net = net;
	return net;
}

static const struct net_device_ops ethernet_ops = {
	.ndo_open = ptl_vif_open,
	.ndo_stop = ptl_vif_stop,
};

void ptl_vif_destroy(struct ptl_vif *vif)
{
	struct ptl_dev *dev = vif->dev;

	rtnl_lock();
	ptl_dev_lock(dev);
	dev->vif = NULL;
	ptl_dev_unlock(dev);
	unregister_netdevice(vif->net);
	rtnl_unlock();
	free_netdev(vif->net);
}

/* ---- attach and detach ---- */

struct ptl_dev *sim_attach(void)
{
	struct ptl_dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	struct net_device *net;

	dev->framing = &framing;
	dev->role = PTL_HOST;
	dev->baud = 115200;
	strscpy(dev->bus, "ttyF0", sizeof(dev->bus));
	SIM_REQUIRE(!ptl_card_create(dev, PTL_NAME_DEFAULT));
	net = ptl_vif_alloc(dev, sizeof(struct ptl_vif), "ptl0", &ethernet_ops);
	eth_random_addr(net->dev_addr);
	rtnl_lock();
	SIM_REQUIRE(!register_netdevice(net));
	rtnl_unlock();
	dev->vif = netdev_priv(net);
	return dev;
}

void sim_detach(struct ptl_dev *dev)
{
	ptl_card_leave(dev);
	if (dev->vif)
		ptl_vif_destroy(dev->vif);
	/* The other end may speak until here. */
	sim_meanwhile(false);
	ptl_card_free(dev);
	kfree(dev);
}
