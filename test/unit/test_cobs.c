/* SPDX-License-Identifier: GPL-2.0-only */
/* COBS: encoder and decoder against known vectors and a byte-wise reference, in
 * every chunking; blocks that end early; and where a half-sent encoding stands. */
#include "story.h"
#include "reference_wire.h"

#include "link/cobs.h"

#define LONGEST 1100

static size_t encode(const uint8_t *bytes, size_t n, size_t chunk, uint8_t *out)
{
	struct cobs_encoder encoder;

	ptl_cobs_begin(&encoder, out);
	while (n > 0) {
		size_t part = chunk < n ? chunk : n;

		ptl_cobs_put(&encoder, bytes, part);
		bytes += part;
		n -= part;
	}
	return ptl_cobs_end(&encoder);
}

static void decode(struct cobs_decoder *decoder, uint8_t *out, size_t room,
		   const uint8_t *encoded, size_t n, size_t chunk)
{
	*decoder = (struct cobs_decoder){.out = out, .room = room};
	ptl_cobs_reset(decoder);
	while (n > 0) {
		size_t part = chunk < n ? chunk : n;

		assert_int_equal(ptl_cobs_take(decoder, encoded, part), part);
		encoded += part;
		n -= part;
	}
}

/* from .. to, then the rest: the vectors that everybody uses. */
static const struct vector {
	uint8_t from, to; /* a run before raw, or after it when from > to: none */
	const char *raw;
	uint8_t raw_n;
	bool run_first;
	const char *before; /* encoded: before, run, after */
	uint8_t before_n;
	const char *after;
	uint8_t after_n;
} vectors[] = {
	{1, 0, "", 0, false, "\x01", 1, "", 0},
	{1, 0, "\0", 1, false, "\x01\x01", 2, "", 0},
	{1, 0, "\0\0", 2, false, "\x01\x01\x01", 3, "", 0},
	{1, 0, "\0\x11\0", 3, false, "\x01\x02\x11\x01", 4, "", 0},
	{1, 0, "\x11\x22\0\x33", 4, false, "\x03\x11\x22\x02\x33", 5, "", 0},
	{1, 0, "\x11\x22\x33\x44", 4, false, "\x05\x11\x22\x33\x44", 5, "", 0},
	{1, 0, "\x11\0\0\0", 4, false, "\x02\x11\x01\x01\x01", 5, "", 0},
	{0x01, 0xfe, "", 0, true, "\xff", 1, "", 0},
	{0x01, 0xfe, "\0", 1, false, "\x01\xff", 2, "", 0},
	{0x01, 0xfe, "\xff", 1, true, "\xff", 1, "\x02\xff", 2},
	{0x02, 0xff, "\0", 1, true, "\xff", 1, "\x01\x01", 2},
	{0x03, 0xff, "\0\x01", 2, true, "\xfe", 1, "\x02\x01", 2},
};

static size_t run(uint8_t *to, const struct vector *vector)
{
	size_t n = 0;

	for (unsigned i = vector->from; i <= vector->to; i++)
		to[n++] = (uint8_t)i;
	return n;
}

static void known_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(vectors); i++) {
		const struct vector *vector = &vectors[i];
		uint8_t raw[300], wanted[300], out[300];
		struct cobs_decoder decoder;
		size_t n = 0, wanted_n;

		if (vector->run_first)
			n = run(raw, vector);
		memcpy(raw + n, vector->raw, vector->raw_n);
		n += vector->raw_n;
		if (!vector->run_first)
			n += run(raw + n, vector);

		memcpy(wanted, vector->before, vector->before_n);
		wanted_n = vector->before_n;
		wanted_n += run(wanted + wanted_n, vector);
		memcpy(wanted + wanted_n, vector->after, vector->after_n);
		wanted_n += vector->after_n;

		assert_int_equal(encode(raw, n, n + 1, out), wanted_n);
		assert_memory_equal(out, wanted, wanted_n);
		decode(&decoder, out, sizeof(out), wanted, wanted_n, wanted_n);
		assert_int_equal(decoder.n, n);
		assert_memory_equal(out, raw, n);
		assert_int_equal(decoder.left, 0);
	}
}

enum pattern {
	NO_ZERO,
	ALL_ZERO,
	ZERO_FIRST,
	ZERO_LAST,
	EACH_254,
	EACH_255,
	SOME,
	MANY,
	PATTERNS
};

static void fill(uint8_t *p, size_t n, enum pattern pattern, struct prng *prng)
{
	for (size_t i = 0; i < n; i++) {
		bool zero = false;

		p[i] = (uint8_t)(1 + prng_below(prng, 255));
		switch (pattern) {
		case ALL_ZERO:
			zero = true;
			break;
		case ZERO_FIRST:
			zero = i == 0;
			break;
		case ZERO_LAST:
			zero = i == n - 1;
			break;
		case EACH_254:
			zero = i % 254 == 253;
			break;
		case EACH_255:
			zero = i % 255 == 254;
			break;
		case SOME:
			zero = prng_below(prng, 100) == 0;
			break;
		case MANY:
			zero = prng_below(prng, 2) == 0;
			break;
		default:
			break;
		}
		if (zero)
			p[i] = 0;
	}
}

static void every_length_comes_back(void **state)
{
	struct prng prng = story_seed("cobs, every length", 1);
	static uint8_t raw[LONGEST], out[COBS_MAX(LONGEST)], other[COBS_MAX(LONGEST)];

	(void)state;
	for (size_t n = 0; n <= LONGEST; n++) {
		for (enum pattern pattern = 0; pattern < PATTERNS; pattern++) {
			struct cobs_decoder decoder;
			size_t length;

			fill(raw, n, pattern, &prng);
			length = encode(raw, n, n + 1, out);
			assert_true(length <= COBS_MAX(n));
			assert_int_equal(length, ref_cobs_encode(raw, n, other));
			assert_memory_equal(out, other, length);
			assert_null(memchr(out, 0, length));
			assert_int_equal(encode(raw, n, random_from(&prng, 1, 300), other),
					 length);
			assert_memory_equal(out, other, length);

			decode(&decoder, other, n, out, length, random_from(&prng, 1, length));
			assert_int_equal(decoder.n, n);
			assert_memory_equal(other, raw, n);
			assert_false(decoder.overflow);
			assert_true(decoder.any);
			assert_int_equal(decoder.left, 0);
		}
	}
}

static void every_chunking_is_the_same(void **state)
{
	struct prng prng = story_seed("cobs, every chunking", 2);
	static uint8_t raw[600], whole[COBS_MAX(600)], out[COBS_MAX(600)];

	(void)state;
	for (enum pattern pattern = 0; pattern < PATTERNS; pattern++) {
		size_t length;

		fill(raw, sizeof(raw), pattern, &prng);
		length = encode(raw, sizeof(raw), sizeof(raw), whole);
		for (size_t chunk = 1; chunk <= sizeof(raw); chunk++) {
			struct cobs_decoder decoder;

			assert_int_equal(encode(raw, sizeof(raw), chunk, out), length);
			assert_memory_equal(out, whole, length);
			decode(&decoder, out, sizeof(out), whole, length, chunk);
			assert_int_equal(decoder.n, sizeof(raw));
			assert_memory_equal(out, raw, sizeof(raw));
		}
	}
}

static void the_decoder_stops_at_a_delimiter(void **state)
{
	static const uint8_t wire[] = {0x03, 0x11, 0x22, 0x00, 0x05, 0x33, 0x00, 0x00};
	uint8_t out[16];
	struct cobs_decoder decoder = {.out = out, .room = sizeof(out)};

	(void)state;
	ptl_cobs_reset(&decoder);
	assert_int_equal(ptl_cobs_take(&decoder, wire, sizeof(wire)), 3);
	assert_int_equal(decoder.n, 2);
	/* Again: it has not moved, and nothing has changed. */
	assert_int_equal(ptl_cobs_take(&decoder, wire + 3, sizeof(wire) - 3), 0);
	assert_int_equal(decoder.n, 2);
	ptl_cobs_reset(&decoder);
	assert_false(decoder.any);
	/* The next one ends inside of its block: three bytes are owed. */
	assert_int_equal(ptl_cobs_take(&decoder, wire + 4, sizeof(wire) - 4), 2);
	assert_int_equal(decoder.n, 1);
	assert_int_equal(decoder.left, 3);
}

static void a_cut_block_gives_what_came(void **state)
{
	struct prng prng = story_seed("cobs, truncated", 3);
	static uint8_t raw[800], encoded[COBS_MAX(800)], out[800], wanted[800];

	(void)state;
	for (enum pattern pattern = 0; pattern < PATTERNS; pattern++) {
		size_t length;

		fill(raw, sizeof(raw), pattern, &prng);
		length = encode(raw, sizeof(raw), sizeof(raw), encoded);
		for (size_t at = 0; at <= length; at++) {
			struct ref_decoded ref = ref_cobs_decode(encoded, at, wanted);
			struct cobs_decoder decoder;

			decode(&decoder, out, sizeof(out), encoded, at, 1 + at / 3);
			assert_int_equal(decoder.n, ref.n);
			assert_int_equal(decoder.left, ref.owed);
			assert_memory_equal(out, raw, ref.n);
		}
	}
}

static void where_a_half_sent_frame_stands(void **state)
{
	struct prng prng = story_seed("cobs, place", 4);
	static uint8_t raw[800], encoded[COBS_MAX(800)], out[801];

	(void)state;
	for (enum pattern pattern = 0; pattern < PATTERNS; pattern++) {
		size_t length;

		fill(raw, sizeof(raw), pattern, &prng);
		length = encode(raw, sizeof(raw), sizeof(raw), encoded);
		for (size_t at = 0; at <= length; at++) {
			struct cobs_place place = ptl_cobs_place_at(encoded, at);
			struct ref_decoded ref = ref_cobs_decode(encoded, at, out);
			bool zero = at > 0 && ref.owed == 0 && ref.zero;

			assert_int_equal(place.promised, ref.owed);
			assert_int_equal(place.zero, zero);
			assert_int_equal(place.raw, ref.n + zero);
		}
	}
}

static void too_much_is_dropped_and_said(void **state)
{
	struct prng prng = story_seed("cobs, overflow", 5);
	static uint8_t raw[300], encoded[COBS_MAX(300)];

	(void)state;
	for (enum pattern pattern = 0; pattern < PATTERNS; pattern++) {
		size_t length;

		fill(raw, sizeof(raw), pattern, &prng);
		length = encode(raw, sizeof(raw), sizeof(raw), encoded);
		for (size_t room = 0; room <= sizeof(raw); room++) {
			struct cobs_decoder decoder;
			uint8_t *out = malloc(room + 1);

			assert_non_null(out);
			out[room] = 0xa5;
			decode(&decoder, out, room, encoded, length, 1 + room % 7);
			assert_int_equal(decoder.overflow, room < sizeof(raw));
			assert_true(decoder.n <= room);
			assert_memory_equal(out, raw, decoder.n);
			assert_int_equal(out[room], 0xa5);
			free(out);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_vectors),
		cmocka_unit_test(every_length_comes_back),
		cmocka_unit_test(every_chunking_is_the_same),
		cmocka_unit_test(the_decoder_stops_at_a_delimiter),
		cmocka_unit_test(a_cut_block_gives_what_came),
		cmocka_unit_test(where_a_half_sent_frame_stands),
		cmocka_unit_test(too_much_is_dropped_and_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
