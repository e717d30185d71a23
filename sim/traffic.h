/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Traffic in one direction, and its judge: makes packets of many flows, and
 * checks that each one arrives at the other end exactly once, unchanged, and in
 * order within its flow.
 *
 *	struct traffic_config config;
 *	traffic_config_default(&config, seed);
 *	struct traffic *traffic = traffic_new(&config);
 *	traffic_play(traffic, sim, 0, 100000, 0);   (side 0 sends, saturating)
 *
 *	bool my_packet(user, side, packet, n):      (sim_hooks.packet)
 *		traffic_arrived(traffic_of_other_side, packet, n); return true;
 *	void my_room(user, side):                   (sim_hooks.room)
 *		traffic_room(traffic_of_side);
 *
 *	sim_run(sim, ...);
 *	assert(traffic_is_clean(traffic) && traffic_missing(traffic) == 0);
 *
 * traffic_hooks() is all of that for a traffic each way. After a reset of
 * either side packets may be missing, but never more than the sender counted as
 * dropped, or had accepted and not confirmed when it lost its own memory.
 */
#ifndef PIGTAIL_SIM_TRAFFIC_H
#define PIGTAIL_SIM_TRAFFIC_H

#include "sim/sim.h"
#include "sim/traffic_packet.h"

struct traffic_config {
	uint64_t seed;
	unsigned flows;	     /* 1 to TRAFFIC_FLOWS; default 12 */
	unsigned bulk_flows; /* so many of them have 3/4 of the packets; 2 */
	unsigned kinds;	     /* enum traffic_kind, dealt to the flows in turn */
	uint16_t min, max;   /* packet length, Ethernet header included; 14, 1514.
			      * min under 20: some tiny packets, in a flow
			      * of their own without order (one with a
			      * new address in each packet has none) */
	bool ip;	     /* bare IP packets, for PTL_IP framings: lengths
			      * are still those of Ethernet; needs kinds of IP */
};

struct traffic_counters {
	uint64_t accepted; /* send() took them */
	uint64_t refused;  /* send() dropped them: PTL_DOWN and others but PTL_FULL */
	uint64_t full;	   /* times that send() said PTL_FULL */
	uint64_t arrived;  /* good, for the first time */
	uint64_t bytes;	   /* of them */
	/* These four must stay 0. */
	uint64_t corrupt;   /* not as sent */
	uint64_t unknown;   /* never sent */
	uint64_t doubled;   /* arrived before */
	uint64_t reordered; /* behind a later one of its flow */
};

struct traffic;

void traffic_config_default(struct traffic_config *config, uint64_t seed);
/* NULL: bad config or no memory. */
struct traffic *traffic_new(const struct traffic_config *config);
void traffic_free(struct traffic *traffic);

/* The next packet to send; the same one until traffic_sent(). */
const uint8_t *traffic_next(struct traffic *traffic, size_t *n);
/* What send() said to it. After PTL_FULL it is still the next one. */
void traffic_sent(struct traffic *traffic, enum ptl_error error);

/* A packet came out at the other end. True: all is well with it. */
bool traffic_arrived(struct traffic *traffic, const uint8_t *packet, size_t n);

/*
 * Sends count packets from that side: with random gaps of this mean
 * (exponential, some in small bursts), or, if it is 0, as fast as send() takes
 * them; after PTL_FULL it waits for traffic_room(). May be called again.
 */
void traffic_play(struct traffic *traffic, struct sim *sim, int side, uint64_t count,
		  uint32_t gap_us);
void traffic_room(struct traffic *traffic);

/* All count packets were sent, none is missing. */
bool traffic_is_done(const struct traffic *traffic);
/* Nothing was corrupt, unknown, doubled or reordered. */
bool traffic_is_clean(const struct traffic *traffic);
/* Packets accepted that have not arrived. */
uint64_t traffic_missing(const struct traffic *traffic);
/*
 * Packets missing that the sender's counters (sim_total()) don't tell of as
 * dropped. 0 once the line is quiet, as long as nothing was reset. Afterwards:
 * above 0, what a restarted sender had in its memory; below 0, packets counted
 * as dropped because their confirmation was lost, though they had arrived.
 */
int64_t traffic_unaccounted(const struct traffic *traffic, const struct ptl_counters *sender);
/* Packets still to be sent by traffic_play(). */
uint64_t traffic_left(const struct traffic *traffic);
const struct traffic_counters *traffic_counters(const struct traffic *traffic);
/* All of it in one line, for messages of failed tests; a static buffer. */
const char *traffic_report(const struct traffic *traffic);

/* Sets packet and room (and user) of the hooks; traffic[i] is what side i
 * sends, or NULL. The array must outlive the sim. */
void traffic_hooks(struct sim_hooks *hooks, struct traffic *traffic[2]);

#endif
