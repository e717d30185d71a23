/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys go over the wire in the fields PMK and PASSPHRASE of control messages, and what keys
 * are made of in CHANCE; each of these messages is in one frame. Of a damaged frame nobody
 * knows what it was: if it could have been such a message, only its header is shown.
 */
#include "host/wifi/conceal.h"

#include <pigtail/control.h>

#include <string.h>

/* Of the acknowledgements that stand before the payload (SPEC 5). */
static size_t acks_length(const uint8_t *bytes, size_t n)
{
	size_t at = 0;

	while (at < n) {
		uint8_t first = bytes[at];

		at += PTL_ACK_BYTES + 2u * (first & PTL_ACK_RANGES);
		if (!(first & PTL_ACK_MORE))
			break;
	}
	return at < n ? at : n;
}

static void conceal_message(uint8_t *message, size_t n)
{
	size_t at = PTL_CONTROL_HEADER;

	while (at + PTL_FIELD_HEADER < n) {
		size_t length = message[at + 1];
		uint8_t tag = message[at];

		at += PTL_FIELD_HEADER;
		if (length > n - at)
			length = n - at;
		if (tag == PTL_F_PMK || tag == PTL_F_PASSPHRASE || tag == PTL_F_CHANCE)
			memset(message + at, 0, length);
		at += length;
	}
}

bool conceal_frame(const uint8_t *frame, size_t n, bool good, uint8_t shown[CONCEAL_MAX])
{
	uint16_t header;
	size_t at = PTL_HEADER_BYTES;

	if (n <= PTL_HEADER_BYTES || n > CONCEAL_MAX)
		return false;
	header = (uint16_t)(frame[0] | frame[1] << 8);
	if (good && header >> PTL_CLASS_SHIFT != PTL_CLASS_CONTROL)
		return false;
	memcpy(shown, frame, n);
	if (!good) {
		memset(shown + at, 0, n - at);
		return true;
	}
	if (header & PTL_HEADER_ACKS)
		at += acks_length(frame + at, n - at);
	conceal_message(shown + at, n - at);
	return true;
}
