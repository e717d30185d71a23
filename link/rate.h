/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Rate negotiation (SPEC 12): what the link asks of it. Its states and rules are
 * in rate.c. Built with PTL_WITHOUT_RATE, a link keeps the rate that it has, says
 * so to the peer, and none of this takes room.
 */
#ifndef PIGTAIL_RATE_H
#define PIGTAIL_RATE_H

#include <pigtail/endpoint.h>
#include <pigtail/wire.h>

struct ptl_link;

enum rate_state {
	RATE_BASE,    /* at the base rate */
	RATE_OFFER,   /* the same; the host has said PROPOSE */
	RATE_MOVE,    /* the last bytes at this rate: ACCEPT, FALL */
	RATE_SWITCH,  /* the owner changes the rate */
	RATE_TRIAL,   /* probes at the new one */
	RATE_CONFIRM, /* the host has said CONFIRM */
	RATE_FAST,    /* at the new rate, confirmed */
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

/* Bytes that came, and those of them in good frames. */
struct rate_share {
	uint32_t bytes, good;
	uint32_t since; /* low 32 bits */
};

struct rate {
	struct ptl_uart own, peer;
	bool enabled; /* by the config */
	bool agreed;  /* by the peer as well */
	bool heard;   /* a probe of this trial */
	bool away;    /* came home, and the peer was not heard since */
	bool waited;  /* all had failed, for a while */
	bool rests;   /* between trials, for data */
	bool plans, suspects;
	uint8_t state;
	uint8_t trial;	 /* its number */
	uint8_t index;	 /* of the candidate in hand */
	uint8_t higher;	 /* candidate that is tried again, + 1 */
	uint8_t say;	 /* message that is due at say_at; 0: none */
	uint8_t said;	 /* how often */
	uint8_t reason;	 /* of a fall */
	uint8_t bad;	 /* windows in a row with too few good bytes */
	uint8_t asked;	 /* PINGs since something is owed */
	uint16_t failed; /* candidates, a bit each */
	uint16_t latest; /* of them: may have been for another reason */
	uint16_t patience_ms;
	uint16_t trip_ms;      /* from PROPOSE to ACCEPT */
	uint32_t base, wanted; /* rates, bits/s; the present one is the link's baud */
	uint32_t again_us;     /* until what failed is tried again */
	union {
		struct rate_probes probes; /* in RATE_TRIAL */
		struct rate_share share;   /* in RATE_FAST */
	};
	/* Times: low 32 bits; none is further away than RATE_LONGEST_US. */
	uint32_t since; /* of the state */
	uint32_t until; /* its end; in RATE_FAST the next PING */
	uint32_t say_at;
	uint32_t next;	  /* if plans: of the host to PROPOSE, or to leave RATE_FAST */
	uint32_t suspect; /* if suspects: something is owed to us since then */
};

/* What may be sent now. */
enum ptl_rate_lets {
	RATE_LETS_ALL,
	RATE_LETS_LINK, /* only link messages */
	RATE_LETS_RATE, /* only ptl_rate_message() */
};

#define RATE_PAYLOAD_MAX PTL_PROBE_BYTES
#define RATE_LONGEST_US	 2000000000u

#ifndef PTL_WITHOUT_RATE

/* Whether both ends can make a rate; the highest of those that have not failed; the
 * lowest above baud that has; their bits/s. */
bool ptl_rate_near(uint32_t a, uint32_t b); /* one rate, as a UART makes it */
bool ptl_rate_usable(const struct rate *rate, uint32_t wanted);
uint8_t ptl_rate_choose(const struct rate *rate);
uint8_t ptl_rate_choose_again(const struct rate *rate, uint32_t baud);
uint32_t ptl_rate_candidate(uint8_t index);
#define RATE_NONE 0xff

/* rate_watch.c, in RATE_FAST: begins; is due now; in how many microseconds it is, or
 * RATE_LONGEST_US. */
void ptl_rate_watch_begin(struct ptl_link *link);
void ptl_rate_watch(struct ptl_link *link);
int32_t ptl_rate_watch_left(struct ptl_link *link);

/* To base, at once or after having said so (aloud). */
void ptl_rate_leave(struct ptl_link *link, enum ptl_fall_reason reason, bool aloud);

void ptl_rate_init(struct ptl_link *link, const struct ptl_config *config);

/* HELLO: writes our option, returns its length or 0; takes the peer's. */
size_t ptl_rate_option(const struct ptl_link *link, uint8_t *to);
void ptl_rate_learn(struct ptl_link *link, uint32_t caps, const uint8_t *value, size_t n);
void ptl_rate_forget_peer(struct ptl_link *link);
void ptl_rate_session_up(struct ptl_link *link);

/* n bytes came; a good frame, of n bytes; a message: false, it is not known. */
void ptl_rate_bytes(struct ptl_link *link, size_t n);
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
