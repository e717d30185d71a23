/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Payload compression. The first byte chooses the sizes and what the rest is:
 *
 *  - packets, each two bytes of length and what happens to it, then its bytes,
 *    repeated where they are fewer: all must come back, as from a decoder that
 *    works byte by byte;
 *  - blocks, each two bytes of length and room, then its bytes: this decoder
 *    must take and make the same as the other one, and touch nothing else.
 */
#include "require.h"

#include "link/lz4.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST = 2048, HISTORY = 65536 };

static const struct shape {
	uint32_t window, links;
	unsigned tries;
} shapes[8] = {
	{256, 0, 1},  {256, 256, 8},   {1024, 0, 1},  {1024, 256, 4},
	{4096, 0, 1}, {4096, 4096, 3}, {65536, 0, 1}, {65536, 65536, 16},
};

struct plain {
	uint8_t bytes[HISTORY + LONGEST]; /* all of the history that is kept */
	size_t n;
};

static void plain_add(struct plain *plain, size_t window, const uint8_t *bytes, size_t n)
{
	size_t keep = plain->n < window ? plain->n : window;

	memmove(plain->bytes, plain->bytes + plain->n - keep, keep);
	memcpy(plain->bytes + keep, bytes, n);
	plain->n = keep + n;
}

/* Adds the bytes that go on a count; false when the input ends. */
static bool count_on(const uint8_t *in, size_t n, size_t *i, size_t *count)
{
	uint8_t more = 255;

	if (*count != 15)
		return true;
	while (more == 255) {
		if (*i == n)
			return false;
		more = in[(*i)++];
		*count += more;
	}
	return true;
}

/* One byte at a time, made after the history; -1 when anything is wrong. */
static int plain_decode(struct plain *plain, size_t window, const uint8_t *in, size_t n,
			size_t room)
{
	size_t first = plain->n < window ? 0 : plain->n - window;
	size_t at = plain->n, end = at + room, i = 0;

	while (i < n) {
		uint8_t token = in[i++];
		size_t count = token >> 4, length = token & 15u, back;

		if (!count_on(in, n, &i, &count))
			return -1;
		for (; count > 0; count--) {
			if (i == n || at == end)
				return -1;
			plain->bytes[at++] = in[i++];
		}
		if (i == n)
			return (int)(at - plain->n);
		if (n - i < 2)
			return -1;
		back = (size_t)(in[i] | in[i + 1] << 8);
		i += 2;
		if (!count_on(in, n, &i, &length) || back == 0 || back > at - first)
			return -1;
		for (length += 4; length > 0; length--, at++) {
			if (at == end)
				return -1;
			plain->bytes[at] = plain->bytes[at - back];
		}
	}
	return -1;
}

struct both {
	struct lz4_encoder encoder;
	struct lz4_window window;
	struct plain *plain;
	const uint8_t *data;
	size_t n;
};

static size_t take(struct both *both, size_t most)
{
	size_t value;

	if (both->n < 2) {
		both->n = 0;
		return 0;
	}
	value = (size_t)(both->data[0] | both->data[1] << 8);
	both->data += 2;
	both->n -= 2;
	return value % (most + 1);
}

static uint8_t *allocate(size_t n)
{
	uint8_t *bytes = malloc(n ? n : 1);

	REQUIRE(bytes);
	return bytes;
}

/* Both decoders make the packet of the block. */
static void comes_back(struct both *both, const uint8_t *from, size_t length,
		       const uint8_t *packet, size_t n)
{
	uint8_t *block = allocate(length), *back = allocate(n);

	memcpy(block, from, length);
	REQUIRE(ptl_lz4_decode(&both->window, block, length, back, n) == (int)n);
	REQUIRE(memcmp(back, packet, n) == 0);
	REQUIRE(plain_decode(both->plain, both->window.size, block, length, n) == (int)n);
	REQUIRE(memcmp(both->plain->bytes + both->plain->n, packet, n) == 0);
	free(block);
	free(back);
}

static void round_trip(struct both *both, size_t n, unsigned action)
{
	size_t part = n < both->n ? n : both->n, length = 0;
	uint8_t *packet = allocate(n), *out = allocate(n);

	for (size_t i = 0; i < n; i++)
		packet[i] = part ? both->data[i % part] : 0;
	both->data += part;
	both->n -= part;

	if (action == 1) /* raw into both histories */
		ptl_lz4_window_add(&both->encoder.window, packet, n);
	else if (action > 1)
		length = ptl_lz4_encode(&both->encoder, packet, n, out, n);
	if (length) {
		REQUIRE(length < n);
		comes_back(both, out, length, packet, n);
	}
	if (action > 0) { /* 0: past both */
		ptl_lz4_window_add(&both->window, packet, n);
		plain_add(both->plain, both->window.size, packet, n);
		REQUIRE(both->window.filled == both->encoder.window.filled);
	}
	free(packet);
	free(out);
}

static void hostile(struct both *both, size_t n, size_t room)
{
	uint8_t *block, *out = allocate(room);
	int got, wanted;

	if (n > both->n)
		n = both->n;
	block = allocate(n);
	memcpy(block, both->data, n);
	both->data += n;
	both->n -= n;
	got = ptl_lz4_decode(&both->window, block, n, out, room);
	wanted = plain_decode(both->plain, both->window.size, block, n, room);
	REQUIRE(got == wanted);
	if (got >= 0) {
		REQUIRE(memcmp(out, both->plain->bytes + both->plain->n, (size_t)got) == 0);
		ptl_lz4_window_add(&both->window, out, (size_t)got);
		plain_add(both->plain, both->window.size, out, (size_t)got);
	} else { /* raw */
		ptl_lz4_window_add(&both->window, block, n);
		plain_add(both->plain, both->window.size, block, n);
	}
	free(block);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct shape *shape;
	struct both both = {.data = data + 1, .n = n - 1};
	uint8_t *encoder, *window;
	bool blocks;

	if (n == 0)
		return 0;
	shape = &shapes[data[0] & 7];
	blocks = data[0] & 8;
	encoder = allocate(ptl_lz4_encoder_memory(shape->window, shape->links));
	window = allocate(shape->window);
	both.plain = calloc(1, sizeof(*both.plain));
	REQUIRE(both.plain);
	ptl_lz4_encoder_init(&both.encoder, encoder, shape->window, shape->links, shape->tries);
	ptl_lz4_window_init(&both.window, window, shape->window);
	/* The ring begins anywhere. */
	both.encoder.window.end = both.window.end = data[0] * 0x01010101u;

	while (both.n > 0) {
		size_t length = take(&both, LONGEST - 1);

		if (blocks)
			hostile(&both, length, take(&both, LONGEST - 1));
		else
			round_trip(&both, length, (unsigned)take(&both, 7));
	}
	free(encoder);
	free(window);
	free(both.plain);
	return 0;
}
