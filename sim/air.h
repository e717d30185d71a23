/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scripted air: access points with a signal that changes over time, and failures on
 * demand, for radios that have no antenna. Who is heard, who is let in, which frame is
 * lost, is decided here; the nets behind the access points are the owner's.
 *
 * A radio behaves as a station's firmware does: it scans a channel after another,
 * authenticates, associates, exchanges keys, and says what came of it by control
 * messages (SPEC 8). It roams to a stronger access point of its network unless it was
 * told a BSSID, and leaves when it hears nothing any more. It can be an access point as
 * well, on the same channel: for stations of the script, which come and go, and for the
 * other radios of its space.
 *
 *	radio.c    scan, settings, requests       own.c    its access point
 *	station.c  its station                    space.c  all radios, visitors, frames
 *
 * Time is passed in, chance comes from a seed: the same air and the same host give the
 * same story. All in whole numbers, for it runs on a microcontroller without floating
 * point and without 64-bit division as well.
 */
#ifndef PIGTAIL_SIM_AIR_H
#define PIGTAIL_SIM_AIR_H

#include <pigtail/groups.h>
#include <pigtail/interfaces.h>
#include <pigtail/radio_side.h>

#include "sim/prng.h"

#define AIR_POINTS   16	      /* of a signal's course */
#define AIR_APS	     64	      /* at most */
#define AIR_VISITORS 16	      /* stations of the script, at most */
#define AIR_RADIOS   8	      /* of one space */
#define AIR_CLIENTS  8	      /* stations of a radio's access point */
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

/* A station of the script, which joins access points of radios. */
struct air_visitor {
	uint8_t mac[6];
	char ssid[33];
	uint8_t ssid_n;
	char key[64];	 /* "" when open */
	uint32_t from;	 /* ms since the air began */
	uint32_t until;	 /* 0: for ever */
	uint32_t loss;	 /* of a million frames */
	int16_t signal;	 /* dBm, as the access point hears it */
	const char *net; /* NET that it is the interface of; NULL: none */
};

struct air {
	uint64_t seed;
	const struct air_ap *aps; /* the owner's */
	unsigned ap_count;	  /* to AIR_APS */
	const struct air_visitor *visitors;
	unsigned visitor_count; /* to AIR_VISITORS */
	/* Makes the PMK of a passphrase (IEEE 802.11 J.4). NULL: radios take none. */
	void (*pmk)(const uint8_t *passphrase, size_t n, const uint8_t *ssid, size_t ssid_n,
		    uint8_t pmk[AIR_PMK]);
};

struct air_secret {
	uint8_t bytes[63], n; /* 0: open */
	bool pmk;	      /* 32 bytes, no passphrase */
};

enum air_step {
	AIR_IDLE,
	AIR_SEEKING,
	AIR_AUTHENTICATING,
	AIR_ASSOCIATING,
	AIR_KEYS,
	AIR_JOINED
};

/* How far the host knows of a station of its access point. Frames pass when it does. */
enum air_client_step {
	AIR_CLIENT_NONE,
	AIR_CLIENT_COMES,
	AIR_CLIENT_SAID,
	AIR_CLIENT_THERE,
	AIR_CLIENT_LEAVES
};

struct air_client {
	enum air_client_step step;
	uint8_t mac[6];
	struct air_radio *radio; /* whose station it is; NULL: a visitor */
	unsigned visitor;
	ptl_time since;
	uint16_t reason; /* of LEAVES */
	enum ptl_by by;
};

enum air_own_step { AIR_OWN_DOWN, AIR_OWN_STARTS, AIR_OWN_UP };

/* The access point of a radio. */
struct air_own {
	enum air_own_step step;
	ptl_time step_over;
	uint8_t start_id; /* of the request that is to be answered */
	struct air_ap ap;
	struct air_secret secret;
	uint8_t most;
	struct air_client clients[AIR_CLIENTS];
};

/* All may be NULL. */
struct air_radio_events {
	void *user;
	/* A frame for the host; one for the net behind an access point of the script.
	 * Within air_radio_frame(), air_from_net(), air_from_visitor(). */
	void (*to_host)(void *user, const uint8_t *frame, size_t n);
	void (*to_net)(void *user, unsigned ap, const uint8_t *frame, size_t n);
	/* It has something to do: air_radio_poll() is due. */
	void (*due)(void *user);
};

struct air_space;

struct air_radio {
	const struct air *air;
	struct air_space *space;	/* NULL: it is alone */
	struct air_radio_events events; /* set by the owner after air_radio_init() */
	struct ptl_radio_control control;
	struct ptl_interfaces interfaces;
	struct ptl_groups groups;
	struct prng prng;
	ptl_time origin;
	bool (*send)(void *user, const uint8_t *message, size_t n);
	void *send_user;
	uint8_t mac[6], ap_mac[6];
	uint8_t usual_mac[6], usual_ap_mac[6]; /* as after each start */
	uint8_t country[2], power_save;
	int8_t tx_power;
	ptl_time restart_at; /* PTL_NEVER: not asked to */

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
	uint8_t ssid[32], ssid_n, bssid[6], akms;
	struct air_secret secret;
	bool bssid_fixed;
	uint16_t sent_away; /* by the access point: reason; 0: it was not */
	int8_t told_signal;
	ptl_time unheard_since; /* 0: it is heard */
	bool changed;		/* joined, left or roamed since air_radio_changed() */

	struct air_own own;
};

enum air_visitor_step { AIR_VISITOR_AWAY, AIR_VISITOR_JOINS, AIR_VISITOR_THERE };

/* Radios that hear each other, and the stations of the script. */
struct air_space {
	const struct air *air;
	struct air_radio *radios[AIR_RADIOS]; /* NULL: a place is free */
	struct {
		enum air_visitor_step step;
		ptl_time step_over;
		struct air_radio *at; /* whose access point */
	} visitors[AIR_VISITORS];
	ptl_time origin, now;
	void *user;
	/* A frame for a visitor. May be NULL. */
	void (*to_visitor)(void *user, unsigned visitor, const uint8_t *frame, size_t n);
};

/* Hundredths of a dBm at a moment, ms since the air began. */
int32_t air_signal(const struct air_ap *ap, uint32_t at);

/* send and its user: on the control class, see radio_side.h. origin: when the air began.
 * The address of its access point is mac with one bit changed. */
void air_radio_init(struct air_radio *radio, const struct air *air, const uint8_t mac[6],
		    bool (*send)(void *user, const uint8_t *message, size_t n), void *user,
		    struct ptl_share *share, ptl_time origin);

/* The link's session began, or is gone; a message came on the control class (false: to be
 * offered again after a poll). */
void air_radio_session(struct air_radio *radio, ptl_time now, bool up);
bool air_radio_message(struct air_radio *radio, ptl_time now, const uint8_t *bytes, size_t n);

/* The access point of the script that it is joined to; NULL: none, or another radio's. */
const struct air_ap *air_radio_ap(const struct air_radio *radio);

/* Whether that has changed since the last call. */
bool air_radio_changed(struct air_radio *radio);

/* The lot of one frame, either way; false: lost, or not joined. */
bool air_radio_passes(struct air_radio *radio, ptl_time now);

/* What is due. Returns when to call again. To be called also after each message, and
 * when the link has room. */
ptl_time air_radio_poll(struct air_radio *radio, ptl_time now);

/* A frame from its host, of the interface that SPEC 8.6 says. It goes where the air lets
 * it: to events.to_net, to other radios, to visitors. */
void air_radio_frame(struct air_radio *radio, ptl_time now, const uint8_t *frame, size_t n);

void air_space_init(struct air_space *space, const struct air *air, ptl_time now);

/* false: it has no place for it. */
bool air_space_add(struct air_space *space, struct air_radio *radio);
void air_space_remove(struct air_space *space, struct air_radio *radio);

/* Visitors, as air_radio_poll(); of a radio what it asks for by events.due. */
ptl_time air_space_poll(struct air_space *space, ptl_time now);

/* A frame that a visitor sends. */
void air_from_visitor(struct air_space *space, ptl_time now, unsigned visitor,
		      const uint8_t *frame, size_t n);

/* A frame from a net, for those radios of whose access point belongs() says that it is on
 * that net. */
void air_from_net(struct air_space *space, ptl_time now,
		  bool (*belongs)(void *net, unsigned ap), void *net, const uint8_t *frame,
		  size_t n);

#endif
