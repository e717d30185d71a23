/* SPDX-License-Identifier: GPL-2.0-only */
/* The scan of the net 'wlan'. See wlan_scan.c. */
#ifndef PIGTAIL_HOST_NET_WLAN_SCAN_H
#define PIGTAIL_HOST_NET_WLAN_SCAN_H

#include "host/net/wlan_core.h"

enum wlan_scan_step {
	WLAN_SCAN_IDLE,
	WLAN_SCAN_ASKING,  /* for a part of the channels */
	WLAN_SCAN_WAITING, /* wpa_supplicant was busy: to be asked again */
	WLAN_SCAN_RUNNING,
	WLAN_SCAN_READING, /* a BSS of its table */
	WLAN_SCAN_TELLING, /* it, to the host */
};

struct wlan_scan {
	struct wlan_core *core;
	enum wlan_scan_step step;
	ptl_time over; /* of RUNNING, WAITING */
	uint8_t id;    /* of the request */
	bool answered;
	unsigned busy; /* refusals in a row */
	int number;    /* of wpa_supplicant's scan */
	uint8_t channels[64];
	unsigned count, at, part; /* part: channels that are being scanned, from at on */
	uint8_t ssid[32], ssid_n;
	bool passive;
	struct ptl_bss bss;
	long long bss_id;
	uint8_t elements[PTL_ELEMENTS_MAX];
};

/* Requests: SCAN, SCAN_STOP. */
enum ptl_status wlan_scan_begin(struct wlan_scan *scan, const struct ptl_control *message,
				const char **reason);
enum ptl_status wlan_scan_stop(struct wlan_scan *scan);

/* SCANNED, SCAN_FAILED of the station's socket; others are ignored. */
void wlan_scan_event(struct wlan_scan *scan, const struct wpa_event *event);

/* What is due. Returns when to call again; also when the link has room. */
ptl_time wlan_scan_poll(struct wlan_scan *scan, ptl_time now);

/* Forgets it. */
void wlan_scan_reset(struct wlan_scan *scan);

#endif
