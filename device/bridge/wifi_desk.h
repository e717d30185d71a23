/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a page asks and is told of the device's own Wi-Fi: as of a link of the program for Linux
 * (docs/control-socket.md), so that one page does for both. A table, so that an image without a
 * radio has no byte of it.
 */
#ifndef PIGTAIL_DEVICE_BRIDGE_WIFI_DESK_H
#define PIGTAIL_DEVICE_BRIDGE_WIFI_DESK_H

#include "desk.h"

struct desk_wifi {
	/* Whatever a user asks for; false: it is nothing about Wi-Fi. */
	bool (*ask)(ptl_time now, const char *request, struct json arguments,
		    struct desk_answer *answer);

	/* Whether an answer that waits still does; it is another one else. */
	bool (*waits)(ptl_time now, struct desk_answer *answer);

	/* Writes the next part; whether more follow. */
	bool (*tell)(ptl_time now, const struct desk_answer *answer, struct writer *out);

	/* After the requests of a turn; returns when to be called again. */
	ptl_time (*poll)(ptl_time now);
};

/* It wants the station of wireless.h, and change.h. */
extern const struct desk_wifi desk_wifi;

#endif
