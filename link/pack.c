/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See pack.h. */
#include "pack.h"
#include "bytes.h"

/* Shorter ones have no match worth its token. */
#define WORTH_BYTES 24
/* So many misses in a row, and a flow is tried every so many packets only. */
#define MISSES	   4
#define TRY_AGAIN  16
#define TRIES	   16
#define LINKS_FROM 8192u

static struct packing_class *class_of(struct packing *packing, enum ptl_class class)
{
	return &packing->classes[class == PTL_CLASS_SPARSE ? 0 : 1];
}

static uint32_t history_bytes(uint8_t log2)
{
	return log2 ? 1u << log2 : 0;
}

/* Links find better matches for two bytes each; where memory counts, fewer. */
static uint32_t links_of(uint32_t history)
{
	return history < LINKS_FROM ? history / 4 : history;
}

static size_t encoder_memory(uint32_t history)
{
	return history ? ptl_lz4_encoder_memory(history, links_of(history)) : 0;
}

static size_t even(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

static bool compresses(const struct ptl_config *config)
{
	return config->history[0] || config->history[1];
}

size_t ptl_packing_memory(const struct ptl_config *config)
{
	size_t n = 2 * PACK_CLASSES * even(ptl_headers_memory(config->contexts));

	for (int i = 0; i < PACK_CLASSES; i++) {
		uint32_t history = history_bytes(config->history[i]);

		n += even(encoder_memory(history)) + history;
	}
	if (compresses(config))
		n += even(PACK_HEADROOM + config->max_packet + 1u) +
		     even(config->max_packet + 1u);
	return n;
}

static void *carve(uint8_t **memory, size_t n)
{
	void *part = *memory;

	*memory += even(n);
	return part;
}

void ptl_packing_init(struct packing *packing, void *memory, const struct ptl_config *config,
		      struct ptl_counters *counters)
{
	uint8_t *at = memory;

	packing->counters = counters;
	packing->own.compresses = compresses(config);
	for (int i = 0; i < PACK_CLASSES; i++) {
		struct packing_class *class = &packing->classes[i];
		uint32_t history = history_bytes(config->history[i]);
		size_t headers = ptl_headers_memory(config->contexts);

		packing->own.contexts[i] = config->contexts;
		packing->own.history[i] = config->history[i];
		ptl_headers_init(&class->tx_headers, carve(&at, headers), config->contexts);
		ptl_headers_init(&class->rx_headers, carve(&at, headers), config->contexts);
		class->encoder_memory = carve(&at, encoder_memory(history));
		if (history)
			ptl_lz4_window_init(&class->decoder, carve(&at, history), history);
	}
	if (!compresses(config))
		return;
	packing->room = config->max_packet + 1u;
	packing->plain = (uint8_t *)carve(&at, PACK_HEADROOM + packing->room) + PACK_HEADROOM;
	packing->packed = carve(&at, packing->room);
}

static uint8_t least(uint8_t a, uint8_t b)
{
	return a < b ? a : b;
}

void ptl_packing_begin(struct packing *packing, const struct packing_offer *peer,
		       uint16_t max_packet)
{
	packing->max_packet = max_packet;
	for (int i = 0; i < PACK_CLASSES; i++) {
		struct packing_class *class = &packing->classes[i];
		uint8_t contexts = least(packing->own.contexts[i], peer->contexts[i]);
		uint8_t history = least(packing->own.history[i], peer->history[i]);

		ptl_headers_init(&class->tx_headers, class->tx_headers.contexts, contexts);
		ptl_headers_init(&class->rx_headers, class->rx_headers.contexts, contexts);
		class->has_headers = contexts > 0;
		class->has_decoder = packing->own.history[i] > 0 && peer->compresses;
		if (class->has_decoder)
			ptl_lz4_window_reset(&class->decoder);
		class->may_pack = history >= 8;
		if (class->may_pack)
			ptl_lz4_encoder_init(&class->encoder, class->encoder_memory,
					     history_bytes(history),
					     links_of(history_bytes(history)), TRIES);
	}
}

static void pack_headers(struct packing *packing, struct packing_class *class,
			 struct queue *queue, uint16_t index)
{
	uint16_t length = queue->packets[index].length;
	size_t n = min_size(length, HEADERS_MAX);
	uint8_t headers[HEADERS_MAX];
	uint8_t packed[HEADERS_MAX + 1];
	size_t consumed, produced;

	ptl_queue_read(queue, index, 0, headers, n);
	/* NOLINTNEXTLINE(readability-suspicious-call-argument): packed is the output */
	produced =
		ptl_headers_compress(&class->tx_headers, headers, n, length, packed, &consumed);
	ptl_queue_replace(queue, index, consumed, packed, produced);
	if (produced < consumed)
		packing->counters->tx_headers_saved += consumed - produced;
}

static void pack_payload(struct packing *packing, struct packing_class *class,
			 struct queue *queue, uint16_t index)
{
	struct packet *packet = &queue->packets[index];
	struct flow *flow = &queue->flows[packet->flow];
	size_t n = packet->length;
	size_t packed;

	if (n < WORTH_BYTES || n > packing->room)
		return;
	if (flow->misses >= MISSES && flow->misses++ < MISSES + TRY_AGAIN)
		return;
	ptl_queue_read(queue, index, 0, packing->plain, n);
	packed = ptl_lz4_encode(&class->encoder, packing->plain, n, packing->packed,
				packing->room);
	if (packed == 0) {
		packet->ending = PTL_ENDS_ADDED;
		flow->misses = (uint8_t)(flow->misses < MISSES ? flow->misses + 1 : MISSES);
		return;
	}
	flow->misses = 0;
	packet->ending = PTL_ENDS_PACKED;
	packing->counters->tx_payload_saved += n - packed;
	ptl_queue_replace(queue, index, n, packing->packed, packed);
}

void ptl_pack(struct packing *packing, struct queue *queue, uint16_t packet,
	      enum ptl_class class)
{
	struct packing_class *packing_class = class_of(packing, class);

	if (class == PTL_CLASS_CONTROL)
		return;
	if (packing_class->has_headers)
		pack_headers(packing, packing_class, queue, packet);
	if (packing_class->may_pack)
		pack_payload(packing, packing_class, queue, packet);
}

static bool unpack_headers(struct unpacked *unpacked)
{
	size_t head = min_size(unpacked->inner_n, sizeof(unpacked->before));
	int headers;

	memcpy(unpacked->before, unpacked->inner, head);
	headers = ptl_headers_decompress(&unpacked->class->rx_headers, unpacked->before, head,
					 unpacked->inner_n, unpacked->headers,
					 &unpacked->consumed, &unpacked->update);
	if (headers < 0)
		return false;
	unpacked->bytes = unpacked->inner + unpacked->consumed - headers;
	unpacked->n = unpacked->inner_n - unpacked->consumed + (size_t)headers;
	memcpy(unpacked->bytes, unpacked->headers, (size_t)headers);
	return true;
}

bool ptl_unpack(struct packing *packing, enum ptl_class class, enum ptl_ending ending,
		uint8_t *bytes, size_t n, struct unpacked *unpacked)
{
	unpacked->class = class_of(packing, class);
	unpacked->ending = ending;
	unpacked->inner = bytes;
	unpacked->inner_n = n;
	unpacked->consumed = 0;
	if (ending != PTL_ENDS && !unpacked->class->has_decoder)
		return false;
	if (ending == PTL_ENDS_PACKED) {
		int plain = ptl_lz4_decode(&unpacked->class->decoder, bytes, n, packing->plain,
					   packing->max_packet +
						   (unpacked->class->has_headers ? 1u : 0u));

		if (plain < 0)
			return false;
		unpacked->inner = packing->plain;
		unpacked->inner_n = (size_t)plain;
	}
	unpacked->bytes = unpacked->inner;
	unpacked->n = unpacked->inner_n;
	return !unpacked->class->has_headers || unpack_headers(unpacked);
}

void ptl_unpack_end(struct unpacked *unpacked, bool taken)
{
	struct packing_class *class = unpacked->class;

	memcpy(unpacked->inner, unpacked->before, unpacked->consumed);
	if (!taken)
		return;
	if (class->has_headers)
		ptl_headers_commit(&class->rx_headers, &unpacked->update);
	if (unpacked->ending != PTL_ENDS)
		ptl_lz4_window_add(&class->decoder, unpacked->inner, unpacked->inner_n);
}
