// SPDX-License-Identifier: GPL-2.0-only
/*
 * The station: scan, join, leave. Each operation of cfg80211 is followed by what ends it.
 *
 *	LEFT --connect--> JOINING --joined--> JOINED --connect--> REJOINING
 *	  <--failed--------                     | left, disconnect     | joined: roamed
 *	  <-------------------------------------+----------------------+ failed: disconnected
 *
 * Success is told only when the radio has done the handshake: wpa_supplicant 2.10 takes
 * connect_done for the end of it, 2.11 waits for port_authorized, so both are told. A wrong
 * key is status 15: distinct, and a supplicant backs off. (Success and then a disconnect
 * makes it try for ever.)
 */
#include "wifi.h"
#include "versions.h"

#include <linux/etherdevice.h>

/* ---- scan ---- */

int card_op_scan(struct wiphy *wiphy, struct cfg80211_scan_request *request)
{
	struct ptl_card *card = card_of(wiphy);
	struct ptl_control_writer scan;
	u8 channels[64];
	u32 n = min_t(u32, request->n_channels, sizeof(channels));
	enum ptl_status status;

	for (u32 i = 0; i < n; i++)
		channels[i] = request->channels[i]->hw_value;
	ptl_control_begin(&scan, PTL_M_SCAN, 0, PTL_IF_STATION);
	if (!request->n_ssids)
		ptl_put_flag(&scan, PTL_F_PASSIVE);
	else if (request->ssids[0].ssid_len)
		ptl_put_bytes(&scan, PTL_F_SSID, request->ssids[0].ssid,
			      request->ssids[0].ssid_len);
	if (n)
		ptl_put_bytes(&scan, PTL_F_CHANNELS, channels, n);
	ptl_dev_lock(card->dev);
	status = card->station.scan ? PTL_STATUS_BUSY : card_start(card, PTL_WIFI_SCAN, &scan);
	if (status == PTL_STATUS_DONE)
		card->station.scan = request;
	ptl_dev_unlock(card->dev);
	return card_errno(status);
}

static void end_scan(struct ptl_card *card, bool aborted)
{
	struct cfg80211_scan_info info = {.aborted = aborted};
	struct cfg80211_scan_request *scan = card->station.scan;

	card->station.scan = NULL;
	if (scan)
		cfg80211_scan_done(scan, &info);
}

void card_on_scan_done(void *user, enum ptl_status status, const char *text)
{
	struct ptl_card *card = user;

	if (card->station.scan && status != PTL_STATUS_DONE)
		ptl_say(card->dev, KERN_INFO, "scan: %s%s%s\n", ptl_status_text(status),
			*text ? ": " : "", text);
	end_scan(card, status != PTL_STATUS_DONE);
}

void card_op_abort_scan(struct wiphy *wiphy, struct wireless_dev *wdev)
{
	struct ptl_card *card = card_of(wiphy);

	ptl_dev_lock(card->dev);
	card_stop(card, PTL_WIFI_SCAN, 0);
	ptl_dev_unlock(card->dev);
}

/* ---- join ---- */

static u8 akm_bit(u32 suite, u32 versions)
{
	switch (suite) {
	case WLAN_AKM_SUITE_PSK:
		return (versions & NL80211_WPA_VERSION_1 ? PTL_AKM_WPA1 : 0) |
		       (versions & ~NL80211_WPA_VERSION_1 ? PTL_AKM_PSK : 0);
	case WLAN_AKM_SUITE_PSK_SHA256:
		return PTL_AKM_PSK_SHA256;
	case WLAN_AKM_SUITE_SAE:
		return PTL_AKM_SAE;
	default:
		return 0;
	}
}

u8 card_akms(const struct cfg80211_crypto_settings *crypto, bool privacy)
{
	u8 akms = 0;

	if (!privacy && !crypto->wpa_versions && !crypto->n_akm_suites)
		return PTL_AKM_OPEN;
	for (int i = 0; i < crypto->n_akm_suites; i++)
		akms |= akm_bit(crypto->akm_suites[i], crypto->wpa_versions);
	return akms;
}

/* The key that was handed down for these; false: none that the radio could use. */
static bool put_key(struct ptl_control_writer *join,
		    const struct cfg80211_crypto_settings *crypto, u8 akms)
{
	if (akms == PTL_AKM_OPEN)
		return true;
	if (akms & PTL_AKM_SAE && crypto->sae_pwd_len) {
		ptl_put_bytes(join, PTL_F_PASSPHRASE, crypto->sae_pwd, crypto->sae_pwd_len);
		return true;
	}
	if (akms == PTL_AKM_SAE || !crypto->psk)
		return false;
	ptl_put_bytes(join, PTL_F_PMK, crypto->psk, WLAN_PMK_LEN);
	return true;
}

static u8 pmf_of(enum nl80211_mfp mfp)
{
	return mfp == NL80211_MFP_REQUIRED ? 2 : mfp == NL80211_MFP_OPTIONAL ? 1 : 0;
}

/* With the radio's one channel the access point's goes first. */
static bool other_channel(const struct ptl_card *card, const struct ieee80211_channel *channel)
{
	return card->ap.running && channel && card->ap.channel.chan != channel;
}

static int write_join(struct ptl_card *card, struct ptl_control_writer *join,
		      const struct cfg80211_connect_params *params, u8 akms)
{
	if (!akms)
		return -EOPNOTSUPP;
	ptl_control_begin(join, PTL_M_JOIN, 0, PTL_IF_STATION);
	ptl_put_bytes(join, PTL_F_SSID, params->ssid, params->ssid_len);
	if (params->bssid)
		ptl_put_bytes(join, PTL_F_BSSID, params->bssid, ETH_ALEN);
	if (params->channel)
		ptl_put_uint(join, PTL_F_CHANNEL, params->channel->hw_value);
	ptl_put_uint(join, PTL_F_AKM, akms);
	ptl_put_uint(join, PTL_F_PMF, pmf_of(params->mfp));
	return put_key(join, &params->crypto, akms) ? 0 : -EINVAL;
}

static void remember(struct card_station *station, const struct cfg80211_connect_params *params,
		     u8 akms)
{
	station->ssid_len = params->ssid_len;
	memcpy(station->ssid, params->ssid, params->ssid_len);
	if (params->bssid)
		ether_addr_copy(station->wanted, params->bssid);
	else
		eth_zero_addr(station->wanted);
	station->akms = akms;
	station->elements_n = params->ie_len <= CARD_ELEMENTS_MAX ? params->ie_len : 0;
	memcpy(station->elements, params->ie, station->elements_n);
}

/* It is under way, or done but cfg80211 has not taken that in: then it would refuse, or say
 * which BSS is left. */
static bool is_asked_again(enum card_join join, const struct cfg80211_connect_params *params)
{
	return join == CARD_JOINING || join == CARD_REJOINING ||
	       (join == CARD_JOINED && !params->prev_bssid);
}

int card_op_connect(struct wiphy *wiphy, struct net_device *net,
		    struct cfg80211_connect_params *params)
{
	struct ptl_card *card = card_of(wiphy);
	struct card_station *station = &card->station;
	u8 akms = card_akms(&params->crypto, params->privacy) & card->made.akms;
	struct ptl_control_writer join;
	enum card_join before;
	enum ptl_status status;
	int error;

	ptl_dev_lock(card->dev);
	before = station->join;
	if (is_asked_again(before, params)) {
		/* Ends as the other does. After an error cfg80211 would have nothing to
		 * disconnect, once this is joined. */
		ptl_dev_unlock(card->dev);
		return 0;
	}
	error = write_join(card, &join, params, akms);
	if (!error && other_channel(card, params->channel))
		error = -EBUSY;
	if (!error) {
		/* While it asks, the radio leaves: cfg80211 hears of that with the end. */
		if (before == CARD_JOINED)
			station->join = CARD_REJOINING;
		status = card_start(card, PTL_WIFI_STATION, &join);
		error = card_errno(status);
		if (error)
			station->join = before;
	}
	if (!error) {
		if (before == CARD_LEFT)
			station->join = CARD_JOINING;
		station->leave = false;
		remember(station, params, akms);
	}
	ptl_dev_unlock(card->dev);
	memzero_explicit(&join, sizeof(join));
	return error;
}

/* What the radio says of why, as 802.11's status; -1: it was not the network that refused. */
static const struct {
	s16 status;
	u8 timeout; /* enum nl80211_timeout_reason */
} failures[] = {
	[PTL_FAILURE_NO_NETWORK] = {-1, NL80211_TIMEOUT_SCAN},
	[PTL_FAILURE_WRONG_KEY] = {WLAN_STATUS_CHALLENGE_FAIL, 0},
	[PTL_FAILURE_AUTHENTICATION] = {WLAN_STATUS_UNSPECIFIED_FAILURE, 0},
	[PTL_FAILURE_ASSOCIATION] = {WLAN_STATUS_ASSOC_DENIED_UNSPEC, 0},
	[PTL_FAILURE_TIMEOUT] = {-1, NL80211_TIMEOUT_AUTH},
	[PTL_FAILURE_CHANNEL] = {WLAN_STATUS_UNSPECIFIED_FAILURE, 0},
	[PTL_FAILURE_UNSUPPORTED] = {WLAN_STATUS_CAPS_UNSUPPORTED, 0},
	[PTL_FAILURE_ABORTED] = {WLAN_STATUS_UNSPECIFIED_FAILURE, 0},
	[PTL_FAILURE_RESTARTED] = {WLAN_STATUS_UNSPECIFIED_FAILURE, 0},
	[PTL_FAILURE_SILENT] = {-1, NL80211_TIMEOUT_UNSPECIFIED},
};

static struct net_device *station_net(const struct ptl_card *card)
{
	return card->roles[PTL_IF_STATION] ? card->roles[PTL_IF_STATION]->vif.net : NULL;
}

/* cfg80211 is told that nothing is joined, as it has to be told. */
static void end_join(struct ptl_card *card, struct net_device *net, s16 status, u8 timeout)
{
	struct card_station *station = &card->station;
	struct cfg80211_connect_resp_params response = {
		.status = status,
		.timeout_reason = timeout,
		.req_ie = station->elements,
		.req_ie_len = station->elements_n,
	};
	bool told = station->join != CARD_JOINING;

	station->join = CARD_LEFT;
	if (told) {
		cfg80211_disconnected(net, WLAN_REASON_UNSPECIFIED, NULL, 0, true, GFP_ATOMIC);
		return;
	}
	ptl_response_bss(&response,
			 is_zero_ether_addr(station->wanted) ? NULL : station->wanted, NULL);
	cfg80211_connect_done(net, &response, GFP_ATOMIC);
}

void card_on_failed(void *user, enum ptl_failure failure, u16 code, const char *text)
{
	struct ptl_card *card = user;
	struct net_device *net = station_net(card);
	unsigned int row =
		failure < ARRAY_SIZE(failures) && failure ? failure : PTL_FAILURE_ABORTED;
	s16 status = failures[row].status;

	if (!net ||
	    (card->station.join != CARD_JOINING && card->station.join != CARD_REJOINING))
		return;
	if (row == PTL_FAILURE_AUTHENTICATION || row == PTL_FAILURE_ASSOCIATION)
		status = code && code < S16_MAX ? code : status;
	if (failure != PTL_FAILURE_ABORTED)
		ptl_say(card->dev, KERN_INFO, "not joined: %s%s%s\n", ptl_failure_text(failure),
			*text ? ": " : "", text);
	end_join(card, net, status, failures[row].timeout);
}

/* An answer to what was asked for, with an entry in cfg80211's table; else NULL. */
static struct cfg80211_bss *good_association(struct ptl_card *card,
					     const struct ptl_association *association)
{
	const u8 *wanted = card->station.wanted;

	if (!is_zero_ether_addr(wanted) && !ether_addr_equal(wanted, association->bssid))
		return NULL;
	return card_joined_bss(card, association);
}

static void note_association(struct card_station *station, const struct cfg80211_bss *bss,
			     const struct ptl_association *association)
{
	ether_addr_copy(station->bssid, association->bssid);
	station->channel = bss->channel;
	station->signal = association->signal;
	station->tx_rate = 0;
	station->rx_rate = 0;
}

static void tell_roamed(struct ptl_card *card, struct net_device *net, struct cfg80211_bss *bss,
			const struct ptl_association *association)
{
	struct cfg80211_roam_info info = {
		.resp_ie = association->elements,
		.resp_ie_len = association->elements_n,
	};

	note_association(&card->station, bss, association);
	ptl_roam_bss(&info, bss);
	cfg80211_roamed(net, &info, GFP_ATOMIC);
	ptl_port_authorized(net, card->station.bssid);
}

static void tell_joined(struct ptl_card *card, struct net_device *net, struct cfg80211_bss *bss,
			const struct ptl_association *association)
{
	struct card_station *station = &card->station;
	struct cfg80211_connect_resp_params response = {
		.status = WLAN_STATUS_SUCCESS,
		.req_ie = station->elements,
		.req_ie_len = station->elements_n,
		.resp_ie = association->elements,
		.resp_ie_len = association->elements_n,
	};

	note_association(station, bss, association);
	ptl_response_bss(&response, station->bssid, bss);
	cfg80211_connect_done(net, &response, GFP_ATOMIC);
	ptl_port_authorized(net, station->bssid);
}

/* The radio is where it was not told to be. */
static void leave_wrong(struct ptl_card *card, struct net_device *net)
{
	ptl_say(card->dev, KERN_WARNING, "the radio joined what was not asked for\n");
	netif_carrier_off(net);
	end_join(card, net, WLAN_STATUS_UNSPECIFIED_FAILURE, 0);
	card->station.leave = true;
}

void card_on_joined(void *user, const struct ptl_association *association)
{
	struct ptl_card *card = user;
	struct card_station *station = &card->station;
	struct net_device *net = station_net(card);
	enum card_join before = station->join;
	struct cfg80211_bss *bss;

	if (!net || (before != CARD_JOINING && before != CARD_REJOINING)) {
		station->leave = true;
		return;
	}
	bss = good_association(card, association);
	if (!bss) {
		leave_wrong(card, net);
		return;
	}
	station->join = CARD_JOINED;
	station->joined_at = jiffies;
	if (before == CARD_JOINING)
		tell_joined(card, net, bss, association);
	else
		tell_roamed(card, net, bss, association);
	netif_carrier_on(net);
}

/* ---- joined ---- */

void card_on_roamed(void *user, const struct ptl_association *association)
{
	struct ptl_card *card = user;
	struct net_device *net = station_net(card);
	struct cfg80211_bss *bss;

	if (!net || card->station.join != CARD_JOINED)
		return;
	bss = good_association(card, association);
	if (bss)
		tell_roamed(card, net, bss, association);
	else
		leave_wrong(card, net);
}

void card_on_left(void *user, u16 reason, enum ptl_by by, const char *text)
{
	struct ptl_card *card = user;
	struct net_device *net = station_net(card);

	if (!net)
		return;
	netif_carrier_off(net);
	if (card->station.join != CARD_JOINED)
		return;
	card->station.join = CARD_LEFT;
	if (by != PTL_BY_HOST)
		ptl_say(card->dev, KERN_INFO, "left, by %s, reason %u%s%s\n", ptl_by_text(by),
			reason, *text ? ": " : "", text);
	cfg80211_disconnected(net, reason, NULL, 0, by != PTL_BY_PEER, GFP_ATOMIC);
}

/* With the lock. */
static void leave(struct ptl_card *card, struct net_device *net, u16 reason)
{
	/* Tells by itself what it ends; without room for it we do. */
	if (card_stop(card, PTL_WIFI_STATION, reason) == PTL_STATUS_BUSY)
		card->station.leave = true;
	if (card->station.join != CARD_LEFT) {
		netif_carrier_off(net);
		end_join(card, net, WLAN_STATUS_UNSPECIFIED_FAILURE, 0);
	}
}

int card_op_disconnect(struct wiphy *wiphy, struct net_device *net, u16 reason)
{
	struct ptl_card *card = card_of(wiphy);

	ptl_dev_lock(card->dev);
	leave(card, net, reason);
	ptl_dev_unlock(card->dev);
	return 0;
}

bool card_station_down(struct ptl_card *card, struct net_device *net)
{
	bool joined;

	ptl_dev_lock(card->dev);
	joined = net == station_net(card) && card->station.join != CARD_LEFT;
	if (joined)
		leave(card, net, WLAN_REASON_DEAUTH_LEAVING);
	if (card->station.scan && card->station.scan->wdev == net->ieee80211_ptr) {
		card_stop(card, PTL_WIFI_SCAN, 0);
		end_scan(card, true);
	}
	ptl_dev_unlock(card->dev);
	return joined;
}

void card_station_poll(struct ptl_card *card)
{
	if (card->station.leave &&
	    card_stop(card, PTL_WIFI_STATION, WLAN_REASON_DEAUTH_LEAVING) != PTL_STATUS_BUSY)
		card->station.leave = false;
}

/* ---- what is known of it ---- */

void card_on_signal(void *user, s8 signal, u32 tx_rate, u32 rx_rate)
{
	struct ptl_card *card = user;

	card->station.signal = signal;
	card->station.tx_rate = tx_rate ? tx_rate : card->station.tx_rate;
	card->station.rx_rate = rx_rate ? rx_rate : card->station.rx_rate;
}

static void on_stats(struct ptl_card *card, struct card_ask *ask, enum ptl_status status,
		     const struct ptl_control *message)
{
	struct card_station *station = container_of(ask, struct card_station, stats);

	station->asked = false;
	if (status != PTL_STATUS_DONE || station->join != CARD_JOINED)
		return;
	card_on_signal(card, ptl_control_int(message, PTL_F_SIGNAL, station->signal),
		       ptl_control_uint(message, PTL_F_TX_RATE, 0),
		       ptl_control_uint(message, PTL_F_RX_RATE, 0));
}

/* For the next time that somebody wants to know: this one doesn't wait. */
static void ask_stats(struct ptl_card *card)
{
	struct card_station *station = &card->station;
	struct ptl_control_writer stats;

	if (station->asked ||
	    time_before(jiffies, station->asked_at + msecs_to_jiffies(CARD_REFRESH_MS)))
		return;
	station->stats.answered = on_stats;
	station->asked_at = jiffies;
	ptl_control_begin(&stats, PTL_M_STATS, 0, PTL_IF_STATION);
	station->asked = card_request(card, &stats, &station->stats) == PTL_STATUS_DONE;
}

static void put_rate(struct rate_info *rate, u32 kbits)
{
	rate->legacy = min_t(u32, kbits / 100, U16_MAX);
}

void card_put_air(struct station_info *info, s8 signal, u32 tx_rate, u32 rx_rate)
{
	if (signal) {
		info->signal = signal;
		info->filled |= BIT_ULL(NL80211_STA_INFO_SIGNAL);
	}
	if (tx_rate) {
		put_rate(&info->txrate, tx_rate);
		info->filled |= BIT_ULL(NL80211_STA_INFO_TX_BITRATE);
	}
	if (rx_rate) {
		put_rate(&info->rxrate, rx_rate);
		info->filled |= BIT_ULL(NL80211_STA_INFO_RX_BITRATE);
	}
}

int card_station_info(struct ptl_card *card, const u8 *mac, struct station_info *info)
{
	struct card_station *station = &card->station;
	struct card_vif *vif = card->roles[PTL_IF_STATION];

	if (!vif || station->join != CARD_JOINED || !ether_addr_equal(mac, station->bssid))
		return -ENOENT;
	ask_stats(card);
	info->connected_time = (jiffies - station->joined_at) / HZ;
	info->rx_packets = vif->vif.rx_packets;
	info->tx_packets = vif->vif.tx_packets;
	info->rx_bytes = vif->vif.rx_bytes;
	info->tx_bytes = vif->vif.tx_bytes;
	info->filled =
		BIT_ULL(NL80211_STA_INFO_CONNECTED_TIME) |
		BIT_ULL(NL80211_STA_INFO_RX_PACKETS) | BIT_ULL(NL80211_STA_INFO_TX_PACKETS) |
		BIT_ULL(NL80211_STA_INFO_RX_BYTES64) | BIT_ULL(NL80211_STA_INFO_TX_BYTES64);
	card_put_air(info, station->signal, station->tx_rate, station->rx_rate);
	return 0;
}
