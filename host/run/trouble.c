/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A burst begins when a counter of a kind moves, is told of 5 s later with what
 * has come together, and ends when the kind was quiet for 30 s. What comes and
 * goes is told of four times, then only after 30 s of quiet.
 */
#include "host/run/trouble.h"

#include "host/base/log.h"

#include <pigtail/guess.h>

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#define TELL_AFTER  5000000u
#define QUIET_AFTER 30000000u
#define FLAPS_SAID  4u

#define AT(counter) (offsetof(struct ptl_counters, counter) / sizeof(ptl_count))
#define NONE	    PTL_COUNTER_COUNT
#define BAD_FRAMES  0 /* of kinds */

/* A few is what a link coming up on a line in use sees: not worth a line. */
static const struct kind {
	const char *what; /* with the count before it */
	uint64_t few;
	size_t counters[4];
} kinds[TROUBLE_KINDS] = {
	{"bad frames: noise on the wire, or another baud rate at the other end",
	 3,
	 {AT(rx_bad_crc), AT(rx_bad_framing), AT(rx_too_long), AT(rx_too_short)}},
	{"frames with fields out of range: is the other end of another version?",
	 3,
	 {AT(rx_bad_field), AT(rx_beyond_credit), AT(rx_bad_ack), NONE}},
	{"packets refused for their length; is the MTU larger than the framing takes?",
	 0,
	 {AT(drop_length), NONE, NONE, NONE}},
	{"hellos that do not fit: is the other end of another version?",
	 0,
	 {AT(peer_mismatches), NONE, NONE, NONE}},
};

static uint64_t counter_at(const struct ptl_counters *counters, size_t index)
{
	ptl_count value;

	memcpy(&value, (const unsigned char *)counters + index * sizeof(value), sizeof(value));
	return value;
}

void trouble_init(struct trouble *trouble)
{
	memset(trouble, 0, sizeof(*trouble));
}

void trouble_look(struct trouble *trouble, const char *name,
		  const struct ptl_counters *counters, const char *cause, ptl_time now)
{
	for (size_t i = 0; i < TROUBLE_KINDS; i++) {
		struct trouble_state *state = &trouble->state[i];
		const char *what = i == BAD_FRAMES && cause ? cause : kinds[i].what;
		uint64_t more = 0;

		for (size_t j = 0; j < 4 && kinds[i].counters[j] != NONE; j++)
			more += counter_at(counters, kinds[i].counters[j]) -
				counter_at(&trouble->seen, kinds[i].counters[j]);
		if (more) {
			if (!state->began)
				state->began = now;
			state->last = now;
			state->count += more;
		}
		if (!state->began)
			continue;
		/* Once; and once more when its cause has been found. */
		if ((!state->told || (what == cause && state->told != cause)) &&
		    now - state->began >= TELL_AFTER && state->count > kinds[i].few) {
			log_line("%s: in %" PRIu64 " s %" PRIu64 " %s", name,
				 (now - state->began) / 1000000u, state->count, what);
			state->told = what;
		}
		if (now - state->last >= QUIET_AFTER)
			memset(state, 0, sizeof(*state));
	}
	trouble->seen = *counters;
}

const char *trouble_advice(const char *guess)
{
	static const struct {
		const char *guess, *advice;
	} known[] = {
		{PTL_GUESS_TELNET, ": set the serial server's port to raw TCP"},
		{PTL_GUESS_CONTIKI, ": use --framing slip with a tun that has one, as "
				    "--ip fd01::1/64"},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(guess, known[i].guess))
			return known[i].advice;
	return "";
}

void trouble_skip(struct trouble *trouble, const struct ptl_counters *counters)
{
	trouble->seen = *counters;
}

enum trouble_say trouble_flapped(struct trouble_flaps *flaps, ptl_time now)
{
	if (now - flaps->last >= QUIET_AFTER)
		flaps->count = 0;
	flaps->last = now;
	if (flaps->count >= FLAPS_SAID)
		return TROUBLE_HUSH;
	return ++flaps->count == FLAPS_SAID ? TROUBLE_SAY_LAST : TROUBLE_SAY;
}
