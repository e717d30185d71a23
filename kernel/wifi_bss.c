// SPDX-License-Identifier: GPL-2.0-only
/*
 * Networks, into cfg80211's table: what a scan found, and an access point that was joined
 * without having been found. Elements are whole (control/ cuts tails that lie); the rest is
 * checked here. A radio that gives no elements gives SSID and key management, and the least
 * of elements is made of those: the host's tools choose networks by them.
 */
#include "wifi.h"

#include <linux/etherdevice.h>

#define MADE_ELEMENTS_MAX (2 + IEEE80211_MAX_SSID_LEN + 3 + PTL_RSN_MAX)

struct ieee80211_channel *card_channel(struct ptl_card *card, u8 number)
{
	enum nl80211_band band = number <= 14 ? NL80211_BAND_2GHZ : NL80211_BAND_5GHZ;

	return ieee80211_get_channel(card->wiphy, ieee80211_channel_to_frequency(number, band));
}

static bool good_ssid(const u8 *elements, size_t n)
{
	size_t length;

	ptl_elements_find(elements, n, WLAN_EID_SSID, &length);
	return length <= IEEE80211_MAX_SSID_LEN;
}

static size_t make_elements(u8 to[MADE_ELEMENTS_MAX], const u8 *ssid, u8 ssid_n, u8 channel,
			    u8 akms)
{
	u8 *at = to;

	*at++ = WLAN_EID_SSID;
	*at++ = ssid_n;
	memcpy(at, ssid, ssid_n);
	at += ssid_n;
	*at++ = WLAN_EID_DS_PARAMS;
	*at++ = 1;
	*at++ = channel;
	return at - to + ptl_elements_rsn(at, akms);
}

/* The entry, its reference the caller's; NULL: it cannot be one. */
static struct cfg80211_bss *inform(struct ptl_card *card, const struct ptl_bss *bss)
{
	struct cfg80211_inform_bss data = {
		.chan = card_channel(card, bss->channel),
		.signal = DBM_TO_MBM(bss->signal),
		.boottime_ns = ktime_get_boottime_ns(),
	};
	u16 capability = (bss->capability & ~WLAN_CAPABILITY_IBSS) | WLAN_CAPABILITY_ESS;
	u8 made[MADE_ELEMENTS_MAX];
	const u8 *elements = bss->elements;
	size_t n = bss->elements_n;

	if (!data.chan || !is_valid_ether_addr(bss->bssid) || !good_ssid(elements, n))
		return NULL;
	if (!n) {
		elements = made;
		n = make_elements(made, bss->ssid, bss->ssid_n, bss->channel, bss->akms);
		if (bss->akms & ~PTL_AKM_OPEN)
			capability |= WLAN_CAPABILITY_PRIVACY;
	}
	return cfg80211_inform_bss_data(card->wiphy, &data, CFG80211_BSS_FTYPE_UNKNOWN,
					bss->bssid, bss->tsf, capability, bss->beacon_interval,
					elements, n, GFP_ATOMIC);
}

void card_on_bss(void *user, const struct ptl_bss *bss)
{
	struct ptl_card *card = user;
	struct cfg80211_bss *entry;

	if (!card->station.scan)
		return;
	entry = inform(card, bss);
	if (entry)
		cfg80211_put_bss(card->wiphy, entry);
}

struct cfg80211_bss *card_joined_bss(struct ptl_card *card,
				     const struct ptl_association *association)
{
	const struct card_station *station = &card->station;
	struct ieee80211_channel *channel = card_channel(card, association->channel);
	struct ptl_bss made = {
		.ssid_n = station->ssid_len,
		.channel = association->channel,
		.signal = association->signal,
		.akms = association->akms ? association->akms : station->akms,
		.beacon_interval = 100,
	};
	struct cfg80211_bss *entry;

	if (!channel || !is_valid_ether_addr(association->bssid))
		return NULL;
	entry = cfg80211_get_bss(card->wiphy, channel, association->bssid, station->ssid,
				 station->ssid_len, IEEE80211_BSS_TYPE_ESS,
				 IEEE80211_PRIVACY_ANY);
	if (entry)
		return entry;
	ether_addr_copy(made.bssid, association->bssid);
	memcpy(made.ssid, station->ssid, station->ssid_len);
	return inform(card, &made);
}
