/* SPDX-License-Identifier: GPL-2.0-only */
/* The access point of the net 'wlan'. See wlan_ap.c. */
#ifndef PIGTAIL_HOST_NET_WLAN_AP_H
#define PIGTAIL_HOST_NET_WLAN_AP_H

#include "host/net/wlan_core.h"

#define WLAN_AP_STATIONS 32

struct wlan_ap_station {
	uint8_t mac[6];
	int8_t signal;
	uint32_t tx_rate, rx_rate; /* kbit/s; 0: unknown */
	uint64_t tx_bytes, rx_bytes;
	ptl_time since;
};

struct wlan_ap {
	struct wlan_core *core;
	enum { WLAN_AP_OFF, WLAN_AP_STARTING, WLAN_AP_ON } step;
	ptl_time over; /* of STARTING; of ON the next look at a station */
	uint8_t id;    /* of the request */
	uint8_t channel;
	long long network;
	struct ptl_control_writer request; /* kept until wpa_supplicant has a network for it */
	struct wlan_ap_station stations[WLAN_AP_STATIONS];
	unsigned count, looked;
	bool looking;
};

/* Requests. only_channel: the one that the station is on; 0: none. */
enum ptl_status wlan_ap_start(struct wlan_ap *ap, const struct ptl_control *message,
			      uint8_t only_channel, const char **reason);
enum ptl_status wlan_ap_stop(struct wlan_ap *ap);
enum ptl_status wlan_ap_kick(struct wlan_ap *ap, const struct ptl_control *message);
enum ptl_status wlan_ap_stats(const struct wlan_ap *ap, const uint8_t mac[6],
			      struct ptl_control_writer *answer);

/* The channel that it is on; 0: it is off. */
uint8_t wlan_ap_channel(const struct wlan_ap *ap);

void wlan_ap_event(struct wlan_ap *ap, const struct wpa_event *event);
ptl_time wlan_ap_poll(struct wlan_ap *ap, ptl_time now);
void wlan_ap_reset(struct wlan_ap *ap);

#endif
