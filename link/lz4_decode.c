/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A block is a row of sequences. A sequence is a token, literals, and a match:
 *
 *	token     bits 4 to 7: count of literals, bits 0 to 3: length of the match - 4;
 *	          15 goes on with bytes to add up, the last of them less than 255
 *	literals  preceded by such bytes
 *	offset    u16, how far back the match begins, followed by such bytes
 *
 * The last sequence ends after its literals. A match may begin in the history
 * and run on into the packet, and overlap what it makes.
 */
#include "lz4.h"
#include "bytes.h"

void ptl_lz4_window_init(struct lz4_window *window, void *memory, uint32_t size)
{
	window->bytes = memory;
	window->size = size;
	ptl_lz4_window_reset(window);
}

void ptl_lz4_window_reset(struct lz4_window *window)
{
	window->filled = 0;
	window->end = 0;
}

void ptl_lz4_window_add(struct lz4_window *window, const uint8_t *bytes, size_t n)
{
	uint32_t at;
	size_t first;

	if (n > window->size) {
		window->end += (uint32_t)(n - window->size);
		bytes += n - window->size;
		n = window->size;
	}
	at = window->end & (window->size - 1);
	first = min_size(n, window->size - at);
	memcpy(window->bytes + at, bytes, first);
	memcpy(window->bytes, bytes + first, n - first);
	window->end += (uint32_t)n;
	window->filled = (uint32_t)min_size(window->size, window->filled + n);
}

/* Reads on a count that its nibble did not hold. False: the input ends, or it is
 * more than most. */
static bool read_on(const uint8_t **in, const uint8_t *end, size_t most, size_t *count)
{
	uint8_t more;

	do {
		if (*in == end)
			return false;
		more = *(*in)++;
		*count += more;
		if (*count > most)
			return false;
	} while (more == 255);
	return true;
}

/* out[at] goes on with length bytes of the history from that many bytes back. */
static void copy_history(const struct lz4_window *history, uint8_t *out, size_t back,
			 size_t length)
{
	uint32_t from = (history->end - (uint32_t)back) & (history->size - 1);
	size_t first = min_size(length, history->size - from);

	memcpy(out, history->bytes + from, first);
	memcpy(out + first, history->bytes, length - first);
}

/* The same from what was just written. Each round doubles what is there. */
static void copy_own(uint8_t *out, size_t back, size_t length)
{
	const uint8_t *from = out - back;

	while (length > back) {
		memcpy(out, from, back);
		out += back;
		length -= back;
		back += back;
	}
	memcpy(out, from, length);
}

int ptl_lz4_decode(const struct lz4_window *history, const uint8_t *in, size_t n, uint8_t *out,
		   size_t room)
{
	const uint8_t *end = in + n;
	size_t at = 0;

	room = min_size(room, LZ4_PACKET_MAX);
	while (in != end) {
		uint8_t token = *in++;
		size_t count = token >> 4;
		size_t length = token & LZ4_NIBBLE;
		size_t back;

		if (count == LZ4_NIBBLE && !read_on(&in, end, room, &count))
			return -1;
		if (count > (size_t)(end - in) || count > room - at)
			return -1;
		memcpy(out + at, in, count);
		at += count;
		in += count;
		if (in == end)
			return (int)at;

		if (end - in < 2)
			return -1;
		back = get_le16(in);
		in += 2;
		if (length == LZ4_NIBBLE && !read_on(&in, end, room, &length))
			return -1;
		length += LZ4_MATCH_MIN;
		if (back == 0 || back > at + history->filled || length > room - at)
			return -1;
		if (back > at) {
			size_t old = min_size(back - at, length);

			copy_history(history, out + at, back - at, old);
			at += old;
			length -= old;
		}
		copy_own(out + at, back, length);
		at += length;
	}
	return -1;
}
