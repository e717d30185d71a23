/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net_device and generic netlink, as far as the driver's Wi-Fi wants them; see kernel.h.
 */
#ifndef PIGTAIL_FUZZ_NET_H
#define PIGTAIL_FUZZ_NET_H

#include "kernel.h"

#include <linux/genetlink.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/netlink.h>

/* <linux/if.h> and <sys/socket.h> would declare functions that the driver has by their names.
 */
#define IFNAMSIZ     16
#define IFF_PROMISC  0x100
#define IFF_ALLMULTI 0x200

struct sockaddr {
	unsigned short sa_family;
	char sa_data[14];
};

struct net {
	int references; /* that the driver took */
};

extern struct net init_net;

struct net_device;
struct wireless_dev;
struct wiphy;

/* ---- packets ---- */

struct sock {
	struct net *net;
};

/* Also a netlink message, whose room is what was asked for. */
struct sk_buff {
	u8 *data;
	unsigned int len;
	size_t room;
	struct sock *sk;
	u32 portid;
};

struct sk_buff_head {
	int unused;
};

typedef enum { NETDEV_TX_OK } netdev_tx_t;

static inline bool pskb_may_pull(const struct sk_buff *skb, unsigned int n)
{
	return skb->len >= n;
}

struct sk_buff *sim_skb(size_t room);
void kfree_skb(struct sk_buff *skb);

/* ---- net_device ---- */

struct rtnl_link_stats64;

struct net_device_ops {
	int (*ndo_open)(struct net_device *net);
	int (*ndo_stop)(struct net_device *net);
	netdev_tx_t (*ndo_start_xmit)(struct sk_buff *skb, struct net_device *net);
	int (*ndo_change_mtu)(struct net_device *net, int mtu);
	void (*ndo_get_stats64)(struct net_device *net, struct rtnl_link_stats64 *stats);
	void (*ndo_set_rx_mode)(struct net_device *net);
	int (*ndo_set_mac_address)(struct net_device *net, void *address);
	int (*ndo_validate_addr)(struct net_device *net);
};

struct netdev_hw_addr {
	u8 addr[ETH_ALEN];
};

#define SIM_GROUPS 48

struct net_device {
	const struct net_device_ops *netdev_ops;
	struct wireless_dev *ieee80211_ptr;
	struct net *net;
	u8 dev_addr[ETH_ALEN], perm_addr[ETH_ALEN];
	unsigned int flags;
	int ifindex;
	bool needs_free_netdev;
	bool registered, carrier, up;
	struct netdev_hw_addr groups[SIM_GROUPS];
	int groups_n;
	void *priv;
	struct net_device *next_freed;
};

struct napi_struct {
	int unused;
};

struct ethtool_ops;

static inline void *netdev_priv(const struct net_device *net)
{
	return net->priv;
}

#define netdev_mc_count(net) ((net)->groups_n)
#define netdev_for_each_mc_addr(address, net)                                                  \
	for (address = (net)->groups; address < (net)->groups + (net)->groups_n; address++)

static inline struct net *dev_net(const struct net_device *net)
{
	return net->net;
}

static inline void dev_net_set(struct net_device *net, struct net *to)
{
	net->net = to;
}

static inline bool net_eq(const struct net *a, const struct net *b)
{
	return a == b;
}

static inline struct net *get_net(struct net *net)
{
	net->references++;
	return net;
}

static inline void put_net(struct net *net)
{
	net->references--;
}

static inline bool netif_carrier_ok(const struct net_device *net)
{
	return net->carrier;
}

static inline void netif_carrier_on(struct net_device *net)
{
	net->carrier = true;
}

static inline void netif_carrier_off(struct net_device *net)
{
	net->carrier = false;
}

#define SET_NETDEV_DEV(net, device)	    ((void)(device))
#define NETDEV_CHANGEADDR		    0
#define call_netdevice_notifiers(what, net) SIM_REQUIRE(sim_rtnl_held() && (net)->registered)

struct net_device *sim_alloc_netdev(size_t priv);
void free_netdev(struct net_device *net);
/* Under rtnl. */
int register_netdevice(struct net_device *net);
/* Closes it; its memory stays until rtnl is left. */
void unregister_netdevice(struct net_device *net);
void sim_free_netdevs(void);
int sim_netdevs(void);
void sim_open(struct net_device *net);
void sim_close(struct net_device *net);

/* ---- addresses ---- */

static inline void ether_addr_copy(u8 *to, const u8 *from)
{
	memcpy(to, from, ETH_ALEN);
}

static inline bool ether_addr_equal(const u8 *a, const u8 *b)
{
	return !memcmp(a, b, ETH_ALEN);
}

static inline bool is_zero_ether_addr(const u8 *address)
{
	static const u8 zero[ETH_ALEN];

	return ether_addr_equal(address, zero);
}

static inline bool is_valid_ether_addr(const u8 *address)
{
	return !(address[0] & 1) && !is_zero_ether_addr(address);
}

static inline void eth_zero_addr(u8 *address)
{
	memset(address, 0, ETH_ALEN);
}

static inline void eth_random_addr(u8 *address)
{
	memcpy(address, "\2\0\0\0\0\x77", ETH_ALEN);
}

static inline void eth_hw_addr_set(struct net_device *net, const u8 *address)
{
	ether_addr_copy(net->dev_addr, address);
}

int eth_prepare_mac_addr_change(struct net_device *net, void *address);
void eth_commit_mac_addr_change(struct net_device *net, void *address);
int eth_validate_addr(struct net_device *net);

/* ---- netlink ---- */

struct netlink_ext_ack {
	const char *_msg;
};

#define NL_SET_ERR_MSG(extack, text) ((extack)->_msg = (text))

struct nla_policy {
	u16 type, least, most;
};

enum { NLA_UNSPEC, NLA_BINARY, NLA_U32 };
#define NLA_POLICY_RANGE(kind, low, high)                                                      \
	{                                                                                      \
		.type = kind, .least = low, .most = high                                       \
	}

struct genl_info {
	u32 snd_portid;
	struct nlattr **attrs;
	struct netlink_ext_ack *extack;
	struct net *net;
};

static inline struct net *genl_info_net(const struct genl_info *info)
{
	return info->net;
}

static inline struct net *sock_net(const struct sock *sock)
{
	return sock->net;
}

struct netlink_callback {
	struct sk_buff *skb;
	const struct nlmsghdr *nlh;
	long args[6];
};

#define NETLINK_CB(skb) (*(skb))

struct genl_small_ops {
	int (*doit)(struct sk_buff *skb, struct genl_info *info);
	int (*dumpit)(struct sk_buff *skb, struct netlink_callback *callback);
	u8 cmd;
	u8 flags;
};

struct genl_family {
	const char *name;
	unsigned int version, maxattr, n_small_ops;
	const struct nla_policy *policy;
	bool netnsok, parallel_ops;
	void *module;
	const struct genl_small_ops *small_ops;
};

int genl_register_family(struct genl_family *family);
void genl_unregister_family(const struct genl_family *family);

struct notifier_block {
	int (*notifier_call)(struct notifier_block *block, unsigned long state, void *data);
};

struct netlink_notify {
	struct net *net;
	u32 portid;
	int protocol;
};

#define NETLINK_URELEASE 1
#define NOTIFY_DONE	 0

int netlink_register_notifier(struct notifier_block *block);
void netlink_unregister_notifier(struct notifier_block *block);

static inline void *nla_data(const struct nlattr *attribute)
{
	return (u8 *)attribute + NLA_HDRLEN;
}

static inline int nla_len(const struct nlattr *attribute)
{
	return attribute->nla_len - NLA_HDRLEN;
}

static inline u32 nla_get_u32(const struct nlattr *attribute)
{
	u32 value;

	memcpy(&value, nla_data(attribute), sizeof(value));
	return value;
}

#define nla_total_size(n) NLA_ALIGN(NLA_HDRLEN + (n))

int nla_put(struct sk_buff *skb, int type, size_t n, const void *value);
int nla_put_u32(struct sk_buff *skb, int type, u32 value);
int nla_put_string(struct sk_buff *skb, int type, const char *value);
int nla_put_flag(struct sk_buff *skb, int type);

struct sk_buff *genlmsg_new(size_t n, gfp_t flags);
void *genlmsg_put(struct sk_buff *skb, u32 portid, u32 number, const struct genl_family *family,
		  int flags, u8 command);
void genlmsg_end(struct sk_buff *skb, void *head);
void genlmsg_cancel(struct sk_buff *skb, void *head);
#define nlmsg_free kfree_skb
/* To the fuzzer's programs; takes it. */
int genlmsg_unicast(struct net *net, struct sk_buff *skb, u32 portid);

/* As a program: 0, or what the driver says. attribute 0: none. */
int sim_genl_do(u8 command, u32 portid, int attribute, const void *value, size_t n);
void sim_genl_dump(u8 command, u32 portid, size_t room);
void sim_genl_close(u32 portid);

/* ---- only named ---- */

void netif_napi_add(struct net_device *net, struct napi_struct *napi,
		    int (*poll)(struct napi_struct *, int));
void netif_set_tso_max_segs(struct net_device *net, unsigned int segments);

#endif
