/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bad frame is changed back in each way that a kind allows, and all of these go to an
 * endpoint that is made for this (sense.c), with delimiters between. A byte that noise
 * changed or a full FIFO lost is mended so by chance only, one in about 128: hence it
 * takes a few frames, and a good part of all that were tried.
 */
#include "host/run/cause.h"

#include "host/run/sense.h"

#include <pigtail/link.h>

#include <stdlib.h>
#include <string.h>

#define XON	   0x11
#define XOFF	   0x13
#define IAC	   0xff
#define MAX_PACKET 1518

#define FRAME_LEAST 6
#define A_SECOND    8u
#define ENOUGH	    3u /* frames mended in one way */
#define A_PART	    4u /* and at least one in so many of those tried */
#define MANY	    64u

/* Each writes the frame as it may have been, in all ways, delimiters around each. */
static size_t halve_ff(const uint8_t *frame, size_t n, uint8_t *out)
{
	size_t at = 1;

	out[0] = 0;
	for (size_t i = 0; i < n; i++) {
		out[at++] = frame[i];
		if (frame[i] == IAC && i + 1 < n && frame[i + 1] == IAC)
			i++;
	}
	out[at++] = 0;
	return at == n + 2 ? 0 : at;
}

static size_t give_back(const uint8_t *frame, size_t n, uint8_t *out)
{
	static const uint8_t lost[] = {XON, XOFF};
	size_t at = 1;

	out[0] = 0;
	for (size_t i = 0; i <= n; i++)
		for (size_t k = 0; k < sizeof(lost); k++) {
			memcpy(out + at, frame, i);
			out[at + i] = lost[k];
			memcpy(out + at + i + 1, frame + i, n - i);
			out[at + n + 1] = 0;
			at += n + 2;
		}
	return at;
}

static size_t take_away(const uint8_t *frame, size_t n, uint8_t *out)
{
	size_t at = 1;

	out[0] = 0;
	for (size_t i = 0; i < n; i++) {
		if (frame[i] != XON && frame[i] != XOFF)
			continue;
		memcpy(out + at, frame, i);
		memcpy(out + at + i, frame + i + 1, n - i - 1);
		out[at + n - 1] = 0;
		at += n;
	}
	return at > 1 ? at : 0;
}

#define VARIANTS_MOST (1 + 2 * (CAUSE_FRAME_MOST + 1) * (CAUSE_FRAME_MOST + 2))

static const struct kind {
	const char *what;
	size_t (*undo)(const uint8_t *frame, size_t n, uint8_t *out);
} kinds[CAUSE_KINDS] = {
	{"bad frames, in which each FF is doubled: the port is a telnet server; set it to "
	 "raw TCP",
	 halve_ff},
	{"bad frames that lack a byte 11 or 13: the adapter or serial server does XON/XOFF; "
	 "switch its flow control off",
	 give_back},
	{"bad frames that have a byte 11 or 13 too many: the adapter or serial server does "
	 "XON/XOFF; switch its flow control off",
	 take_away},
};

void cause_init(struct cause *cause, const struct ptl_framing *framing, enum ptl_role role)
{
	memset(cause, 0, sizeof(*cause));
	cause->framing = framing;
	cause->role = role;
	cause->budget = A_SECOND;
}

static bool is_good(const struct cause *cause, const uint8_t *bytes, size_t n)
{
	return sense_in(cause->framing, cause->role, MAX_PACKET, bytes, n);
}

static void try_frame(struct cause *cause)
{
	uint8_t whole[CAUSE_FRAME_MOST + 2] = {0};
	uint8_t *out = malloc(VARIANTS_MOST);

	memcpy(whole + 1, cause->frame, cause->n);
	if (!out || is_good(cause, whole, cause->n + 2)) {
		free(out);
		return;
	}
	cause->budget--;
	cause->tried++;
	for (size_t i = 0; i < CAUSE_KINDS; i++) {
		size_t n = kinds[i].undo(cause->frame, cause->n, out);

		if (n && is_good(cause, out, n)) {
			cause->mended[i]++;
			break;
		}
	}
	free(out);
}

static void end_of_frame(struct cause *cause, bool bad)
{
	if (bad && cause->budget && cause->n >= FRAME_LEAST && cause->n <= CAUSE_FRAME_MOST)
		try_frame(cause);
	cause->n = 0;
}

void cause_feed(struct cause *cause, const uint8_t *bytes, size_t n, bool bad)
{
	if (cause->framing != &ptl_framing_pigtail)
		return;
	while (n) {
		const uint8_t *end = memchr(bytes, 0, n);
		size_t part = end ? (size_t)(end - bytes) : n;

		if (cause->n + part <= CAUSE_FRAME_MOST) {
			memcpy(cause->frame + cause->n, bytes, part);
			cause->n += part;
		} else {
			cause->n = CAUSE_FRAME_MOST + 1;
		}
		if (end) {
			end_of_frame(cause, bad);
			part++;
		}
		bytes += part;
		n -= part;
	}
}

const char *cause_tick(struct cause *cause)
{
	const char *what = NULL;

	cause->budget = A_SECOND;
	for (size_t i = 0; i < CAUSE_KINDS; i++)
		if (cause->mended[i] >= ENOUGH && cause->mended[i] * A_PART >= cause->tried)
			what = kinds[i].what;
	if (cause->tried >= MANY) { /* what was long ago counts less */
		cause->tried /= 2;
		for (size_t i = 0; i < CAUSE_KINDS; i++)
			cause->mended[i] /= 2;
	}
	return what;
}
