// SPDX-License-Identifier: GPL-2.0-only
/*
 * The family itself, see uapi/pigtail_genl.h: finds the card that a program means, and the
 * client that a socket is; what they say to each other is wifi_clients.c's.
 *
 * All cards are in a list, from attach to detach. Its mutex is held wherever a card is looked
 * for, and the card's own lock within it, so neither a card nor the interface that it is
 * found by goes meanwhile.
 */
#include "wifi.h"

#include <linux/mutex.h>
#include <linux/netlink.h>
#include <net/genetlink.h>
#include <net/sock.h>
#include <pigtail_genl.h>

static struct genl_family family;
static LIST_HEAD(cards);
static DEFINE_MUTEX(mutex);

static const struct nla_policy policy[PTL_GENL_A_END] = {
	[PTL_GENL_A_IFINDEX] = {.type = NLA_U32},
	[PTL_GENL_A_MESSAGE] =
		NLA_POLICY_RANGE(NLA_BINARY, PTL_CONTROL_HEADER, PTL_CONTROL_MAX),
};

/* ---- looking for a card, with the mutex ---- */

static bool is_of(const struct ptl_vif *vif, const struct net *net, int index)
{
	return vif && net_eq(dev_net(vif->net), net) && (!index || vif->net->ifindex == index);
}

/* One of its interfaces is that, or with index 0 any that is there. */
static bool has_interface(const struct ptl_card *card, const struct net *net, int index)
{
	if (is_of(card->dev->vif, net, index))
		return true;
	for (int i = 0; i < PTL_INTERFACES; i++)
		if (card->roles[i] && is_of(&card->roles[i]->vif, net, index))
			return true;
	return false;
}

/* Calls what for the card whose client the socket is, with its lock, and returns what that
 * does; -ENOTCONN: it is nobody's. */
static int with_card_of(const struct net *net, u32 portid,
			int (*what)(struct ptl_card *card, struct card_client *client,
				    void *data),
			void *data)
{
	struct card_client *client = NULL;
	struct ptl_card *card;
	int status = -ENOTCONN;

	list_for_each_entry(card, &cards, all)
	{
		ptl_dev_lock(card->dev);
		client = card_client(card, net, portid);
		if (client)
			status = what(card, client, data);
		ptl_dev_unlock(card->dev);
		if (client)
			break;
	}
	return status;
}

/* ---- commands ---- */

static int put_link(struct ptl_card *card, struct sk_buff *skb, struct netlink_callback *cb)
{
	void *head = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &family,
				 NLM_F_MULTI, PTL_GENL_LINK);

	if (!head)
		return -EMSGSIZE;
	if (card_put_link(card, skb)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

static int dump_links(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct net *net = sock_net(cb->skb->sk);
	struct ptl_card *card;
	long i = 0;

	mutex_lock(&mutex);
	list_for_each_entry(card, &cards, all)
	{
		int status = 0;

		if (i++ < cb->args[0])
			continue;
		ptl_dev_lock(card->dev);
		if (has_interface(card, net, 0))
			status = put_link(card, skb, cb);
		ptl_dev_unlock(card->dev);
		if (status)
			break;
		cb->args[0] = i;
	}
	mutex_unlock(&mutex);
	return skb->len;
}

static int is_open(struct ptl_card *card, struct card_client *client, void *data)
{
	return -EALREADY;
}

static int do_open(struct sk_buff *skb, struct genl_info *info)
{
	struct net *net = genl_info_net(info);
	struct ptl_card *card;
	int status, index;

	if (!info->attrs[PTL_GENL_A_IFINDEX])
		return -EINVAL;
	index = nla_get_u32(info->attrs[PTL_GENL_A_IFINDEX]);
	mutex_lock(&mutex);
	status = with_card_of(net, info->snd_portid, is_open, NULL);
	if (status == -EALREADY)
		goto out;
	status = -ENODEV;
	list_for_each_entry(card, &cards, all)
	{
		ptl_dev_lock(card->dev);
		if (index > 0 && has_interface(card, net, index))
			status = card_client_open(card, &family, net, info->snd_portid);
		ptl_dev_unlock(card->dev);
	}
out:
	mutex_unlock(&mutex);
	return status;
}

static int take_message(struct ptl_card *card, struct card_client *client, void *data)
{
	const struct genl_info *info = data;
	const struct nlattr *message = info->attrs[PTL_GENL_A_MESSAGE];

	return card_client_message(card, client, nla_data(message), nla_len(message),
				   info->extack);
}

static int do_message(struct sk_buff *skb, struct genl_info *info)
{
	int status;

	if (!info->attrs[PTL_GENL_A_MESSAGE])
		return -EINVAL;
	mutex_lock(&mutex);
	status = with_card_of(genl_info_net(info), info->snd_portid, take_message, info);
	mutex_unlock(&mutex);
	return status;
}

static const struct genl_small_ops ops[] = {
	{.cmd = PTL_GENL_LINK, .flags = GENL_ADMIN_PERM, .dumpit = dump_links},
	{.cmd = PTL_GENL_OPEN, .flags = GENL_ADMIN_PERM, .doit = do_open},
	{.cmd = PTL_GENL_MESSAGE, .flags = GENL_ADMIN_PERM, .doit = do_message},
};

static struct genl_family family = {
	.name = PTL_GENL_NAME,
	.version = PTL_GENL_VERSION,
	.maxattr = PTL_GENL_A_END - 1,
	.policy = policy,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.small_ops = ops,
	.n_small_ops = ARRAY_SIZE(ops),
};

/* ---- sockets that are closed ---- */

static int close_client(struct ptl_card *card, struct card_client *client, void *data)
{
	card_client_close(card, client);
	return 0;
}

static int on_netlink(struct notifier_block *block, unsigned long state, void *data)
{
	const struct netlink_notify *notify = data;

	if (state != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	mutex_lock(&mutex);
	(void)with_card_of(notify->net, notify->portid, close_client, NULL);
	mutex_unlock(&mutex);
	return NOTIFY_DONE;
}

static struct notifier_block netlink_notifier = {.notifier_call = on_netlink};

/* ---- cards, and the family's life ---- */

void card_family_add(struct ptl_card *card)
{
	mutex_lock(&mutex);
	list_add_tail(&card->all, &cards);
	mutex_unlock(&mutex);
}

void card_family_remove(struct ptl_card *card)
{
	mutex_lock(&mutex);
	list_del(&card->all);
	ptl_dev_lock(card->dev);
	card_clients_end(card);
	ptl_dev_unlock(card->dev);
	mutex_unlock(&mutex);
}

int __init ptl_family_register(void)
{
	int status = netlink_register_notifier(&netlink_notifier);

	if (status)
		return status;
	status = genl_register_family(&family);
	if (status)
		netlink_unregister_notifier(&netlink_notifier);
	return status;
}

void ptl_family_unregister(void)
{
	genl_unregister_family(&family);
	netlink_unregister_notifier(&netlink_notifier);
}
