/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The vendor's Wi-Fi driver as a radio. What runs where:
 *
 *	main loop		all of device/ and link/; wifi.c and what it asks
 *	Wi-Fi task, above it	on_frame() in wifi.c: lends frames
 *	event task, above it	on_event() in wifi.c: a ring of records
 *
 * What runs above wakes the main loop; there is no lock.
 */
#ifndef PIGTAIL_ESPRESSIF_WIFI_H
#define PIGTAIL_ESPRESSIF_WIFI_H

#include <pigtail/clock.h>
#include <pigtail/radio.h>
#include <pigtail/radio_side.h>

#include "light.h"

/* What the radio has for who uses it; called from the radio's poll(), in the main loop. */
struct wifi_events {
	/* A frame of the air; it is copied. false: no room now, it is offered again, and what
	 * comes behind it is lost. */
	bool (*frame)(const uint8_t *frame, size_t n);
	void (*missed)(uint32_t n);    /* frames, for want of buffers */
	void (*room)(void);	       /* after send() said false */
	void (*log)(const char *text); /* at most PTL_LOG_MAX bytes */
};

struct wifi_target {
	const struct ptl_clock *clock; /* stays in use */
	void (*wake)(void);	       /* the main loop; from any task */
	struct wifi_events events;
};

/* What the radio answers, by itself; mac: the station's address. Without the driver. */
void wifi_control(struct ptl_radio_control *control, struct ptl_share *share, uint8_t mac[6]);

/* Starts the driver as a station that joins nothing. Returns NULL, or what failed. Copies
 * target. */
const char *wifi_start(struct ptl_radio *radio, const struct wifi_target *target);

enum light_code wifi_light(bool host_up);

#endif
