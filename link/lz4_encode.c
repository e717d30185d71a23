/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Four bytes are hashed at every place of the packet. heads knows where their
 * hash stood last, links where it stood before that, and so on; the candidates
 * are compared and the longest match is taken, unless the next place has a
 * longer one. Places are counted modulo 65536, which is as far as an offset
 * reaches. What heads and links say is a guess only: entries are never cleared
 * and may be stale or of another hash, so each is checked against the bytes.
 *
 * Bytes are named by how far they are back from a place in the packet. Back of
 * the packet's start they lie in the window, a ring, in up to two segments.
 *
 * Where nothing matches, the steps grow: random bytes cost little.
 */
#include "lz4.h"
#include "bytes.h"

#define LAST_MATCH   12u /* from the start of the last match to the end */
#define LAST_BYTES   5u	 /* literals at the end */
#define OFFSET_MAX   65535u
#define LONG_ENOUGH  64u /* no longer match is looked for */
#define PATIENCE     5u	 /* 2^5 places without a match make steps longer by one */
#define HASH_SIZE(w) ((w) / 4 < 512 ? 512 : (w) / 4)

struct match {
	size_t length;
	size_t back;
};

struct output {
	uint8_t *bytes;
	size_t n;
	size_t room;
};

size_t ptl_lz4_encoder_memory(uint32_t window, uint32_t links)
{
	return sizeof(uint16_t) * ((size_t)HASH_SIZE(window) + links) + window;
}

void ptl_lz4_encoder_init(struct lz4_encoder *encoder, void *memory, uint32_t window,
			  uint32_t links, unsigned tries)
{
	uint16_t *places = memory;
	uint8_t shift = 32;

	while (1u << (32 - shift) < HASH_SIZE(window))
		shift--;
	encoder->hash_shift = shift;
	encoder->heads = places;
	encoder->links = links ? places + HASH_SIZE(window) : NULL;
	encoder->links_mask = links ? links - 1 : 0;
	encoder->tries = (uint8_t)tries;
	ptl_lz4_window_init(&encoder->window, places + HASH_SIZE(window) + links, window);
	ptl_lz4_encoder_reset(encoder);
}

void ptl_lz4_encoder_reset(struct lz4_encoder *encoder)
{
	size_t places = (size_t)1 << (32 - encoder->hash_shift);

	if (encoder->links)
		places += encoder->links_mask + 1;
	memset(encoder->heads, 0, sizeof(uint16_t) * places);
	ptl_lz4_window_reset(&encoder->window);
}

/* The byte that is back before in[at]; run: how many follow it in one piece. */
static const uint8_t *bytes_back(const struct lz4_window *window, const uint8_t *in, size_t at,
				 size_t back, size_t *run)
{
	uint32_t from;

	if (back <= at) {
		*run = LZ4_PACKET_MAX;
		return in + at - back;
	}
	from = (window->end - (uint32_t)(back - at)) & (window->size - 1);
	*run = min_size(back - at, window->size - from);
	return window->bytes + from;
}

/* How many of n bytes are the same, a machine word at a time. */
static size_t same(const uint8_t *a, const uint8_t *b, size_t n)
{
	size_t i = 0;

	while (i + sizeof(size_t) <= n) {
		size_t x, y;

		memcpy(&x, a + i, sizeof(x));
		memcpy(&y, b + i, sizeof(y));
		if (x != y)
			break;
		i += sizeof(x);
	}
	while (i < n && a[i] == b[i])
		i++;
	return i;
}

static size_t match_length(const struct lz4_window *window, const uint8_t *in, size_t at,
			   size_t end, size_t back)
{
	size_t start = at;

	while (at < end) {
		size_t run;
		const uint8_t *from = bytes_back(window, in, at, back, &run);
		size_t want = min_size(end - at, run);
		size_t got = same(from, in + at, want);

		at += got;
		if (got < want)
			break;
	}
	return at - start;
}

/* Makes in[at] the last place of its hash; returns the one before. */
static uint16_t remember(struct lz4_encoder *encoder, const uint8_t *in, size_t at)
{
	uint32_t hash = get_le32(in + at) * 2654435761u >> encoder->hash_shift;
	uint16_t place = (uint16_t)(encoder->window.end + at);
	uint16_t before = encoder->heads[hash];

	encoder->heads[hash] = place;
	if (encoder->links)
		encoder->links[place & encoder->links_mask] = before;
	return before;
}

/* The longest match of in[at] up to end that is longer than least, if there is
 * one; else its back is 0. Remembers the place. */
static struct match find(struct lz4_encoder *encoder, const uint8_t *in, size_t at, size_t end,
			 size_t least)
{
	const struct lz4_window *window = &encoder->window;
	size_t reach = min_size(at + window->filled, OFFSET_MAX);
	uint16_t place = (uint16_t)(window->end + at);
	uint16_t seen = remember(encoder, in, at);
	unsigned tries = encoder->links ? encoder->tries : 1;
	struct match best = {least, 0};
	uint32_t word = get_le32(in + at);
	size_t last = 0;

	while (tries-- > 0 && best.length < end - at && best.length < LONG_ENOUGH) {
		size_t back = (uint16_t)(place - seen);
		size_t run;
		const uint8_t *from;

		if (back <= last || back > reach)
			break;
		last = back;
		from = bytes_back(window, in, at, back, &run);
		if (run >= LZ4_MATCH_MIN && get_le32(from) == word &&
		    (run <= best.length || from[best.length] == in[at + best.length])) {
			size_t length = match_length(window, in, at, end, back);

			if (length > best.length)
				best = (struct match){length, back};
		}
		if (encoder->links)
			seen = encoder->links[seen & encoder->links_mask];
	}
	return best;
}

/* Steps after a miss may have jumped over the match's first bytes. */
static void grow_back(const struct lz4_window *window, const uint8_t *in, size_t *at,
		      size_t from, struct match *match)
{
	while (*at > from && match->back < *at + window->filled) {
		size_t run;

		if (*bytes_back(window, in, *at - 1, match->back, &run) != in[*at - 1])
			break;
		--*at;
		match->length++;
	}
}

static bool put(struct output *out, size_t byte)
{
	if (out->n == out->room)
		return false;
	out->bytes[out->n++] = (uint8_t)byte;
	return true;
}

static bool put_rest(struct output *out, size_t count)
{
	if (count < LZ4_NIBBLE)
		return true;
	for (count -= LZ4_NIBBLE; count >= 255; count -= 255)
		if (!put(out, 255))
			return false;
	return put(out, count);
}

/* match NULL: the last sequence. */
static bool put_sequence(struct output *out, const uint8_t *literals, size_t count,
			 const struct match *match)
{
	size_t length = match ? match->length - LZ4_MATCH_MIN : 0;

	if (!put(out, min_size(count, LZ4_NIBBLE) << 4 | min_size(length, LZ4_NIBBLE)) ||
	    !put_rest(out, count) || count > out->room - out->n)
		return false;
	memcpy(out->bytes + out->n, literals, count);
	out->n += count;
	return !match || (put(out, match->back & 0xff) && put(out, match->back >> 8) &&
			  put_rest(out, length));
}

static bool put_block(struct lz4_encoder *encoder, const uint8_t *in, size_t n,
		      struct output *out)
{
	size_t end = n - LAST_BYTES;
	/* Without links, fewer places in the table find more. */
	size_t step = encoder->links ? 1 : 2;
	size_t at = 0, written = 0, misses = 0;

	while (at + LAST_MATCH <= n) {
		struct match match = find(encoder, in, at, end, LZ4_MATCH_MIN - 1);
		size_t known = at + 1;

		if (!match.back) {
			at += 1 + (misses++ >> PATIENCE);
			continue;
		}
		misses = 0;
		while (known + LAST_MATCH <= n && match.length < LONG_ENOUGH) {
			struct match next = find(encoder, in, known, end, match.length);

			known++;
			if (!next.back)
				break;
			match = next;
			at++;
		}
		grow_back(&encoder->window, in, &at, written, &match);
		if (!put_sequence(out, in + written, at - written, &match))
			return false;
		at += match.length;
		written = at;
		for (; known < at; known += step)
			remember(encoder, in, known);
	}
	for (; at + LZ4_MATCH_MIN <= n; at += step)
		remember(encoder, in, at);
	return put_sequence(out, in + written, n - written, NULL);
}

size_t ptl_lz4_encode(struct lz4_encoder *encoder, const uint8_t *in, size_t n, uint8_t *out,
		      size_t room)
{
	struct output output = {out, 0, min_size(room, n - 1)};
	bool shorter = n > LAST_MATCH && put_block(encoder, in, n, &output);

	ptl_lz4_window_add(&encoder->window, in, n);
	return shorter ? output.n : 0;
}
