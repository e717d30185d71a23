/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scripted air: access points with a signal that changes over time, and failures on
 * demand, for a radio that has no antenna. Only what is decided is here: who is heard,
 * who is let in, which frame is lost; the packets themselves are the owner's.
 *
 * The radio behaves as a station's firmware does: it scans a channel after another,
 * authenticates, associates, exchanges keys, and says what came of it by control
 * messages (SPEC 8). It roams to a stronger access point of its network unless it was
 * told a BSSID, and leaves when it hears nothing any more.
 *
 * Time is passed in, chance comes from a seed: the same air and the same host give the
 * same story. All in whole numbers, for it runs on a microcontroller without floating
 * point and without 64-bit division as well.
 */
#ifndef PIGTAIL_SIM_AIR_H
#define PIGTAIL_SIM_AIR_H

#include <pigtail/radio_side.h>

#include "sim/prng.h"

#define AIR_POINTS   16	      /* of a signal's course */
#define AIR_APS	     64	      /* at most */
#define AIR_UNHEARD  (-92)    /* dBm: and below is not heard */
#define AIR_DB	     100      /* a signal's fine unit: hundredths */
#define AIR_ALWAYS   1000000u /* a chance, parts of a million */
#define AIR_ELEMENTS 512
#define AIR_PMK	     32

/* Where a join fails, if its lot says so. */
enum air_failure {
	AIR_FAILS_NEVER,
	AIR_FAILS_AUTHENTICATION,
	AIR_FAILS_ASSOCIATION,
	AIR_FAILS_SILENT, /* the access point does not answer */
};

struct air_point {
	uint32_t at;	/* ms since the air began, up to 34359738: 9.5 hours */
	int16_t signal; /* dBm, -120 to 0; between two points it changes evenly */
};

struct air_ap {
	char ssid[33];
	uint8_t ssid_n;
	uint8_t bssid[6];
	uint8_t channel; /* 1 to 13 */
	uint8_t akms;	 /* enum ptl_akm */
	char key[64];	 /* "" when open */
	bool hidden;
	uint32_t loss; /* of a million frames, besides what a weak signal loses */
	enum air_failure failure;
	uint32_t failure_share; /* of a million joins */
	struct air_point points[AIR_POINTS];
	unsigned point_count; /* 1 or more */
	uint32_t period;      /* ms, after which the course begins anew; 0: never */
	const char *net;      /* NET behind it, of pigtail(1); NULL: none */
};

struct air {
	uint64_t seed;
	const struct air_ap *aps; /* the owner's */
	unsigned ap_count;	  /* to AIR_APS */

	/* Makes the PMK of a network's key and SSID (IEEE 802.11 J.4.1), for hosts that say
	 * it in the key's place. NULL: nobody can here, and keys are passphrases. */
	void (*pmk)(const struct air_ap *ap, uint8_t pmk[AIR_PMK]);
};

enum air_step {
	AIR_IDLE,
	AIR_SEEKING,
	AIR_AUTHENTICATING,
	AIR_ASSOCIATING,
	AIR_KEYS,
	AIR_JOINED
};

struct air_radio {
	const struct air *air;
	struct ptl_radio_control control;
	struct prng prng;
	ptl_time origin;
	bool (*send)(void *user, const uint8_t *message, size_t n);
	void *send_user;
	uint8_t mac[6];

	/* The scan. */
	bool scanning;
	uint8_t channels[13], channel_count, channel_at;
	uint8_t scan_ssid[32], scan_ssid_n;
	bool passive;
	uint32_t dwell_us;
	ptl_time channel_over;
	unsigned heard_at; /* the next access point of this channel to be told */
	bool telling;	   /* it has been begun: bss and elements are its */
	struct ptl_bss bss;
	uint8_t elements[AIR_ELEMENTS];

	/* The station. */
	enum air_step step;
	ptl_time step_over, joined_at;
	unsigned ap; /* index, from AUTHENTICATING on */
	uint8_t ssid[32], ssid_n, bssid[6], key[63], key_n, akms;
	bool bssid_fixed, key_is_pmk;
	int8_t told_signal;
	ptl_time unheard_since; /* 0: it is heard */
	bool changed;		/* joined, left or roamed since air_radio_changed() */
};

/* Hundredths of a dBm at a moment, ms since the air began. */
int32_t air_signal(const struct air_ap *ap, uint32_t at);

/* send and its user: on the control class, see radio_side.h. */
void air_radio_init(struct air_radio *radio, const struct air *air, const uint8_t mac[6],
		    bool (*send)(void *user, const uint8_t *message, size_t n), void *user,
		    struct ptl_share *share, ptl_time now);

/* The link's session began, or is gone; a message came on the control class (false: to be
 * offered again after a poll). */
void air_radio_session(struct air_radio *radio, ptl_time now, bool up);
bool air_radio_message(struct air_radio *radio, ptl_time now, const uint8_t *bytes, size_t n);

/* The access point that it is joined to; NULL: none. */
const struct air_ap *air_radio_ap(const struct air_radio *radio);

/* Whether that has changed since the last call. */
bool air_radio_changed(struct air_radio *radio);

/* The lot of one frame, either way; false: lost, or not joined. */
bool air_radio_passes(struct air_radio *radio, ptl_time now);

/* What is due. Returns when to call again. To be called also after each message, and
 * when the link has room. */
ptl_time air_radio_poll(struct air_radio *radio, ptl_time now);

#endif
