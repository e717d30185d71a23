/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The access point, beside the station on one radio and one channel. The driver does the
 * handshake; it wants the passphrase, and takes at most four stations.
 *
 *	IDLE -- AP_START --> STARTING -- EVENT_AP_STARTED --> ACTIVE -- AP_STOP --> IDLE
 */
#ifndef PIGTAIL_ESPRESSIF_AP_H
#define PIGTAIL_ESPRESSIF_AP_H

#include <pigtail/radio_side.h>

#include "event.h"

#define AP_STATIONS 4

void ap_init(struct ptl_radio_control *control);

/* Requests AP_START, AP_STOP, STATION_KICK. station_channel: of our station, 0 when it is
 * not joined. */
enum ptl_status ap_start(const struct ptl_control *message, uint8_t station_channel,
			 const char **reason);
enum ptl_status ap_stop(void);
enum ptl_status ap_kick(const struct ptl_control *message, const char **reason);

/* The session is gone: the same without a word. Or its state is not known any more: it
 * stops, and says so. */
void ap_reset(void);
void ap_abort(void);

void ap_event(const struct wifi_event *event, ptl_time now);

/* The station has joined on a channel: there the access point is now as well. */
void ap_moved(uint8_t channel);

/* Returns when to call again. */
ptl_time ap_poll(ptl_time now);

bool ap_active(void);
uint8_t ap_channel(void); /* 0: it does not run */
/* Seconds since a station joined; false: there is no such. */
bool ap_station(const uint8_t mac[6], ptl_time now, uint32_t *seconds);

#endif
