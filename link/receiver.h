/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The receiving half of a class: puts pieces back in order (SPEC 4 and 6).
 *
 * The window is a ring of cells of 32 bytes; number n lives at cell n modulo
 * the window. A byte of meta for each says whether it is there, how many bytes
 * it has, and what follows it. A whole packet that arrives in
 * order goes to its reader from the frame buffer, without a copy here.
 */
#ifndef PIGTAIL_RECEIVER_H
#define PIGTAIL_RECEIVER_H

#include <pigtail/wire.h>
#include <pigtail/endpoint.h>

#define META_THERE	  0x80
#define META_ENDING_SHIFT 5
#define META_ENDING	  0x60 /* enum ptl_ending */
#define META_LENGTH	  0x1f /* less one */

struct receiver {
	uint8_t *cells;
	uint8_t *meta;
	uint16_t window;  /* cells, a power of two */
	uint16_t head;	  /* first number that its reader has not taken; credit
			   * ends a window after it */
	uint16_t next;	  /* first number that is missing */
	uint16_t high;	  /* after the highest number that is there */
	uint16_t unacked; /* cells since the last acknowledgement went out */
	bool changed;	  /* there is something to acknowledge */
	bool urgent;	  /* a loss was seen: the sender should know at once */
	bool refused;	  /* the reader had no room; waits for resume() */
	ptl_time due;	  /* an acknowledgement goes out alone then */
};

enum receiver_verdict {
	RECEIVER_NEW, /* stored; or in order, whole and not stored: direct */
	RECEIVER_DIRECT,
	RECEIVER_DUPLICATE,
	RECEIVER_BEYOND,
};

void ptl_receiver_init(struct receiver *receiver, uint8_t *cells, uint8_t *meta,
		       uint16_t window);
void ptl_receiver_reset(struct receiver *receiver);

/* A piece came. DIRECT: it is the next whole packet; the caller gives it to its
 * reader and calls ptl_receiver_took(), or ptl_receiver_store() if it was refused. */
enum receiver_verdict ptl_receiver_piece(struct receiver *receiver, uint16_t number,
					 const uint8_t *bytes, size_t n,
					 enum ptl_ending ending);
void ptl_receiver_took(struct receiver *receiver, size_t n);
void ptl_receiver_store(struct receiver *receiver, uint16_t number, const uint8_t *bytes,
			size_t n, enum ptl_ending ending);

/* The next whole packet in order: its length, at most room bytes of it at to.
 * 0: none. ptl_receiver_next() does not take it off; ptl_receiver_drop() does. */
size_t ptl_receiver_next(const struct receiver *receiver, uint8_t *to, size_t room,
			 enum ptl_ending *ending);
void ptl_receiver_drop(struct receiver *receiver);

/* Writes an acknowledgement entry; returns its length. */
size_t ptl_receiver_ack(struct receiver *receiver, enum ptl_class class, uint8_t *to);

#endif
