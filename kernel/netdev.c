// SPDX-License-Identifier: GPL-2.0-only
/*
 * The net_device: an Ethernet card whose cable is the link. Its carrier is the
 * endpoint's state; whether it is up or down is nothing to the link. Everything here runs in
 * process context under rtnl, but ptl_vif_get_stats() may come in any but hard interrupts.
 */
#include "device.h"
#include "versions.h"

#include <linux/err.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>

#include <pigtail/compat.h>

static const struct {
	const struct ptl_framing *framing;
	u16 max_mtu;
} framings[] = {
	{&ptl_framing_pigtail, 9000},
	{&ptl_framing_len16, 1500},
	{&ptl_framing_slip, 1500},
	{&ptl_framing_esp8266_hosted, 1500},
};

const struct ptl_framing *ptl_vif_framing(const char *name, u32 *max_mtu)
{
	for (size_t i = 0; i < ARRAY_SIZE(framings); i++) {
		if (*name && strcmp(framings[i].framing->name, name))
			continue;
		*max_mtu = framings[i].max_mtu;
		return framings[i].framing;
	}
	return NULL;
}

int ptl_vif_open(struct net_device *net)
{
	ptl_receive_open(netdev_priv(net));
	return 0;
}

int ptl_vif_stop(struct net_device *net)
{
	ptl_receive_close(netdev_priv(net));
	return 0;
}

/*
 * A Wi-Fi station can send from its own address only, so the interface of a radio has the
 * radio's. One that a station at the other end uses would be there twice: then it is another
 * one, the same at each start, so that the interface keeps its lease. Returns whether.
 */
static bool mac_of_peer(const struct ptl_vif *vif, const struct ptl_info *info,
			u8 mac[ETH_ALEN])
{
	bool another = vif->mac_from == PTL_MAC_FREE && info->peer_mac_in_use;

	ether_addr_copy(mac, info->peer_mac);
	if (another)
		mac[0] = (mac[0] ^ 0x80) | 0x02; /* of nobody's stock */
	return another;
}

/* Setting it takes rtnl, which the endpoint's events can't. */
static void take_mac(struct work_struct *work)
{
	struct ptl_vif *vif = container_of(work, struct ptl_vif, mac_work);
	struct sockaddr address = {.sa_family = ARPHRD_ETHER};
	struct ptl_dev *dev = vif->dev;
	struct ptl_info info = {};
	u8 *mac = address.sa_data;
	bool another;

	rtnl_lock();
	ptl_dev_lock(dev);
	dev->framing->info(dev->endpoint, &info);
	ptl_dev_unlock(dev);
	another = mac_of_peer(vif, &info, mac);
	if (vif->net->reg_state == NETREG_REGISTERED && is_valid_ether_addr(info.peer_mac) &&
	    !ether_addr_equal(mac, vif->net->dev_addr) &&
	    !dev_set_mac_address(vif->net, &address, NULL))
		netdev_info(vif->net, "takes the address %pM%s\n", mac,
			    another ? ": the other end uses its own itself" : " of the radio");
	rtnl_unlock();
}

/* The peer learns of it by a new session. */
static int ptl_set_mac(struct net_device *net, void *address)
{
	const struct ptl_vif *vif = netdev_priv(net);
	int status = eth_prepare_mac_addr_change(net, address);

	if (status)
		return status;
	status = ptl_endpoint_rename(vif->dev, ((struct sockaddr *)address)->sa_data);
	if (!status)
		eth_commit_mac_addr_change(net, address);
	return status;
}

int ptl_vif_change_mtu(struct net_device *net, int mtu)
{
	const struct ptl_vif *vif = netdev_priv(net);
	int status = ptl_endpoint_fit(vif->dev, mtu);

	if (!status)
		WRITE_ONCE(net->mtu, mtu);
	return status;
}

/* Of what the endpoint was given, what it neither has still nor dropped. It drops some of
 * what has left, when the peer goes: what was said once stays said. */
static u64 left(struct ptl_vif *vif, u64 dropped)
{
	struct ptl_dev *dev = vif->dev;
	struct ptl_info info;
	u64 kept;

	ptl_dev_lock(dev);
	dev->framing->info(dev->endpoint, &info);
	kept = dropped + info.waiting;
	if (vif->tx_packets > kept)
		vif->tx_left = max(vif->tx_left, vif->tx_packets - kept);
	ptl_dev_unlock(dev);
	return vif->tx_left;
}

void ptl_vif_get_stats(struct net_device *net, struct rtnl_link_stats64 *stats)
{
	struct ptl_vif *vif = netdev_priv(net);
	struct ptl_line_counters line;
	struct ptl_counters link;
	u64 dropped;

	ptl_endpoint_counters(vif->dev, &link, &line);
	dropped = link.drop_codel + link.drop_overflow + link.drop_down + link.drop_flushed +
		  link.drop_length + link.drop_refused;
	stats->rx_packets = READ_ONCE(vif->rx_packets);
	stats->rx_bytes = READ_ONCE(vif->rx_bytes);
	/* What was dropped is known of the link, not of its interfaces. */
	stats->tx_packets = vif->wireless ? READ_ONCE(vif->tx_packets) : left(vif, dropped);
	stats->tx_bytes = READ_ONCE(vif->tx_bytes);
	stats->rx_crc_errors = link.rx_bad_crc;
	stats->rx_frame_errors = link.rx_bad_framing + line.frame_errors + line.parity_errors;
	stats->rx_length_errors = link.rx_too_long + link.rx_too_short;
	stats->rx_fifo_errors = line.overruns;
	stats->rx_errors = stats->rx_crc_errors + stats->rx_frame_errors +
			   stats->rx_length_errors + stats->rx_fifo_errors;
	stats->rx_dropped = line.no_memory + line.rx_closed;
	stats->tx_carrier_errors = link.drop_down;
	stats->tx_dropped = dropped + line.tx_too_long + line.tx_no_sum + line.tx_no_carrier;
}

static const struct net_device_ops ptl_netdev_ops = {
	.ndo_open = ptl_vif_open,
	.ndo_stop = ptl_vif_stop,
	.ndo_start_xmit = ptl_transmit,
	.ndo_change_mtu = ptl_vif_change_mtu,
	.ndo_get_stats64 = ptl_vif_get_stats,
	.ndo_set_mac_address = ptl_set_mac,
	.ndo_validate_addr = eth_validate_addr,
};

static void ptl_net_setup(struct net_device *net)
{
	ether_setup(net);
	net->ethtool_ops = &ptl_ethtool_ops;
	net->min_mtu = ETH_MIN_MTU;
	net->features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM | NETIF_F_HIGHDMA;
	net->hw_features = net->features & ~NETIF_F_HIGHDMA;
	/* Or TCP makes packets of 32 KB, and small queues are two of them. */
	ptl_set_tso_max_segs(net, 1);
	/* A packet is held in a list, until it has left. */
	net->priv_flags &= ~IFF_TX_SKB_SHARING;
	/* The endpoint is the queue; the lock is for softirqs only. */
	net->priv_flags |= IFF_NO_QUEUE | IFF_DISABLE_NETPOLL | IFF_LIVE_ADDR_CHANGE;
}

/* From now on it hears of the link. */
static void join(struct ptl_vif *vif)
{
	struct ptl_dev *dev = vif->dev;
	struct ptl_info info;

	ptl_dev_lock(dev);
	dev->vif = vif;
	dev->framing->info(dev->endpoint, &info);
	if (info.state == PTL_STATE_UP)
		netif_carrier_on(vif->net);
	ptl_dev_unlock(dev);
}

struct net_device *ptl_vif_alloc(struct ptl_dev *dev, size_t size, const char *name,
				 const struct net_device_ops *ops)
{
	struct net_device *net = alloc_netdev(
		size, name, strchr(name, '%') ? NET_NAME_ENUM : NET_NAME_USER, ptl_net_setup);
	struct ptl_vif *vif;

	if (!net)
		return NULL;
	net->netdev_ops = ops;
	net->max_mtu = dev->max_mtu;
	net->mtu = dev->mtu;
	vif = netdev_priv(net);
	vif->dev = dev;
	vif->net = net;
	skb_queue_head_init(&vif->rx);
	INIT_WORK(&vif->mac_work, take_mac);
	ptl_napi_add(net, &vif->napi, ptl_receive_poll);
	netif_carrier_off(net);
	return net;
}

void ptl_vif_free(struct ptl_vif *vif)
{
	ptl_dev_lock(vif->dev);
	ptl_hold_release(vif->dev, true);
	ptl_dev_unlock(vif->dev);
	cancel_work_sync(&vif->mac_work);
	free_netdev(vif->net);
}

struct ptl_vif *ptl_vif_create(struct ptl_dev *dev, const struct ptl_setup *setup)
{
	struct net_device *net =
		ptl_vif_alloc(dev, sizeof(struct ptl_vif), setup->name, &ptl_netdev_ops);
	struct ptl_vif *vif;
	int status;

	if (!net)
		return ERR_PTR(-ENOMEM);
	eth_hw_addr_set(net, dev->mac);
	if (is_zero_ether_addr(setup->mac))
		net->addr_assign_type = NET_ADDR_RANDOM;
	dev_net_set(net, setup->net);
	SET_NETDEV_DEV(net, dev->parent);
	vif = netdev_priv(net);
	vif->mac_from = setup->mac_from;
	status = register_netdev(net);
	if (status) {
		free_netdev(net);
		return ERR_PTR(status);
	}
	join(vif);
	return vif;
}

void ptl_vif_destroy(struct ptl_vif *vif)
{
	struct ptl_dev *dev = vif->dev;

	rtnl_lock();
	ptl_dev_lock(dev);
	dev->vif = NULL;
	ptl_dev_unlock(dev);
	unregister_netdevice(vif->net);
	rtnl_unlock();
	ptl_vif_free(vif);
}
