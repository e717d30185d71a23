/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the net 'wlan' share: its way to the host, its way to wpa_supplicant,
 * and what the radio has. wlan.c owns it; the scan, the station and the access point each
 * have a file, and none knows another.
 *
 * What is said to the host goes through one queue, so answers and events keep their order
 * and none is lost while the link has no room.
 */
#ifndef PIGTAIL_HOST_NET_WLAN_CORE_H
#define PIGTAIL_HOST_NET_WLAN_CORE_H

#include "host/net/wpa_control.h"
#include "host/net/wpa_text.h"

#include <pigtail/radio_side.h>

#define WLAN_QUEUE 32 /* messages */

struct wlan_saying {
	bool answer;
	uint8_t id, interface;
	enum ptl_status status;
	const char *reason; /* constant, or NULL */
	struct ptl_control_writer event;
};

struct wlan_core {
	struct ptl_radio_control control;
	struct wpa_control *station; /* wpa_supplicant's socket of each interface */
	struct wpa_control *ap;	     /* NULL: there can be none */
	uint8_t channels[64], channel_count;
	uint8_t akms;

	/* wlan.c is to poll all parts soon. */
	void (*wake)(void *user);
	void *user;

	struct wlan_saying queue[WLAN_QUEUE];
	unsigned first, count;
	uint64_t lost; /* for want of room */
};

/* Says an event to the host, as soon as there is room. */
void wlan_say(struct wlan_core *core, const struct ptl_control_writer *event);

/* Answers a request for which PTL_STATUS_LATER was returned. */
void wlan_answer(struct wlan_core *core, uint8_t id, uint8_t interface, enum ptl_status status,
		 const char *reason);

/* Says what waits; whether all of it went. */
bool wlan_flush(struct wlan_core *core);

/* What waits is of a session that is gone. */
void wlan_clear(struct wlan_core *core);

/* Asks wpa_supplicant at once what the radio has: channels and kinds of keys. false: it
 * does not say. */
bool wlan_learn(struct wlan_core *core);

bool wlan_has_channel(const struct wlan_core *core, uint8_t channel);

/* wpa_supplicant did what it was told. */
bool wlan_is_ok(const char *answer);

#endif
