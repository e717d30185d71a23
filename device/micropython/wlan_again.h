/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The network that a script wants its station in, kept with its key until it wants none. One
 * that was lost, or that could not be joined, is asked for again: soon, then after twice as
 * long each time (rejoin.h). One whose key is wrong is not.
 */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_WLAN_AGAIN_H
#define PIGTAIL_DEVICE_MICROPYTHON_WLAN_AGAIN_H

#include "py/obj.h"

#include <pigtail/wifi.h>

#define WLAN_AGAIN_ALWAYS (-1)

struct wlan_name {
	uint8_t ssid[32], ssid_n;
	uint8_t bssid[6];
	bool has_bssid; /* that access point only */
};

/* Asks for it, in the place of any other. key: none is an open one. */
enum ptl_status wlan_again_join(const struct wlan_name *name, mp_buffer_info_t key);

/* Which it is; an empty name: none was wanted. */
const struct wlan_name *wlan_again_name(void);

/* None is wanted any more. */
void wlan_again_forget(void);

/* How often it is asked for again. */
void wlan_again_set_times(int times);
int wlan_again_times(void);

/* What the radio says of it. Whether it will be asked for again. */
void wlan_again_joined(void);
bool wlan_again_lost(enum ptl_by by);
void wlan_again_failed(enum ptl_failure failure);

/* Returns when to call again. */
ptl_time wlan_again_poll(ptl_time now);

#endif
