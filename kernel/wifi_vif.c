// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interfaces of a card: one that is a station, one that is an access point, which share
 * the link. Which of the two a packet from the radio is for says interfaces.h, by their
 * addresses and the list of stations; to the radio a packet goes only from the one that the
 * radio will take it for.
 *
 * A station can send from the radio's address only, so the interface's is the radio's. Another
 * one is asked of the radio, and taken back when that refuses: who sets it has rtnl, which a
 * radio that is an interface of this kernel's wants, too.
 */
#include "wifi.h"
#include "versions.h"

#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

static enum ptl_interface role_of(const struct card_vif *vif)
{
	return vif->wdev.iftype == NL80211_IFTYPE_AP ? PTL_IF_AP : PTL_IF_STATION;
}

static enum ptl_interface role_of_type(enum nl80211_iftype type)
{
	return type == NL80211_IFTYPE_AP ? PTL_IF_AP : PTL_IF_STATION;
}

struct ptl_vif *card_route(void *user, const u8 *packet, size_t n)
{
	struct ptl_card *card = user;
	struct card_vif *vif;

	if (!card->wiphy)
		return card->dev->vif;
	vif = card->roles[ptl_interfaces_to_host(&card->interfaces, packet, n)];
	return vif ? &vif->vif : NULL;
}

/* ---- the net_device ---- */

static int card_net_stop(struct net_device *net)
{
	struct card_vif *vif = netdev_priv(net);

	(void)card_station_down(vif->card, net);
	return ptl_vif_stop(net);
}

static netdev_tx_t card_net_transmit(struct sk_buff *skb, struct net_device *net)
{
	struct card_vif *vif = netdev_priv(net);
	struct ptl_card *card = vif->card;
	bool ours;

	ptl_dev_lock(card->dev);
	ours = netif_carrier_ok(net) && pskb_may_pull(skb, ETH_HLEN) &&
	       ptl_interfaces_to_radio(&card->interfaces, skb->data, skb->len) == role_of(vif);
	card->dev->line.tx_no_carrier += !ours;
	ptl_dev_unlock(card->dev);
	if (likely(ours))
		return ptl_transmit(skb, net);
	kfree_skb(skb);
	return NETDEV_TX_OK;
}

static bool is_busy(const struct ptl_card *card, enum ptl_interface role)
{
	return role == PTL_IF_AP ? card->ap.running : card->station.join != CARD_LEFT;
}

/* With the lock. The radio takes it in its time, or not; without one now it is told later. */
static void ask_mac(struct ptl_card *card, enum ptl_interface role, const u8 *mac)
{
	ether_addr_copy(card->settings.mac[role], mac);
	card->settings.mac_refused[role] = false;
	ptl_interfaces_set(&card->interfaces, role, mac);
	card_settings_change(card, role == PTL_IF_AP ? CARD_AP_MAC : CARD_MAC);
}

static int card_net_set_mac(struct net_device *net, void *address)
{
	struct card_vif *vif = netdev_priv(net);
	struct ptl_card *card = vif->card;
	enum ptl_interface role = role_of(vif);
	const u8 *mac = ((struct sockaddr *)address)->sa_data;
	int status = eth_prepare_mac_addr_change(net, address);

	if (status || ether_addr_equal(mac, net->dev_addr))
		return status;
	ptl_dev_lock(card->dev);
	if (is_busy(card, role))
		status = -EBUSY;
	else
		ask_mac(card, role, mac);
	ptl_dev_unlock(card->dev);
	if (!status)
		eth_commit_mac_addr_change(net, address);
	return status;
}

static void read_groups(const struct net_device *net, struct ptl_groups *groups)
{
	const struct netdev_hw_addr *address;

	memset(groups, 0, sizeof(*groups));
	if (net->flags & (IFF_PROMISC | IFF_ALLMULTI) || netdev_mc_count(net) > PTL_GROUPS_MAX)
		return;
	groups->some = true;
	netdev_for_each_mc_addr(address, net)
		ether_addr_copy(groups->list[groups->count++], address->addr);
}

/* With the lock of the address lists, which nothing takes that has the link's. */
static void card_net_set_rx_mode(struct net_device *net)
{
	struct card_vif *vif = netdev_priv(net);
	struct ptl_card *card = vif->card;
	struct ptl_groups groups;

	if (role_of(vif) != PTL_IF_STATION)
		return;
	read_groups(net, &groups);
	ptl_dev_lock(card->dev);
	if (memcmp(&groups, &card->settings.groups, sizeof(groups))) {
		card->settings.groups = groups;
		card_settings_change(card, CARD_GROUPS);
	}
	ptl_dev_unlock(card->dev);
}

static const struct net_device_ops card_netdev_ops = {
	.ndo_open = ptl_vif_open,
	.ndo_stop = card_net_stop,
	.ndo_start_xmit = card_net_transmit,
	.ndo_change_mtu = ptl_vif_change_mtu,
	.ndo_get_stats64 = ptl_vif_get_stats,
	.ndo_set_rx_mode = card_net_set_rx_mode,
	.ndo_set_mac_address = card_net_set_mac,
	.ndo_validate_addr = eth_validate_addr,
};

/* ---- made and unmade ---- */

static const u8 *own_mac(const struct ptl_card *card, enum ptl_interface role)
{
	return role == PTL_IF_AP ? card->wiphy->addresses[1].addr
				 : card->wiphy->addresses[0].addr;
}

static const u8 *mac_now(const struct ptl_card *card, enum ptl_interface role)
{
	const u8 *mac = card->settings.mac[role];

	return is_valid_ether_addr(mac) ? mac : own_mac(card, role);
}

/* With rtnl, which whoever makes or unmakes an interface holds. */
static void take_mac_back(struct ptl_card *card, enum ptl_interface role)
{
	struct card_settings *settings = &card->settings;
	struct card_vif *vif;
	u8 own[ETH_ALEN];
	bool back = false;

	ptl_dev_lock(card->dev);
	vif = card->roles[role];
	if (settings->mac_refused[role] && card->wiphy) {
		ether_addr_copy(own, own_mac(card, role));
		back = !ether_addr_equal(settings->mac[role], own);
	}
	settings->mac_refused[role] = false;
	if (back)
		ask_mac(card, role, own);
	ptl_dev_unlock(card->dev);
	if (!back || !vif)
		return;
	eth_hw_addr_set(vif->vif.net, own);
	call_netdevice_notifiers(NETDEV_CHANGEADDR, vif->vif.net);
}

void card_vif_take_mac_back(struct work_struct *work)
{
	struct ptl_card *card = container_of(work, struct ptl_card, mac_work);

	rtnl_lock();
	for (int role = 0; role < PTL_INTERFACES; role++)
		take_mac_back(card, role);
	rtnl_unlock();
}

struct card_vif *card_vif_create(struct ptl_card *card, const char *name,
				 enum nl80211_iftype type, struct net *netns)
{
	enum ptl_interface role = role_of_type(type);
	struct net_device *net;
	struct card_vif *vif;
	int status;

	if (card->roles[role])
		return ERR_PTR(-EBUSY);
	net = ptl_vif_alloc(card->dev, sizeof(*vif), name, &card_netdev_ops);
	if (!net)
		return ERR_PTR(-ENOMEM);
	vif = netdev_priv(net);
	vif->card = card;
	vif->vif.wireless = true;
	vif->wdev.wiphy = card->wiphy;
	vif->wdev.iftype = type;
	vif->wdev.netdev = net;
	net->ieee80211_ptr = &vif->wdev;
	net->needs_free_netdev = true;
	eth_hw_addr_set(net, mac_now(card, role));
	ether_addr_copy(net->perm_addr, own_mac(card, role));
	dev_net_set(net, netns);
	SET_NETDEV_DEV(net, wiphy_dev(card->wiphy));
	status = cfg80211_register_netdevice(net);
	if (status) {
		free_netdev(net);
		return ERR_PTR(status);
	}
	ptl_dev_lock(card->dev);
	card->roles[role] = vif;
	ptl_interfaces_set(&card->interfaces, role, net->dev_addr);
	if (!card->dev->vif)
		card->dev->vif = &vif->vif;
	ptl_dev_unlock(card->dev);
	return vif;
}

void card_vif_destroy(struct card_vif *vif, bool locked)
{
	struct ptl_card *card = vif->card;
	struct ptl_dev *dev = card->dev;

	/* It is told that it leaves, meanwhile; its memory stays until rtnl is left. */
	if (locked)
		cfg80211_unregister_netdevice(vif->vif.net);
	else
		unregister_netdevice(vif->vif.net);
	ptl_dev_lock(dev);
	card->roles[role_of(vif)] = NULL;
	if (dev->vif == &vif->vif)
		dev->vif = NULL;
	ptl_hold_release(dev, true);
	ptl_dev_unlock(dev);
}

int card_vif_change(struct card_vif *vif, enum nl80211_iftype type)
{
	struct ptl_card *card = vif->card;
	enum ptl_interface from = role_of(vif), to = role_of_type(type);
	struct net_device *net = vif->vif.net;

	if (from == to)
		return 0;
	if (card->roles[to] || card_station_down(card, net))
		return -EBUSY;
	ptl_dev_lock(card->dev);
	card->roles[from] = NULL;
	card->roles[to] = vif;
	vif->wdev.iftype = type;
	ptl_dev_unlock(card->dev);
	/* The radio's two interfaces have an address each. */
	eth_hw_addr_set(net, mac_now(card, to));
	ether_addr_copy(net->perm_addr, own_mac(card, to));
	ptl_dev_lock(card->dev);
	ptl_interfaces_set(&card->interfaces, to, net->dev_addr);
	ptl_dev_unlock(card->dev);
	call_netdevice_notifiers(NETDEV_CHANGEADDR, net);
	return 0;
}
