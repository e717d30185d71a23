/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wireless core of a kernel, 6.1's, as far as a FullMAC meets it; see kernel.h. It queues
 * what a driver tells and takes it in later, as the kernel does, and aborts where that would
 * WARN. On top of that it counts the references to its entries.
 */
#ifndef PIGTAIL_FUZZ_CFG80211_H
#define PIGTAIL_FUZZ_CFG80211_H

#include "net.h"

#include <linux/nl80211.h>

/* ---- IEEE 802.11 ---- */

#define IEEE80211_MAX_SSID_LEN	   32
#define WLAN_PMK_LEN		   32
#define WLAN_EID_SSID		   0
#define WLAN_EID_DS_PARAMS	   3
#define WLAN_CAPABILITY_ESS	   0x01
#define WLAN_CAPABILITY_IBSS	   0x02
#define WLAN_CAPABILITY_PRIVACY	   0x10
#define WLAN_REASON_UNSPECIFIED	   1
#define WLAN_REASON_DEAUTH_LEAVING 3

enum {
	WLAN_STATUS_SUCCESS = 0,
	WLAN_STATUS_UNSPECIFIED_FAILURE = 1,
	WLAN_STATUS_CAPS_UNSUPPORTED = 10,
	WLAN_STATUS_ASSOC_DENIED_UNSPEC = 12,
	WLAN_STATUS_CHALLENGE_FAIL = 15,
};

#define WLAN_CIPHER_SUITE_TKIP	   0x000fac02
#define WLAN_CIPHER_SUITE_CCMP	   0x000fac04
#define WLAN_CIPHER_SUITE_AES_CMAC 0x000fac06
#define WLAN_AKM_SUITE_PSK	   0x000fac02
#define WLAN_AKM_SUITE_PSK_SHA256  0x000fac06
#define WLAN_AKM_SUITE_SAE	   0x000fac08

#define IEEE80211_HT_CAP_SGI_20	    0x20
#define IEEE80211_HT_MAX_AMPDU_64K  3
#define IEEE80211_HT_MCS_TX_DEFINED 1

#define DBM_TO_MBM(dbm) ((dbm)*100)
#define MBM_TO_DBM(mbm) ((mbm) / 100)

/* ---- what a radio is made of ---- */

struct ieee80211_channel {
	enum nl80211_band band;
	u32 center_freq;
	u16 hw_value;
	int max_power;
};

struct ieee80211_rate {
	u16 bitrate;
};

struct ieee80211_sta_ht_cap {
	bool ht_supported;
	u16 cap;
	u8 ampdu_factor;
	struct {
		u8 rx_mask[10];
		u8 tx_params;
	} mcs;
};

struct ieee80211_supported_band {
	struct ieee80211_channel *channels;
	struct ieee80211_rate *bitrates;
	enum nl80211_band band;
	int n_channels, n_bitrates;
	struct ieee80211_sta_ht_cap ht_cap;
};

struct mac_address {
	u8 addr[ETH_ALEN];
};

struct ieee80211_iface_limit {
	u16 max, types;
};

struct ieee80211_iface_combination {
	const struct ieee80211_iface_limit *limits;
	int num_different_channels;
	u16 max_interfaces;
	u8 n_limits;
};

enum { CFG80211_SIGNAL_TYPE_MBM = 1 };

enum {
	WIPHY_FLAG_NETNS_OK = 1 << 0,
	WIPHY_FLAG_HAVE_AP_SME = 1 << 1,
	WIPHY_FLAG_SUPPORTS_FW_ROAM = 1 << 2,
};

struct regulatory_request {
	char alpha2[2];
};

struct cfg80211_scan_request;
struct sim_bss;

struct wiphy {
	const struct cfg80211_ops *ops;
	struct mutex mtx;
	struct net *net;
	struct ieee80211_supported_band *bands[NUM_NL80211_BANDS];
	struct mac_address *addresses;
	const struct ieee80211_iface_combination *iface_combinations;
	const u32 *cipher_suites, *akm_suites;
	int n_addresses, n_iface_combinations, n_cipher_suites, n_akm_suites;
	u16 interface_modes, max_scan_ie_len;
	u8 max_scan_ssids;
	u32 flags;
	u64 ext_features;
	int signal_type;
	char fw_version[32];
	void (*reg_notifier)(struct wiphy *wiphy, struct regulatory_request *request);
	bool rfkill_hw;

	bool registered;
	struct cfg80211_scan_request *scan_req;
	struct sim_bss *entries;
	struct wireless_dev *wdevs[4];
	_Alignas(max_align_t) u8 priv[];
};

static inline void *wiphy_priv(struct wiphy *wiphy)
{
	return wiphy->priv;
}

static inline struct net *wiphy_net(const struct wiphy *wiphy)
{
	return wiphy->net;
}

static inline void wiphy_net_set(struct wiphy *wiphy, struct net *net)
{
	wiphy->net = net;
}

#define set_wiphy_dev(wiphy, device) ((void)(device))
#define wiphy_dev(wiphy)	     ((void)(wiphy))

static inline void wiphy_ext_feature_set(struct wiphy *wiphy, int feature)
{
	wiphy->ext_features |= 1ull << (feature % 64);
}

static inline void wiphy_lock(struct wiphy *wiphy)
{
	mutex_lock(&wiphy->mtx);
}

static inline void wiphy_unlock(struct wiphy *wiphy)
{
	mutex_unlock(&wiphy->mtx);
}

/* ---- what it is asked ---- */

struct cfg80211_chan_def {
	struct ieee80211_channel *chan;
	enum nl80211_chan_width width;
};

struct cfg80211_ssid {
	u8 ssid[IEEE80211_MAX_SSID_LEN];
	u8 ssid_len;
};

struct cfg80211_scan_info {
	bool aborted;
};

struct cfg80211_scan_request {
	struct cfg80211_ssid *ssids;
	int n_ssids;
	u32 n_channels;
	struct wireless_dev *wdev;
	struct wiphy *wiphy;
	struct cfg80211_scan_info info;
	bool notified;
	struct cfg80211_ssid one;
	struct ieee80211_channel *channels[];
};

#define NL80211_MAX_NR_AKM_SUITES 2

struct cfg80211_crypto_settings {
	u32 wpa_versions;
	int n_akm_suites;
	u32 akm_suites[NL80211_MAX_NR_AKM_SUITES];
	const u8 *psk;
	const u8 *sae_pwd;
	u8 sae_pwd_len;
};

struct cfg80211_connect_params {
	struct ieee80211_channel *channel;
	const u8 *bssid;
	const u8 *ssid;
	size_t ssid_len;
	const u8 *ie;
	size_t ie_len;
	bool privacy;
	enum nl80211_mfp mfp;
	struct cfg80211_crypto_settings crypto;
	const u8 *prev_bssid;
};

struct cfg80211_ap_settings {
	struct cfg80211_chan_def chandef;
	int beacon_interval;
	const u8 *ssid;
	size_t ssid_len;
	enum nl80211_hidden_ssid hidden_ssid;
	struct cfg80211_crypto_settings crypto;
	bool privacy;
};

struct rate_info {
	u16 legacy;
};

struct station_info {
	u64 filled;
	u32 connected_time;
	u64 rx_bytes, tx_bytes;
	u32 rx_packets, tx_packets;
	s8 signal;
	struct rate_info txrate, rxrate;
	const u8 *assoc_req_ies;
	size_t assoc_req_ies_len;
};

struct station_del_parameters {
	const u8 *mac;
	u16 reason_code;
};

struct cfg80211_beacon_data;
struct bss_parameters;
struct station_parameters;
struct vif_params;

struct cfg80211_ops {
	struct wireless_dev *(*add_virtual_intf)(struct wiphy *wiphy, const char *name,
						 unsigned char assigned,
						 enum nl80211_iftype type,
						 struct vif_params *params);
	int (*del_virtual_intf)(struct wiphy *wiphy, struct wireless_dev *wdev);
	int (*change_virtual_intf)(struct wiphy *wiphy, struct net_device *net,
				   enum nl80211_iftype type, struct vif_params *params);
	int (*scan)(struct wiphy *wiphy, struct cfg80211_scan_request *request);
	void (*abort_scan)(struct wiphy *wiphy, struct wireless_dev *wdev);
	int (*connect)(struct wiphy *wiphy, struct net_device *net,
		       struct cfg80211_connect_params *params);
	int (*disconnect)(struct wiphy *wiphy, struct net_device *net, u16 reason);
	int (*start_ap)(struct wiphy *wiphy, struct net_device *net,
			struct cfg80211_ap_settings *settings);
	int (*stop_ap)(struct wiphy *wiphy, struct net_device *net, unsigned int link);
	int (*change_beacon)(struct wiphy *wiphy, struct net_device *net,
			     struct cfg80211_beacon_data *update);
	int (*change_bss)(struct wiphy *wiphy, struct net_device *net,
			  struct bss_parameters *params);
	int (*change_station)(struct wiphy *wiphy, struct net_device *net, const u8 *mac,
			      struct station_parameters *params);
	int (*del_station)(struct wiphy *wiphy, struct net_device *net,
			   struct station_del_parameters *params);
	int (*get_station)(struct wiphy *wiphy, struct net_device *net, const u8 *mac,
			   struct station_info *info);
	int (*dump_station)(struct wiphy *wiphy, struct net_device *net, int index, u8 *mac,
			    struct station_info *info);
	int (*get_channel)(struct wiphy *wiphy, struct wireless_dev *wdev, unsigned int link,
			   struct cfg80211_chan_def *channel);
	int (*set_power_mgmt)(struct wiphy *wiphy, struct net_device *net, bool enabled,
			      int timeout);
	int (*set_tx_power)(struct wiphy *wiphy, struct wireless_dev *wdev,
			    enum nl80211_tx_power_setting type, int mbm);
	int (*get_tx_power)(struct wiphy *wiphy, struct wireless_dev *wdev, int *dbm);
};

/* ---- what it tells ---- */

struct cfg80211_bss {
	struct ieee80211_channel *channel;
	u8 bssid[ETH_ALEN];
	u16 capability;
};

struct cfg80211_inform_bss {
	struct ieee80211_channel *chan;
	s32 signal;
	u64 boottime_ns;
};

struct cfg80211_connect_resp_params {
	int status;
	const u8 *req_ie, *resp_ie;
	size_t req_ie_len, resp_ie_len;
	int timeout_reason;
	struct {
		const u8 *bssid;
		struct cfg80211_bss *bss;
	} links[1];
};

struct cfg80211_roam_info {
	const u8 *resp_ie;
	size_t resp_ie_len;
	struct {
		struct cfg80211_bss *bss;
	} links[1];
};

enum { CFG80211_BSS_FTYPE_UNKNOWN };
enum { IEEE80211_BSS_TYPE_ESS };
enum { IEEE80211_PRIVACY_ANY };

struct sim_event;

struct wireless_dev {
	struct wiphy *wiphy;
	struct net_device *netdev;
	enum nl80211_iftype iftype;
	bool registered;

	/* A station: what the core believes. */
	bool connected;
	bool hasty; /* was asked to join while events waited: it may forget the name */
	u8 ssid[IEEE80211_MAX_SSID_LEN];
	size_t ssid_len;
	u8 bssid[ETH_ALEN];
	struct cfg80211_bss *bss; /* held */
	/* An access point. */
	int beacon_interval;
	int guests; /* that it was told of */
	struct sim_event *first, **last;
};

struct wiphy *wiphy_new_nm(const struct cfg80211_ops *ops, int priv, const char *name);
int wiphy_register(struct wiphy *wiphy);
void wiphy_unregister(struct wiphy *wiphy);
void wiphy_free(struct wiphy *wiphy);
int cfg80211_register_netdevice(struct net_device *net);
void cfg80211_unregister_netdevice(struct net_device *net);

int ieee80211_channel_to_frequency(int channel, enum nl80211_band band);
struct ieee80211_channel *ieee80211_get_channel(struct wiphy *wiphy, int frequency);
void cfg80211_chandef_create(struct cfg80211_chan_def *to, struct ieee80211_channel *channel,
			     enum nl80211_channel_type type);

struct cfg80211_bss *cfg80211_inform_bss_data(struct wiphy *wiphy,
					      struct cfg80211_inform_bss *data, int type,
					      const u8 *bssid, u64 tsf, u16 capability,
					      u16 interval, const u8 *elements, size_t n,
					      gfp_t flags);
struct cfg80211_bss *cfg80211_get_bss(struct wiphy *wiphy, struct ieee80211_channel *channel,
				      const u8 *bssid, const u8 *ssid, size_t ssid_len,
				      int type, int privacy);
void cfg80211_put_bss(struct wiphy *wiphy, struct cfg80211_bss *bss);
void cfg80211_scan_done(struct cfg80211_scan_request *request, struct cfg80211_scan_info *info);
void cfg80211_connect_done(struct net_device *net, struct cfg80211_connect_resp_params *params,
			   gfp_t flags);
void cfg80211_roamed(struct net_device *net, struct cfg80211_roam_info *info, gfp_t flags);
void cfg80211_port_authorized(struct net_device *net, const u8 *bssid, const u8 *bitmap,
			      u8 bitmap_n, gfp_t flags);
void cfg80211_disconnected(struct net_device *net, u16 reason, const u8 *elements, size_t n,
			   bool ours, gfp_t flags);
void cfg80211_stop_iface(struct wiphy *wiphy, struct wireless_dev *wdev, gfp_t flags);
void cfg80211_new_sta(struct net_device *net, const u8 *mac, struct station_info *info,
		      gfp_t flags);
void cfg80211_del_sta(struct net_device *net, const u8 *mac, gfp_t flags);

/* ---- of cfg80211.c, for net.c, nl80211.c and the fuzzer ---- */

/* Takes in what was told; with the wiphy's mutex. */
void sim_events(struct wiphy *wiphy);
/* What it forgets when an interface is to become another kind. */
void sim_forget(struct wireless_dev *wdev);
/* A scan that was told to be over is. */
void sim_end_scan(struct wiphy *wiphy);
/* The wiphy that is registered; NULL: none. */
struct wiphy *sim_wiphy(void);
/* How many there are, registered or not. */
int sim_wiphys(void);
void sim_wdev_up(struct wireless_dev *wdev);
void sim_wdev_going_down(struct wireless_dev *wdev);
void sim_wdev_down(struct wireless_dev *wdev);
void sim_wdev_unregister(struct wireless_dev *wdev);

/* ---- nl80211.c: a user asks; of fields in nature's order ---- */

/* A byte to decide by. */
typedef u8 sim_choice(void);

/* With the wiphy's mutex: it leaves what it is in. */
void sim_leave(struct wireless_dev *wdev);
void sim_ask(struct wireless_dev *wdev, sim_choice *choice);

#endif
