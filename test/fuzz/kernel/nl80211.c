// SPDX-License-Identifier: GPL-2.0-only
/*
 * A user's requests, see cfg80211.h, behind the checks that the kernel makes before a driver
 * is asked. With the wiphy's mutex as there; what changes interfaces has rtnl too, and is the
 * fuzzer's.
 */
#include "cfg80211.h"

static u8 zeros[64];

/* ---- choices ---- */

static const u8 *address(sim_choice *choice)
{
	static const u8 all[][ETH_ALEN] = {
		{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 2}, {2, 0, 0, 0, 0, 3}, {2, 0, 0, 0, 0, 4}};

	return all[choice() % ARRAY_SIZE(all)];
}

static struct ieee80211_channel *channel(const struct wiphy *wiphy, sim_choice *choice)
{
	u8 what = choice();
	const struct ieee80211_supported_band *band =
		wiphy->bands[what & 0x80 ? NL80211_BAND_5GHZ : NL80211_BAND_2GHZ];

	return band ? &band->channels[what % band->n_channels] : NULL;
}

/* Whatever the kernel lets through for the features that the wiphy has. */
static struct cfg80211_crypto_settings crypto(sim_choice *choice, bool *privacy)
{
	static const u32 akms[] = {WLAN_AKM_SUITE_PSK, WLAN_AKM_SUITE_PSK_SHA256,
				   WLAN_AKM_SUITE_SAE, 0x000fac01};
	struct cfg80211_crypto_settings to = {0};
	u8 what = choice();

	*privacy = what & 1;
	if (!(what & 2))
		return to;
	to.wpa_versions = 1u << (what >> 2 & 3);
	to.n_akm_suites = what >> 4 & 1 ? 2 : 1;
	to.akm_suites[0] = akms[what >> 5 & 3];
	to.akm_suites[1] = akms[what >> 6 & 3];
	if (what & 4)
		to.psk = zeros;
	if (what & 8) {
		to.sae_pwd = zeros;
		to.sae_pwd_len = choice() % sizeof(zeros);
	}
	return to;
}

/* ---- scan ---- */

static void scan(struct wireless_dev *wdev, sim_choice *choice)
{
	struct wiphy *wiphy = wdev->wiphy;
	u32 n = choice() % 80;
	struct cfg80211_scan_request *request;

	if (wiphy->scan_req)
		return;
	request = calloc(1, sizeof(*request) + n * sizeof(*request->channels));
	SIM_REQUIRE(request);
	for (u32 i = 0; i < n; i++) {
		struct ieee80211_channel *one = channel(wiphy, choice);

		if (one)
			request->channels[request->n_channels++] = one;
	}
	request->wiphy = wiphy;
	request->wdev = wdev;
	request->ssids = &request->one;
	request->n_ssids = choice() & 1;
	request->one.ssid_len = choice() % (IEEE80211_MAX_SSID_LEN + 1);
	wiphy->scan_req = request;
	if (!wiphy->ops->scan(wiphy, request))
		return;
	wiphy->scan_req = NULL;
	free(request);
}

static void abort_scan(struct wireless_dev *wdev, sim_choice *choice)
{
	if (wdev->wiphy->scan_req && !wdev->wiphy->scan_req->notified)
		wdev->wiphy->ops->abort_scan(wdev->wiphy, wdev);
}

/* ---- station ---- */

static bool may_connect(const struct wireless_dev *wdev,
			const struct cfg80211_connect_params *params)
{
	if (wdev->ssid_len && (wdev->ssid_len != params->ssid_len ||
			       memcmp(wdev->ssid, params->ssid, wdev->ssid_len)))
		return false;
	return !wdev->connected ||
	       (params->prev_bssid && ether_addr_equal(params->prev_bssid, wdev->bssid));
}

static void join(struct wireless_dev *wdev, sim_choice *choice)
{
	u8 what = choice();
	struct cfg80211_connect_params params = {
		.bssid = what & 1 ? address(choice) : NULL,
		.ssid = (const u8 *)(what & 2 ? "pigtail" : "curl"),
		.ssid_len = what & 2 ? 7 : 4,
		.channel = what & 4 ? channel(wdev->wiphy, choice) : NULL,
		.prev_bssid = what & 8 ? wdev->bssid : NULL,
		.ie_len = what & 16   ? 1200
			  : what & 32 ? 20
				      : 0,
		.mfp = (enum nl80211_mfp)(what >> 6),
	};
	u8 *elements = calloc(1, params.ie_len + 1);

	SIM_REQUIRE(elements);
	params.ie = elements;
	params.crypto = crypto(choice, &params.privacy);
	if (wdev->iftype == NL80211_IFTYPE_STATION && may_connect(wdev, &params)) {
		memcpy(wdev->ssid, params.ssid, params.ssid_len);
		wdev->ssid_len = params.ssid_len;
		wdev->hasty |= wdev->first != NULL;
		if (wdev->wiphy->ops->connect(wdev->wiphy, wdev->netdev, &params) &&
		    !wdev->connected)
			wdev->ssid_len = 0;
	}
	free(elements);
}

static void disconnect(struct wireless_dev *wdev)
{
	if (wdev->ssid_len)
		SIM_REQUIRE(!wdev->wiphy->ops->disconnect(wdev->wiphy, wdev->netdev, 3));
	if (!wdev->connected)
		wdev->ssid_len = 0;
}

static void leave_network(struct wireless_dev *wdev, sim_choice *choice)
{
	if (wdev->iftype == NL80211_IFTYPE_STATION)
		disconnect(wdev);
}

/* ---- access point ---- */

static void start_ap(struct wireless_dev *wdev, sim_choice *choice)
{
	u8 what = choice();
	struct cfg80211_ap_settings settings = {
		.chandef = {what & 8 ? NULL : channel(wdev->wiphy, choice),
			    what & 4 ? NL80211_CHAN_WIDTH_20 : NL80211_CHAN_WIDTH_40},
		.beacon_interval = 100,
		.ssid = (const u8 *)"pigtail",
		.ssid_len = what & 16 ? 0 : 7,
		.hidden_ssid = (enum nl80211_hidden_ssid)(what & 3),
	};

	settings.crypto = crypto(choice, &settings.privacy);
	if (wdev->iftype == NL80211_IFTYPE_AP && !wdev->beacon_interval &&
	    !wdev->wiphy->ops->start_ap(wdev->wiphy, wdev->netdev, &settings))
		wdev->beacon_interval = settings.beacon_interval;
}

static void stop_ap(struct wireless_dev *wdev, sim_choice *choice)
{
	if (wdev->iftype != NL80211_IFTYPE_AP || !wdev->beacon_interval)
		return;
	SIM_REQUIRE(!wdev->wiphy->ops->stop_ap(wdev->wiphy, wdev->netdev, 0));
	wdev->beacon_interval = 0;
}

static void kick(struct wireless_dev *wdev, sim_choice *choice)
{
	struct station_del_parameters params = {choice() & 1 ? address(choice) : NULL,
						choice()};

	if (wdev->iftype == NL80211_IFTYPE_AP)
		wdev->wiphy->ops->del_station(wdev->wiphy, wdev->netdev, &params);
}

void sim_leave(struct wireless_dev *wdev)
{
	SIM_REQUIRE(wdev->wiphy->mtx.held);
	if (wdev->iftype == NL80211_IFTYPE_STATION)
		disconnect(wdev);
	else
		stop_ap(wdev, NULL);
}

/* ---- what is known, and settings ---- */

static void look(struct wireless_dev *wdev, sim_choice *choice)
{
	const struct cfg80211_ops *ops = wdev->wiphy->ops;
	struct cfg80211_chan_def on = {0};
	struct station_info info = {0};
	u8 mac[ETH_ALEN];
	int dbm, i = 0;

	ops->get_station(wdev->wiphy, wdev->netdev, address(choice), &info);
	while (!ops->dump_station(wdev->wiphy, wdev->netdev, i, mac, &info)) {
		SIM_REQUIRE(is_valid_ether_addr(mac));
		SIM_REQUIRE(++i < 1000);
	}
	if (!ops->get_channel(wdev->wiphy, wdev, 0, &on))
		SIM_REQUIRE(on.chan && on.chan->center_freq);
	ops->get_tx_power(wdev->wiphy, wdev, &dbm);
}

static void set_power(struct wireless_dev *wdev, sim_choice *choice)
{
	u8 what = choice();

	if (what & 1)
		wdev->wiphy->ops->set_power_mgmt(wdev->wiphy, wdev->netdev, what & 2, -1);
	else
		wdev->wiphy->ops->set_tx_power(wdev->wiphy, wdev,
					       (enum nl80211_tx_power_setting)(what % 3),
					       choice() * 1000 - 100000);
}

static void set_country(struct wireless_dev *wdev, sim_choice *choice)
{
	struct regulatory_request request = {{(char)choice(), (char)choice()}};

	wdev->wiphy->reg_notifier(wdev->wiphy, &request);
}

void sim_ask(struct wireless_dev *wdev, sim_choice *choice)
{
	static void (*const all[])(struct wireless_dev * wdev, sim_choice * choice) = {
		scan,	 abort_scan, join, join,      leave_network, start_ap,
		stop_ap, kick,	     look, set_power, set_country,
	};

	wiphy_lock(wdev->wiphy);
	if (wdev->netdev->up)
		all[choice() % ARRAY_SIZE(all)](wdev, choice);
	wiphy_unlock(wdev->wiphy);
}
