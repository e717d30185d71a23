/* SPDX-License-Identifier: GPL-2.0-only */
/* What is sent through a compressor, of many kinds, and both of its ends. */
#ifndef TEST_LZ4_ENDS_H
#define TEST_LZ4_ENDS_H

#include "story.h"

#include "link/bytes.h"
#include "link/lz4.h"

#include <lz4.h>
#include <lz4hc.h>

#define LONGEST 9018

/* ---- What is sent ---- */

enum content { TEXT, JSON, HTML, PROGRAM, RANDOM, ZEROS, PERIODIC, MIXED, CONTENTS };

static const char *const content_names[CONTENTS] = {
	"text", "JSON", "HTML", "a program", "random bytes", "zeros", "periods", "a mixture",
};

static const char *const words[] = {
	"the",	  "packet",  "of",	"window", "a",	      "return", "static", "size_t",
	"if",	  "history", "encoder", "match",  "literals", "const",	"while",  "uint8_t",
	"offset", "and",     "never",	"before", "for",      "struct", "link",	  "is",
};

static inline const char *word(struct prng *prng)
{
	return words[prng_below(prng, COUNT(words))];
}

static inline void some_record(struct prng *prng, enum content content, char *to, size_t room)
{
	unsigned a = prng_below(prng, 100000), b = prng_below(prng, 1000);

	if (content == JSON)
		snprintf(to, room, "{\"id\":%u,\"name\":\"%s\",\"value\":%u.%u,\"ok\":%s},\n",
			 a, word(prng), b, a % 100, b & 1 ? "true" : "false");
	else if (content == HTML)
		snprintf(to, room, "<li class=\"%s\"><a href=\"/%s/%u.html\">%s %s</a></li>\n",
			 word(prng), word(prng), a, word(prng), word(prng));
	else
		snprintf(to, room, "%s %s%s", word(prng), word(prng), b < 100 ? ";\n\t" : " ");
}

/* n bytes of our own machine code. */
static inline void some_program(struct prng *prng, uint8_t *to, size_t n)
{
	static uint8_t program[400000];
	static size_t length;

	if (!length) {
		FILE *file = fopen("/proc/self/exe", "rb");

		assert_non_null(file);
		length = fread(program, 1, sizeof(program), file);
		fclose(file);
		assert_true(length > LONGEST);
	}
	memcpy(to, program + prng_below(prng, length - n), n);
}

static inline void fill_with(struct prng *prng, enum content content, uint8_t *to, size_t n)
{
	size_t period = random_from(prng, 1, 300);
	size_t at = 0;

	switch (content) {
	case PROGRAM:
		some_program(prng, to, n);
		return;
	case RANDOM:
		random_bytes(prng, to, n);
		return;
	case ZEROS:
		memset(to, 0, n);
		return;
	case PERIODIC:
		random_bytes(prng, to, min_size(n, period));
		for (at = period; at < n; at++)
			to[at] = to[at - period];
		return;
	default:
		break;
	}
	while (at < n) {
		char record[200];
		size_t part;

		some_record(prng, content, record, sizeof(record));
		part = min_size(n - at, strlen(record));
		memcpy(to + at, record, part);
		at += part;
	}
}

static inline void fill(struct prng *prng, enum content content, uint8_t *to, size_t n)
{
	if (content != MIXED) {
		fill_with(prng, content, to, n);
		return;
	}
	while (n > 0) {
		size_t part = min_size(n, random_from(prng, 1, 400));

		fill_with(prng, prng_below(prng, MIXED), to, part);
		to += part;
		n -= part;
	}
}

/* ---- Both ends, and the history as one piece for liblz4 ---- */

struct ends {
	struct lz4_encoder encoder;
	struct lz4_window decoder;
	void *encoder_memory;
	void *decoder_memory;
	uint8_t *history; /* its last bytes are the newest */
	size_t filled;
};

static inline struct ends ends_new(uint32_t window, uint32_t links, unsigned tries)
{
	struct ends ends = {
		.encoder_memory = malloc(ptl_lz4_encoder_memory(window, links)),
		.decoder_memory = malloc(window),
		.history = malloc(window),
	};

	assert_non_null(ends.encoder_memory);
	assert_non_null(ends.decoder_memory);
	assert_non_null(ends.history);
	ptl_lz4_encoder_init(&ends.encoder, ends.encoder_memory, window, links, tries);
	ptl_lz4_window_init(&ends.decoder, ends.decoder_memory, window);
	return ends;
}

static inline void ends_free(struct ends *ends)
{
	free(ends->encoder_memory);
	free(ends->decoder_memory);
	free(ends->history);
}

static inline const char *dictionary(const struct ends *ends)
{
	return (const char *)ends->history + ends->decoder.size - ends->filled;
}

static inline void delivered(struct ends *ends, const uint8_t *packet, size_t n)
{
	size_t size = ends->decoder.size, part = min_size(n, size);

	ptl_lz4_window_add(&ends->decoder, packet, n);
	memmove(ends->history, ends->history + part, size - part);
	memcpy(ends->history + size - part, packet + n - part, part);
	ends->filled = min_size(size, ends->filled + n);
	assert_int_equal(ends->decoder.filled, ends->filled);
}

/* A copy of its own size, so that a sanitizer sees one byte too many. */
static inline uint8_t *copy_of(const uint8_t *bytes, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	assert_non_null(copy);
	memcpy(copy, bytes, n);
	return copy;
}

/* What stands in a well-formed block. */
struct walk {
	size_t packet;	   /* its length */
	size_t literals;   /* in the last sequence */
	size_t last_match; /* where it begins; 0: there is none */
	bool zero_offset;
};

static inline size_t count_on(const uint8_t **at, size_t nibble)
{
	if (nibble == 15)
		do
			nibble += **at;
		while (*(*at)++ == 255);
	return nibble;
}

static inline struct walk walk(const uint8_t *block, size_t n)
{
	const uint8_t *at = block, *end = block + n;
	struct walk walk = {0};

	for (;;) {
		uint8_t token = *at++;

		walk.literals = count_on(&at, token >> 4);
		walk.packet += walk.literals;
		at += walk.literals;
		if (at == end)
			return walk;
		walk.last_match = walk.packet;
		walk.zero_offset |= get_le16(at) == 0;
		at += 2;
		walk.packet += count_on(&at, token & 15u) + 4;
	}
}

/* What the block format asks of its end. */
static inline void check_end(const uint8_t *block, size_t n, size_t packet)
{
	struct walk found = walk(block, n);

	assert_int_equal(found.packet, packet);
	assert_true(found.literals >= 5);
	assert_true(packet - found.last_match >= 12);
}

/* One packet over: encoded, checked by liblz4, decoded, delivered. Returns the
 * length on the wire. */
static inline size_t send_one(struct ends *ends, const uint8_t *packet, size_t n)
{
	uint8_t *in = copy_of(packet, n);
	uint8_t *out = malloc(n + 1);
	uint8_t *back = malloc(n + 1);
	size_t length;

	assert_non_null(out);
	assert_non_null(back);
	out[n] = back[n] = 0xa5;
	length = ptl_lz4_encode(&ends->encoder, in, n, out, n);
	assert_memory_equal(in, packet, n);
	assert_int_equal(out[n], 0xa5);
	if (length) {
		uint8_t *block = copy_of(out, length);

		assert_true(length < n);
		check_end(block, length, n);
		assert_int_equal(LZ4_decompress_safe_usingDict(
					 (char *)block, (char *)back, (int)length, (int)n,
					 dictionary(ends), (int)ends->filled),
				 n);
		assert_memory_equal(back, packet, n);
		memset(back, 0, n);
		assert_int_equal(ptl_lz4_decode(&ends->decoder, block, length, back, n), n);
		assert_memory_equal(back, packet, n);
		assert_int_equal(back[n], 0xa5);
		free(block);
	}
	delivered(ends, packet, n);
	free(in);
	free(out);
	free(back);
	return length ? length : n;
}

static const struct shape {
	uint32_t window, links;
	unsigned tries;
} shapes[] = {
	{256, 0, 1},	     {256, 256, 8},	 {1024, 0, 1},	   {1024, 1024, 16},
	{2048, 0, 1},	     {2048, 512, 4},	 {4096, 0, 1},	   {4096, 1024, 4},
	{4096, 4096, 16},    {8192, 0, 1},	 {8192, 8192, 16}, {65536, 0, 1},
	{65536, 1024, 2},    {65536, 65536, 16}, {256, 1, 255},	   {1024, 4096, 4},
	{65536, 65536, 255},
};

#endif
