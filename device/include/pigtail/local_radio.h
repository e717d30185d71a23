/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A Wi-Fi radio that is used from within the same program, with no link between: a script's
 * network.WLAN, or a bridge that has nobody to join networks for it. It is asked by the
 * messages of SPEC 8, as any host asks one, and has the frames of its interfaces.
 */
#ifndef PIGTAIL_LOCAL_RADIO_H
#define PIGTAIL_LOCAL_RADIO_H

#include <pigtail/endpoint.h>

/* What the radio says and hears. Called from its poll(), or one of the others'. */
struct local_radio_events {
	/* A message. false: no room now, it is offered again. user is of no use. */
	bool (*message)(void *user, const uint8_t *message, size_t n);
	/* A frame; false: likewise. */
	bool (*frame)(const uint8_t *frame, size_t n);
};

struct local_radio {
	/* Once. */
	void (*start)(const struct local_radio_events *events, ptl_time now);
	/* true: a session has begun, and READY follows. */
	void (*session)(ptl_time now, bool up);
	/* false: no room now, it is offered again after a poll. */
	bool (*message)(ptl_time now, const uint8_t *message, size_t n);
	bool (*send)(const uint8_t *frame, size_t n);
	/* Returns when to call again. */
	ptl_time (*poll)(ptl_time now);
	const uint8_t *mac; /* of the station */
};

#endif
