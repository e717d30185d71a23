/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The sending half of a class: selective repeat over a first-in first-out wire
 * (SPEC 4 and 5).
 *
 * What was sent in one frame is a piece: part of a packet, with its number (in
 * cells), and a stamp, its place in the order of transmission. An
 * acknowledgement of a piece proves that every piece with an older stamp that
 * is still unacknowledged was lost, for the wire does not reorder. A timer is
 * needed only when nothing follows a lost piece; the piece that it sends again
 * proves no more than its first copy would, since either may have arrived.
 *
 * A lost piece may be sent again in smaller pieces, cut at cells, so its
 * numbers stay as they were. A control message is always one piece.
 */
#ifndef PIGTAIL_SENDER_H
#define PIGTAIL_SENDER_H

#include "noise.h"
#include "pack.h"
#include "queue.h"

enum piece_state { PIECE_FLYING, PIECE_LOST, PIECE_ACKED };

struct piece {
	uint32_t sent_at; /* microseconds, low 32 bits: end of its last sending */
	uint16_t stamp;	  /* place of its last sending in the order of sendings */
	uint16_t proof;	  /* the same of its last sending that was not a guess */
	uint16_t number;
	uint16_t length; /* payload bytes, 1 or more */
	uint16_t packet;
	uint16_t offset; /* in the packet */
	uint8_t state;	 /* enum piece_state */
	bool last;	 /* ends its packet */
	bool guess;	 /* LOST by the timer, not by proof */
};

struct sender {
	struct piece *pieces; /* a ring, oldest first */
	uint16_t size, first, count;
	uint16_t acked;	       /* the peer has delivered all before it */
	uint16_t window;       /* of the peer: credit ends at acked + window */
	uint16_t complete;     /* all before it has been on the wire */
	uint16_t next;	       /* the next number */
	uint16_t flying, lost; /* pieces in these states */
	uint16_t packet;       /* taken from the queue, partly sent */
	uint16_t offset;       /* bytes of it that are in pieces */
	uint8_t cuts;	       /* of it, off the grid */
	uint8_t backoff;       /* doublings of the timer */
	uint16_t stamp;	       /* of the next sending */
	bool sending;	       /* one of its pieces is on the wire right now */
	bool blocked;	       /* credit ran out; counted once */
	ptl_time timer;	       /* PTL_NEVER: nothing is awaited */
	ptl_time progress;     /* when the peer last acknowledged something new */
};

struct round_trip {
	uint32_t smooth_us; /* 0: none measured yet */
	uint32_t spread_us;
};

/* What all senders of a link share. */
struct sending {
	struct queue *queue;
	struct packing *packing;
	struct ptl_counters *counters;
	struct noise noise;
	struct round_trip trip;
	uint32_t floor_us; /* least time that a timer waits */
};

/* A (first, last + 1) run of acknowledged numbers, from an entry. */
struct ack_range {
	uint16_t from, to;
};

void ptl_sender_init(struct sender *sender, struct piece *pieces, uint16_t size);

/* A new session: packets that were on the wire, even in part, are dropped and
 * counted; numbers begin at 0 with the peer's window as credit. */
void ptl_sender_reset(struct sender *sender, struct sending *shared, uint16_t window,
		      ptl_time now);

/* The next piece for a frame: a lost one, else a new one; NULL: nothing that
 * may be sent now. It counts as flying from here on. */
struct piece *ptl_sender_next(struct sender *sender, struct sending *shared,
			      enum ptl_class class, ptl_time now);
bool ptl_sender_ready(struct sender *sender, struct sending *shared, enum ptl_class class);

/* The frame with the piece of that number left after length bytes of it; fewer
 * than it had: it was cut. */
void ptl_sender_sent(struct sender *sender, struct sending *shared, uint16_t number,
		     uint16_t length, ptl_time now);

/* Whether the frame with that piece may be cut, and where: a number of payload
 * bytes, at least at_least, or 0. */
uint16_t ptl_sender_cut(struct sender *sender, uint16_t number, uint16_t at_least);

/* An acknowledgement: all before next was delivered, the ranges have arrived.
 * A packet is done with when it was delivered: only then may its flow change to
 * the other class and still be in order. */
void ptl_sender_acked(struct sender *sender, struct sending *shared, uint16_t next,
		      const struct ack_range *ranges, size_t count, ptl_time now);

/* Waits for credit, or for the delivery of what has arrived: arms the timer, for
 * the acknowledgement that said so may have been lost. */
void ptl_sender_watch(struct sender *sender, const struct sending *shared, ptl_time now);

/* The line had another rate, or was used for something else, until now: timers begin
 * anew. lost: what was on the way is taken for lost, and goes again. */
void ptl_sender_refresh(struct sender *sender, const struct sending *shared, ptl_time now,
			bool lost);

/* The timer ran out. true: the peer has to be asked how it stands (PING). */
bool ptl_sender_expired(struct sender *sender, struct sending *shared, ptl_time now);

#endif
