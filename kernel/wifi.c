// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of a card, see wifi.h: it is there from attach to detach, and listens. What it
 * hears makes the wiphy and the interface, in a work item, for that takes rtnl.
 */
#include "wifi.h"

#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#define FIRST_STREAM 0x80u /* types of messages: streams are clients' */
#define FIRST_EVENT  0xc0u

/* ---- the radio said what it is ---- */

static bool is_wifi(const struct ptl_radio_info *info)
{
	return info->capabilities & PTL_CAN_STATION && info->channel_count;
}

/* As far as a wiphy shows it. Which channels there are differs by the country that a radio is
 * in: no reason to take the interface away. */
static bool is_same(const struct ptl_radio_info *a, const struct ptl_radio_info *b)
{
	return a->capabilities == b->capabilities && a->akms == b->akms &&
	       ether_addr_equal(a->mac, b->mac) && ether_addr_equal(a->ap_mac, b->ap_mac);
}

static bool is_made(const struct ptl_card *card)
{
	return card->wiphy && is_same(&card->made, &card->said);
}

static void on_ready(void *user, const struct ptl_radio_info *info)
{
	struct ptl_card *card = user;

	card->station.leave = false;
	card->ap.stop = false;
	if (!info || card->leaving)
		return;
	card->said = *info;
	if (is_made(card))
		card_settings_begin(card);
	else if (is_wifi(info))
		schedule_work(&card->ready_work);
}

/* Its interfaces, or the Ethernet one before it. */
static void unmake(struct ptl_card *card)
{
	if (!card->wiphy) {
		if (card->dev->vif)
			ptl_vif_destroy(card->dev->vif);
		return;
	}
	rtnl_lock();
	for (int i = 0; i < PTL_INTERFACES; i++)
		if (card->roles[i])
			card_vif_destroy(card->roles[i], false);
	rtnl_unlock();
	card_phy_destroy(card);
}

static int make(struct ptl_card *card, struct net *net)
{
	int status = card_phy_create(card, net);
	struct card_vif *vif;

	if (status)
		return status;
	rtnl_lock();
	wiphy_lock(card->wiphy);
	vif = card_vif_create(card, card->name, NL80211_IFTYPE_STATION, net);
	wiphy_unlock(card->wiphy);
	rtnl_unlock();
	if (!IS_ERR(vif))
		return 0;
	card_phy_destroy(card);
	return PTR_ERR(vif);
}

/* Where the interface is that was there. */
static struct net *present_net(const struct ptl_card *card)
{
	const struct ptl_vif *vif;
	struct net *net;

	rtnl_lock();
	vif = card->dev->vif;
	net = get_net(vif ? dev_net(vif->net) : &init_net);
	rtnl_unlock();
	return net;
}

static void on_work(struct work_struct *work)
{
	struct ptl_card *card = container_of(work, struct ptl_card, ready_work);
	struct ptl_dev *dev = card->dev;
	struct net *net;
	bool done;
	int status;

	ptl_dev_lock(dev);
	done = card->leaving || is_made(card);
	ptl_dev_unlock(dev);
	if (done)
		return;
	net = present_net(card);
	unmake(card);
	ptl_dev_lock(dev);
	card->made = card->said;
	ptl_dev_unlock(dev);
	status = make(card, net);
	put_net(net);
	ptl_dev_lock(dev);
	if (status)
		ptl_say(dev, KERN_ERR, "no interface for the radio: %d\n", status);
	else if (ptl_wifi_ready(&card->wifi))
		card_settings_begin(card);
	ptl_dev_unlock(dev);
}

/* ---- the channel; with the lock ---- */

static bool on_message(void *user, const u8 *message, size_t n)
{
	struct ptl_card *card = user;

	if (*message < FIRST_STREAM || *message >= FIRST_EVENT)
		ptl_wifi_message(&card->wifi, ptl_dev_now(), message, n);
	card_clients_hear(card, message, n);
	card_poll_at(card, 0);
	return true;
}

static void on_room(void *user)
{
	card_poll_at(user, 0);
}

/* Its session is over too, of which state() tells. */
static void on_lost(void *user, u32 first, u32 count)
{
}

static void on_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	struct ptl_card *card = user;

	ptl_wifi_session(&card->wifi);
	card_clients_session(card);
}

static void on_poll(struct work_struct *work)
{
	struct ptl_card *card = container_of(work, struct ptl_card, poll_work.work);
	u64 now = ptl_dev_now(), next;

	ptl_dev_lock(card->dev);
	card_station_poll(card);
	card_ap_poll(card);
	if (card->wiphy)
		card_settings_tell(card);
	next = min(ptl_wifi_poll(&card->wifi, now), card_clients_poll(card));
	ptl_dev_unlock(card->dev);
	if (next != PTL_NEVER)
		queue_delayed_work(system_wq, &card->poll_work,
				   usecs_to_jiffies(next > now ? next - now : 0) + 1);
}

/* ---- begin and end ---- */

static const struct ptl_wifi_events events = {
	.send = card_send,
	.ready = on_ready,
	.bss = card_on_bss,
	.scan_done = card_on_scan_done,
	.joined = card_on_joined,
	.failed = card_on_failed,
	.left = card_on_left,
	.roamed = card_on_roamed,
	.ap_started = card_on_ap_started,
	.ap_stopped = card_on_ap_stopped,
	.station = card_on_station,
	.signal = card_on_signal,
	.answer = card_answer,
};

int ptl_card_create(struct ptl_dev *dev, const char *name)
{
	struct ptl_wifi_events mine = events;
	struct ptl_card *card;

	if (dev->role != PTL_HOST || !dev->framing->send_control)
		return 0;
	card = kzalloc(sizeof(*card), GFP_KERNEL);
	if (!card)
		return -ENOMEM;
	card->dev = dev;
	strscpy(card->name, strcmp(name, PTL_NAME_DEFAULT) ? name : "wlan%d",
		sizeof(card->name));
	INIT_WORK(&card->ready_work, on_work);
	INIT_WORK(&card->mac_work, card_vif_take_mac_back);
	INIT_DELAYED_WORK(&card->poll_work, on_poll);
	init_completion(&card->ap.started);
	mine.user = card;
	card_control_init(card, &mine);
	card_settings_init(card);
	dev->card = card;
	dev->channel = (struct ptl_channel){
		.user = card,
		.message = on_message,
		.room = on_room,
		.lost = on_lost,
		.state = on_state,
		.log = card_clients_log,
		.route = card_route,
	};
	card_family_add(card);
	return 0;
}

void ptl_card_leave(struct ptl_dev *dev)
{
	struct ptl_card *card = dev->card;

	if (!card)
		return;
	ptl_dev_lock(dev);
	card->leaving = true;
	ptl_dev_unlock(dev);
	cancel_work_sync(&card->ready_work);
	card_family_remove(card);
	unmake(card);
}

void ptl_card_free(struct ptl_dev *dev)
{
	struct ptl_card *card = dev->card;

	if (!card)
		return;
	card_control_end(card);
	cancel_work_sync(&card->mac_work);
	dev->card = NULL;
	kfree(card);
}
