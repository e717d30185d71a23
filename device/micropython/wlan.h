/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * network.WLAN: a station and an access point. The board brings a radio, which is asked by the
 * messages of SPEC 8 as any host asks one, and whose frames are two interfaces of lwIP.
 */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_WLAN_H
#define PIGTAIL_DEVICE_MICROPYTHON_WLAN_H

#include <pigtail/local_radio.h>

/* Of MicroPython's ports: the security of a network. */
enum {
	WLAN_SECURITY_OPEN = 0,
	WLAN_SECURITY_WPA2 = 3,
	WLAN_SECURITY_WPA_WPA2 = 4,
	WLAN_SECURITY_WPA3 = 6,
};

/* Before the interpreter runs, with lwIP started; then in each turn. false: no memory. */
bool wlan_start(const struct local_radio *radio);
ptl_time wlan_poll(ptl_time now);

#endif
