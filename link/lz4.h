/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef PIGTAIL_LZ4_H
#define PIGTAIL_LZ4_H

#include <pigtail/endpoint.h>

struct lz4_window {
	uint8_t *bytes;
	uint32_t size;
	uint32_t filled;
	uint32_t end;
};

struct lz4_encoder {
	struct lz4_window window;
	uint16_t *heads;
	uint16_t *chain;
	uint32_t hash_bits;
	uint32_t depth;
	uint32_t chain_mask;
};

struct lz4_decoder {
	struct lz4_window window;
};

void lz4_window_add(struct lz4_window *window, const uint8_t *bytes, size_t n);
size_t lz4_encoder_memory(uint32_t window, unsigned depth);
void lz4_encoder_init(struct lz4_encoder *encoder, void *memory, uint32_t window,
		      unsigned depth);
size_t lz4_encode(struct lz4_encoder *encoder, const uint8_t *in, size_t n, uint8_t *out,
		  size_t room);
#endif
