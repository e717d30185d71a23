/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Payload compression: what one end encodes the other decodes, packet after packet,
 * whatever is in them; liblz4 reads ours and ours reads liblz4's, with the same
 * history; and no block, however wrong, does harm.
 */
#include "lz4_ends.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests_name("lz4", tests, NULL, NULL);
}
