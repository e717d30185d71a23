/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocks of payload compression, one by one: as the SPEC has them, and wrong ones. */
#include "lz4_ends.h"

/* Written as in the SPEC: hexadecimal bytes, and characters in quotes. */
static const struct block {
	const char *what;
	const char *history;
	const char *bytes;
	const char *packet; /* NULL: malformed */
} blocks[] = {
	{"the empty packet", "", "00", ""},
	{"literals only", "", "50 'hello'", "hello"},
	{"a match, then five literals", "", "44 'abcd' 0400 50 'vwxyz'", "abcdabcdabcdvwxyz"},
	{"a match of itself", "", "10 'a' 0100 50 'vwxyz'", "aaaaavwxyz"},
	{"fifteen literals", "", "F0 00 '0123456789abcde'", "0123456789abcde"},
	{"a match of nineteen", "", "1F 'a' 0100 00 10 'b'", "aaaaaaaaaaaaaaaaaaaab"},
	{"out of the history", "packets are alike", "03 1100 10 '!'", "packets!"},
	{"all of the history, and on", "abc", "04 0300 10 '!'", "abcabcab!"},
	{"history and packet", "abcdef", "22 'XY' 0500 10 '!'", "XYdefXYd!"},
	{"the last token's match counts nothing", "", "5F 'hello'", "hello"},

	{"nothing", "", "", NULL},
	{"literals missing", "", "50 'hell'", NULL},
	{"count missing", "", "F0", NULL},
	{"count goes on and ends", "", "F0 FFFF", NULL},
	{"count beyond the input", "", "F0 FFFF10 'abc'", NULL},
	{"half an offset", "", "10 'a' 01", NULL},
	{"ends with a match", "", "10 'a' 0100", NULL},
	{"offset 0", "abcdef", "10 'a' 0000 10 'b'", NULL},
	{"offset before the first byte", "", "10 'a' 0200 10 'b'", NULL},
	{"offset before the history", "abc", "10 'a' 0500 10 'b'", NULL},
	{"offset as large as can be", "abc", "10 'a' FFFF 10 'b'", NULL},
	{"length missing", "", "1F 'a' 0100", NULL},
	{"length goes on and ends", "", "1F 'a' 0100 FFFF", NULL},
	{"length beyond the room", "", "1F 'a' 0100 FFFFFFFFFFFF00 10 'b'", NULL},
};

static size_t from_notation(const char *text, uint8_t *bytes)
{
	bool quoted = false;
	size_t n = 0;

	for (; *text; text++) {
		unsigned byte;

		if (*text == '\'') {
			quoted = !quoted;
		} else if (quoted) {
			bytes[n++] = (uint8_t)*text;
		} else if (*text != ' ') {
			assert_int_equal(sscanf(text++, "%2x", &byte), 1);
			bytes[n++] = (uint8_t)byte;
		}
	}
	return n;
}

static void known_blocks(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(blocks); i++) {
		const struct block *block = &blocks[i];
		uint8_t bytes[100], memory[256], out[1000];
		size_t n = from_notation(block->bytes, bytes);
		uint8_t *in = copy_of(bytes, n);
		struct lz4_window window;
		int got;

		ptl_lz4_window_init(&window, memory, sizeof(memory));
		ptl_lz4_window_add(&window, (const uint8_t *)block->history,
				   strlen(block->history));
		got = ptl_lz4_decode(&window, in, n, out, sizeof(out));
		if (got != (block->packet ? (int)strlen(block->packet) : -1))
			fail_msg("%s: %d", block->what, got);
		if (block->packet && memcmp(out, block->packet, (size_t)got))
			fail_msg("%s: other bytes", block->what);
		for (size_t room = 0; got > 0 && room < (size_t)got; room++) {
			uint8_t *exact = malloc(room ? room : 1);

			assert_non_null(exact);
			if (ptl_lz4_decode(&window, in, n, exact, room) != -1)
				fail_msg("%s: in %zu bytes", block->what, room);
			free(exact);
		}
		free(in);
	}
}

static void a_huge_count_ends_early(void **state)
{
	static uint8_t block[1000000], out[LZ4_PACKET_MAX], memory[1024];
	struct lz4_window window;

	(void)state;
	ptl_lz4_window_init(&window, memory, sizeof(memory));
	memset(block, 0xff, sizeof(block));
	assert_int_equal(ptl_lz4_decode(&window, block, sizeof(block), out, SIZE_MAX), -1);
	memcpy(block,
	       "\x1f"
	       "a"
	       "\x01",
	       4);
	assert_int_equal(ptl_lz4_decode(&window, block, sizeof(block), out, SIZE_MAX), -1);
}

/* Good blocks with bytes changed or cut, and noise. What liblz4 takes we take, but
 * for an offset of 0; it is stricter about the end of a block. */
static void damaged_blocks(void **state)
{
	struct prng prng = story_seed("lz4, damaged", 12);
	static uint8_t packet[1514], block[1600], other[1514];
	unsigned taken = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(shapes); i++) {
		const struct shape *shape = &shapes[i];
		struct ends ends = ends_new(shape->window, shape->links, shape->tries);

		for (unsigned k = 0; k < 2000; k++) {
			size_t n = random_from(&prng, 20, sizeof(packet));
			size_t length, room = random_from(&prng, 0, sizeof(packet));
			uint8_t *in, *out;
			int got, wanted;

			fill(&prng, prng_below(&prng, CONTENTS), packet, n);
			length = ptl_lz4_encode(&ends.encoder, packet, n, block, n);
			delivered(&ends, packet, n);
			if (!length || prng_below(&prng, 8) == 0) {
				length = random_from(&prng, 1, 40);
				random_bytes(&prng, block, length);
			}
			for (unsigned flips = prng_below(&prng, 4); flips > 0; flips--)
				block[prng_below(&prng, length)] =
					(uint8_t)(prng_below(&prng, 2) ? prng_below(&prng, 256)
								       : 255);
			if (prng_below(&prng, 4) == 0)
				length = random_from(&prng, 0, length);

			in = copy_of(block, length);
			out = malloc(room ? room : 1);
			assert_non_null(out);
			got = ptl_lz4_decode(&ends.decoder, in, length, out, room);
			wanted = LZ4_decompress_safe_usingDict(
				(char *)in, (char *)other, (int)length, (int)room,
				dictionary(&ends), (int)ends.filled);
			assert_true(got >= -1 && got <= (int)room);
			if (wanted > 0 && walk(in, length).zero_offset) {
				assert_int_equal(got, -1);
			} else if (wanted > 0) {
				assert_int_equal(got, wanted);
				assert_memory_equal(out, other, (size_t)wanted);
				taken++;
			}
			free(in);
			free(out);
		}
		ends_free(&ends);
	}
	assert_true(taken > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_blocks),
		cmocka_unit_test(a_huge_count_ends_early),
		cmocka_unit_test(damaged_blocks),
	};

	return cmocka_run_group_tests_name("lz4_blocks", tests, NULL, NULL);
}
