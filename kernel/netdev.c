// SPDX-License-Identifier: GPL-2.0-only
/*
 * The net_device: an Ethernet card whose cable is the link. Its carrier is the
 * endpoint's state, its endpoint exists while it is up. Everything here runs in
 * process context under rtnl, but ptl_get_stats() may come in any but hard interrupts.
 */
#include "device.h"
#include "versions.h"

#include <linux/err.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>

#include <pigtail/compat.h>

#define MTU_DEFAULT 1500

/* max_mtu: what the framing's own limit leaves. */
static const struct {
	const struct ptl_framing *framing;
	u16 max_mtu;
} framings[] = {
	{&ptl_framing_pigtail, 9000},
	{&ptl_framing_len16, 1500},
	{&ptl_framing_slip, 1500},
	{&ptl_framing_esp8266_hosted, 1500},
};

static int ptl_open(struct net_device *net)
{
	struct ptl_dev *dev = netdev_priv(net);
	int status;

	napi_enable(&dev->napi);
	status = ptl_endpoint_start(dev, net->mtu);
	if (status)
		napi_disable(&dev->napi);
	return status;
}

static int ptl_stop(struct net_device *net)
{
	struct ptl_dev *dev = netdev_priv(net);

	ptl_endpoint_stop(dev);
	napi_disable(&dev->napi);
	skb_queue_purge(&dev->rx);
	return 0;
}

/*
 * A Wi-Fi station can send from its own address only, so the interface of a radio has the
 * radio's. Setting it takes rtnl, which the endpoint's events can't.
 */
static void take_mac(struct work_struct *work)
{
	struct ptl_dev *dev = container_of(work, struct ptl_dev, mac_work);
	struct sockaddr address = {.sa_family = ARPHRD_ETHER};
	struct ptl_info info = {};

	rtnl_lock();
	ptl_dev_lock(dev);
	if (dev->endpoint)
		dev->framing->info(dev->endpoint, &info);
	ptl_dev_unlock(dev);
	if (dev->net->reg_state == NETREG_REGISTERED && is_valid_ether_addr(info.peer_mac) &&
	    !ether_addr_equal(info.peer_mac, dev->net->dev_addr)) {
		ether_addr_copy(address.sa_data, info.peer_mac);
		if (!dev_set_mac_address(dev->net, &address, NULL))
			netdev_info(dev->net, "takes the radio's address %pM\n", info.peer_mac);
	}
	rtnl_unlock();
}

static int ptl_change_mtu(struct net_device *net, int mtu)
{
	struct ptl_dev *dev = netdev_priv(net);
	int status = netif_running(net) ? ptl_endpoint_fit(dev, mtu) : 0;

	if (!status)
		net->mtu = mtu;
	return status;
}

static void ptl_get_stats(struct net_device *net, struct rtnl_link_stats64 *stats)
{
	struct ptl_line_counters line;
	struct ptl_counters link;

	ptl_endpoint_counters(netdev_priv(net), &link, &line);
	stats->rx_packets = link.rx_packets;
	stats->rx_bytes = link.rx_packet_bytes;
	stats->tx_packets = link.tx_packets;
	stats->tx_bytes = link.tx_packet_bytes;
	stats->rx_crc_errors = link.rx_bad_crc;
	stats->rx_frame_errors = link.rx_bad_framing + line.frame_errors + line.parity_errors;
	stats->rx_length_errors = link.rx_too_long + link.rx_too_short;
	stats->rx_fifo_errors = line.overruns;
	stats->rx_errors = stats->rx_crc_errors + stats->rx_frame_errors +
			   stats->rx_length_errors + stats->rx_fifo_errors;
	stats->rx_dropped = line.no_memory;
	stats->tx_carrier_errors = link.drop_down;
	stats->tx_dropped = link.drop_codel + link.drop_overflow + link.drop_down +
			    link.drop_flushed + link.drop_length + link.drop_refused;
}

static const struct net_device_ops ptl_netdev_ops = {
	.ndo_open = ptl_open,
	.ndo_stop = ptl_stop,
	.ndo_start_xmit = ptl_transmit,
	.ndo_change_mtu = ptl_change_mtu,
	.ndo_get_stats64 = ptl_get_stats,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

static void ptl_net_setup(struct net_device *net)
{
	ether_setup(net);
	net->netdev_ops = &ptl_netdev_ops;
	net->ethtool_ops = &ptl_ethtool_ops;
	net->min_mtu = ETH_MIN_MTU;
	net->features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM | NETIF_F_HIGHDMA;
	net->hw_features = net->features & ~NETIF_F_HIGHDMA;
	/* Or TCP makes packets of 32 KB, and small queues are two of them. */
	net->gso_max_segs = 1;
	/* The endpoint is the queue; the lock is for softirqs only. */
	net->priv_flags |= IFF_NO_QUEUE | IFF_DISABLE_NETPOLL | IFF_LIVE_ADDR_CHANGE;
}

static int choose_framing(struct ptl_dev *dev, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(framings); i++) {
		if (*name && strcmp(framings[i].framing->name, name))
			continue;
		dev->framing = framings[i].framing;
		dev->net->max_mtu = framings[i].max_mtu;
		return 0;
	}
	return -EINVAL;
}

static int fill(struct ptl_dev *dev, const struct ptl_setup *setup)
{
	struct net_device *net = dev->net;
	u32 mtu = setup->mtu ? setup->mtu : MTU_DEFAULT;

	dev->ops = setup->ops;
	dev->port = setup->port;
	dev->role = setup->role;
	dev->baud = setup->baud;
	dev->base_baud = setup->baud;
	dev->rate_auto = setup->rate_auto;
	dev->uart = setup->uart;
	dev->mac_peer = setup->mac_peer;
	strscpy(dev->bus, setup->bus, sizeof(dev->bus));
	strscpy(dev->ssid, setup->ssid, sizeof(dev->ssid));
	strscpy(dev->password, setup->password, sizeof(dev->password));
	if (choose_framing(dev, setup->framing) || !setup->baud || mtu < net->min_mtu ||
	    mtu > net->max_mtu)
		return -EINVAL;
	net->mtu = mtu;
	if (is_zero_ether_addr(setup->mac))
		eth_hw_addr_random(net);
	else if (is_valid_ether_addr(setup->mac))
		eth_hw_addr_set(net, setup->mac);
	else
		return -EADDRNOTAVAIL;
	return 0;
}

struct ptl_dev *ptl_dev_create(const struct ptl_setup *setup)
{
	struct net_device *net;
	struct ptl_dev *dev;
	int status;

	net = alloc_netdev(sizeof(*dev), setup->name,
			   strchr(setup->name, '%') ? NET_NAME_ENUM : NET_NAME_USER,
			   ptl_net_setup);
	if (!net)
		return ERR_PTR(-ENOMEM);
	dev = netdev_priv(net);
	dev->net = net;
	dev_net_set(net, setup->net);
	SET_NETDEV_DEV(net, setup->parent);
	ratelimit_state_init(&dev->said, 60 * HZ, 10);
	ratelimit_set_flags(&dev->said, RATELIMIT_MSG_ON_RELEASE);
	ptl_endpoint_prepare(dev);
	INIT_WORK(&dev->mac_work, take_mac);
	ptl_napi_add(net, &dev->napi, ptl_receive_poll);
	status = fill(dev, setup);
	if (status)
		goto free;
	netif_carrier_off(net);
	status = register_netdev(net);
	if (status)
		goto free;
	return dev;
free:
	free_netdev(net);
	return ERR_PTR(status);
}

void ptl_dev_unregister(struct ptl_dev *dev)
{
	unregister_netdev(dev->net);
}

void ptl_dev_free(struct ptl_dev *dev)
{
	/* A last wakeup may have seen `stopping` too late. */
	hrtimer_cancel(&dev->timer);
	cancel_work_sync(&dev->mac_work);
	memzero_explicit(dev->password, sizeof(dev->password));
	free_netdev(dev->net);
}

void ptl_dev_suspend(struct ptl_dev *dev)
{
	rtnl_lock();
	netif_device_detach(dev->net);
	if (netif_running(dev->net))
		ptl_endpoint_stop(dev);
	rtnl_unlock();
}

void ptl_dev_resume(struct ptl_dev *dev)
{
	rtnl_lock();
	if (netif_running(dev->net) && ptl_endpoint_start(dev, dev->net->mtu))
		netdev_err(dev->net,
			   "no memory to go on after the sleep; set it down and up\n");
	netif_device_attach(dev->net);
	rtnl_unlock();
}
