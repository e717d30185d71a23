/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wire of docs/SPEC.md a second time, written to be compared with: a byte at
 * a time, a bit at a time, nothing shared with link/ but the constants of wire.h.
 */
#ifndef TEST_REFERENCE_WIRE_H
#define TEST_REFERENCE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <pigtail/wire.h>

#define REF_MAX	  4096 /* decoded bytes of a frame, at most */
#define REF_WRONG ((size_t)-1)

static inline uint32_t ref_crc(const uint8_t *bytes, size_t n)
{
	uint32_t crc = 0xffffffffu;

	for (size_t i = 0; i < n; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
	}
	return ~crc;
}

static inline size_t ref_cobs_encode(const uint8_t *bytes, size_t n, uint8_t *out)
{
	size_t code = 0;
	size_t at = 1;

	for (size_t i = 0; i < n; i++) {
		if (at - code == 0xff) { /* full, and more comes */
			out[code] = 0xff;
			code = at++;
		}
		if (bytes[i]) {
			out[at++] = bytes[i];
		} else {
			out[code] = (uint8_t)(at - code);
			code = at++;
		}
	}
	out[code] = (uint8_t)(at - code);
	return at;
}

/* What a receiver has of these encoded bytes. */
struct ref_decoded {
	size_t n;    /* bytes decoded */
	size_t owed; /* bytes that the open block still promises */
	bool zero;   /* a zero follows if another block comes */
};

static inline struct ref_decoded ref_cobs_decode(const uint8_t *encoded, size_t n, uint8_t *out)
{
	struct ref_decoded d = {0, 0, false};

	for (size_t i = 0; i < n; i++) {
		if (d.owed > 0) {
			out[d.n++] = encoded[i];
			d.owed--;
			continue;
		}
		if (d.zero)
			out[d.n++] = 0;
		d.owed = encoded[i] - 1u;
		d.zero = encoded[i] != 0xff;
	}
	return d;
}

/* What a frame's check says. */
#define REF_XOR_CONTINUED 0x5bd1e995u
#define REF_XOR_PACKED	  0x9e3779b9u
#define REF_XOR_ADDED	  0xc2b2ae35u

enum ref_end {
	REF_LAST,      /* the packet or message ends with this frame */
	REF_CONTINUED, /* it goes on; the frame ended as it was planned */
	REF_CUT,       /* it goes on; the frame was cut within a block */
	REF_PACKED,    /* as REF_LAST; SPEC 10 */
	REF_ADDED,
	REF_BROKEN,
};

struct ref_frame {
	enum ref_end end;
	unsigned class;
	unsigned number;
	bool acks;
	const uint8_t *body; /* after the header */
	size_t n;
	size_t acks_n; /* of body, the acknowledgement entries */
	uint8_t content[REF_MAX];
	size_t content_n; /* header and body, no check */
};

static inline size_t ref_acks_length(const uint8_t *body, size_t n)
{
	size_t at = 0;
	uint8_t first;

	do {
		if (n - at < PTL_ACK_BYTES)
			return REF_WRONG;
		first = body[at];
		at += PTL_ACK_BYTES + 2u * (first & PTL_ACK_RANGES);
		if (at > n)
			return REF_WRONG;
	} while (first & PTL_ACK_MORE);
	return at;
}

/* encoded: n bytes, no delimiters. */
static inline void ref_frame_decode(struct ref_frame *frame, const uint8_t *encoded, size_t n)
{
	struct ref_decoded d = ref_cobs_decode(encoded, n, frame->content);
	size_t trailer = d.owed ? PTL_CUT_BYTES : PTL_CHECK_BYTES;
	const uint8_t *check;
	uint64_t value = 0;
	uint32_t crc;

	frame->end = REF_BROKEN;
	if (d.n < PTL_HEADER_BYTES + trailer)
		return;
	frame->content_n = d.n - trailer;
	check = frame->content + frame->content_n;
	for (size_t i = trailer; i-- > 0;) {
		if (d.owed && !(check[i] & PTL_CUT_BIT))
			return;
		value = d.owed ? value << 7 | (check[i] & 0x7f) : value << 8 | check[i];
	}
	crc = ref_crc(frame->content, frame->content_n);
	if (value == (crc ^ REF_XOR_CONTINUED))
		frame->end = d.owed ? REF_CUT : REF_CONTINUED;
	else if (value == crc && !d.owed)
		frame->end = REF_LAST;
	else if (value == (crc ^ REF_XOR_PACKED) && !d.owed)
		frame->end = REF_PACKED;
	else if (value == (crc ^ REF_XOR_ADDED) && !d.owed)
		frame->end = REF_ADDED;
	else
		return;
	frame->class = frame->content[1] >> 6;
	frame->acks = frame->content[1] & 0x20;
	frame->number = (unsigned)(frame->content[0] | (frame->content[1] & 0x1f) << 8);
	frame->body = frame->content + PTL_HEADER_BYTES;
	frame->n = frame->content_n - PTL_HEADER_BYTES;
	frame->acks_n = frame->acks ? ref_acks_length(frame->body, frame->n) : 0;
}

/* content: header, acknowledgements, payload. out: with the closing delimiter. */
static inline size_t ref_frame_encode_with(const uint8_t *content, size_t n, uint32_t check_xor,
					   uint8_t *out)
{
	uint32_t check = ref_crc(content, n) ^ check_xor;
	uint8_t whole[REF_MAX];
	size_t at;

	memcpy(whole, content, n);
	for (int i = 0; i < PTL_CHECK_BYTES; i++, check >>= 8)
		whole[n + (size_t)i] = (uint8_t)check;
	at = ref_cobs_encode(whole, n + PTL_CHECK_BYTES, out);
	out[at++] = PTL_DELIMITER;
	return at;
}

static inline size_t ref_frame_encode(const uint8_t *content, size_t n, bool last, uint8_t *out)
{
	return ref_frame_encode_with(content, n, last ? 0 : REF_XOR_CONTINUED, out);
}

/* Cuts an encoded frame at a place within a block that owes more than five bytes:
 * puts the trailer and the delimiter there; returns the new length. */
static inline size_t ref_frame_cut(uint8_t *encoded, size_t at)
{
	uint8_t content[REF_MAX];
	struct ref_decoded d = ref_cobs_decode(encoded, at, content);
	uint32_t check = ref_crc(content, d.n) ^ REF_XOR_CONTINUED;

	for (int i = 0; i < PTL_CUT_BYTES; i++, check >>= 7)
		encoded[at++] = (uint8_t)(PTL_CUT_BIT | (check & 0x7f));
	encoded[at++] = PTL_DELIMITER;
	return at;
}

#endif
