/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the two interfaces of network.WLAN share: the radio, and who asks it (ptl_wifi). What
 * they say to each other waits in a queue each way, so neither is called from within the
 * other. The radio has a session while one of the interfaces is active.
 */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_WLAN_CORE_H
#define PIGTAIL_DEVICE_MICROPYTHON_WLAN_CORE_H

#include "wlan.h"

#include "py/obj.h"

#include <pigtail/interfaces.h>
#include <pigtail/wifi.h>

#include <lwip/netif.h>

extern struct wlan_core {
	const struct local_radio *radio; /* NULL: the board has none */
	struct ptl_wifi wifi;
	struct ptl_interfaces interfaces;
	bool active[2];	       /* enum ptl_interface */
	struct netif netif[2]; /* likewise */
} wlan_core;

/* heard: without .user, .send, .ready. false: no memory. */
bool wlan_core_start(const struct local_radio *radio, const struct ptl_wifi_events *heard);

/* In each turn. */
ptl_time wlan_core_poll(ptl_time now);

/* An interface is active or no more. */
void wlan_core_activate(unsigned interface, bool active);

/* Of an interface that is joined, or beacons: what comes to it is its own from now on. */
void wlan_core_carrier(unsigned interface, bool there);

/* What may be asked only of a radio that is there: waits for it, or raises. */
void wlan_core_want(unsigned interface);
void wlan_core_want_done(enum ptl_status status);

/* What a script has set of either interface, and wants to know: set() false, get() MP_OBJ_NULL
 * if that is no name of these. */
#define WLAN_PM_NONE 0 /* the radio saves no power */
bool wlan_core_set(qstr name, mp_obj_t value);
mp_obj_t wlan_core_get(qstr name);

/* Whether a script gave it its address, which stays. */
bool wlan_core_has_fixed(const struct netif *netif);

/* Bytes of an argument; raises ValueError if there are more than most. */
size_t wlan_core_take(mp_obj_t from, void *to, size_t most);

/* Those of a key, where they stand: no copy is made. None is none; ValueError unless they are
 * 8 to WLAN_KEY_MAX. */
#define WLAN_KEY_MAX 63
mp_buffer_info_t wlan_core_key(mp_obj_t key);

#endif
