// SPDX-License-Identifier: GPL-2.0-only
/*
 * The access point. The radio beacons, and does the handshakes; so it has to have the key,
 * and cfg80211 has one to give only if who starts it said the PMK (hostapd 2.10 does not: it
 * wants to shake hands itself, by frames that this radio never shows). Such an access point
 * is refused, for its stations would never get in.
 *
 * start_ap() is the one operation that waits, for cfg80211 wants to know at once.
 */
#include "wifi.h"
#include "versions.h"

#include <linux/etherdevice.h>
#include <linux/slab.h>

/* ---- who is in it ---- */

static struct card_guest *guest_of(struct ptl_card *card, const u8 *mac)
{
	for (unsigned int i = 0; i < PTL_STATIONS_MAX; i++)
		if (ether_addr_equal(card->ap.guests[i].mac, mac))
			return &card->ap.guests[i];
	return NULL;
}

static void guest_came(struct ptl_card *card, const u8 *mac)
{
	static const u8 nobody[ETH_ALEN];
	struct card_guest *guest = guest_of(card, nobody);

	if (!guest) /* there are as many as interfaces has */
		return;
	ether_addr_copy(guest->mac, mac);
	guest->joined_at = jiffies;
	guest->asked_at = jiffies - msecs_to_jiffies(CARD_REFRESH_MS);
}

/* An answer about it is nobody's any more. */
static void guest_left(struct ptl_card *card, struct card_guest *guest)
{
	ptl_wifi_forget(&card->wifi, &guest->ask);
	memset(guest, 0, sizeof(*guest));
}

/* ---- start and stop ---- */

static int check(struct ptl_card *card, const struct cfg80211_ap_settings *settings, u8 akms)
{
	const struct card_station *station = &card->station;

	if (!settings->chandef.chan || !settings->ssid_len)
		return -EINVAL;
	if (settings->chandef.width > NL80211_CHAN_WIDTH_20)
		return -EOPNOTSUPP;
	if (akms != PTL_AKM_OPEN && !settings->crypto.psk) {
		ptl_say(card->dev, KERN_WARNING,
			"no key for the access point: start it by 'pigtail ap start'\n");
		return -EOPNOTSUPP;
	}
	if (!akms)
		return -EOPNOTSUPP;
	if (station->join == CARD_JOINED && station->channel != settings->chandef.chan) {
		ptl_say(card->dev, KERN_WARNING,
			"an access point has to be on the channel that is joined, %u\n",
			station->channel->hw_value);
		return -EBUSY;
	}
	return card->ap.running || card->ap.waiting ? -EALREADY : 0;
}

static void write_start(struct ptl_control_writer *start,
			const struct cfg80211_ap_settings *settings, u8 akms)
{
	ptl_control_begin(start, PTL_M_AP_START, 0, PTL_IF_AP);
	ptl_put_bytes(start, PTL_F_SSID, settings->ssid, settings->ssid_len);
	ptl_put_uint(start, PTL_F_CHANNEL, settings->chandef.chan->hw_value);
	ptl_put_uint(start, PTL_F_AKM, akms);
	if (akms != PTL_AKM_OPEN)
		ptl_put_bytes(start, PTL_F_PMK, settings->crypto.psk, WLAN_PMK_LEN);
	if (settings->hidden_ssid != NL80211_HIDDEN_SSID_NOT_IN_USE)
		ptl_put_flag(start, PTL_F_HIDDEN);
	ptl_put_uint(start, PTL_F_BEACON_INTERVAL, settings->beacon_interval);
}

/* With the lock. */
static int begin(struct ptl_card *card, const struct cfg80211_ap_settings *settings)
{
	u8 akms = card_akms(&settings->crypto, settings->privacy) & card->made.akms;
	int error = check(card, settings, akms);
	struct ptl_control_writer start;

	if (error)
		return error;
	write_start(&start, settings, akms);
	error = card_errno(card_start(card, PTL_WIFI_AP, &start));
	memzero_explicit(&start, sizeof(start));
	if (error)
		return error;
	card->ap.waiting = true;
	card->ap.stop = false;
	card->ap.channel = settings->chandef;
	reinit_completion(&card->ap.started);
	return 0;
}

int card_op_start_ap(struct wiphy *wiphy, struct net_device *net,
		     struct cfg80211_ap_settings *settings)
{
	struct ptl_card *card = card_of(wiphy);
	int error;

	ptl_dev_lock(card->dev);
	error = begin(card, settings);
	ptl_dev_unlock(card->dev);
	if (error)
		return error;
	/* It is told in any case, PTL_WIFI_AP_US later if need be. */
	wait_for_completion(&card->ap.started);
	ptl_dev_lock(card->dev);
	card->ap.waiting = false;
	error = card_errno(card->ap.status);
	if (error)
		ptl_say(card->dev, KERN_INFO, "no access point: %s%s%s\n",
			ptl_status_text(card->ap.status), *card->ap.text ? ": " : "",
			card->ap.text);
	else if (!card->ap.running) /* and was over before we woke */
		error = -EIO;
	else
		netif_carrier_on(net);
	ptl_dev_unlock(card->dev);
	return error;
}

void card_on_ap_started(void *user, enum ptl_status status, const char *text)
{
	struct ptl_card *card = user;

	card->ap.status = status;
	strscpy(card->ap.text, text, sizeof(card->ap.text));
	card->ap.running = status == PTL_STATUS_DONE;
	ptl_interfaces_ap(&card->interfaces, card->ap.running);
	complete(&card->ap.started);
}

/* It beacons no more; of its stations cfg80211 has to be told. */
static struct net_device *over(struct ptl_card *card)
{
	struct net_device *net =
		card->roles[PTL_IF_AP] ? card->roles[PTL_IF_AP]->vif.net : NULL;

	card->ap.running = false;
	for (unsigned int i = 0; i < PTL_STATIONS_MAX; i++)
		guest_left(card, &card->ap.guests[i]);
	if (!net) {
		ptl_interfaces_ap(&card->interfaces, false);
		return NULL;
	}
	netif_carrier_off(net);
	for (u8 i = 0; i < card->interfaces.count; i++)
		cfg80211_del_sta(net, card->interfaces.stations[i], GFP_ATOMIC);
	ptl_interfaces_ap(&card->interfaces, false);
	return net;
}

void card_on_ap_stopped(void *user, u16 reason, const char *text)
{
	struct ptl_card *card = user;
	struct net_device *net;

	if (!card->ap.running)
		return;
	net = over(card);
	ptl_say(card->dev, KERN_INFO, "the access point stopped, reason %u%s%s\n", reason,
		*text ? ": " : "", text);
	/* It asks for stop_ap(), which finds nothing to do. */
	if (net && !card->ap.waiting)
		cfg80211_stop_iface(card->wiphy, net->ieee80211_ptr, GFP_ATOMIC);
}

void card_ap_poll(struct ptl_card *card)
{
	if (card->ap.stop &&
	    card_stop(card, PTL_WIFI_AP, WLAN_REASON_DEAUTH_LEAVING) != PTL_STATUS_BUSY)
		card->ap.stop = false;
}

int card_stop_ap(struct ptl_card *card)
{
	ptl_dev_lock(card->dev);
	if (card->ap.running) {
		/* Before: it tells that by itself. */
		over(card);
		card->ap.stop = true;
		card_ap_poll(card);
	}
	ptl_dev_unlock(card->dev);
	return 0;
}

/* ---- stations ---- */

int card_ap_station(struct ptl_card *card, int index, u8 *mac)
{
	if (!card->ap.running || index >= card->interfaces.count)
		return -ENOENT;
	ether_addr_copy(mac, card->interfaces.stations[index]);
	return 0;
}

static void on_stats(struct ptl_card *card, struct card_ask *ask, enum ptl_status status,
		     const struct ptl_control *message)
{
	struct card_guest *guest = container_of(ask, struct card_guest, ask);

	guest->asked = false;
	if (status != PTL_STATUS_DONE)
		return;
	guest->signal = ptl_control_int(message, PTL_F_SIGNAL, guest->signal);
	guest->tx_rate = ptl_control_uint(message, PTL_F_TX_RATE, guest->tx_rate);
	guest->rx_rate = ptl_control_uint(message, PTL_F_RX_RATE, guest->rx_rate);
	guest->tx_bytes = ptl_control_uint(message, PTL_F_TX_BYTES, guest->tx_bytes);
	guest->rx_bytes = ptl_control_uint(message, PTL_F_RX_BYTES, guest->rx_bytes);
}

/* For the next time that somebody wants to know: this one doesn't wait. */
static void ask_stats(struct ptl_card *card, struct card_guest *guest)
{
	struct ptl_control_writer stats;

	if (guest->asked ||
	    time_before(jiffies, guest->asked_at + msecs_to_jiffies(CARD_REFRESH_MS)))
		return;
	guest->ask.answered = on_stats;
	ptl_control_begin(&stats, PTL_M_STATS, 0, PTL_IF_AP);
	ptl_put_bytes(&stats, PTL_F_MAC, guest->mac, ETH_ALEN);
	guest->asked = card_request(card, &stats, &guest->ask) == PTL_STATUS_DONE;
	if (guest->asked)
		guest->asked_at = jiffies;
}

int card_ap_station_info(struct ptl_card *card, const u8 *mac, struct station_info *info)
{
	struct card_guest *guest = is_valid_ether_addr(mac) ? guest_of(card, mac) : NULL;

	if (!guest)
		return -ENOENT;
	ask_stats(card, guest);
	info->connected_time = (jiffies - guest->joined_at) / HZ;
	info->filled = BIT_ULL(NL80211_STA_INFO_CONNECTED_TIME);
	card_put_air(info, guest->signal, guest->tx_rate, guest->rx_rate);
	if (guest->tx_bytes || guest->rx_bytes) {
		info->tx_bytes = guest->tx_bytes;
		info->rx_bytes = guest->rx_bytes;
		info->filled |= BIT_ULL(NL80211_STA_INFO_TX_BYTES64) |
				BIT_ULL(NL80211_STA_INFO_RX_BYTES64);
	}
	return 0;
}

static void joined(struct net_device *net, const u8 *mac, const u8 *elements, size_t n)
{
	struct station_info *info;

	info = kzalloc(sizeof(*info), GFP_ATOMIC);
	if (!info)
		return;
	if (n) {
		info->assoc_req_ies = elements;
		info->assoc_req_ies_len = n;
	}
	cfg80211_new_sta(net, mac, info, GFP_ATOMIC);
	kfree(info);
}

void card_on_station(void *user, bool came, const u8 mac[ETH_ALEN], u16 reason,
		     const u8 *elements, size_t n)
{
	struct ptl_card *card = user;
	struct card_vif *vif = card->roles[PTL_IF_AP];
	bool known = ptl_interfaces_has(&card->interfaces, mac);

	if (!vif || !card->ap.running || !is_valid_ether_addr(mac) || came == known)
		return;
	if (!came) {
		struct card_guest *guest = guest_of(card, mac);

		if (guest)
			guest_left(card, guest);
		ptl_interfaces_left(&card->interfaces, mac);
		cfg80211_del_sta(vif->vif.net, mac, GFP_ATOMIC);
	} else if (ptl_interfaces_joined(&card->interfaces, mac)) {
		guest_came(card, mac);
		joined(vif->vif.net, mac, elements, n);
	}
}

int card_kick(struct ptl_card *card, const u8 *mac, u16 reason)
{
	static const u8 all[ETH_ALEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct ptl_control_writer kick;
	enum ptl_status status;

	ptl_control_begin(&kick, PTL_M_STATION_KICK, 0, PTL_IF_AP);
	ptl_put_bytes(&kick, PTL_F_MAC, mac ? mac : all, ETH_ALEN);
	ptl_put_uint(&kick, PTL_F_REASON, reason ? reason : WLAN_REASON_DEAUTH_LEAVING);
	ptl_dev_lock(card->dev);
	status = card->ap.running ? card_request(card, &kick, NULL) : PTL_STATUS_STATE;
	ptl_dev_unlock(card->dev);
	return card_errno(status);
}
