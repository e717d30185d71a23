/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the core, each on its own. What a part needs is made before the
 * clock starts: BATCH segments, or their compressed forms, gone through again and
 * again. An LZ4 encoder's history is 64 KB, as a computer's bulk class has.
 */
#include <stdlib.h>
#include <string.h>

#include "link/cobs.h"
#include "link/crc32c.h"
#include "link/headers.h"
#include "link/lz4.h"
#include "micro.h"

#define BATCH	 SEGMENTS
#define CONTEXTS 16u
#define WINDOW	 65536u
#define TRIES	 16u
#define ROOM	 (COBS_MAX(PACKET) + 8)

static uint8_t packets[BATCH][PACKET];
static uint8_t forms[BATCH][ROOM];
static size_t lengths[BATCH], taken[BATCH];
static volatile uint32_t sink;

static void make_packets(const struct row *row)
{
	for (uint32_t i = 0; i < BATCH; i++)
		data_segment(row->content, i, packets[i]);
}

static void *allocate(size_t n)
{
	void *memory = malloc(n);

	if (!memory)
		exit(1);
	return memory;
}

void run_crc(const struct row *row, uint32_t count, void (*start)(void))
{
	make_packets(row);
	start();
	for (uint32_t i = 0; i < count; i++)
		sink = ptl_crc32c_add(CRC32C_START, packets[i % BATCH], PACKET);
}

static size_t cobs_encode(const uint8_t *packet, uint8_t *to)
{
	struct cobs_encoder encoder;

	ptl_cobs_begin(&encoder, to);
	ptl_cobs_put(&encoder, packet, PACKET);
	return ptl_cobs_end(&encoder);
}

void run_cobs_encode(const struct row *row, uint32_t count, void (*start)(void))
{
	make_packets(row);
	start();
	for (uint32_t i = 0; i < count; i++)
		lengths[i % BATCH] = cobs_encode(packets[i % BATCH], forms[i % BATCH]);
}

void run_cobs_decode(const struct row *row, uint32_t count, void (*start)(void))
{
	uint8_t out[PACKET];
	struct cobs_decoder decoder = {.out = out, .room = sizeof(out)};

	make_packets(row);
	for (uint32_t i = 0; i < BATCH; i++)
		lengths[i] = cobs_encode(packets[i], forms[i]);
	start();
	for (uint32_t i = 0; i < count; i++) {
		ptl_cobs_reset(&decoder);
		ptl_cobs_take(&decoder, forms[i % BATCH], lengths[i % BATCH]);
		sink = (uint32_t)decoder.n;
	}
}

/* What follows them is copied only as far as a decompressor looks. */
static void compress_headers(struct headers *h, uint32_t i)
{
	size_t *n = &lengths[i % BATCH], *consumed = &taken[i % BATCH];

	*n = ptl_headers_compress(h, packets[i % BATCH], HEADERS_MAX, PACKET, forms[i % BATCH],
				  consumed);
	memcpy(forms[i % BATCH] + *n, packets[i % BATCH] + *consumed, HEADERS_MAX + 1 - *n);
}

void run_headers_compress(const struct row *row, uint32_t count, void (*start)(void))
{
	void *memory = allocate(ptl_headers_memory(CONTEXTS));
	struct headers h;

	make_packets(row);
	ptl_headers_init(&h, memory, CONTEXTS);
	start();
	for (uint32_t i = 0; i < count; i++)
		compress_headers(&h, i);
	free(memory);
}

/* Without its payload. */
static void decompress_headers(struct headers *h, uint32_t i)
{
	size_t length = PACKET - taken[i % BATCH] + lengths[i % BATCH];
	struct headers_update update;
	uint8_t out[HEADERS_MAX];
	size_t consumed;
	int n = ptl_headers_decompress(h, forms[i % BATCH], HEADERS_MAX + 1, length, out,
				       &consumed, &update);

	if (n < 0 || length - consumed + (size_t)n != PACKET)
		abort();
	ptl_headers_commit(h, &update);
}

void run_headers_decompress(const struct row *row, uint32_t count, void (*start)(void))
{
	void *memory = allocate(ptl_headers_memory(CONTEXTS));
	struct headers h;

	make_packets(row);
	ptl_headers_init(&h, memory, CONTEXTS);
	for (uint32_t i = 0; i < BATCH; i++)
		compress_headers(&h, i);
	start();
	for (uint32_t i = 0; i < count; i++) {
		if (i % BATCH == 0)
			ptl_headers_reset(&h);
		decompress_headers(&h, i);
	}
	free(memory);
}

static void init_encoder(struct lz4_encoder *encoder, void **memory)
{
	*memory = allocate(ptl_lz4_encoder_memory(WINDOW, WINDOW));
	ptl_lz4_encoder_init(encoder, *memory, WINDOW, WINDOW, TRIES);
}

void run_lz4_encode(const struct row *row, uint32_t count, void (*start)(void))
{
	struct lz4_encoder encoder;
	void *memory;

	make_packets(row);
	init_encoder(&encoder, &memory);
	start();
	for (uint32_t i = 0; i < count; i++)
		lengths[i % BATCH] = ptl_lz4_encode(&encoder, packets[i % BATCH], PACKET,
						    forms[i % BATCH], ROOM);
	free(memory);
}

void run_lz4_decode(const struct row *row, uint32_t count, void (*start)(void))
{
	struct lz4_encoder encoder;
	struct lz4_window window;
	uint8_t out[PACKET];
	uint8_t *history = allocate(WINDOW);
	void *memory;

	make_packets(row);
	init_encoder(&encoder, &memory);
	for (uint32_t i = 0; i < BATCH; i++)
		lengths[i] = ptl_lz4_encode(&encoder, packets[i], PACKET, forms[i], ROOM);
	ptl_lz4_window_init(&window, history, WINDOW);
	start();
	for (uint32_t i = 0; i < count; i++) {
		if (i % BATCH == 0)
			ptl_lz4_window_reset(&window);
		if (lengths[i % BATCH] == 0)
			ptl_lz4_window_add(&window, packets[i % BATCH], PACKET);
		else if (ptl_lz4_decode(&window, forms[i % BATCH], lengths[i % BATCH], out,
					PACKET) != (int)PACKET)
			abort();
		else
			ptl_lz4_window_add(&window, out, PACKET);
	}
	free(memory);
	free(history);
}
