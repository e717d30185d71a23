/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Inside of control/: from what happened to a machine (wifi.c) to a call of its owner
 * (wifi_tell.c), and from messages to what a callback gets (wifi_read.c).
 */
#ifndef PIGTAIL_WIFI_TELL_H
#define PIGTAIL_WIFI_TELL_H

#include <pigtail/wifi.h>

enum tell {
	TELL_NOTHING,
	TELL_STARTED, /* an access point beacons */
	TELL_DONE,    /* a scan is done, a station joined */
	TELL_FAILED,  /* before that */
	TELL_MOVED,   /* a station roamed */
	TELL_LEFT,    /* what was joined or started is over */
};

/* Why something happened. What the message says, if there is one, goes first. */
struct cause {
	const struct ptl_control *message;
	enum ptl_status status;
	enum ptl_failure failure;
	uint16_t reason; /* 802.11 */
	enum ptl_by by;
};

void ptl_wifi_tell(struct ptl_wifi *wifi, unsigned machine, enum tell tell,
		   const struct cause *cause);

/* What a join ended as when its request was answered so. */
enum ptl_failure ptl_wifi_failure(enum ptl_status status);

void ptl_wifi_read_info(const struct ptl_control *message, struct ptl_radio_info *info);

/* Adds a part to wifi->bss; true: it is whole, its elements checked and counted. */
bool ptl_wifi_read_bss(struct ptl_wifi *wifi, const struct ptl_control *message);

/* Elements that are whole, copied to room bytes at to; the length of what is there. */
size_t ptl_wifi_read_elements(struct ptl_wifi_counters *counters,
			      const struct ptl_control *message, uint8_t *to, size_t room);

/* Of JOINED and ROAMED; its elements are in wifi. */
void ptl_wifi_read_association(struct ptl_wifi *wifi, const struct ptl_control *message,
			       struct ptl_association *association);

#endif
