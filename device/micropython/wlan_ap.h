/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * network.WLAN(AP_IF): an access point, with 192.168.4.1 and a DHCP server. It beacons while
 * it is active and has a name: nobody is let in by accident. On one channel with the station,
 * if that is joined.
 */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_WLAN_AP_H
#define PIGTAIL_DEVICE_MICROPYTHON_WLAN_AP_H

#include "py/obj.h"

#include <pigtail/wifi.h>

/* Fills in what it wants to hear. */
void wlan_ap_hear(struct ptl_wifi_events *events);

/* Of network.WLAN. channel: of the station that is joined; 0: none is. */
void wlan_ap_active(bool active, uint8_t channel);
bool wlan_ap_isconnected(void);
mp_obj_t wlan_ap_status(size_t n, const mp_obj_t *args);
/* It has another address than before. */
void wlan_ap_moved(void);
mp_obj_t wlan_ap_get(qstr name);
void wlan_ap_set(const mp_map_t *named, uint8_t channel);

#endif
