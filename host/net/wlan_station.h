/* SPDX-License-Identifier: GPL-2.0-only */
/* The station of the net 'wlan'. See wlan_station.c. */
#ifndef PIGTAIL_HOST_NET_WLAN_STATION_H
#define PIGTAIL_HOST_NET_WLAN_STATION_H

#include "host/net/wlan_core.h"

enum wlan_station_step {
	WLAN_STATION_IDLE,
	WLAN_STATION_ASKING,  /* its network is being told to wpa_supplicant */
	WLAN_STATION_SEEKING, /* it is being looked for */
	WLAN_STATION_JOINING, /* wpa_supplicant is at it */
	WLAN_STATION_LOOKING, /* joined; where, and how strong, is asked */
	WLAN_STATION_JOINED,
};

struct wlan_station {
	struct wlan_core *core;
	enum wlan_station_step step;
	ptl_time over;	   /* the join's patience; the next look at the signal */
	bool roaming;	   /* LOOKING: after ROAMED rather than JOINED */
	int8_t roam_below; /* dBm: it looks around for a better access point */
	bool looking;	   /* an answer about the signal is to come */

	/* What was asked for. key: of PSK a PMK in hexadecimal or a passphrase in quotes. */
	uint8_t ssid[32], ssid_n, bssid[6], channel, only_channel, akms, pmf;
	bool bssid_fixed, rest_sought;
	int scan; /* wpa_supplicant's number of SEEKING's */
	char key[64 + 2 + 1], sae_key[2 * 63 + 1];
	long long network; /* wpa_supplicant's number of it */

	/* What was refused last, until it gives up or succeeds. */
	enum ptl_failure failure;
	uint16_t code;

	/* Where it is. */
	uint8_t at[6], at_channel, at_akm;
	int8_t signal, told_signal;
	uint32_t rate; /* kbit/s */
	ptl_time since;
};

/* Requests. only_channel: the one that the access point of this radio is on; 0: none. */
enum ptl_status wlan_station_join(struct wlan_station *station,
				  const struct ptl_control *message, uint8_t only_channel,
				  const char **reason);
enum ptl_status wlan_station_leave(struct wlan_station *station);

/* The channel that it is on; 0: on none for now. */
uint8_t wlan_station_channel(const struct wlan_station *station);

void wlan_station_event(struct wlan_station *station, const struct wpa_event *event);

/* What is due. Returns when to call again. */
ptl_time wlan_station_poll(struct wlan_station *station, ptl_time now);

/* As LEAVE, with nobody to be told. */
void wlan_station_reset(struct wlan_station *station);

#endif
