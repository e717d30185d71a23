/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What happens to a packet between its queue and the wire, and back, as the two
 * ends have agreed: its headers are compressed (SPEC 9), then the whole of it
 * (SPEC 10).
 *
 * A packet is packed when it is taken from its queue, so in the order in which
 * its class delivers, and where it lies in the store: it can only shrink, but
 * for the one byte of headroom that every packet has. It is unpacked when its
 * reader takes it, in the buffer where it lies, which has HEADERS_MAX bytes of
 * headroom, or in ours. A reader that refuses gets it again later: until then
 * nothing that was learnt of it is kept.
 *
 * Packing data that does not shrink is not tried for ever: after a few misses a
 * flow is tried now and then only, and its packets stay out of the history.
 */
#ifndef PIGTAIL_PACK_H
#define PIGTAIL_PACK_H

#include "headers.h"
#include "lz4.h"
#include "queue.h"

#define PACK_CLASSES  2 /* sparse, bulk */
#define PACK_HEADROOM HEADERS_MAX

/* What an end has for what it receives: sparse, bulk. */
struct packing_offer {
	uint8_t contexts[PACK_CLASSES]; /* 0 to 16 */
	uint8_t history[PACK_CLASSES];	/* log2 of bytes, or 0 */
	bool compresses;		/* it has set the capability */
};

/* One class. */
struct packing_class {
	struct headers tx_headers, rx_headers;
	struct lz4_encoder encoder;
	struct lz4_window decoder;
	void *encoder_memory;
	bool has_headers; /* agreed for this session */
	bool may_pack;	  /* payloads: the peer has a history for us */
	bool has_decoder; /* and we for it */
};

struct packing {
	struct packing_class classes[PACK_CLASSES];
	struct packing_offer own;
	struct ptl_counters *counters;
	uint8_t *plain;	     /* a packet, with headroom */
	uint8_t *packed;     /* a block */
	size_t room;	     /* of both */
	uint16_t max_packet; /* agreed */
};

size_t ptl_packing_memory(const struct ptl_config *config);
void ptl_packing_init(struct packing *packing, void *memory, const struct ptl_config *config,
		      struct ptl_counters *counters);

/* A session begins with a peer that offers this; both take packets of max_packet. */
void ptl_packing_begin(struct packing *packing, const struct packing_offer *peer,
		       uint16_t max_packet);

void ptl_pack(struct packing *packing, struct queue *queue, uint16_t packet,
	      enum ptl_class class);

struct unpacked {
	uint8_t *bytes; /* the packet */
	size_t n;
	/* Private: to take it back, or to go on from it. */
	struct packing_class *class;
	enum ptl_ending ending;
	uint8_t *inner; /* headers still packed */
	size_t inner_n, consumed;
	struct headers_update update;
	uint8_t headers[HEADERS_MAX];
	uint8_t before[HEADERS_MAX + 1];
};

/* Unpacks n bytes, partly in place; false: malformed. Else ptl_unpack_end() must
 * follow: taken, what was learnt is kept; refused, bytes are as before. */
bool ptl_unpack(struct packing *packing, enum ptl_class class, enum ptl_ending ending,
		uint8_t *bytes, size_t n, struct unpacked *unpacked);
void ptl_unpack_end(struct unpacked *unpacked, bool taken);

#endif
