/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Header compression (SPEC 9): the headers of a packet as their difference to
 * those of the packet before it in the same flow. Pure functions over the
 * caller's memory, one struct headers for one direction of one class.
 *
 * What compresses: Ethernet II + IPv4 (no options, no fragment) or IPv6 (no
 * extension headers) + TCP, UDP or ICMP echo. All else goes with one byte more.
 * Every packet comes out as it went in, to the bit.
 *
 * Both ends must see the same packets in the same order, each once: the class
 * below guarantees that. So nothing is repaired here, and a packet that has
 * been compressed must be sent.
 */
#ifndef PIGTAIL_HEADERS_H
#define PIGTAIL_HEADERS_H

#include <pigtail/endpoint.h>

/* Longest headers that compress: Ethernet, IPv6, TCP, its 40 bytes of options. */
#define HEADERS_MAX	     (14 + 40 + 20 + 40)
#define HEADERS_MAX_CONTEXTS 16
#define HEADERS_NO_CONTEXT   0xff

/* A flow: the headers of its last packet, and what is foretold of the next. */
struct headers_context {
	uint32_t ack_step;	    /* how far the TCP acknowledgement moved */
	uint32_t time_step;	    /* how far the TCP timestamp moved */
	uint16_t id_step;	    /* how far the IPv4 identification moves */
	uint16_t tag;		    /* compressor: hash of the two hosts */
	uint8_t length;		    /* of bytes; 0: context not set */
	uint8_t packets;	    /* compressor: seen so far, up to 255 */
	uint8_t bytes[HEADERS_MAX]; /* as in the packet */
};

struct headers {
	struct headers_context *contexts;
	uint8_t count;
	uint8_t current;		     /* last used */
	uint8_t order[HEADERS_MAX_CONTEXTS]; /* compressor: last used first */
};

/* What a decompressed packet does to its context, once it is committed. */
struct headers_update {
	const uint8_t *bytes; /* the new headers, in the caller's in or out */
	uint32_t ack_step;
	uint32_t time_step;
	uint16_t id_step;
	uint8_t length;
	uint8_t context; /* HEADERS_NO_CONTEXT: no change */
};

/* Bytes of memory for 0 to 16 contexts. */
size_t ptl_headers_memory(unsigned contexts);

/* memory: ptl_headers_memory(contexts) bytes, aligned for a uint32_t. A compressor
 * may have fewer contexts than its decompressor, never more. With none, it
 * sends every packet unchanged. */
void ptl_headers_init(struct headers *h, void *memory, unsigned contexts);

/* Forgets all contexts: a new session. */
void ptl_headers_reset(struct headers *h);

/*
 * packet: the first n bytes of one of length bytes; n >= min(length,
 * HEADERS_MAX). Writes what replaces its first *consumed bytes to out, which
 * has room for HEADERS_MAX + 1 and overlaps nothing, and returns how many bytes
 * that is: never more than *consumed + 1. The contexts change at once.
 */
size_t ptl_headers_compress(struct headers *h, const uint8_t *packet, size_t n, size_t length,
			    uint8_t *out, size_t *consumed);

/*
 * in: the first n bytes of a compressed packet of length bytes; n >=
 * min(length, HEADERS_MAX + 1). Writes what replaces its first *consumed bytes
 * to out, which has room for HEADERS_MAX and overlaps nothing, and returns how
 * many bytes that is, or -1 if no compressor in step with this end makes that.
 * The packet is then length - *consumed + the return value bytes long.
 * Changes nothing: see ptl_headers_commit().
 */
int ptl_headers_decompress(const struct headers *h, const uint8_t *in, size_t n, size_t length,
			   uint8_t *out, size_t *consumed, struct headers_update *update);

/* The packet has been delivered. in and out must still be as they were. */
void ptl_headers_commit(struct headers *h, const struct headers_update *update);

#endif
