/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See pack.h. */
#include "pack.h"
#include "bytes.h"

static int index_of(enum ptl_class class)
{
	return class == PTL_CLASS_SPARSE ? 0 : 1;
}

size_t packing_memory(const struct ptl_config *config)
{
	return 2 * PACK_CLASSES * headers_memory(config->contexts);
}

void packing_init(struct packing *packing, void *memory, const struct ptl_config *config,
		  struct ptl_counters *counters)
{
	uint8_t *at = memory;

	packing->counters = counters;
	packing->own_contexts = config->contexts;
	packing->on = false;
	for (int i = 0; i < PACK_CLASSES; i++) {
		headers_init(&packing->tx[i], at, config->contexts);
		at += headers_memory(config->contexts);
		headers_init(&packing->rx[i], at, config->contexts);
		at += headers_memory(config->contexts);
	}
}

void packing_begin(struct packing *packing, const uint8_t peer[PACK_CLASSES])
{
	packing->on = packing->own_contexts > 0;
	for (int i = 0; i < PACK_CLASSES; i++) {
		struct headers *tx = &packing->tx[i];
		uint8_t count =
			peer[i] < packing->own_contexts ? peer[i] : packing->own_contexts;

		headers_init(tx, tx->contexts, count);
		headers_reset(&packing->rx[i]);
		packing->on = packing->on && count > 0;
	}
}

void pack(struct packing *packing, struct queue *queue, uint16_t packet, enum ptl_class class)
{
	uint16_t length = queue->packets[packet].length;
	size_t n = min_size(length, HEADERS_MAX);
	uint8_t headers[HEADERS_MAX];
	uint8_t packed[HEADERS_MAX + 1];
	size_t consumed, produced;

	if (!packing->on || class == PTL_CLASS_CONTROL)
		return;
	queue_read(queue, packet, 0, headers, n);
	produced = headers_compress(&packing->tx[index_of(class)], headers, n, length, packed,
				    &consumed);
	queue_replace(queue, packet, consumed, packed, produced);
	if (produced < consumed)
		packing->counters->tx_headers_saved += consumed - produced;
}

bool unpack(struct packing *packing, enum ptl_class class, uint8_t *bytes, size_t n,
	    struct unpacked *unpacked)
{
	int headers;

	memcpy(unpacked->packed, bytes, min_size(n, sizeof(unpacked->packed)));
	headers = headers_decompress(&packing->rx[index_of(class)], unpacked->packed,
				     min_size(n, sizeof(unpacked->packed)), n,
				     unpacked->headers, &unpacked->consumed, &unpacked->update);
	if (headers < 0)
		return false;
	unpacked->bytes = bytes + unpacked->consumed - headers;
	unpacked->n = n - unpacked->consumed + (size_t)headers;
	memcpy(unpacked->bytes, unpacked->headers, (size_t)headers);
	return true;
}

void unpack_taken(struct packing *packing, enum ptl_class class,
		  const struct unpacked *unpacked)
{
	headers_commit(&packing->rx[index_of(class)], &unpacked->update);
}

void unpack_refused(uint8_t *bytes, const struct unpacked *unpacked)
{
	memcpy(bytes, unpacked->packed, unpacked->consumed);
}
