/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Wi-Fi of a link's radio, as a card of cfg80211: a FullMAC, which scans, joins and
 * shakes hands by itself, and is asked to by messages (SPEC 8).
 *
 *	wifi_control.c   the channel: ptl_wifi of control/, its timer, requests with a wait
 *	wifi_clients.c   programs that ask the radio by the netlink family, of this card
 *	wifi_family.c    the family
 *	wifi_bss.c       networks that were found, into cfg80211's table
 *	wifi_station.c   scan, join, leave: what is asked, and what the radio says to it
 *	wifi_ap.c        the access point and its stations
 *	wifi_settings.c  address, country, power, groups: what holds in every session
 *	wifi_vif.c       the net_devices
 *	wifi_phy.c       what the radio can: the wiphy, and the table of operations
 *	wifi.c           begins and ends all of it
 *
 * Each calls those above it only.
 *
 * A link begins with an Ethernet interface. When its radio says READY, and that it is a
 * station, a wiphy is made of what it says, and an interface of the same name takes the
 * other's place; that stays, whatever is at the other end later, until the link is detached,
 * or a radio that can something else says READY.
 *
 * cfg80211 calls with the wiphy's mutex or rtnl, where one may sleep. The radio is heard with
 * the link's lock. What both look at is under that lock, and cfg80211 is told what the radio
 * said from within it: all that is called there takes GFP_ATOMIC and only queues.
 *
 * The radio is not believed: cfg80211 WARNs when it is told what does not fit (success for a
 * BSS that it does not have, a roam of who is not joined, a scan that ends twice), so each
 * such call has its check here. ptl_wifi lets through only what fits its own state; `joined`
 * and the like say what cfg80211 was told.
 */
#ifndef PIGTAIL_KERNEL_WIFI_H
#define PIGTAIL_KERNEL_WIFI_H

#include "device.h"

#ifdef PTL_WIFI

#include <linux/completion.h>
#include <linux/if_ether.h>
#include <net/cfg80211.h>

#include <pigtail/groups.h>
#include <pigtail/interfaces.h>
#include <pigtail/share.h>
#include <pigtail/streams.h>
#include <pigtail/wifi.h>

#define CARD_REFRESH_MS 1000 /* of what get_station() tells */

#define CARD_ELEMENTS_MAX 1024 /* of a request to join, as cfg80211 is told again */

struct ptl_card;

/* A request whose answer is wanted: events.answer's token. */
struct card_ask {
	void (*answered)(struct ptl_card *card, struct card_ask *ask, enum ptl_status status,
			 const struct ptl_control *message);
};

/* The private part of a net_device. */
struct card_vif {
	struct ptl_vif vif; /* first */
	struct wireless_dev wdev;
	struct ptl_card *card;
};

enum card_join {
	CARD_LEFT,
	CARD_JOINING,
	CARD_JOINED,
	CARD_REJOINING, /* joined for cfg80211, though the radio has left already */
};

struct card_station {
	struct cfg80211_scan_request *scan; /* NULL: none, or it was ended */
	enum card_join join;
	bool leave; /* the radio is still to be told */
	u8 ssid[IEEE80211_MAX_SSID_LEN], ssid_len;
	u8 bssid[ETH_ALEN], wanted[ETH_ALEN]; /* zeros: any */
	u8 akms;
	struct ieee80211_channel *channel;
	u8 elements[CARD_ELEMENTS_MAX]; /* of the request */
	size_t elements_n;
	/* As of the last report; 0: unknown. */
	s8 signal;
	u32 tx_rate, rx_rate; /* kbit/s */
	unsigned long joined_at, asked_at;
	struct card_ask stats;
	bool asked;
};

/* A station of our access point. What the radio said of it last; 0: unknown. */
struct card_guest {
	struct card_ask ask; /* first */
	u8 mac[ETH_ALEN];    /* zeros: nobody */
	bool asked;
	unsigned long joined_at, asked_at;
	s8 signal;
	u32 tx_rate, rx_rate; /* kbit/s */
	u64 tx_bytes, rx_bytes;
};

struct card_ap {
	bool running;
	bool waiting; /* in start_ap() */
	bool stop;    /* the radio is still to be told */
	struct completion started;
	enum ptl_status status;
	char text[PTL_WIFI_TEXT];
	struct cfg80211_chan_def channel;
	struct card_guest guests[PTL_STATIONS_MAX];
};

/* What the radio is told in every session; a row of the table in wifi_settings.c each. */
enum card_setting {
	CARD_MAC,
	CARD_AP_MAC,
	CARD_COUNTRY,
	CARD_POWER_SAVE,
	CARD_TX_POWER,
	CARD_GROUPS,
	CARD_TIME,
	CARD_CHANCE,
	CARD_SETTINGS,
};

struct card_settings {
	struct card_ask asks[CARD_SETTINGS];
	unsigned long untold;		  /* bits: still to be said */
	u8 mac[PTL_INTERFACES][ETH_ALEN]; /* that was asked for; zeros: none was */
	bool mac_refused[PTL_INTERFACES]; /* mac_work is to take it back */
	u8 country[2];			  /* zeros: not known */
	bool power_save;
	s8 tx_power; /* dBm */
	bool tx_power_set;
	struct ptl_groups groups; /* that the station is in */
};

/* A program that asks by the family: a netlink socket. */
struct card_client {
	const struct genl_family *family; /* NULL: a free place */
	struct net *net;		  /* lives as long as the socket */
	u32 portid;
	bool waits; /* it was told that there is no room */
};

/* A request of a client's. */
struct card_question {
	struct card_ask ask;
	struct card_client *client; /* NULL: it went */
	u8 id;			    /* that it gave; 0: a free place */
};

/* The i-th has the number 2 i on the wire. */
struct card_stream {
	bool used;
	const struct card_client *client; /* NULL: it went */
	u8 number;			  /* that the client gave */
	bool closed, ended;		  /* by us, by the radio */
};

#define CARD_CLIENTS   8
#define CARD_QUESTIONS 4 /* of PTL_WIFI_REQUESTS */
#define CARD_STREAMS   (PTL_STREAMS / 2)
/* Room for what card_put_link() puts. */
#define CARD_LINK_BYTES (PTL_CONTROL_MAX + 128)

struct card_clients {
	struct card_client all[CARD_CLIENTS];
	struct card_question questions[CARD_QUESTIONS];
	struct card_stream streams[CARD_STREAMS];
	struct ptl_share share;
	u8 ready[PTL_CONTROL_MAX]; /* as the radio said it in this session */
	size_t ready_n;
};

struct ptl_card {
	struct list_head all; /* of wifi_family.c */
	struct ptl_dev *dev;
	struct wiphy *wiphy; /* NULL: none yet. Changes under rtnl, with the lock */
	char name[IFNAMSIZ];
	struct work_struct ready_work, mac_work;
	struct delayed_work poll_work;

	/* With the link's lock. */
	struct ptl_wifi wifi;
	struct ptl_radio_info said; /* by the last READY */
	struct ptl_radio_info made; /* that the wiphy was made of */
	bool leaving;
	struct card_vif *roles[PTL_INTERFACES]; /* NULL: there is none such */
	struct card_station station;
	struct card_ap ap;
	struct ptl_interfaces interfaces; /* whose a packet is */
	struct card_settings settings;
	struct card_clients clients;
};

static inline struct ptl_card *card_of(struct wiphy *wiphy)
{
	return *(struct ptl_card **)wiphy_priv(wiphy);
}

/* ---- wifi_control.c ---- */

void card_control_init(struct ptl_card *card, const struct ptl_wifi_events *events);
/* No more of it. Sleeps. */
void card_control_end(struct ptl_card *card);
/* As ptl_wifi_start() and so on; with the lock. */
enum ptl_status card_start(struct ptl_card *card, enum ptl_wifi_machine machine,
			   struct ptl_control_writer *message);
enum ptl_status card_stop(struct ptl_card *card, enum ptl_wifi_machine machine, u16 reason);
enum ptl_status card_request(struct ptl_card *card, struct ptl_control_writer *message,
			     struct card_ask *ask);
/* As an errno, 0 for DONE. */
int card_errno(enum ptl_status status);
/* Looks at what waits, not later than then, in ptl_dev_now()'s time. */
void card_poll_at(struct ptl_card *card, u64 when);
/* For events.send and events.answer. */
bool card_send(void *user, const u8 *message, size_t n);
void card_answer(void *user, void *token, enum ptl_status status,
		 const struct ptl_control *message);

/* ---- wifi_clients.c; with the lock ---- */

struct genl_family;
struct netlink_ext_ack;

/* NULL: the socket is no client of this card. */
struct card_client *card_client(struct ptl_card *card, const struct net *net, u32 portid);
/* 0, and it is told of the link; or -EUSERS. */
int card_client_open(struct ptl_card *card, const struct genl_family *family, struct net *net,
		     u32 portid);
void card_client_close(struct ptl_card *card, struct card_client *client);
/* An unchecked message of its. */
int card_client_message(struct ptl_card *card, struct card_client *client, const u8 *bytes,
			size_t n, struct netlink_ext_ack *extack);
/* The attributes of PTL_GENL_LINK; -EMSGSIZE. */
int card_put_link(struct ptl_card *card, struct sk_buff *skb);
/* What the radio says, unchecked: streams, and what each client is to know. */
void card_clients_hear(struct ptl_card *card, const u8 *bytes, size_t n);
void card_clients_log(void *user, const u8 *text, size_t n);
/* Another session, or none. */
void card_clients_session(struct ptl_card *card);
/* Tells who waits that there is room; returns when to look again. */
u64 card_clients_poll(struct ptl_card *card);
/* None is one any more. */
void card_clients_end(struct ptl_card *card);

/* ---- wifi_family.c; process context ---- */

/* From when on, and until when, a card can be asked. */
void card_family_add(struct ptl_card *card);
void card_family_remove(struct ptl_card *card);
/* For main.c. */
int ptl_family_register(void);
void ptl_family_unregister(void);

/* ---- wifi_bss.c; with the lock ---- */

void card_on_bss(void *user, const struct ptl_bss *bss);
/* Of this channel number; NULL: the wiphy has none such. */
struct ieee80211_channel *card_channel(struct ptl_card *card, u8 number);
/* The entry of an access point that is joined, made if there is none: the caller's. NULL:
 * nothing that could be joined. */
struct cfg80211_bss *card_joined_bss(struct ptl_card *card,
				     const struct ptl_association *association);

/* ---- wifi_station.c ---- */

int card_op_scan(struct wiphy *wiphy, struct cfg80211_scan_request *request);
void card_op_abort_scan(struct wiphy *wiphy, struct wireless_dev *wdev);
int card_op_connect(struct wiphy *wiphy, struct net_device *net,
		    struct cfg80211_connect_params *params);
int card_op_disconnect(struct wiphy *wiphy, struct net_device *net, u16 reason);
int card_station_info(struct ptl_card *card, const u8 *mac, struct station_info *info);
/* What of these is known, for cfg80211. */
void card_put_air(struct station_info *info, s8 signal, u32 tx_rate, u32 rx_rate);
/* This interface is none now. cfg80211 has left what it knew to be joined, but may hear later
 * that something is: true, it was so. And it lets a scan go on. Takes the lock. */
bool card_station_down(struct ptl_card *card, struct net_device *net);
/* The key management that cfg80211 asks for, as bits of PTL_AKM_...; 0: none that we know. */
u8 card_akms(const struct cfg80211_crypto_settings *crypto, bool privacy);
/* With the lock: what could not be said before. */
void card_station_poll(struct ptl_card *card);
void card_on_scan_done(void *user, enum ptl_status status, const char *text);
void card_on_joined(void *user, const struct ptl_association *association);
void card_on_failed(void *user, enum ptl_failure failure, u16 code, const char *text);
void card_on_left(void *user, u16 reason, enum ptl_by by, const char *text);
void card_on_roamed(void *user, const struct ptl_association *association);
void card_on_signal(void *user, s8 signal, u32 tx_rate, u32 rx_rate);

/* ---- wifi_ap.c ---- */

int card_op_start_ap(struct wiphy *wiphy, struct net_device *net,
		     struct cfg80211_ap_settings *settings);
int card_stop_ap(struct ptl_card *card);
/* With the lock: what could not be said before. */
void card_ap_poll(struct ptl_card *card);
int card_kick(struct ptl_card *card, const u8 *mac, u16 reason);
/* The index-th station's address. With the lock, as the next. */
int card_ap_station(struct ptl_card *card, int index, u8 *mac);
int card_ap_station_info(struct ptl_card *card, const u8 *mac, struct station_info *info);
void card_on_ap_started(void *user, enum ptl_status status, const char *text);
void card_on_ap_stopped(void *user, u16 reason, const char *text);
void card_on_station(void *user, bool joined, const u8 mac[ETH_ALEN], u16 reason,
		     const u8 *elements, size_t n);

/* ---- wifi_settings.c; with the lock ---- */

void card_settings_init(struct ptl_card *card);
/* A session: the radio knows none of them. */
void card_settings_begin(struct ptl_card *card);
/* Says what is still to be said. */
void card_settings_tell(struct ptl_card *card);
void card_settings_change(struct ptl_card *card, enum card_setting setting);

/* ---- wifi_vif.c ---- */

/* Registers an interface; under rtnl and with the wiphy's mutex. ERR_PTR. */
struct card_vif *card_vif_create(struct ptl_card *card, const char *name,
				 enum nl80211_iftype type, struct net *net);
/* Unregisters it likewise, or with locked = false under rtnl alone. */
void card_vif_destroy(struct card_vif *vif, bool locked);
int card_vif_change(struct card_vif *vif, enum nl80211_iftype type);
/* The mac_work. Takes rtnl. */
void card_vif_take_mac_back(struct work_struct *work);
struct ptl_vif *card_route(void *user, const u8 *packet, size_t n);

/* ---- wifi_phy.c ---- */

/* Registers what card->said is; card->wiphy is there then. */
int card_phy_create(struct ptl_card *card, struct net *net);
void card_phy_destroy(struct ptl_card *card);

/* ---- wifi.c, for attach.c; process context ---- */

/* Of a link whose endpoint is not made yet. */
int ptl_card_create(struct ptl_dev *dev, const char *name);
/* Takes its interfaces away, for good. Takes rtnl. */
void ptl_card_leave(struct ptl_dev *dev);
/* When nothing comes from the port any more. */
void ptl_card_free(struct ptl_dev *dev);

#else

static inline int ptl_family_register(void)
{
	return 0;
}

static inline void ptl_family_unregister(void)
{
}

static inline int ptl_card_create(struct ptl_dev *dev, const char *name)
{
	return 0;
}

static inline void ptl_card_leave(struct ptl_dev *dev)
{
}

static inline void ptl_card_free(struct ptl_dev *dev)
{
}

#endif
#endif
