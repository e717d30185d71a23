/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Payload compression (SPEC 10): blocks in the LZ4 block format, with the last
 * bytes of the packets before as a dictionary. Pure functions over the caller's
 * memory; one encoder and, at the other end, one window for one direction of
 * one class.
 *
 * The history is the last `size` bytes of all packets of the class that both
 * ends added to it. They must add the same packets in the same order, each
 * once: the class below guarantees that. So nothing is repaired here, and a
 * packet that an encoder has seen must be sent, compressed or not.
 *
 * An encoder may have a smaller window than its decoder, never a larger one.
 */
#ifndef PIGTAIL_LZ4_H
#define PIGTAIL_LZ4_H

#include <pigtail/endpoint.h>

#define LZ4_WINDOW_MIN 256u
#define LZ4_WINDOW_MAX 65536u
#define LZ4_PACKET_MAX 65535u

/* The format: a token's halves, and the shortest match. */
#define LZ4_NIBBLE    15u
#define LZ4_MATCH_MIN 4u

/* The history, a ring. It is all that a decoder needs. */
struct lz4_window {
	uint8_t *bytes;
	uint32_t size;	 /* power of two, LZ4_WINDOW_MIN to _MAX */
	uint32_t filled; /* bytes of it that are history */
	uint32_t end;	 /* bytes ever added, modulo 2^32; the next goes to end % size */
};

/* memory: size bytes, any alignment. */
void ptl_lz4_window_init(struct lz4_window *window, void *memory, uint32_t size);

/* Forgets the history: a new session. */
void ptl_lz4_window_reset(struct lz4_window *window);

/* The history goes on with this packet. At the decoder for every packet, decoded
 * or raw, once it has been delivered. bytes must not lie in the window. */
void ptl_lz4_window_add(struct lz4_window *window, const uint8_t *bytes, size_t n);

/*
 * Decodes one block of n bytes into out, and returns the length of the packet,
 * or -1 if the block is malformed, longer than room, or needs more history than
 * there is. Safe on any input: reads nothing outside of in and the history,
 * writes nothing outside of out, where bytes after the packet may have changed.
 * in and out overlap neither each other nor the window. room beyond
 * LZ4_PACKET_MAX is not used. The history does not change: a packet that its
 * reader refused can be decoded again.
 */
int ptl_lz4_decode(const struct lz4_window *history, const uint8_t *in, size_t n, uint8_t *out,
		   size_t room);

struct lz4_encoder {
	struct lz4_window window;
	uint16_t *heads; /* of each hash, where it was last, modulo 65536 */
	uint16_t *links; /* of each place, where its hash was before; may be NULL */
	uint32_t links_mask;
	uint8_t hash_shift;
	uint8_t tries; /* candidates for each match, at least 1; may be set at any time */
};

/*
 * Bytes of memory. links: how many places remember the one before them with
 * the same hash, 0 or a power of two up to 65536; two bytes each. With none,
 * there is one candidate for each match whatever tries says, and the memory is
 * one and a half windows, but at least 1 KB more than the window. As many links
 * as the window has bytes bring nearly all that can be had, a quarter as many
 * half of it.
 */
size_t ptl_lz4_encoder_memory(uint32_t window, uint32_t links);

/* memory: ptl_lz4_encoder_memory(window, links) bytes, aligned for a uint16_t.
 * tries, 1 to 255, is a matter of time only: 4 is quick, 16 finds nearly all. */
void ptl_lz4_encoder_init(struct lz4_encoder *encoder, void *memory, uint32_t window,
			  uint32_t links, unsigned tries);

/* Forgets the history: a new session. */
void ptl_lz4_encoder_reset(struct lz4_encoder *encoder);

/*
 * Compresses one packet of 0 to LZ4_PACKET_MAX bytes. Returns the length of the
 * block in out, which is at most n - 1 and at most room, or 0: send the packet
 * as it is. The history goes on with the packet in both cases. Nothing overlaps.
 *
 * A packet that is not worth the time can be sent without this: raw and added
 * by ptl_lz4_window_add() at both ends, or raw and added at neither.
 */
size_t ptl_lz4_encode(struct lz4_encoder *encoder, const uint8_t *in, size_t n, uint8_t *out,
		      size_t room);

#endif
