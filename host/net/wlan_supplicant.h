/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wpa_supplicant of the net 'wlan': one of our own for the interface, and one socket
 * of it for the station, one for the access point. See wlan_supplicant.c.
 */
#ifndef PIGTAIL_HOST_NET_WLAN_SUPPLICANT_H
#define PIGTAIL_HOST_NET_WLAN_SUPPLICANT_H

#include "host/net/wpa_control.h"

struct wlan_supplicant;

/* Starts it for interface, and for ap, beside it, unless that is NULL. NULL with a line in
 * error. */
struct wlan_supplicant *wlan_supplicant_start(uv_loop_t *loop, const char *interface,
					      const char *ap, char *error, size_t error_size);

/* Its control socket for one of the interfaces, as wpa_control_open(). */
struct wpa_control *wlan_supplicant_open(struct wlan_supplicant *supplicant, uv_loop_t *loop,
					 const char *interface,
					 const struct wpa_control_events *events);

/* Whether it has ended. */
bool wlan_supplicant_ended(struct wlan_supplicant *supplicant);

/* Ends it and waits until it has; what it left is removed. NULL does nothing. */
void wlan_supplicant_stop(struct wlan_supplicant *supplicant);

#endif
