// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interfaces and netlink, see net.h. What comes to a program is read whole, so that a message
 * with what is not its own is found.
 */
#include "net.h"
#include "cfg80211.h"

struct net init_net;

static struct net_device *freed;
static int netdevs, indexes;
static struct genl_family *family;
static struct notifier_block *notifier;

/* ---- packets ---- */

struct sk_buff *sim_skb(size_t room)
{
	struct sk_buff *skb = calloc(1, sizeof(*skb));

	SIM_REQUIRE(skb);
	skb->room = room;
	skb->data = malloc(room ? room : 1);
	SIM_REQUIRE(skb->data);
	return skb;
}

void kfree_skb(struct sk_buff *skb)
{
	free(skb->data);
	free(skb);
}

/* ---- interfaces ---- */

struct net_device *sim_alloc_netdev(size_t priv)
{
	struct net_device *net = calloc(1, sizeof(*net));

	SIM_REQUIRE(net);
	net->priv = calloc(1, priv);
	SIM_REQUIRE(net->priv);
	net->net = &init_net;
	netdevs++;
	return net;
}

void free_netdev(struct net_device *net)
{
	SIM_REQUIRE(!net->registered && !net->up);
	netdevs--;
	free(net->priv);
	free(net);
}

int sim_netdevs(void)
{
	return netdevs;
}

int register_netdevice(struct net_device *net)
{
	might_sleep();
	SIM_REQUIRE(sim_rtnl_held() && !net->registered);
	SIM_REQUIRE(is_valid_ether_addr(net->dev_addr));
	if (sim_no_memory)
		return -ENOMEM;
	net->ifindex = ++indexes;
	net->registered = true;
	return 0;
}

void sim_open(struct net_device *net)
{
	SIM_REQUIRE(sim_rtnl_held() && net->registered);
	if (net->up || net->netdev_ops->ndo_open(net))
		return;
	net->up = true;
	if (net->ieee80211_ptr)
		sim_wdev_up(net->ieee80211_ptr);
}

void sim_close(struct net_device *net)
{
	SIM_REQUIRE(sim_rtnl_held());
	if (!net->up)
		return;
	if (net->ieee80211_ptr)
		sim_wdev_going_down(net->ieee80211_ptr);
	sim_meanwhile(false);
	net->netdev_ops->ndo_stop(net);
	net->up = false;
	if (net->ieee80211_ptr)
		sim_wdev_down(net->ieee80211_ptr);
}

void unregister_netdevice(struct net_device *net)
{
	might_sleep();
	SIM_REQUIRE(sim_rtnl_held() && net->registered);
	sim_close(net);
	if (net->ieee80211_ptr)
		sim_wdev_unregister(net->ieee80211_ptr);
	net->registered = false;
	sim_meanwhile(false);
	if (!net->needs_free_netdev)
		return;
	net->next_freed = freed;
	freed = net;
}

void sim_free_netdevs(void)
{
	while (freed) {
		struct net_device *net = freed;

		freed = net->next_freed;
		free_netdev(net);
	}
}

int eth_prepare_mac_addr_change(struct net_device *net, void *address)
{
	const u8 *mac = (const u8 *)((struct sockaddr *)address)->sa_data;

	return is_valid_ether_addr(mac) ? 0 : -EADDRNOTAVAIL;
}

void eth_commit_mac_addr_change(struct net_device *net, void *address)
{
	eth_hw_addr_set(net, (const u8 *)((struct sockaddr *)address)->sa_data);
}

int eth_validate_addr(struct net_device *net)
{
	return is_valid_ether_addr(net->dev_addr) ? 0 : -EADDRNOTAVAIL;
}

/* ---- netlink ---- */

static u8 *grow(struct sk_buff *skb, size_t n)
{
	u8 *at = skb->data + skb->len;

	if (skb->room - skb->len < n)
		return NULL;
	memset(at, 0, n);
	skb->len += (unsigned int)n;
	return at;
}

int nla_put(struct sk_buff *skb, int type, size_t n, const void *value)
{
	struct nlattr head = {.nla_len = (u16)(NLA_HDRLEN + n), .nla_type = (u16)type};
	u8 *at = grow(skb, nla_total_size(n));

	if (!at)
		return -EMSGSIZE;
	memcpy(at, &head, sizeof(head));
	if (n)
		memcpy(at + NLA_HDRLEN, value, n);
	return 0;
}

int nla_put_u32(struct sk_buff *skb, int type, u32 value)
{
	return nla_put(skb, type, sizeof(value), &value);
}

int nla_put_string(struct sk_buff *skb, int type, const char *value)
{
	return nla_put(skb, type, strlen(value) + 1, value);
}

int nla_put_flag(struct sk_buff *skb, int type)
{
	return nla_put(skb, type, 0, NULL);
}

struct sk_buff *genlmsg_new(size_t n, gfp_t flags)
{
	if (flags == GFP_KERNEL)
		might_sleep();
	else if (sim_no_memory)
		return NULL;
	return sim_skb(NLMSG_HDRLEN + GENL_HDRLEN + n);
}

void *genlmsg_put(struct sk_buff *skb, u32 portid, u32 number, const struct genl_family *of,
		  int flags, u8 command)
{
	SIM_REQUIRE(of == family);
	return grow(skb, NLMSG_HDRLEN + GENL_HDRLEN);
}

void genlmsg_end(struct sk_buff *skb, void *head)
{
	SIM_REQUIRE((u8 *)head >= skb->data && (u8 *)head < skb->data + skb->len);
}

void genlmsg_cancel(struct sk_buff *skb, void *head)
{
	skb->len = (unsigned int)((u8 *)head - skb->data);
}

static void read_all(const struct sk_buff *skb)
{
	u8 *copy = malloc(skb->len);

	SIM_REQUIRE(copy);
	memcpy(copy, skb->data, skb->len);
	free(copy);
}

int genlmsg_unicast(struct net *net, struct sk_buff *skb, u32 portid)
{
	SIM_REQUIRE(net == &init_net && portid);
	read_all(skb);
	kfree_skb(skb);
	return 0;
}

int genl_register_family(struct genl_family *of)
{
	family = of;
	return 0;
}

void genl_unregister_family(const struct genl_family *of)
{
	SIM_REQUIRE(of == family);
	family = NULL;
}

int netlink_register_notifier(struct notifier_block *block)
{
	notifier = block;
	return 0;
}

void netlink_unregister_notifier(struct notifier_block *block)
{
	SIM_REQUIRE(block == notifier);
	notifier = NULL;
}

/* ---- as a program ---- */

static const struct genl_small_ops *ops_of(u8 command)
{
	for (unsigned int i = 0; i < family->n_small_ops; i++)
		if (family->small_ops[i].cmd == command)
			return &family->small_ops[i];
	return NULL;
}

static bool policy_lets(int attribute, size_t n)
{
	const struct nla_policy *policy = &family->policy[attribute];

	switch (policy->type) {
	case NLA_U32:
		return n == sizeof(u32);
	case NLA_BINARY:
		return n >= policy->least && n <= policy->most;
	default:
		return false;
	}
}

int sim_genl_do(u8 command, u32 portid, int attribute, const void *value, size_t n)
{
	struct nlattr *attributes[16] = {NULL};
	struct netlink_ext_ack extack = {NULL};
	struct genl_info info = {portid, attributes, &extack, &init_net};
	const struct genl_small_ops *ops = ops_of(command);
	struct sk_buff *skb = sim_skb(nla_total_size(n));
	int status = -EINVAL;

	SIM_REQUIRE(ops && ops->doit);
	SIM_REQUIRE(!nla_put(skb, attribute, n, value));
	if (attribute)
		attributes[attribute] = (struct nlattr *)skb->data;
	if (!attribute || policy_lets(attribute, n))
		status = ops->doit(skb, &info);
	SIM_REQUIRE(status <= 0);
	kfree_skb(skb);
	return status;
}

void sim_genl_dump(u8 command, u32 portid, size_t room)
{
	struct sock sock = {&init_net};
	struct nlmsghdr request = {0};
	struct sk_buff *asked = sim_skb(0), *skb = sim_skb(room);
	struct netlink_callback callback = {.skb = asked, .nlh = &request};

	asked->sk = &sock;
	asked->portid = portid;
	SIM_REQUIRE(ops_of(command)->dumpit(skb, &callback) == (int)skb->len);
	kfree_skb(skb);
	kfree_skb(asked);
}

void sim_genl_close(u32 portid)
{
	struct netlink_notify notify = {&init_net, portid, NETLINK_GENERIC};

	notifier->notifier_call(notifier, NETLINK_URELEASE, &notify);
}
