/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Seam: time, sleep and entropy of a target. Called from the main loop only.
 */
#ifndef PIGTAIL_CLOCK_H
#define PIGTAIL_CLOCK_H

#include <pigtail/endpoint.h>

struct ptl_clock {
	void *user;

	/* Microseconds since any fixed moment; never goes back, never wraps. */
	ptl_time (*now)(void *user);

	/* Returns at `until` at the latest (PTL_NEVER: no limit), and at once when
	 * the UART or the radio has something to do since the last call, that
	 * which came just before this call included. May return early. */
	void (*sleep)(void *user, ptl_time until);

	/* 32 bits that differ from start to start. May be NULL: then config.link's
	 * nonce is taken as it is. */
	uint32_t (*entropy)(void *user);
};

#endif
