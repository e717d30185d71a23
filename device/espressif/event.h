/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the driver's event task tells the main loop: one record an event. */
#ifndef PIGTAIL_ESPRESSIF_EVENT_H
#define PIGTAIL_ESPRESSIF_EVENT_H

#include <stdint.h>

enum wifi_event_kind {
	EVENT_STARTED, /* the driver; its callbacks can be registered */
	EVENT_SCANNED,
	EVENT_CONNECTED,
	EVENT_DISCONNECTED,
	EVENT_AP_STARTED,
	EVENT_STATION_CAME, /* to our access point */
	EVENT_STATION_WENT,
};

struct wifi_event {
	uint8_t kind;	/* enum wifi_event_kind */
	uint8_t result; /* DISCONNECTED: reason; SCANNED: 0, or it failed */
	uint8_t channel;
	uint8_t authmode;
	uint8_t mac[6]; /* of the access point, of the station */
	uint16_t aid;
	uint32_t unused; /* sixteen bytes, of which a ring holds a whole number */
};

#define EVENTS_BYTES 512u /* 32 of them */

#endif
