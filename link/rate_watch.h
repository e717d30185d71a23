/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Whether a rate that was agreed on still works (SPEC 12.5); the judge is rate.c. */
#ifndef PIGTAIL_RATE_WATCH_H
#define PIGTAIL_RATE_WATCH_H

#include <pigtail/endpoint.h>

struct ptl_link;

struct rate_watch {
	bool suspects; /* something is owed to us, since `since` */
	uint8_t asked; /* PINGs since then */
	uint8_t bad;   /* windows in a row with too few good bytes */
	/* Times: low 32 bits. */
	uint32_t since;
	uint32_t ping_at;
	uint32_t window; /* since when, what came, and of it in good frames: */
	uint32_t bytes, good;
};

#define RATE_LONGEST_US 2000000000u

void ptl_watch_begin(struct ptl_link *link);

/* A good frame, of n bytes. n bytes came: false, too much of it is damaged. */
void ptl_watch_heard(struct ptl_link *link, size_t n);
bool ptl_watch_bytes(struct ptl_link *link, size_t n);

/* Asks, if it is time to; false: nothing good is heard any more. */
bool ptl_watch_asks(struct ptl_link *link);

/* Microseconds until that is due, or RATE_LONGEST_US. */
int32_t ptl_watch_left(struct ptl_link *link);

#endif
