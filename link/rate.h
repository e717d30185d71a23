/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Rate negotiation (SPEC 12): what the link asks of it. Its states and rules are
 * in rate.c and rate_rules.h. Built with PTL_WITHOUT_RATE, a link keeps the rate that it has,
 * says so to the peer, and none of this takes room.
 */
#ifndef PIGTAIL_RATE_H
#define PIGTAIL_RATE_H

#include <pigtail/endpoint.h>
#include <pigtail/wire.h>

#include "rate_watch.h"

struct ptl_link;

enum rate_state {
	RATE_FIXED, /* this end does not negotiate */
	RATE_BASE,  /* the others: see rate_rules.h */
	RATE_OFFER,
	RATE_MOVE,
	RATE_SWITCH,
	RATE_TRIAL,
	RATE_CONFIRM,
	RATE_FAST,
	RATE_ANY, /* in rules: each of them */
};

/* Probes of one direction, as their receiver counts them. */
struct rate_count {
	uint16_t good, of;
};

struct rate_probes {
	struct rate_count mine, peers;
	uint16_t first; /* that was heard first */
	uint16_t sent;
};

/* What the host does at a time of its choice. */
enum rate_next {
	RATE_NEXT_NOTHING,
	RATE_NEXT_TRY,	 /* BASE: the highest rate that has not failed */
	RATE_NEXT_AGAIN, /* BASE, FAST: the lowest one above the present that has */
};

/* Which rate is tried, and when: rate_choose.c. */
struct rate_plan {
	uint8_t next;	 /* enum rate_next */
	uint8_t index;	 /* of the candidate in hand */
	uint8_t again;	 /* that of the one that is tried again, + 1 */
	uint16_t failed; /* candidates, a bit each */
	uint16_t latest; /* of them: may have been for another reason */
	uint32_t at;
	uint32_t rest_us;  /* between trials, for data */
	uint32_t again_us; /* until what failed is tried again */
};

struct rate {
	struct ptl_uart own, peer;
	uint8_t state;
	bool agreed;	/* the peer negotiates as well */
	bool away;	/* came home, and the peer was not heard since */
	uint8_t trial;	/* its number */
	uint8_t say;	/* message that is due at say_at; 0: none */
	uint8_t said;	/* how often */
	uint8_t reason; /* of a fall */
	uint16_t patience_ms;
	uint16_t trip_ms;      /* from PROPOSE to ACCEPT */
	uint32_t base, wanted; /* rates, bits/s; the port's is the link's baud */
	struct rate_plan plan; /* of a host */
	union {
		struct rate_probes probes; /* in RATE_TRIAL */
		struct rate_watch watch;   /* in RATE_FAST */
	};
	/* Times: low 32 bits; none is further away than RATE_LONGEST_US. */
	uint32_t since; /* of the state */
	uint32_t until; /* its end, where it has one */
	uint32_t say_at;
};

/* What may be sent now. */
enum ptl_rate_lets {
	RATE_LETS_ALL,
	RATE_LETS_LINK, /* only link messages */
	RATE_LETS_RATE, /* only ptl_rate_message() */
};

#define RATE_PAYLOAD_MAX PTL_PROBE_BYTES

#ifndef PTL_WITHOUT_RATE

/* rate_choose.c. One rate, as a UART makes it; whether both ends can make it. */
bool ptl_rate_near(uint32_t a, uint32_t b);
bool ptl_rate_usable(const struct rate *rate, uint32_t wanted);

/* What failed is tried again as if for the first time; the candidate in hand failed;
 * its failure may have been the peer's absence; it works. */
void ptl_plan_begin(struct ptl_link *link);
void ptl_plan_failed(struct ptl_link *link);
void ptl_plan_doubt(struct ptl_link *link);
void ptl_plan_works(struct ptl_link *link);

/* The next trial is in so many microseconds. */
void ptl_plan_trial(struct ptl_link *link, uint32_t us);

/* It is time: the rate to propose, or 0. */
uint32_t ptl_plan_choose(struct ptl_link *link);

/* The same where a rate is in use: whether it is to be left for a higher one. */
bool ptl_plan_climbs(struct ptl_link *link);

void ptl_rate_init(struct ptl_link *link, const struct ptl_config *config);

/* HELLO: writes our option, returns its length or 0; takes the peer's. */
size_t ptl_rate_option(const struct ptl_link *link, uint8_t *to);
void ptl_rate_learn(struct ptl_link *link, uint32_t caps, const uint8_t *value, size_t n);
void ptl_rate_forget_peer(struct ptl_link *link);
void ptl_rate_session_up(struct ptl_link *link);

/* n bytes came: whether that may have moved the deadline; a good frame, of n bytes; a
 * message: false, it is not known. */
bool ptl_rate_bytes(struct ptl_link *link, size_t n);
void ptl_rate_heard(struct ptl_link *link, enum ptl_class class, uint16_t number, size_t n);
bool ptl_rate_take(struct ptl_link *link, uint8_t type, const uint8_t *payload, size_t n);

void ptl_rate_timers(struct ptl_link *link);
ptl_time ptl_rate_deadline(struct ptl_link *link);
enum ptl_rate_lets ptl_rate_lets(const struct ptl_link *link);

/* A message is due now; writes it, returns its type. */
bool ptl_rate_says(const struct ptl_link *link);
enum ptl_message ptl_rate_message(struct ptl_link *link, uint8_t payload[RATE_PAYLOAD_MAX],
				  size_t *n);

/* No frame is on the wire: tells the owner to change the rate, if it is time. */
void ptl_rate_turn(struct ptl_link *link);
/* The UART is at this rate now; at the base rate, after it was opened anew. */
void ptl_rate_done(struct ptl_link *link, uint32_t now);
void ptl_rate_reset(struct ptl_link *link);

uint32_t ptl_rate_now(const struct ptl_link *link);

#else
#include "rate_without.h"
#endif
#endif
