// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the radio can, as a wiphy: made of its READY, which is not believed beyond what can
 * be asked for. And what it is asked by cfg80211: the table of operations.
 *
 * 4WAY_HANDSHAKE_STA_PSK is what makes a supplicant hand the PMK down, SAE_OFFLOAD the
 * password of WPA3. NL80211_FEATURE_SAE would be wrong: wpa_supplicant 2.10 then joins with
 * neither. AES_CMAC among the ciphers says that management frames can be protected. No key
 * is ever set from above: there are no such operations.
 */
#include "wifi.h"
#include "versions.h"

#include <linux/ctype.h>
#include <linux/etherdevice.h>

#define CHANNELS_MAX 64
#define POWER_MAX    20 /* dBm, on each */

/* wiphy_priv(). The channels are in it, since cfg80211 writes into them. */
struct card_phy {
	struct ptl_card *card; /* first: card_of() */
	struct ieee80211_channel channels[CHANNELS_MAX];
	struct ieee80211_supported_band bands[2];
	struct mac_address addresses[PTL_INTERFACES];
};

/* ---- operations that are the card's as a whole ---- */

static int op_stop_ap(struct wiphy *wiphy, struct net_device *net PTL_LINK_ID)
{
	return card_stop_ap(card_of(wiphy));
}

/* The radio makes its beacons of what START_AP said. */
static int op_change_beacon(struct wiphy *wiphy, struct net_device *net, PTL_BEACON_UPDATE)
{
	return 0;
}

static int op_change_bss(struct wiphy *wiphy, struct net_device *net,
			 struct bss_parameters *params)
{
	return 0;
}

/* Who joined us is authorized when we hear of it. */
static int op_change_station(struct wiphy *wiphy, struct net_device *net, const u8 *mac,
			     struct station_parameters *params)
{
	return 0;
}

static int op_del_station(struct wiphy *wiphy, struct net_device *net,
			  struct station_del_parameters *params)
{
	return card_kick(card_of(wiphy), params->mac, params->reason_code);
}

static bool is_ap(const struct net_device *net)
{
	return net->ieee80211_ptr->iftype == NL80211_IFTYPE_AP;
}

static int op_get_station(struct wiphy *wiphy, struct net_device *net, const u8 *mac,
			  struct station_info *info)
{
	struct ptl_card *card = card_of(wiphy);
	int status;

	ptl_dev_lock(card->dev);
	if (!is_ap(net))
		status = card_station_info(card, mac, info);
	else
		status = card_ap_station_info(card, mac, info);
	ptl_dev_unlock(card->dev);
	return status;
}

static int op_dump_station(struct wiphy *wiphy, struct net_device *net, int index, u8 *mac,
			   struct station_info *info)
{
	struct ptl_card *card = card_of(wiphy);
	int status = -ENOENT;

	ptl_dev_lock(card->dev);
	if (is_ap(net)) {
		status = card_ap_station(card, index, mac);
		if (!status)
			status = card_ap_station_info(card, mac, info);
	} else if (!index) {
		ether_addr_copy(mac, card->station.bssid);
		status = card_station_info(card, mac, info);
	}
	ptl_dev_unlock(card->dev);
	return status;
}

static int op_get_channel(struct wiphy *wiphy, struct wireless_dev *wdev PTL_LINK_ID,
			  struct cfg80211_chan_def *channel)
{
	struct ptl_card *card = card_of(wiphy);
	int status = -ENODATA;

	ptl_dev_lock(card->dev);
	if (wdev->iftype == NL80211_IFTYPE_AP && card->ap.running) {
		*channel = card->ap.channel;
		status = 0;
	} else if (wdev->iftype == NL80211_IFTYPE_STATION &&
		   card->station.join == CARD_JOINED) {
		cfg80211_chandef_create(channel, card->station.channel, NL80211_CHAN_HT20);
		status = 0;
	}
	ptl_dev_unlock(card->dev);
	return status;
}

static int op_set_power_mgmt(struct wiphy *wiphy, struct net_device *net, bool enabled,
			     int timeout)
{
	struct ptl_card *card = card_of(wiphy);

	ptl_dev_lock(card->dev);
	card->settings.power_save = enabled;
	card_settings_change(card, CARD_POWER_SAVE);
	ptl_dev_unlock(card->dev);
	return 0;
}

static int op_set_tx_power(struct wiphy *wiphy, struct wireless_dev *wdev,
			   enum nl80211_tx_power_setting type, int mbm)
{
	struct ptl_card *card = card_of(wiphy);

	ptl_dev_lock(card->dev);
	card->settings.tx_power = type == NL80211_TX_POWER_AUTOMATIC
					  ? POWER_MAX
					  : clamp(MBM_TO_DBM(mbm), S8_MIN, S8_MAX);
	card->settings.tx_power_set = true;
	card_settings_change(card, CARD_TX_POWER);
	ptl_dev_unlock(card->dev);
	return 0;
}

static int op_get_tx_power(struct wiphy *wiphy, struct wireless_dev *wdev, int *dbm)
{
	const struct ptl_card *card = card_of(wiphy);

	if (!card->settings.tx_power_set)
		return -ENODATA;
	*dbm = card->settings.tx_power;
	return 0;
}

static struct wireless_dev *op_add_interface(struct wiphy *wiphy, const char *name,
					     unsigned char assigned, enum nl80211_iftype type,
					     struct vif_params *params)
{
	struct ptl_card *card = card_of(wiphy);
	struct card_vif *vif;

	if (!(card->made.capabilities & PTL_CAN_BOTH))
		return ERR_PTR(-EOPNOTSUPP);
	vif = card_vif_create(card, name, type, wiphy_net(wiphy));
	return IS_ERR(vif) ? ERR_CAST(vif) : &vif->wdev;
}

static int op_del_interface(struct wiphy *wiphy, struct wireless_dev *wdev)
{
	struct card_vif *vif = container_of(wdev, struct card_vif, wdev);

	/* That one is the link's own. */
	if (vif->card->dev->vif == &vif->vif)
		return -EOPNOTSUPP;
	card_vif_destroy(vif, true);
	return 0;
}

static int op_change_interface(struct wiphy *wiphy, struct net_device *net,
			       enum nl80211_iftype type, struct vif_params *params)
{
	return card_vif_change(netdev_priv(net), type);
}

static const struct cfg80211_ops ops = {
	.add_virtual_intf = op_add_interface,
	.del_virtual_intf = op_del_interface,
	.change_virtual_intf = op_change_interface,
	.scan = card_op_scan,
	.abort_scan = card_op_abort_scan,
	.connect = card_op_connect,
	.disconnect = card_op_disconnect,
	.start_ap = card_op_start_ap,
	.stop_ap = op_stop_ap,
	.change_beacon = op_change_beacon,
	.change_bss = op_change_bss,
	.change_station = op_change_station,
	.del_station = op_del_station,
	.get_station = op_get_station,
	.dump_station = op_dump_station,
	.get_channel = op_get_channel,
	.set_power_mgmt = op_set_power_mgmt,
	.set_tx_power = op_set_tx_power,
	.get_tx_power = op_get_tx_power,
};

/* ---- the wiphy ---- */

static const u32 ciphers[] = {WLAN_CIPHER_SUITE_CCMP, WLAN_CIPHER_SUITE_TKIP,
			      WLAN_CIPHER_SUITE_AES_CMAC /* the last: only with PMF */};

static const u32 akms[] = {WLAN_AKM_SUITE_PSK, WLAN_AKM_SUITE_PSK_SHA256,
			   WLAN_AKM_SUITE_SAE /* the last: only with SAE */};

/* cfg80211 writes flags into them, the same each time. The first four are 802.11b's. */
static struct ieee80211_rate rates[] = {
	{.bitrate = 10},  {.bitrate = 20},  {.bitrate = 55},  {.bitrate = 110},
	{.bitrate = 60},  {.bitrate = 90},  {.bitrate = 120}, {.bitrate = 180},
	{.bitrate = 240}, {.bitrate = 360}, {.bitrate = 480}, {.bitrate = 540},
};
#define RATES_B 4

static const struct ieee80211_sta_ht_cap ht = {
	.ht_supported = true,
	.cap = IEEE80211_HT_CAP_SGI_20,
	.ampdu_factor = IEEE80211_HT_MAX_AMPDU_64K,
	.mcs = {.rx_mask = {0xff}, .tx_params = IEEE80211_HT_MCS_TX_DEFINED},
};

static const struct ieee80211_iface_limit limits[] = {
	{.max = 1, .types = BIT(NL80211_IFTYPE_STATION)},
	{.max = 1, .types = BIT(NL80211_IFTYPE_AP)},
};

static const struct ieee80211_iface_combination both = {
	.limits = limits,
	.n_limits = ARRAY_SIZE(limits),
	.max_interfaces = 2,
	.num_different_channels = 1,
};

static void add_channel(struct card_phy *phy, u8 number, int *count)
{
	enum nl80211_band band = number <= 14 ? NL80211_BAND_2GHZ : NL80211_BAND_5GHZ;
	int frequency = ieee80211_channel_to_frequency(number, band);

	for (int i = 0; i < *count; i++)
		if (phy->channels[i].hw_value == number)
			return;
	if (frequency <= 0)
		return;
	phy->channels[(*count)++] = (struct ieee80211_channel){
		.band = band,
		.center_freq = frequency,
		.hw_value = number,
		.max_power = POWER_MAX,
	};
}

/* Of all that it said, those of one band: the 14 first are 2.4 GHz, then from 36 on. */
static int add_band(struct card_phy *phy, const struct ptl_radio_info *info, int from,
		    enum nl80211_band band)
{
	bool is_5 = band == NL80211_BAND_5GHZ;
	struct ieee80211_supported_band *to = &phy->bands[is_5];
	int count = from;

	for (int i = 0; i < info->channel_count && count < CHANNELS_MAX; i++)
		if (is_5 ? info->channels[i] >= 36 && info->channels[i] <= 177
			 : info->channels[i] >= 1 && info->channels[i] <= 14)
			add_channel(phy, info->channels[i], &count);
	*to = (struct ieee80211_supported_band){
		.band = band,
		.channels = phy->channels + from,
		.n_channels = count - from,
		.bitrates = is_5 ? rates + RATES_B : rates,
		.n_bitrates = ARRAY_SIZE(rates) - (is_5 ? RATES_B : 0),
		.ht_cap = ht,
	};
	return count;
}

static void fill_bands(struct wiphy *wiphy, struct card_phy *phy,
		       const struct ptl_radio_info *info)
{
	int count = add_band(phy, info, 0, NL80211_BAND_2GHZ);

	if (count)
		wiphy->bands[NL80211_BAND_2GHZ] = &phy->bands[0];
	if (add_band(phy, info, count, NL80211_BAND_5GHZ) > count)
		wiphy->bands[NL80211_BAND_5GHZ] = &phy->bands[1];
}

/* A radio that says none has one of our making, and hears of it. */
static void fill_addresses(struct wiphy *wiphy, struct card_phy *phy,
			   const struct ptl_radio_info *info)
{
	u8 *station = phy->addresses[0].addr, *ap = phy->addresses[1].addr;

	ether_addr_copy(station, info->mac);
	if (!is_valid_ether_addr(station))
		eth_random_addr(station);
	ether_addr_copy(ap, info->ap_mac);
	if (!is_valid_ether_addr(ap) || ether_addr_equal(ap, station)) {
		ether_addr_copy(ap, station);
		ap[0] ^= 0x02;
	}
	wiphy->addresses = phy->addresses;
	wiphy->n_addresses = ARRAY_SIZE(phy->addresses);
}

static void fill_abilities(struct wiphy *wiphy, const struct ptl_radio_info *info)
{
	bool pmf = info->capabilities & PTL_CAN_PMF, sae = info->akms & PTL_AKM_SAE;

	wiphy->interface_modes = BIT(NL80211_IFTYPE_STATION);
	if (info->capabilities & PTL_CAN_AP)
		wiphy->interface_modes |= BIT(NL80211_IFTYPE_AP);
	if (info->capabilities & PTL_CAN_AP && info->capabilities & PTL_CAN_BOTH) {
		wiphy->iface_combinations = &both;
		wiphy->n_iface_combinations = 1;
	}
	wiphy->signal_type = CFG80211_SIGNAL_TYPE_MBM;
	wiphy->max_scan_ssids = 1;
	wiphy->max_scan_ie_len = 256; /* supplicants give some; none goes on the air */
	wiphy->cipher_suites = ciphers;
	wiphy->n_cipher_suites = ARRAY_SIZE(ciphers) - !pmf;
	wiphy->akm_suites = akms;
	wiphy->n_akm_suites = ARRAY_SIZE(akms) - !sae;
	wiphy->flags |= WIPHY_FLAG_NETNS_OK | WIPHY_FLAG_HAVE_AP_SME;
	if (info->capabilities & PTL_CAN_ROAMS)
		wiphy->flags |= WIPHY_FLAG_SUPPORTS_FW_ROAM;
	if (info->capabilities & PTL_CAN_PMK)
		wiphy_ext_feature_set(wiphy, NL80211_EXT_FEATURE_4WAY_HANDSHAKE_STA_PSK);
	if (info->capabilities & PTL_CAN_PMK && info->capabilities & PTL_CAN_AP)
		wiphy_ext_feature_set(wiphy, NL80211_EXT_FEATURE_4WAY_HANDSHAKE_AP_PSK);
	if (sae)
		wiphy_ext_feature_set(wiphy, NL80211_EXT_FEATURE_SAE_OFFLOAD);
}

static void on_regulatory(struct wiphy *wiphy, struct regulatory_request *request)
{
	struct ptl_card *card = card_of(wiphy);

	/* The world, and what is between two countries, is nothing that a radio knows. */
	if (!isalpha(request->alpha2[0]) || !isalpha(request->alpha2[1]))
		return;
	ptl_dev_lock(card->dev);
	memcpy(card->settings.country, request->alpha2, sizeof(card->settings.country));
	card_settings_change(card, CARD_COUNTRY);
	ptl_dev_unlock(card->dev);
}

int card_phy_create(struct ptl_card *card, struct net *net)
{
	struct wiphy *wiphy = wiphy_new_nm(&ops, sizeof(struct card_phy), NULL);
	struct card_phy *phy;
	int status;

	if (!wiphy)
		return -ENOMEM;
	phy = wiphy_priv(wiphy);
	phy->card = card;
	set_wiphy_dev(wiphy, card->dev->parent);
	wiphy_net_set(wiphy, net);
	fill_bands(wiphy, phy, &card->made);
	fill_addresses(wiphy, phy, &card->made);
	fill_abilities(wiphy, &card->made);
	strscpy(wiphy->fw_version, card->made.firmware, sizeof(wiphy->fw_version));
	wiphy->reg_notifier = on_regulatory;
	status = wiphy->bands[NL80211_BAND_2GHZ] || wiphy->bands[NL80211_BAND_5GHZ]
			 ? wiphy_register(wiphy)
			 : -ENODEV;
	if (status)
		wiphy_free(wiphy);
	else
		card->wiphy = wiphy;
	return status;
}

void card_phy_destroy(struct ptl_card *card)
{
	struct wiphy *wiphy = card->wiphy;

	wiphy_unregister(wiphy);
	ptl_dev_lock(card->dev);
	card->wiphy = NULL;
	ptl_dev_unlock(card->dev);
	wiphy_free(wiphy);
}
