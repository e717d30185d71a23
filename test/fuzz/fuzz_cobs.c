/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * COBS against the byte-wise reference. The first two bytes choose chunks and
 * room; the rest is decoded as it is, delimiters and all, then encoded and decoded
 * again. Buffers are exact, so that the sanitizer sees each byte beyond them.
 */
#include "require.h"

#include <stdlib.h>

#include "test/unit/reference_wire.h"
#include "link/cobs.h"

#define LONGEST 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void *exactly(size_t n)
{
	void *memory = malloc(n);

	REQUIRE(memory || n == 0);
	return memory;
}

/* One frame from the wire; returns the bytes that were taken. */
static size_t decode(const uint8_t *wire, size_t n, size_t chunk, size_t room)
{
	uint8_t *out = exactly(room);
	struct cobs_decoder decoder = {.out = out, .room = room};
	uint8_t wanted[LONGEST];
	struct ref_decoded ref;
	size_t done = 0;

	ptl_cobs_reset(&decoder);
	while (done < n) {
		size_t part = n - done < chunk ? n - done : chunk;
		uint8_t *copy = exactly(part);
		size_t took;

		memcpy(copy, wire + done, part);
		took = ptl_cobs_take(&decoder, copy, part);
		REQUIRE(took <= part);
		REQUIRE(took == part || copy[took] == 0);
		free(copy);
		done += took;
		if (took < part)
			break;
	}
	ref = ref_cobs_decode(wire, done, wanted);
	REQUIRE(decoder.overflow == (ref.n > room));
	REQUIRE(decoder.n == (ref.n < room ? ref.n : room));
	REQUIRE(memcmp(out, wanted, decoder.n) == 0);
	REQUIRE(decoder.left == ref.owed);
	REQUIRE(decoder.any == (done > 0));
	free(out);
	return done;
}

static void encode(const uint8_t *raw, size_t n, size_t chunk)
{
	uint8_t *out = exactly(COBS_MAX(n));
	uint8_t wanted[COBS_MAX(LONGEST)], decoded[LONGEST];
	struct cobs_encoder encoder;
	size_t length, at;

	ptl_cobs_begin(&encoder, out);
	for (size_t done = 0; done < n; done += chunk)
		ptl_cobs_put(&encoder, raw + done, n - done < chunk ? n - done : chunk);
	length = ptl_cobs_end(&encoder);
	REQUIRE(length == ref_cobs_encode(raw, n, wanted));
	REQUIRE(memcmp(out, wanted, length) == 0);
	at = n > 0 ? raw[0] % (length + 1) : 0;
	for (; at <= length; at += chunk) {
		struct cobs_place place = ptl_cobs_place_at(out, at);
		struct ref_decoded ref = ref_cobs_decode(out, at, decoded);

		REQUIRE(place.promised == ref.owed);
		REQUIRE(place.zero == (at > 0 && ref.owed == 0 && ref.zero));
		REQUIRE(place.raw == ref.n + place.zero);
	}
	decode(out, length, chunk, n);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	size_t chunk, room;

	if (n < 2 || n > LONGEST)
		return 0;
	chunk = 1 + data[0];
	room = data[1] * 8u;
	data += 2;
	n -= 2;
	encode(data, n, chunk);
	while (n > 0) {
		size_t took = decode(data, n, chunk, room) + 1;

		if (took >= n)
			break;
		data += took;
		n -= took;
	}
	return 0;
}
