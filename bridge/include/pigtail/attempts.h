/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Who may try a password now: each address a few times, then after waits that double, and
 * all together no more than PTL_ATTEMPTS_A_MINUTE. An attempt counts as failed from its
 * beginning until it has passed, so that many at once are no way around it.
 */
#ifndef PIGTAIL_ATTEMPTS_H
#define PIGTAIL_ATTEMPTS_H

#include <pigtail/endpoint.h>

#ifndef PTL_ATTEMPTS_PLACES
#define PTL_ATTEMPTS_PLACES 32u /* addresses that are remembered; a small device has fewer */
#endif
#define PTL_ATTEMPTS_FREE     3u /* of an address, without a wait */
#define PTL_ATTEMPTS_A_MINUTE 60u
#define PTL_ATTEMPTS_WAIT_US  2000000u /* the first wait */
#define PTL_ATTEMPTS_MOST_US  300000000u
#define PTL_ATTEMPTS_STALE_US UINT64_C(900000000) /* without one, an address is forgotten */

/* An IPv6 address, or IPv4's in the form ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). Of IPv6 its
 * first 8 bytes count: the rest is its owner's. */
struct ptl_attempts_from {
	uint8_t address[16];
};

struct ptl_attempts {
	struct ptl_attempts_place {
		struct ptl_attempts_from from;
		unsigned failed; /* 0: the place is free */
		ptl_time last, until;
	} place[PTL_ATTEMPTS_PLACES];
	uint64_t spent; /* us of all's share */
	ptl_time since;
};

void ptl_attempts_init(struct ptl_attempts *attempts, ptl_time now);

/* us to wait, without counting anything; 0: it may try now, and that is counted. */
ptl_time ptl_attempts_begin(struct ptl_attempts *attempts, ptl_time now,
			    const struct ptl_attempts_from *from);

/* What it began was right: all is forgotten. */
void ptl_attempts_passed(struct ptl_attempts *attempts, const struct ptl_attempts_from *from);

#endif
