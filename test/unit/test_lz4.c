/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Payload compression: what one end encodes the other decodes, packet after packet,
 * whatever is in them; liblz4 reads ours and ours reads liblz4's, with the same
 * history; and no block, however wrong, does harm.
 */
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

static const char *word(struct prng *prng)
{
	return words[prng_below(prng, COUNT(words))];
}

static void some_record(struct prng *prng, enum content content, char *to, size_t room)
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
static void some_program(struct prng *prng, uint8_t *to, size_t n)
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

static void fill_with(struct prng *prng, enum content content, uint8_t *to, size_t n)
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

static void fill(struct prng *prng, enum content content, uint8_t *to, size_t n)
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

static struct ends ends_new(uint32_t window, uint32_t links, unsigned tries)
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

static void ends_free(struct ends *ends)
{
	free(ends->encoder_memory);
	free(ends->decoder_memory);
	free(ends->history);
}

static const char *dictionary(const struct ends *ends)
{
	return (const char *)ends->history + ends->decoder.size - ends->filled;
}

static void delivered(struct ends *ends, const uint8_t *packet, size_t n)
{
	size_t size = ends->decoder.size, part = min_size(n, size);

	ptl_lz4_window_add(&ends->decoder, packet, n);
	memmove(ends->history, ends->history + part, size - part);
	memcpy(ends->history + size - part, packet + n - part, part);
	ends->filled = min_size(size, ends->filled + n);
	assert_int_equal(ends->decoder.filled, ends->filled);
}

/* A copy of its own size, so that a sanitizer sees one byte too many. */
static uint8_t *copy_of(const uint8_t *bytes, size_t n)
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

static size_t count_on(const uint8_t **at, size_t nibble)
{
	if (nibble == 15)
		do
			nibble += **at;
		while (*(*at)++ == 255);
	return nibble;
}

static struct walk walk(const uint8_t *block, size_t n)
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
static void check_end(const uint8_t *block, size_t n, size_t packet)
{
	struct walk found = walk(block, n);

	assert_int_equal(found.packet, packet);
	assert_true(found.literals >= 5);
	assert_true(packet - found.last_match >= 12);
}

/* One packet over: encoded, checked by liblz4, decoded, delivered. Returns the
 * length on the wire. */
static size_t send_one(struct ends *ends, const uint8_t *packet, size_t n)
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

/* ---- Stories ---- */

static void every_length_over_every_window(void **state)
{
	struct prng prng = story_seed("lz4, every length", 1);
	static uint8_t packet[LONGEST];

	(void)state;
	for (size_t i = 0; i < COUNT(shapes); i++) {
		const struct shape *shape = &shapes[i];
		struct ends ends = ends_new(shape->window, shape->links, shape->tries);

		for (size_t n = 1; n <= 1514; n++) {
			fill(&prng, prng_below(&prng, CONTENTS), packet, n);
			send_one(&ends, packet, n);
		}
		ends_free(&ends);
	}
}

static void every_content_of_any_length(void **state)
{
	struct prng prng = story_seed("lz4, every content", 2);
	static uint8_t packet[LONGEST];

	(void)state;
	for (enum content content = 0; content < CONTENTS; content++) {
		for (size_t i = 0; i < COUNT(shapes); i++) {
			const struct shape *shape = &shapes[i];
			struct ends ends = ends_new(shape->window, shape->links, shape->tries);

			for (unsigned k = 0; k < 60; k++) {
				size_t most = k % 8 == 7 ? LONGEST : k % 2 ? 1514 : 100;
				size_t n = random_from(&prng, 0, most);

				fill(&prng, content, packet, n);
				send_one(&ends, packet, n);
			}
			ends_free(&ends);
		}
	}
}

/* It pays: 1460-byte packets, at most this many percent with a window of 4 KB
 * without links. */
static const int worst_percent[CONTENTS] = {50, 40, 40, 80, 100, 2, 30, 100};

static void what_compresses_gets_short(void **state)
{
	struct prng prng = story_seed("lz4, ratios", 3);

	(void)state;
	for (enum content content = 0; content < CONTENTS; content++) {
		struct ends ends = ends_new(4096, 0, 1);
		static uint8_t stream[200 * 1460];
		size_t sent = 0;

		fill(&prng, content, stream, LONGEST);
		for (size_t at = 0; at < sizeof(stream); at += 1460)
			fill(&prng, content, stream + at, 1460);
		for (size_t at = 0; at < sizeof(stream); at += 1460)
			sent += send_one(&ends, stream + at, 1460);
		print_message("             %s: to %zu %%\n", content_names[content],
			      sent * 100 / sizeof(stream));
		assert_true(sent * 100 <= sizeof(stream) * (size_t)worst_percent[content]);
		ends_free(&ends);
	}
}

static void a_packet_seen_before_is_nearly_free(void **state)
{
	struct prng prng = story_seed("lz4, seen before", 4);
	uint8_t packet[1000];

	(void)state;
	for (size_t i = 0; i < COUNT(shapes); i++) {
		const struct shape *shape = &shapes[i];
		struct ends ends = ends_new(shape->window, shape->links, shape->tries);
		size_t n = min_size(sizeof(packet), shape->window);

		fill(&prng, RANDOM, packet, n);
		assert_int_equal(send_one(&ends, packet, n), n);
		assert_true(send_one(&ends, packet, n) < 16 + n / 100);
		ends_free(&ends);
	}
}

/* liblz4 as the encoder, quick and thorough, with our history. */
static void what_liblz4_makes_is_read(void **state)
{
	struct prng prng = story_seed("lz4, from liblz4", 5);
	static uint8_t packet[LONGEST], back[LONGEST];
	static char block[LZ4_COMPRESSBOUND(LONGEST)];
	LZ4_stream_t *quick = LZ4_createStream();
	LZ4_streamHC_t *thorough = LZ4_createStreamHC();

	(void)state;
	for (size_t i = 0; i < COUNT(shapes); i++) {
		struct ends ends = ends_new(shapes[i].window, 0, 1);

		for (unsigned k = 0; k < 200; k++) {
			size_t n = random_from(&prng, 1, k % 8 ? 1514 : LONGEST);
			int length;

			fill(&prng, prng_below(&prng, CONTENTS), packet, n);
			if (k % 2) {
				LZ4_loadDict(quick, dictionary(&ends), (int)ends.filled);
				length = LZ4_compress_fast_continue(
					quick, (char *)packet, block, (int)n, sizeof(block), 1);
			} else {
				LZ4_resetStreamHC_fast(thorough, k % 4 ? 9 : 12);
				LZ4_loadDictHC(thorough, dictionary(&ends), (int)ends.filled);
				length = LZ4_compress_HC_continue(thorough, (char *)packet,
								  block, (int)n, sizeof(block));
			}
			assert_true(length > 0);
			assert_int_equal(ptl_lz4_decode(&ends.decoder, (uint8_t *)block,
							(size_t)length, back, n),
					 n);
			assert_memory_equal(back, packet, n);
			delivered(&ends, packet, n);
		}
		ends_free(&ends);
	}
	LZ4_freeStream(quick);
	LZ4_freeStreamHC(thorough);
}

static void a_refused_packet_is_decoded_again(void **state)
{
	struct prng prng = story_seed("lz4, refused", 6);
	static uint8_t packet[1514], block[1514], back[1514], before[4096];
	struct ends ends = ends_new(4096, 4096, 16);

	(void)state;
	for (unsigned k = 0; k < 500; k++) {
		size_t n = random_from(&prng, 100, sizeof(packet));
		struct lz4_window was;
		size_t length;

		fill(&prng, JSON, packet, n);
		length = ptl_lz4_encode(&ends.encoder, packet, n, block, sizeof(block));
		assert_true(length > 0);
		was = ends.decoder;
		memcpy(before, ends.decoder_memory, sizeof(before));
		for (unsigned refused = 0; refused < 3; refused++) {
			memset(back, 0, sizeof(back));
			assert_int_equal(ptl_lz4_decode(&ends.decoder, block, length, back,
							sizeof(back)),
					 n);
			assert_memory_equal(back, packet, n);
		}
		assert_memory_equal(&was, &ends.decoder, sizeof(was));
		assert_memory_equal(before, ends.decoder_memory, sizeof(before));
		delivered(&ends, packet, n);
	}
	ends_free(&ends);
}

/* A packet may go raw into both histories, or past both. */
static void raw_packets_in_between(void **state)
{
	struct prng prng = story_seed("lz4, raw in between", 7);
	static uint8_t packet[1514];
	struct ends ends = ends_new(2048, 512, 4);

	(void)state;
	for (unsigned k = 0; k < 3000; k++) {
		size_t n = random_from(&prng, 1, sizeof(packet));

		fill(&prng, prng_below(&prng, CONTENTS), packet, n);
		switch (prng_below(&prng, 3)) {
		case 0:
			send_one(&ends, packet, n);
			break;
		case 1:
			ptl_lz4_window_add(&ends.encoder.window, packet, n);
			delivered(&ends, packet, n);
			break;
		default:
			break;
		}
	}
	ends_free(&ends);
}

/* An encoder with less memory than its decoder has. */
static void a_smaller_window_at_the_encoder(void **state)
{
	struct prng prng = story_seed("lz4, smaller window", 8);
	static uint8_t packet[1514], block[1514], back[1514];
	struct ends small = ends_new(1024, 1024, 4);
	struct ends large = ends_new(65536, 0, 1);

	(void)state;
	for (unsigned k = 0; k < 1000; k++) {
		size_t n = random_from(&prng, 1, sizeof(packet));
		size_t length;

		fill(&prng, prng_below(&prng, CONTENTS), packet, n);
		length = ptl_lz4_encode(&small.encoder, packet, n, block, sizeof(block));
		if (length) {
			assert_int_equal(ptl_lz4_decode(&large.decoder, block, length, back,
							sizeof(back)),
					 n);
			assert_memory_equal(back, packet, n);
		}
		delivered(&large, packet, n);
	}
	ends_free(&small);
	ends_free(&large);
}

static void a_block_fits_its_room_or_is_not_made(void **state)
{
	struct prng prng = story_seed("lz4, room", 9);
	static uint8_t packet[600];
	uint8_t out[600];

	(void)state;
	for (enum content content = 0; content < CONTENTS; content++) {
		for (size_t n = 0; n <= sizeof(packet); n += 1 + n / 10) {
			struct ends ends = ends_new(1024, 1024, 16);
			size_t enough;

			fill(&prng, content, packet, n);
			enough = ptl_lz4_encode(&ends.encoder, packet, n, out, sizeof(out));
			assert_true(enough == 0 || enough < n);
			for (size_t room = 0; room <= n; room++) {
				uint8_t *exact = malloc(room ? room : 1);
				size_t length;

				assert_non_null(exact);
				ptl_lz4_encoder_reset(&ends.encoder);
				length = ptl_lz4_encode(&ends.encoder, packet, n, exact, room);
				assert_int_equal(length, room >= enough ? enough : 0);
				assert_memory_equal(exact, out, length);
				assert_int_equal(ends.encoder.window.filled, n);
				free(exact);
			}
			ends_free(&ends);
		}
	}
}

/* Places wrap at 65536 and the window's end at 2^32; and a reset forgets all. */
static void numbers_wrap_and_a_reset_forgets(void **state)
{
	struct prng prng = story_seed("lz4, wrap", 10);
	static uint8_t packet[LONGEST], first[1514], out[1514], again[1514];

	(void)state;
	for (size_t i = 0; i < COUNT(shapes); i++) {
		const struct shape *shape = &shapes[i];
		struct ends ends = ends_new(shape->window, shape->links, shape->tries);
		size_t length;

		fill(&prng, HTML, first, sizeof(first));
		length = ptl_lz4_encode(&ends.encoder, first, sizeof(first), out, sizeof(out));
		ptl_lz4_encoder_reset(&ends.encoder);
		ends.encoder.window.end = ends.decoder.end = UINT32_MAX - 5000;
		for (unsigned k = 0; k < 40; k++) {
			size_t n = random_from(&prng, 1, LONGEST);

			fill(&prng, k % 2 ? JSON : MIXED, packet, n);
			send_one(&ends, packet, n);
		}
		assert_true(ends.decoder.end < UINT32_MAX / 2);
		ptl_lz4_encoder_reset(&ends.encoder);
		assert_int_equal(ptl_lz4_encode(&ends.encoder, first, sizeof(first), again,
						sizeof(again)),
				 length);
		assert_memory_equal(again, out, length);
		ends_free(&ends);
	}
}

/* What the encoder remembers of places is a guess, and may be all wrong. */
static void wrong_guesses_do_no_harm(void **state)
{
	struct prng prng = story_seed("lz4, wrong guesses", 11);
	static uint8_t packet[LONGEST];

	(void)state;
	for (size_t i = 0; i < COUNT(shapes); i++) {
		const struct shape *shape = &shapes[i];
		struct ends ends = ends_new(shape->window, shape->links, shape->tries);
		size_t guesses =
			ptl_lz4_encoder_memory(shape->window, shape->links) - shape->window;

		for (unsigned k = 0; k < 40; k++) {
			size_t n = random_from(&prng, 1, k % 8 ? 1514 : LONGEST);

			random_bytes(&prng, ends.encoder_memory, guesses);
			fill(&prng, prng_below(&prng, CONTENTS), packet, n);
			send_one(&ends, packet, n);
		}
		ends_free(&ends);
	}
}

/* ---- Blocks ---- */

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
		cmocka_unit_test(every_length_over_every_window),
		cmocka_unit_test(every_content_of_any_length),
		cmocka_unit_test(what_compresses_gets_short),
		cmocka_unit_test(a_packet_seen_before_is_nearly_free),
		cmocka_unit_test(what_liblz4_makes_is_read),
		cmocka_unit_test(a_refused_packet_is_decoded_again),
		cmocka_unit_test(raw_packets_in_between),
		cmocka_unit_test(a_smaller_window_at_the_encoder),
		cmocka_unit_test(a_block_fits_its_room_or_is_not_made),
		cmocka_unit_test(numbers_wrap_and_a_reset_forgets),
		cmocka_unit_test(wrong_guesses_do_no_harm),
		cmocka_unit_test(a_huge_count_ends_early),
		cmocka_unit_test(damaged_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
