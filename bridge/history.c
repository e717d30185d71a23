/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * One ring for all readers. Places are numbers of bytes since the beginning, which never
 * wrap; a reader is nothing but its place. The writer waits for nobody: who is further
 * behind than the ring is long has lost the bytes between.
 *
 * Bytes become ready in packets: when there are enough of them, or when the UART has been
 * silent for a few character times, so that an answer of a target leaves at once and as a
 * whole, and a flood doesn't leave byte by byte.
 */
#include "history.h"

#include <string.h>

void ptl_history_init(struct ptl_history *history, uint8_t *bytes, size_t size, uint32_t packet,
		      uint32_t silence)
{
	*history = (struct ptl_history){
		.bytes = bytes,
		.size = size,
		.packet = packet,
		.silence = silence,
	};
}

void ptl_history_set_format(struct ptl_history *history, const struct ptl_serial_format *format)
{
	uint32_t bits = 1u + format->data_bits + (format->parity != PTL_PARITY_NONE) +
			(format->stop == PTL_STOP_1 ? 1u : 2u);

	history->character = (bits * 1000000u + format->baud - 1) / format->baud;
}

bool ptl_history_put(struct ptl_history *history, ptl_time now, const uint8_t *bytes, size_t n)
{
	while (n) {
		size_t to_end = history->size - history->head_at;
		size_t run = to_end < n ? to_end : n;

		memcpy(history->bytes + history->head_at, bytes, run);
		history->head_at = run < to_end ? history->head_at + run : 0;
		history->head += run;
		bytes += run;
		n -= run;
	}
	history->last = now;
	if (history->head - history->ready < history->packet)
		return false;
	history->ready = history->head;
	return true;
}

ptl_time ptl_history_due(const struct ptl_history *history)
{
	if (history->ready == history->head)
		return PTL_NEVER;
	return history->last + history->silence * history->character;
}

bool ptl_history_poll(struct ptl_history *history, ptl_time now)
{
	if (now < ptl_history_due(history))
		return false;
	history->ready = history->head;
	return true;
}

uint64_t ptl_history_catch_up(const struct ptl_history *history, uint64_t *at)
{
	uint64_t was = *at;

	if (history->head - was <= history->size)
		return 0;
	*at = history->head - history->size / 2;
	return *at - was;
}

size_t ptl_history_peek(const struct ptl_history *history, uint64_t at, const uint8_t **bytes)
{
	size_t behind = (size_t)(history->head - at), from, n;

	if (at >= history->ready)
		return 0;
	from = history->head_at >= behind ? history->head_at - behind
					  : history->head_at + history->size - behind;
	n = (size_t)(history->ready - at);
	*bytes = history->bytes + from;
	return n < history->size - from ? n : history->size - from;
}
