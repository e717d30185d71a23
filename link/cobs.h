/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999), with one
 * addition: a block may end early (SPEC 2.3), which is how a frame is cut.
 */
#ifndef PIGTAIL_COBS_H
#define PIGTAIL_COBS_H

#include <pigtail/endpoint.h>

#define COBS_BLOCK 0xff /* code of a full block: 254 bytes, no zero after */

/* Longest encoding of n bytes, without delimiter. */
#define COBS_MAX(n) ((n) + (n) / 254 + 1)

struct cobs_encoder {
	uint8_t *out;
	size_t code_at; /* where the open block's code goes */
	size_t n;	/* bytes in out */
};

void ptl_cobs_begin(struct cobs_encoder *encoder, uint8_t *out);
void ptl_cobs_put(struct cobs_encoder *encoder, const uint8_t *bytes, size_t n);
/* Closes the last block; returns the length. */
size_t ptl_cobs_end(struct cobs_encoder *encoder);

/* Where a partly sent encoding stands. */
struct cobs_place {
	size_t raw;	  /* bytes that a receiver has decoded, pending zero included */
	uint8_t promised; /* bytes still owed to the open block; 0: at a code */
	bool full;	  /* the open block is a full one */
	bool zero;	  /* the last of raw is the zero that follows a block */
};
struct cobs_place ptl_cobs_place_at(const uint8_t *encoded, size_t at);
/* One encoded byte further. */
void ptl_cobs_place_step(struct cobs_place *place, uint8_t byte);

/* Decoder of one frame, fed in any chunking with anything but delimiters. */
struct cobs_decoder {
	uint8_t *out;
	size_t room;
	size_t n;	   /* bytes decoded */
	uint8_t left;	   /* bytes left in the open block */
	bool zero_pending; /* a zero follows if another block comes */
	bool overflow;	   /* more than room: the rest was dropped */
	bool any;	   /* at least one byte came */
};

void ptl_cobs_reset(struct cobs_decoder *decoder);

/* Takes bytes up to the first delimiter or n; returns how many it took. */
size_t ptl_cobs_take(struct cobs_decoder *decoder, const uint8_t *bytes, size_t n);

#endif
