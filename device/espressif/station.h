/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The station: one join at a time, as the host asks for it. Nothing of it is kept: who
 * loses the network hears LEFT, and joins again by asking.
 *
 *	IDLE -- JOIN --> CLEARING --> JOINING -- CONNECTED --> JOINED
 *	  ^                (the driver   | refused, STATION_JOIN_US    |
 *	  |                 lets go)     v                             |
 *	  +------------------------------+------ DISCONNECTED, LEAVE --+
 *
 * The driver says CONNECTED when its supplicant has the keys (read in its source, not
 * measured). A try that ended as bad air ends one is tried again.
 */
#ifndef PIGTAIL_ESPRESSIF_STATION_H
#define PIGTAIL_ESPRESSIF_STATION_H

#include <pigtail/radio_side.h>

#include "event.h"

#define STATION_JOIN_US 8500000u /* SPEC 8.3: under 9 s */

void station_init(struct ptl_radio_control *control);

/* Requests JOIN and LEAVE. ap_channel: of our access point, 0 without. */
enum ptl_status station_join(const struct ptl_control *message, uint8_t ap_channel,
			     const char **reason);
enum ptl_status station_leave(void);

/* The session is gone: the same without a word. Or its state is not known any more: it
 * leaves, and says so. */
void station_reset(void);
void station_abort(void);

void station_event(const struct wifi_event *event, ptl_time now);

/* Returns when to call again. */
ptl_time station_poll(ptl_time now);

bool station_joined(void);
bool station_busy(void);       /* clearing or joining */
uint8_t station_channel(void); /* 0: not joined */
/* Signal, dBm, and seconds since it joined; false: not joined. */
bool station_stats(ptl_time now, int8_t *signal, uint32_t *seconds);

#endif
