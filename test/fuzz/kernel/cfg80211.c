// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a driver tells the wireless core, see cfg80211.h: networks in a table, whose entries
 * are gone 30 s after they were seen unless held, and events, which wait until sim_events().
 */
#include "cfg80211.h"

#define EXPIRE_US 30000000u

struct sim_bss {
	struct cfg80211_bss pub; /* first */
	u8 ssid[IEEE80211_MAX_SSID_LEN];
	size_t ssid_len;
	u64 seen;
	int references, holds; /* the table's is one of the references */
	struct sim_bss *next;
};

enum event_type { CONNECT_RESULT, ROAMED, AUTHORIZED, DISCONNECTED, STOPPED };

struct sim_event {
	enum event_type type;
	int status;
	u8 bssid[ETH_ALEN];
	struct cfg80211_bss *bss; /* a reference; NULL: none */
	u8 *elements;		  /* a copy of all of them */
	struct sim_event *next;
};

static struct wiphy *registered;
static int wiphys;

/* ---- the table ---- */

static struct sim_bss *entry_of(struct cfg80211_bss *bss)
{
	return (struct sim_bss *)bss;
}

static void put(struct sim_bss *entry)
{
	SIM_REQUIRE(entry->references > 0);
	if (!--entry->references) {
		SIM_REQUIRE(!entry->holds);
		free(entry);
	}
}

static void expire(struct wiphy *wiphy)
{
	struct sim_bss **at = &wiphy->entries;

	while (*at) {
		struct sim_bss *entry = *at;

		if (entry->holds || sim_now - entry->seen <= EXPIRE_US) {
			at = &entry->next;
			continue;
		}
		*at = entry->next;
		entry->next = NULL;
		put(entry);
	}
}

static bool in_table(const struct wiphy *wiphy, const struct cfg80211_bss *bss)
{
	for (const struct sim_bss *entry = wiphy->entries; entry; entry = entry->next)
		if (&entry->pub == bss)
			return true;
	return false;
}

static struct sim_bss *find(struct wiphy *wiphy, const struct ieee80211_channel *channel,
			    const u8 *bssid, const u8 *ssid, size_t ssid_len)
{
	expire(wiphy);
	for (struct sim_bss *entry = wiphy->entries; entry; entry = entry->next)
		if ((!channel || entry->pub.channel == channel) &&
		    ether_addr_equal(entry->pub.bssid, bssid) && entry->ssid_len == ssid_len &&
		    !memcmp(entry->ssid, ssid, ssid_len))
			return entry;
	return NULL;
}

/* Elements are read as the core reads them: none may reach beyond the end. */
static void read_ssid(const u8 *elements, size_t n, const u8 **ssid, size_t *ssid_len)
{
	*ssid = (const u8 *)"";
	*ssid_len = 0;
	while (n) {
		SIM_REQUIRE(n >= 2 && elements[1] <= n - 2);
		if (elements[0] == WLAN_EID_SSID && !*ssid_len) {
			SIM_REQUIRE(elements[1] <= IEEE80211_MAX_SSID_LEN);
			*ssid = elements + 2;
			*ssid_len = elements[1];
		}
		n -= 2u + elements[1];
		elements += 2 + elements[1];
	}
}

struct cfg80211_bss *cfg80211_inform_bss_data(struct wiphy *wiphy,
					      struct cfg80211_inform_bss *data, int type,
					      const u8 *bssid, u64 tsf, u16 capability,
					      u16 interval, const u8 *elements, size_t n,
					      gfp_t flags)
{
	struct sim_bss *entry;
	const u8 *ssid;
	size_t ssid_len;

	SIM_REQUIRE(wiphy && wiphy == registered && flags == GFP_ATOMIC && data->chan);
	SIM_REQUIRE(capability & WLAN_CAPABILITY_ESS && !(capability & WLAN_CAPABILITY_IBSS));
	read_ssid(elements, n, &ssid, &ssid_len);
	entry = find(wiphy, data->chan, bssid, ssid, ssid_len);
	if (!entry) {
		entry = kzalloc(sizeof(*entry), flags);
		if (!entry)
			return NULL;
		ether_addr_copy(entry->pub.bssid, bssid);
		memcpy(entry->ssid, ssid, ssid_len);
		entry->ssid_len = ssid_len;
		entry->references = 1;
		entry->next = wiphy->entries;
		wiphy->entries = entry;
	}
	entry->pub.channel = data->chan;
	entry->pub.capability = capability;
	entry->seen = sim_now;
	entry->references++;
	return &entry->pub;
}

struct cfg80211_bss *cfg80211_get_bss(struct wiphy *wiphy, struct ieee80211_channel *channel,
				      const u8 *bssid, const u8 *ssid, size_t ssid_len,
				      int type, int privacy)
{
	struct sim_bss *entry;

	SIM_REQUIRE(wiphy && wiphy == registered);
	entry = find(wiphy, channel, bssid, ssid, ssid_len);
	if (!entry)
		return NULL;
	entry->references++;
	return &entry->pub;
}

void cfg80211_put_bss(struct wiphy *wiphy, struct cfg80211_bss *bss)
{
	if (bss)
		put(entry_of(bss));
}

static void release_held(struct wireless_dev *wdev)
{
	if (!wdev->bss)
		return;
	entry_of(wdev->bss)->holds--;
	put(entry_of(wdev->bss));
	wdev->bss = NULL;
}

/* ---- events: told, with the link's lock as a rule ---- */

/* Not without memory: then the kernel loses it, and no driver knows. */
static struct sim_event *tell(struct wireless_dev *wdev, enum event_type type,
			      const u8 *elements, size_t n, gfp_t flags)
{
	struct sim_event *event;

	SIM_REQUIRE(wdev && wdev->registered && flags == GFP_ATOMIC);
	event = calloc(1, sizeof(*event));
	SIM_REQUIRE(event);
	event->type = type;
	event->elements = malloc(n ? n : 1);
	SIM_REQUIRE(event->elements);
	if (n)
		memcpy(event->elements, elements, n);
	*wdev->last = event;
	wdev->last = &event->next;
	return event;
}

void cfg80211_connect_done(struct net_device *net, struct cfg80211_connect_resp_params *params,
			   gfp_t flags)
{
	struct wireless_dev *wdev = net->ieee80211_ptr;
	struct cfg80211_bss *bss = params->links[0].bss;
	struct sim_event *event;

	SIM_REQUIRE(!bss || in_table(wdev->wiphy, bss));
	SIM_REQUIRE(params->status != WLAN_STATUS_SUCCESS || bss);
	free(memcpy(malloc(params->req_ie_len + 1), params->req_ie, params->req_ie_len));
	event = tell(wdev, CONNECT_RESULT, params->resp_ie, params->resp_ie_len, flags);
	event->status = params->status;
	event->bss = bss;
	if (params->links[0].bssid)
		ether_addr_copy(event->bssid, params->links[0].bssid);
	if (bss)
		entry_of(bss)->holds++;
}

void cfg80211_roamed(struct net_device *net, struct cfg80211_roam_info *info, gfp_t flags)
{
	struct wireless_dev *wdev = net->ieee80211_ptr;
	struct cfg80211_bss *bss = info->links[0].bss;
	struct sim_event *event;

	SIM_REQUIRE(bss && in_table(wdev->wiphy, bss));
	event = tell(wdev, ROAMED, info->resp_ie, info->resp_ie_len, flags);
	event->bss = bss;
}

void cfg80211_port_authorized(struct net_device *net, const u8 *bssid, const u8 *bitmap,
			      u8 bitmap_n, gfp_t flags)
{
	ether_addr_copy(tell(net->ieee80211_ptr, AUTHORIZED, NULL, 0, flags)->bssid, bssid);
}

void cfg80211_disconnected(struct net_device *net, u16 reason, const u8 *elements, size_t n,
			   bool ours, gfp_t flags)
{
	tell(net->ieee80211_ptr, DISCONNECTED, elements, n, flags);
}

void cfg80211_stop_iface(struct wiphy *wiphy, struct wireless_dev *wdev, gfp_t flags)
{
	SIM_REQUIRE(wiphy == registered);
	tell(wdev, STOPPED, NULL, 0, flags);
}

/* These two tell programs only, who keep a list. */
void cfg80211_new_sta(struct net_device *net, const u8 *mac, struct station_info *info,
		      gfp_t flags)
{
	SIM_REQUIRE(net->ieee80211_ptr->registered && is_valid_ether_addr(mac));
	net->ieee80211_ptr->guests++;
	free(memcpy(malloc(info->assoc_req_ies_len + 1),
		    info->assoc_req_ies ? info->assoc_req_ies : mac, info->assoc_req_ies_len));
}

void cfg80211_del_sta(struct net_device *net, const u8 *mac, gfp_t flags)
{
	SIM_REQUIRE(net->ieee80211_ptr->registered && is_valid_ether_addr(mac));
	SIM_REQUIRE(net->ieee80211_ptr->guests-- > 0 || sim_lost);
}

/* ---- events: taken in ---- */

static bool is_client(const struct wireless_dev *wdev)
{
	return wdev->iftype == NL80211_IFTYPE_STATION;
}

static void take_result(struct wireless_dev *wdev, struct sim_event *event)
{
	release_held(wdev);
	if (event->status != WLAN_STATUS_SUCCESS) {
		wdev->ssid_len = 0;
		return;
	}
	wdev->bss = event->bss;
	event->bss = NULL;
	wdev->connected = true;
	ether_addr_copy(wdev->bssid, event->bssid);
}

static void take_roam(struct wireless_dev *wdev, struct sim_event *event)
{
	SIM_REQUIRE(wdev->connected);
	release_held(wdev);
	wdev->bss = event->bss;
	event->bss = NULL;
	entry_of(wdev->bss)->holds++;
	ether_addr_copy(wdev->bssid, wdev->bss->bssid);
}

static void take(struct wireless_dev *wdev, struct sim_event *event)
{
	SIM_REQUIRE(event->type == STOPPED || is_client(wdev));
	switch (event->type) {
	case CONNECT_RESULT:
		take_result(wdev, event);
		break;
	case ROAMED:
		take_roam(wdev, event);
		break;
	case AUTHORIZED:
		SIM_REQUIRE(wdev->connected && ether_addr_equal(wdev->bssid, event->bssid));
		break;
	case DISCONNECTED:
		release_held(wdev);
		wdev->connected = false;
		wdev->ssid_len = 0;
		break;
	case STOPPED:
		sim_leave(wdev);
		break;
	}
}

static void take_all(struct wireless_dev *wdev)
{
	while (wdev->first) {
		struct sim_event *event = wdev->first;

		wdev->first = event->next;
		if (!wdev->first)
			wdev->last = &wdev->first;
		take(wdev, event);
		cfg80211_put_bss(wdev->wiphy, event->bss);
		free(event->elements);
		free(event);
	}
}

void sim_events(struct wiphy *wiphy)
{
	SIM_REQUIRE(wiphy->mtx.held);
	for (size_t i = 0; i < ARRAY_SIZE(wiphy->wdevs); i++)
		if (wiphy->wdevs[i])
			take_all(wiphy->wdevs[i]);
}

void sim_forget(struct wireless_dev *wdev)
{
	/* The kernel would leak it. */
	release_held(wdev);
	wdev->ssid_len = 0;
	wdev->beacon_interval = 0;
}

/* ---- scans ---- */

void cfg80211_scan_done(struct cfg80211_scan_request *request, struct cfg80211_scan_info *info)
{
	SIM_REQUIRE(registered && request == registered->scan_req && !request->notified);
	request->info = *info;
	request->notified = true;
}

void sim_end_scan(struct wiphy *wiphy)
{
	SIM_REQUIRE(wiphy->mtx.held);
	if (!wiphy->scan_req || !wiphy->scan_req->notified)
		return;
	free(wiphy->scan_req);
	wiphy->scan_req = NULL;
}

/* ---- interfaces and radios ---- */

void sim_wdev_up(struct wireless_dev *wdev)
{
	wiphy_lock(wdev->wiphy);
	if (is_client(wdev))
		wdev->wiphy->ops->set_power_mgmt(wdev->wiphy, wdev->netdev, true, -1);
	wiphy_unlock(wdev->wiphy);
}

void sim_wdev_going_down(struct wireless_dev *wdev)
{
	wiphy_lock(wdev->wiphy);
	sim_leave(wdev);
	wiphy_unlock(wdev->wiphy);
}

void sim_wdev_down(struct wireless_dev *wdev)
{
	struct wiphy *wiphy = wdev->wiphy;

	wiphy_lock(wiphy);
	if (wiphy->scan_req && wiphy->scan_req->wdev == wdev) {
		SIM_REQUIRE(wiphy->scan_req->notified);
		sim_end_scan(wiphy);
	}
	wdev->hasty = false;
	wiphy_unlock(wiphy);
}

/* With the wiphy's mutex, or without. */
void sim_wdev_unregister(struct wireless_dev *wdev)
{
	bool locked = wdev->wiphy->mtx.held;

	if (!locked)
		wiphy_lock(wdev->wiphy);
	SIM_REQUIRE(wdev->registered);
	take_all(wdev);
	SIM_REQUIRE(!wdev->bss && !wdev->beacon_interval && (!wdev->guests || sim_lost));
	wdev->registered = false;
	for (size_t i = 0; i < ARRAY_SIZE(wdev->wiphy->wdevs); i++)
		if (wdev->wiphy->wdevs[i] == wdev)
			wdev->wiphy->wdevs[i] = NULL;
	if (!locked)
		wiphy_unlock(wdev->wiphy);
}

int cfg80211_register_netdevice(struct net_device *net)
{
	struct wireless_dev *wdev = net->ieee80211_ptr;
	size_t i = 0;
	int status;

	SIM_REQUIRE(wdev && wdev->wiphy == registered && wdev->wiphy->mtx.held);
	status = register_netdevice(net);
	if (status)
		return status;
	while (wdev->wiphy->wdevs[i])
		SIM_REQUIRE(++i < ARRAY_SIZE(wdev->wiphy->wdevs));
	wdev->wiphy->wdevs[i] = wdev;
	wdev->last = &wdev->first;
	wdev->registered = true;
	return 0;
}

void cfg80211_unregister_netdevice(struct net_device *net)
{
	SIM_REQUIRE(net->ieee80211_ptr->wiphy->mtx.held && !net->up);
	unregister_netdevice(net);
}

struct wiphy *wiphy_new_nm(const struct cfg80211_ops *ops, int priv, const char *name)
{
	struct wiphy *wiphy;

	might_sleep();
	if (sim_no_memory)
		return NULL;
	wiphy = calloc(1, sizeof(*wiphy) + (size_t)priv);
	SIM_REQUIRE(wiphy);
	wiphy->ops = ops;
	wiphys++;
	return wiphy;
}

static bool good_band(const struct ieee80211_supported_band *band)
{
	if (band->n_channels <= 0 || band->n_bitrates <= 0 || band->n_bitrates > 32)
		return false;
	for (int i = 0; i < band->n_channels; i++)
		if (!band->channels[i].center_freq || band->channels[i].band != band->band)
			return false;
	return true;
}

int wiphy_register(struct wiphy *wiphy)
{
	int bands = 0;

	might_sleep();
	SIM_REQUIRE(!registered && wiphy->interface_modes && wiphy->n_addresses > 0);
	for (int i = 0; i < wiphy->n_addresses; i++)
		SIM_REQUIRE(is_valid_ether_addr(wiphy->addresses[i].addr));
	for (int i = 0; i < NUM_NL80211_BANDS; i++)
		if (wiphy->bands[i]) {
			SIM_REQUIRE(good_band(wiphy->bands[i]));
			bands++;
		}
	SIM_REQUIRE(bands);
	wiphy->registered = true;
	registered = wiphy;
	sim_meanwhile(false);
	return 0;
}

void wiphy_unregister(struct wiphy *wiphy)
{
	might_sleep();
	SIM_REQUIRE(wiphy == registered && wiphy->registered && !wiphy->scan_req);
	for (size_t i = 0; i < ARRAY_SIZE(wiphy->wdevs); i++)
		SIM_REQUIRE(!wiphy->wdevs[i]);
	while (wiphy->entries) {
		struct sim_bss *entry = wiphy->entries;

		wiphy->entries = entry->next;
		SIM_REQUIRE(entry->references == 1 && !entry->holds);
		put(entry);
	}
	registered = NULL;
	wiphy->registered = false;
	sim_meanwhile(false);
}

void wiphy_free(struct wiphy *wiphy)
{
	SIM_REQUIRE(!wiphy->registered);
	wiphys--;
	free(wiphy);
}

struct wiphy *sim_wiphy(void)
{
	return registered;
}

int sim_wiphys(void)
{
	return wiphys;
}

/* ---- channels ---- */

int ieee80211_channel_to_frequency(int channel, enum nl80211_band band)
{
	if (channel <= 0)
		return 0;
	if (band == NL80211_BAND_5GHZ)
		return channel >= 182 && channel <= 196 ? 4000 + channel * 5
							: 5000 + channel * 5;
	return channel == 14 ? 2484 : channel < 14 ? 2407 + channel * 5 : 0;
}

struct ieee80211_channel *ieee80211_get_channel(struct wiphy *wiphy, int frequency)
{
	for (int i = 0; i < NUM_NL80211_BANDS; i++) {
		struct ieee80211_supported_band *band = wiphy->bands[i];

		for (int j = 0; band && j < band->n_channels; j++)
			if (band->channels[j].center_freq == (u32)frequency)
				return &band->channels[j];
	}
	return NULL;
}

void cfg80211_chandef_create(struct cfg80211_chan_def *to, struct ieee80211_channel *channel,
			     enum nl80211_channel_type type)
{
	SIM_REQUIRE(channel);
	*to = (struct cfg80211_chan_def){channel, NL80211_CHAN_WIDTH_20};
}
