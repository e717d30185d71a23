/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * network.WLAN: a station and an access point. The board brings a radio, which is asked by the
 * messages of SPEC 8 as any host asks one, and whose frames are two interfaces of lwIP.
 */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_WLAN_H
#define PIGTAIL_DEVICE_MICROPYTHON_WLAN_H

#include <pigtail/endpoint.h>

/* What the radio says and hears. Called from its poll(). */
struct wlan_events {
	/* A message; false: there is no room for it now. */
	bool (*message)(void *user, const uint8_t *message, size_t n);
	/* A frame; false: likewise. */
	bool (*frame)(const uint8_t *frame, size_t n);
};

struct wlan_radio {
	/* Once. */
	void (*start)(const struct wlan_events *events, ptl_time now);
	/* true: a session has begun, and READY follows. */
	void (*session)(ptl_time now, bool up);
	/* false: no room now, it is offered again after a poll. */
	bool (*message)(ptl_time now, const uint8_t *message, size_t n);
	bool (*send)(const uint8_t *frame, size_t n);
	/* Returns when to call again. */
	ptl_time (*poll)(ptl_time now);
	const uint8_t *mac;
};

/* Of MicroPython's ports: the security of a network. */
enum {
	WLAN_SECURITY_OPEN = 0,
	WLAN_SECURITY_WPA2 = 3,
	WLAN_SECURITY_WPA_WPA2 = 4,
	WLAN_SECURITY_WPA3 = 6,
};

/* Before the interpreter runs, with lwIP started; then in each turn. false: no memory. */
bool wlan_start(const struct wlan_radio *radio);
ptl_time wlan_poll(ptl_time now);

#endif
