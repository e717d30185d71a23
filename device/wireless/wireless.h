/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A station that keeps itself in a network, for a device with nobody at the other end of a
 * link who would: it asks the radio of the same program (local_radio.h) as a host does, joins
 * the one network of its settings, and joins it again whenever it is not in it. See wireless.c.
 *
 * One per program. No allocation, no clock; all runs in wireless_poll(), in the main loop.
 */
#ifndef PIGTAIL_DEVICE_WIRELESS_H
#define PIGTAIL_DEVICE_WIRELESS_H

#include <pigtail/control.h>
#include <pigtail/local_radio.h>
#include <pigtail/wireless_settings.h>

struct wireless_config {
	const struct local_radio *radio;
	const struct wireless_settings *settings; /* must stay */

	/* It is in the network, or no more. */
	void (*carrier)(ptl_time now, bool up);

	/* A frame of the network's, only while it is in it; false: no room, it comes again. */
	bool (*frame)(const uint8_t *frame, size_t n);

	/* For a person's eyes; never a passphrase. */
	void (*log)(const char *line);
};

/* Begins at once. */
void wireless_start(const struct wireless_config *config, ptl_time now);

/* Returns when it wants to be called next. */
ptl_time wireless_poll(ptl_time now);

/* ---- for who shows it, or changes it ---- */

struct wireless_view {
	const char *ssid; /* of the settings; "": it is to join none */
	const char *name; /* the same, printable */
	unsigned network; /* counts up when they are others */
	bool ready;	  /* the radio is there */
	bool in, scanning;
	uint8_t bssid[6], channel, akms; /* in it */
	int8_t signal;			 /* dBm; 0: unknown */
	ptl_time joined_at;
	unsigned failures;	 /* joins that came to nothing, all of them */
	const char *why;	 /* the last one, since it was in; NULL: none */
	enum ptl_status scanned; /* how the last scan ended */
};

const struct wireless_view *wireless_view(void);

/* The settings are others: it leaves what it is in, and joins what they say now. */
void wireless_again(ptl_time now);

struct ptl_bss;

/* Looks for networks; each is told (pigtail/wifi.h), maybe more than once. false: not now. One
 * that is going on does as well. */
bool wireless_scan(ptl_time now, void (*found)(const struct ptl_bss *bss));

/* ---- frames ---- */

/* A frame for the network. false: there is none, or no room: it is not offered again. */
bool wireless_send(const uint8_t *frame, size_t n);

#endif
