/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What happens to a packet between its queue and the wire, and back: its headers
 * are compressed (SPEC 9), as the two ends have agreed.
 *
 * A packet is packed when it is taken from its queue, so in the order in which
 * its class delivers, and where it lies in the store: it can only shrink, but
 * for the one byte of headroom that every packet has. It is unpacked when its
 * reader takes it, in the buffer where it lies, which has HEADERS_MAX bytes of
 * headroom. A reader that refuses gets it again later: until then no context
 * has changed.
 */
#ifndef PIGTAIL_PACK_H
#define PIGTAIL_PACK_H

#include "headers.h"
#include "queue.h"

#define PACK_CLASSES  2 /* sparse, bulk */
#define PACK_HEADROOM HEADERS_MAX

struct packing {
	struct headers tx[PACK_CLASSES];
	struct headers rx[PACK_CLASSES];
	struct ptl_counters *counters;
	uint8_t own_contexts; /* of each */
	bool on;	      /* agreed for this session */
};

size_t packing_memory(const struct ptl_config *config);
void packing_init(struct packing *packing, void *memory, const struct ptl_config *config,
		  struct ptl_counters *counters);

/* A session begins: peer has so many contexts for what it receives; 0: none. */
void packing_begin(struct packing *packing, const uint8_t peer[PACK_CLASSES]);

void pack(struct packing *packing, struct queue *queue, uint16_t packet, enum ptl_class class);

struct unpacked {
	uint8_t *bytes;
	size_t n;
	/* To put it back as it was, or to go on. */
	struct headers_update update;
	uint8_t headers[HEADERS_MAX];
	uint8_t packed[HEADERS_MAX + 1];
	size_t consumed;
};

/* Unpacks n bytes in place; false: malformed. Then one of the two others. */
bool unpack(struct packing *packing, enum ptl_class class, uint8_t *bytes, size_t n,
	    struct unpacked *unpacked);
void unpack_taken(struct packing *packing, enum ptl_class class,
		  const struct unpacked *unpacked);
void unpack_refused(uint8_t *bytes, const struct unpacked *unpacked);

#endif
