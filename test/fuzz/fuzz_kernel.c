// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver's Wi-Fi (kernel/wifi*.c) between a hostile radio, users and programs, in the
 * kernel of kernel/: messages, requests by nl80211, interfaces that come, go and change,
 * programs of the netlink family, time, late work and no memory, in any order, also while an
 * operation waits. Whatever comes, cfg80211 is told nothing that it would WARN of, nothing is
 * left over, and both sides believe the same when all is quiet. Input: step()'s.
 */
#include "count_messages.h"
#include "kernel/driver.h"
#include "radio_message.h"

#include <pigtail_genl.h>

#define REQUESTS 4

/* What the radio was asked last. */
struct asked {
	u8 bytes[PTL_CONTROL_MAX];
	size_t n;
};

static struct input in;
static struct ptl_dev *dev;
static struct asked asked[REQUESTS];
static unsigned int asked_n;
static int depth; /* of sim_meanwhile() */

static u8 choice(void)
{
	return take(&in);
}

void sim_radio_hears(const u8 *message, size_t n)
{
	struct ptl_control control = {message, n};

	SIM_REQUIRE(ptl_control_check(&control) == PTL_STATUS_DONE);
	if (!ptl_control_id(&control))
		return;
	memcpy(asked[asked_n % REQUESTS].bytes, message, n);
	asked[asked_n++ % REQUESTS].n = n;
}

/* ---- the radio speaks ---- */

static void say(const u8 *message, size_t n)
{
	u8 *copy = malloc(n);

	SIM_REQUIRE(copy && n);
	memcpy(copy, message, n);
	messages_given++;
	ptl_dev_lock(dev);
	dev->channel.message(dev->channel.user, copy, n);
	ptl_dev_unlock(dev);
	free(copy);
}

/* Few addresses, channels and names, so that messages meet what is there. */
static void better(uint8_t tag, uint8_t *value, uint8_t n)
{
	static const u8 network[] = {WLAN_EID_SSID, 7, 'p', 'i', 'g', 't', 'a', 'i', 'l'};

	if (value[0] & 0x80 && tag != PTL_F_STATUS)
		return;
	switch (tag) {
	case PTL_F_MAC:
	case PTL_F_AP_MAC:
	case PTL_F_BSSID:
		memcpy(value, "\2\0\0\0\0", 5);
		value[5] = (u8)(1 + value[5] % 4);
		break;
	case PTL_F_CHANNEL:
		*value = (u8)(1 + *value % 13);
		break;
	case PTL_F_VERSION:
		*value = PTL_CONTROL_VERSION;
		break;
	case PTL_F_CAPABILITIES:
		value[0] |= PTL_CAN_STATION;
		break;
	case PTL_F_CHANNELS:
		for (u8 i = 0; i < n; i++)
			value[i] = (u8)(i + 1);
		break;
	case PTL_F_SSID:
		if (n >= sizeof(network) - 2)
			memcpy(value, network + 2, sizeof(network) - 2);
		break;
	case PTL_F_ELEMENTS:
		if (n >= sizeof(network) && value[0] & 0x40)
			memcpy(value, network, sizeof(network));
		else if (n > 1) /* one element, of all or of more */
			value[0] &= 1, value[1] = (u8)(n - 2 + (value[1] & 1));
		break;
	case PTL_F_STATUS:
		*value = *value & 3 ? PTL_STATUS_DONE : *value >> 2;
		break;
	}
}

static void speak(void)
{
	u8 bytes[PTL_CONTROL_MAX], type = choice();
	size_t n;

	if (type & 0x80) {
		static const u8 types[] = {
			PTL_M_READY,	    PTL_M_BSS,	       PTL_M_SCAN_DONE,
			PTL_M_JOINED,	    PTL_M_FAILED,      PTL_M_LEFT,
			PTL_M_ROAMED,	    PTL_M_AP_STOPPED,  PTL_M_STATION_JOINED,
			PTL_M_STATION_LEFT, PTL_M_SIGNAL,      PTL_M_CHANGED,
			PTL_M_ANSWER,	    PTL_M_STREAM_OPEN, PTL_M_STREAM_DATA,
			PTL_M_STREAM_CLOSE};

		n = well_made(&in, types[type % ARRAY_SIZE(types)], bytes, better);
		if (bytes[0] == PTL_M_ANSWER && asked_n)
			bytes[1] = asked[choice() % REQUESTS].bytes[1];
		if (bytes[0] >= PTL_M_STREAM_OPEN && bytes[0] <= PTL_M_STREAM_CLOSE)
			bytes[2] &= 15;
	} else {
		n = 1u + type * 4u;
		for (size_t i = 0; i < n; i++)
			bytes[i] = choice();
	}
	say(bytes, n);
}

static void say_ready(u32 capabilities)
{
	static const u8 channels[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 36, 40};
	struct ptl_control_writer ready;

	ptl_control_begin(&ready, PTL_M_READY, 0, PTL_IF_RADIO);
	ptl_put_uint(&ready, PTL_F_VERSION, PTL_CONTROL_VERSION);
	ptl_put_uint(&ready, PTL_F_CAPABILITIES, capabilities);
	ptl_put_text(&ready, PTL_F_BOARD, "fuzz");
	ptl_put_text(&ready, PTL_F_FIRMWARE, "1");
	ptl_put_bytes(&ready, PTL_F_MAC, "\2\0\0\0\0\x10", ETH_ALEN);
	ptl_put_bytes(&ready, PTL_F_AP_MAC, "\2\0\0\0\0\x11", ETH_ALEN);
	ptl_put_bytes(&ready, PTL_F_CHANNELS, channels, sizeof(channels));
	ptl_put_uint(&ready, PTL_F_AKM, 0x1f);
	say(ready.bytes, ready.n);
}

static void say_answer(const struct asked *to, enum ptl_status status)
{
	struct ptl_control_writer answer;

	ptl_control_begin(&answer, PTL_M_ANSWER, to->bytes[1], to->bytes[2]);
	ptl_put_uint(&answer, PTL_F_STATUS, status);
	say(answer.bytes, answer.n);
}

static void say_bss(enum ptl_control_type type, const struct ptl_control *request)
{
	const u8 *bssid = NULL;
	struct ptl_control_writer event;
	size_t n;

	if (ptl_control_has(request, PTL_F_BSSID))
		bssid = ptl_control_bytes(request, PTL_F_BSSID, &n);
	ptl_control_begin(&event, type, 0, PTL_IF_STATION);
	ptl_put_bytes(&event, PTL_F_BSSID, bssid ? bssid : (const u8 *)"\2\0\0\0\0\1",
		      ETH_ALEN);
	ptl_put_uint(&event, PTL_F_CHANNEL, ptl_control_uint(request, PTL_F_CHANNEL, 1));
	ptl_put_int(&event, PTL_F_SIGNAL, -50);
	if (type == PTL_M_BSS)
		ptl_put_bytes(&event, PTL_F_SSID, "pigtail", 7);
	say(event.bytes, event.n);
}

static void say_guest(void)
{
	struct ptl_control_writer event;

	ptl_control_begin(&event, PTL_M_STATION_JOINED, 0, PTL_IF_AP);
	ptl_put_bytes(&event, PTL_F_MAC, "\2\0\0\0\0\3", ETH_ALEN);
	say(event.bytes, event.n);
}

/* As a good radio does to what it was asked last. */
static void behave(void)
{
	struct asked last = asked[(asked_n + REQUESTS - 1) % REQUESTS];
	const struct ptl_control request = {last.bytes, last.n};

	if (!last.n)
		return;
	say_answer(&last, PTL_STATUS_DONE);
	switch (ptl_control_type(&request)) {
	case PTL_M_SCAN:
		say_bss(PTL_M_BSS, &request);
		break;
	case PTL_M_JOIN:
		say_bss(PTL_M_JOINED, &request);
		break;
	case PTL_M_AP_START:
		say_guest();
		break;
	}
}

static void session(void)
{
	u8 what = choice();

	ptl_dev_lock(dev);
	dev->channel.state(dev->channel.user, what & 1 ? PTL_STATE_UP : PTL_STATE_DOWN,
			   PTL_REASON_PEER_RESTARTED);
	ptl_dev_unlock(dev);
}

static void tell(void)
{
	u8 what = choice(), packet[64];
	size_t n = what % sizeof(packet);

	for (size_t i = 0; i < n; i++)
		packet[i] = choice();
	ptl_dev_lock(dev);
	if (what & 0x80)
		dev->channel.room(dev->channel.user);
	else if (what & 0x40)
		dev->channel.log(dev->channel.user, packet, n);
	else
		dev->channel.route(dev->channel.user, packet, n);
	ptl_dev_unlock(dev);
}

static void pass_time(void)
{
	u8 what = choice();

	sim_now += (u64)what << (what % 18);
	sim_run_work(false);
}

/* ---- programs of the family ---- */

static void program(void)
{
	static const int sizes[] = {-200, 0, 2, 1000};
	u8 what = choice(), message[PTL_CONTROL_MAX];
	u32 portid = 1 + (what & 15), index = choice();
	size_t n;

	switch (what >> 4) {
	case 0:
		sim_genl_close(portid);
		break;
	case 1:
		sim_genl_dump(PTL_GENL_LINK, portid, (size_t)(300 + sizes[index % 4]));
		break;
	case 2:
		if (dev->vif && index & 1)
			index = (u32)dev->vif->net->ifindex;
		sim_genl_do(PTL_GENL_OPEN, portid, PTL_GENL_A_IFINDEX, &index, sizeof(index));
		break;
	case 3:
		for (n = 0; n < index; n++)
			message[n] = choice();
		sim_genl_do(PTL_GENL_MESSAGE, portid, PTL_GENL_A_MESSAGE, message, n);
		break;
	default:
		n = well_made(&in,
			      index & 1 ? (u8)(0x80 + index / 2 % 5) : (u8)(index / 2 % 0x19),
			      message, better);
		message[2] &= index & 1 ? 7 : 0xff;
		sim_genl_do(PTL_GENL_MESSAGE, portid, PTL_GENL_A_MESSAGE, message, n);
	}
}

/* ---- users of interfaces ---- */

static struct wireless_dev *some_wdev(void)
{
	struct wiphy *wiphy = sim_wiphy();
	u8 what = choice() % 2;

	return wiphy ? wiphy->wdevs[what] ? wiphy->wdevs[what] : wiphy->wdevs[0] : NULL;
}

static void up_or_down(struct wireless_dev *wdev)
{
	struct net_device *net = wdev ? wdev->netdev : dev->vif ? dev->vif->net : NULL;

	rtnl_lock();
	if (net && choice() & 3)
		sim_open(net);
	else if (net)
		sim_close(net);
	rtnl_unlock();
}

static void add_interface(struct wiphy *wiphy, struct wireless_dev *wdev)
{
	enum nl80211_iftype type = choice() & 1 ? NL80211_IFTYPE_AP : NL80211_IFTYPE_STATION;

	rtnl_lock();
	wiphy_lock(wiphy);
	if (wiphy->interface_modes & BIT(type))
		wiphy->ops->add_virtual_intf(wiphy, "ap0", 0, type, NULL);
	wiphy_unlock(wiphy);
	rtnl_unlock();
}

static void remove_interface(struct wiphy *wiphy, struct wireless_dev *wdev)
{
	rtnl_lock();
	sim_close(wdev->netdev);
	wiphy_lock(wiphy);
	wiphy->ops->del_virtual_intf(wiphy, wdev);
	wiphy_unlock(wiphy);
	rtnl_unlock();
}

static void change_interface(struct wiphy *wiphy, struct wireless_dev *wdev)
{
	enum nl80211_iftype type = choice() & 1 ? NL80211_IFTYPE_AP : NL80211_IFTYPE_STATION;

	rtnl_lock();
	wiphy_lock(wiphy);
	if (wiphy->interface_modes & BIT(type) && type != wdev->iftype) {
		sim_leave(wdev);
		sim_events(wiphy);
		sim_forget(wdev);
		if (!wiphy->ops->change_virtual_intf(wiphy, wdev->netdev, type, NULL))
			SIM_REQUIRE(wdev->iftype == type);
	}
	wiphy_unlock(wiphy);
	rtnl_unlock();
}

static void set_address(struct wiphy *wiphy, struct wireless_dev *wdev)
{
	struct sockaddr address = {0};
	u8 what = choice();

	memcpy(address.sa_data, "\2\0\0\0\0\x20", ETH_ALEN);
	address.sa_data[5] = (char)what;
	address.sa_data[0] = what & 0x80 ? 1 : 2;
	rtnl_lock();
	wdev->netdev->netdev_ops->ndo_set_mac_address(wdev->netdev, &address);
	rtnl_unlock();
}

static void set_groups(struct wiphy *wiphy, struct wireless_dev *wdev)
{
	u8 what = choice();

	wdev->netdev->groups_n = what % (SIM_GROUPS + 1);
	memset(wdev->netdev->groups, what, sizeof(wdev->netdev->groups));
	wdev->netdev->flags = what & 0x40 ? IFF_ALLMULTI : 0;
	wdev->netdev->netdev_ops->ndo_set_rx_mode(wdev->netdev);
}

static void transmit(struct wiphy *wiphy, struct wireless_dev *wdev)
{
	struct sk_buff *skb = sim_skb(64);

	skb->len = choice() % 64;
	memset(skb->data, choice(), skb->room);
	if (choice() & 1)
		memcpy(skb->data + ETH_ALEN, wdev->netdev->dev_addr, ETH_ALEN);
	wdev->netdev->netdev_ops->ndo_start_xmit(skb, wdev->netdev);
}

static void user(void)
{
	static void (*const all[])(struct wiphy * wiphy, struct wireless_dev * wdev) = {
		add_interface, remove_interface, change_interface,
		set_address,   set_groups,	 transmit};
	struct wireless_dev *wdev = some_wdev();
	u8 what = choice();

	if (!wdev || what & 1)
		up_or_down(wdev);
	else
		all[what / 2 % ARRAY_SIZE(all)](wdev->wiphy, wdev);
}

static void take_events(void)
{
	struct wiphy *wiphy = sim_wiphy();

	if (!wiphy)
		return;
	wiphy_lock(wiphy);
	sim_events(wiphy);
	sim_end_scan(wiphy);
	wiphy_unlock(wiphy);
}

static void ask(void)
{
	struct wireless_dev *wdev = some_wdev();

	if (wdev)
		sim_ask(wdev, choice);
}

/* ---- steps ---- */

/* What may come at any time, whatever is locked. */
static void outside(u8 what)
{
	switch (what % 8) {
	case 0:
	case 1:
	case 2:
		speak();
		break;
	case 3:
	case 4:
		behave();
		break;
	case 5:
		pass_time();
		break;
	case 6:
		tell();
		break;
	default:
		switch (what >> 3 & 7) {
		case 0:
			session();
			break;
		case 1:
			sim_room = (enum sim_room)(choice() % 3);
			sim_waiting = choice() & 1;
			break;
		case 2:
			sim_no_memory = choice() & 1;
			break;
		default:
			say_ready(0xfff);
		}
	}
}

void sim_meanwhile(bool waiting)
{
	u64 next;

	if (depth < 2 && in.n > 0) {
		depth++;
		outside(choice());
		depth--;
	} else if (waiting) {
		sim_no_memory = false;
		next = sim_next_work();
		SIM_REQUIRE(next != UINT64_MAX);
		sim_now = max(sim_now, next);
		sim_run_work(false);
	}
}

static void step(void)
{
	u8 what = choice();

	switch (what >> 6) {
	case 0:
		outside(what);
		break;
	case 1:
		ask();
		break;
	case 2:
		user();
		break;
	default:
		if (what & 1)
			sim_run_work(true);
		else if (what & 2)
			take_events();
		else
			program();
	}
}

/* ---- when all is quiet ---- */

static void settle(void)
{
	sim_no_memory = false;
	sim_room = SIM_ROOM;
	sim_waiting = false;
	for (int i = 0;; i++) {
		u64 next;

		SIM_REQUIRE(i < 100);
		sim_run_work(true);
		take_events();
		next = sim_next_work();
		if (next == UINT64_MAX)
			return;
		sim_now = max(sim_now, next);
	}
}

static void agree(void)
{
	const struct ptl_card *card = dev->card;
	const struct wiphy *wiphy = sim_wiphy();
	const u8 *mac;
	int role;

	SIM_REQUIRE(!card->wiphy == !wiphy);
	if (!wiphy)
		return;
	SIM_REQUIRE(!wiphy->scan_req);
	for (size_t i = 0; i < ARRAY_SIZE(wiphy->wdevs); i++) {
		const struct wireless_dev *wdev = wiphy->wdevs[i];

		if (!wdev)
			continue;
		role = wdev->iftype == NL80211_IFTYPE_AP;
		mac = card->settings.mac[role];
		SIM_REQUIRE(ether_addr_equal(
			wdev->netdev->dev_addr,
			is_zero_ether_addr(mac) ? wiphy->addresses[role].addr : mac));
		if (role == PTL_IF_AP) {
			SIM_REQUIRE(!wdev->beacon_interval == !card->ap.running);
			continue;
		}
		SIM_REQUIRE(wdev->connected == (card->station.join == CARD_JOINED) &&
			    wdev->connected == wdev->netdev->carrier);
		/* Without the name a user could not disconnect it. */
		SIM_REQUIRE(!wdev->connected || wdev->ssid_len || wdev->hasty);
	}
}

static void close_all(void)
{
	struct wiphy *wiphy = sim_wiphy();

	rtnl_lock();
	for (size_t i = 0; wiphy && i < ARRAY_SIZE(wiphy->wdevs); i++)
		if (wiphy->wdevs[i])
			sim_close(wiphy->wdevs[i]->netdev);
	rtnl_unlock();
	settle();
	SIM_REQUIRE(dev->card->station.join == CARD_LEFT && !dev->card->ap.running);
}

/* As most is done: a radio that is good so far, its station's interface up, and maybe an access
 * point that beacons. */
static void begin(u8 how)
{
	static const u8 ap[] = {
		0x80, 0, 0, 1,		/* a user: an interface, of the kind */
		0x80, 1, 1, 1,		/* that one up */
		0x40, 1, 5, 4, 0, 0, 3, /* its access point on channel 1; behave() meanwhile */
	};
	struct input rest = in;

	if (!how)
		return;
	say_ready(0xfff);
	sim_run_work(true);
	in = (struct input){(const u8 *)"\0\1", 2};
	up_or_down(some_wdev());
	in = (struct input){ap, how > 1 ? sizeof(ap) : 0};
	while (in.n > 0)
		step();
	in = rest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	in = (struct input){data, size};
	memset(asked, 0, sizeof(asked));
	sim_now = 1000000000;
	sim_room = SIM_ROOM;
	sim_waiting = false;
	sim_no_memory = sim_lost = false;
	SIM_REQUIRE(!ptl_family_register());
	dev = sim_attach();
	begin(choice() % 3);
	/* Some is left for what comes while it ends. */
	while (in.n > size / 8)
		step();
	settle();
	agree();
	close_all();
	agree();
	for (u32 i = 0; i < 8; i++)
		sim_genl_close(1 + i);
	sim_detach(dev);
	ptl_family_unregister();
	SIM_REQUIRE(!sim_netdevs() && !sim_wiphys() && !sim_has_work() && !init_net.references);
	return 0;
}
