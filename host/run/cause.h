/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why are frames bad? A frame whose check becomes right when one thing is undone shows
 * what the line did to it: doubled each FF, or swallowed or added a byte of XON/XOFF.
 * Only short frames of Pigtail's own are tried, and few a second.
 */
#ifndef PIGTAIL_HOST_CAUSE_H
#define PIGTAIL_HOST_CAUSE_H

#include <pigtail/endpoint.h>

#define CAUSE_FRAME_MOST 160 /* bytes on the wire; work grows with their square */
#define CAUSE_KINDS	 3

struct cause {
	const struct ptl_framing *framing;
	enum ptl_role role;
	uint8_t frame[CAUSE_FRAME_MOST]; /* what came since the last delimiter */
	size_t n;			 /* also of what had no room */
	unsigned int budget;		 /* frames that may yet be tried until the next tick */
	unsigned int tried;
	unsigned int mended[CAUSE_KINDS];
};

/* role is that of our end. */
void cause_init(struct cause *cause, const struct ptl_framing *framing, enum ptl_role role);

/* n bytes from the wire, any chunking; bad: a frame that ended in them was bad. */
void cause_feed(struct cause *cause, const uint8_t *bytes, size_t n, bool bad);

/* To be called about once a second. What is known of the cause, to stand after the
 * number of bad frames, or NULL. */
const char *cause_tick(struct cause *cause);

#endif
