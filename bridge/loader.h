/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What each boot loader wants. See loader.c. */
#ifndef PTL_BRIDGE_LOADER_H
#define PTL_BRIDGE_LOADER_H

#include "pin_player.h"

#include <pigtail/serial.h>
#include <pigtail/target.h>

#define PTL_PATTERN_MAX 9u
#define PTL_ANSWER_MAX	160u
#define PTL_ANYTHING	(-1)

/* Bytes of which some may be anything. */
struct ptl_pattern {
	uint8_t n;
	int16_t byte[PTL_PATTERN_MAX]; /* or PTL_ANYTHING */
};

struct ptl_loader {
	enum ptl_target target;

	/* Of the programmer: what it says first; whether that is what people type, too;
	 * whether it says nothing else until it is answered; what ends its work. */
	struct ptl_pattern first;
	bool typed, repeats;
	uint8_t refusal; /* what tells it that there is no answer, 0: nothing does */
	struct ptl_pattern last;

	/* Of the boot loader: what to ask it, and how long the answer is that begins at the
	 * first of these bytes, 0: there is none, or not all of it yet. */
	const uint8_t *ask;
	size_t ask_n;
	size_t (*answer)(const uint8_t *bytes, size_t n);
	uint8_t copies; /* of the answer that it gives, where it is more than one */
	bool once;	/* asking it again, when it is in step, would put it out of step */

	/* The pins' moves into it, on each second try others; the pulse's length, us. */
	const struct ptl_pin_step *enter[2];
	uint32_t pulse;

	/* All in us: from the end of reset to the first question; from one to the next; how
	 * long to ask before the next reset. How long a programmer must have been silent
	 * before it is answered, 0: each of its questions is; and before it has gone. */
	uint32_t start, again, window, quiet, idle;

	/* So long after its answer the same question again is one that was asked before the
	 * answer came, us. 0: it is another one. */
	uint32_t crossing;

	/* One that leaves when nobody speaks for a second: how long after an answer, which
	 * ends with that byte, it is asked again. 0: it stays. */
	uint32_t keep;
	uint8_t ok;

	uint8_t parity; /* enum ptl_parity; 0: as it is */
};

/* NULL: there is none (PTL_TARGET_NONE, PTL_TARGET_ANY). */
const struct ptl_loader *ptl_loader_of(enum ptl_target target);

/* The moves into the program. */
extern const struct ptl_pin_step ptl_loader_run[];

/* How many of the pattern's bytes these are the beginning of; -1: they are not. */
int ptl_pattern_begins(const struct ptl_pattern *pattern, const uint8_t *bytes, size_t n);

#endif
