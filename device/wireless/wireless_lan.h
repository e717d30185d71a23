/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The station of wireless.h as the interface of lwIP, with the address of its settings, or
 * one by DHCP each time that it has joined. */
#ifndef PIGTAIL_DEVICE_WIRELESS_LAN_H
#define PIGTAIL_DEVICE_WIRELESS_LAN_H

#include "wireless.h"

#include <address.h>
#include <pigtail/clock.h>

struct wireless_lan_config {
	struct ptl_clock clock;
	const struct local_radio *radio;
	const struct wireless_settings *settings; /* must stay */
	address_told told;
	void (*log)(const char *line);
};

/* Starts lwIP and the station. false: the address makes no sense, or there is no memory. */
bool wireless_lan_start(const struct wireless_lan_config *config);

/* Frames both ways, the station, and lwIP's timers; returns when it wants to be called next. */
ptl_time wireless_lan_poll(ptl_time now);

#endif
