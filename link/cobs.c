/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A block is a code byte c and c - 1 bytes that are not zero; unless c is FF or
 * the frame ends there, a zero follows that is not sent. Runs without a zero
 * are found a machine word at a time.
 */
#include "cobs.h"
#include "bytes.h"

/* How many of n bytes come before the first zero. */
static size_t run_length(const uint8_t *bytes, size_t n)
{
	const size_t ones = (size_t)-1 / 0xff;
	size_t i = 0;

	while (i + sizeof(size_t) <= n) {
		size_t word;

		memcpy(&word, bytes + i, sizeof(word));
		if ((word - ones) & ~word & ones << 7)
			break;
		i += sizeof(word);
	}
	while (i < n && bytes[i] != 0)
		i++;
	return i;
}

void ptl_cobs_begin(struct cobs_encoder *encoder, uint8_t *out)
{
	encoder->out = out;
	encoder->code_at = 0;
	encoder->n = 1;
}

static void close_block(struct cobs_encoder *encoder)
{
	encoder->out[encoder->code_at] = (uint8_t)(encoder->n - encoder->code_at);
	encoder->code_at = encoder->n++;
}

void ptl_cobs_put(struct cobs_encoder *encoder, const uint8_t *bytes, size_t n)
{
	while (n > 0) {
		size_t space = COBS_BLOCK - (encoder->n - encoder->code_at);
		size_t run;

		if (space == 0) {
			close_block(encoder);
			continue;
		}
		run = run_length(bytes, min_size(n, space));
		memcpy(encoder->out + encoder->n, bytes, run);
		encoder->n += run;
		bytes += run;
		n -= run;
		if (n > 0 && run < space && *bytes == 0) {
			close_block(encoder);
			bytes++;
			n--;
		}
	}
}

size_t ptl_cobs_end(struct cobs_encoder *encoder)
{
	encoder->out[encoder->code_at] = (uint8_t)(encoder->n - encoder->code_at);
	return encoder->n;
}

void ptl_cobs_place_step(struct cobs_place *place, uint8_t byte)
{
	if (place->promised > 0) {
		place->raw++;
		place->promised--;
	} else {
		place->promised = (uint8_t)(byte - 1);
		place->full = byte == COBS_BLOCK;
	}
	place->zero = place->promised == 0 && !place->full;
	place->raw += place->zero;
}

struct cobs_place ptl_cobs_place_at(const uint8_t *encoded, size_t at)
{
	struct cobs_place place = {0};
	size_t i = 0;

	/* Whole blocks first. */
	for (; i + encoded[i] < at; i += encoded[i])
		place.raw += encoded[i] == COBS_BLOCK ? COBS_BLOCK - 1u : encoded[i];
	for (; i < at; i++)
		ptl_cobs_place_step(&place, encoded[i]);
	return place;
}

void ptl_cobs_reset(struct cobs_decoder *decoder)
{
	decoder->n = 0;
	decoder->left = 0;
	decoder->zero_pending = false;
	decoder->overflow = false;
	decoder->any = false;
}

static void decoded(struct cobs_decoder *decoder, const uint8_t *bytes, size_t n)
{
	if (n > decoder->room - decoder->n) {
		decoder->overflow = true;
		n = decoder->room - decoder->n;
	}
	/* bytes may lie in out: a frame can be decoded in place. */
	memmove(decoder->out + decoder->n, bytes, n);
	decoder->n += n;
}

size_t ptl_cobs_take(struct cobs_decoder *decoder, const uint8_t *bytes, size_t n)
{
	static const uint8_t zero = 0;
	size_t i = 0;

	while (i < n) {
		size_t want;
		size_t run;

		if (decoder->left == 0) {
			uint8_t code = bytes[i];

			if (code == 0)
				break;
			if (decoder->zero_pending)
				decoded(decoder, &zero, 1);
			decoder->left = (uint8_t)(code - 1);
			decoder->zero_pending = code != COBS_BLOCK;
			decoder->any = true;
			i++;
			continue;
		}
		want = min_size(n - i, decoder->left);
		run = run_length(bytes + i, want);
		decoded(decoder, bytes + i, run);
		decoder->left = (uint8_t)(decoder->left - run);
		i += run;
		if (run < want)
			break;
	}
	return i;
}
