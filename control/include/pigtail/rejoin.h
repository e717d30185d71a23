/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * When a network is tried again: soon, then after twice as long each time. One rule for the
 * program on a host and for a device that has no host.
 */
#ifndef PIGTAIL_REJOIN_H
#define PIGTAIL_REJOIN_H

#include <pigtail/endpoint.h>

#define PTL_REJOIN_SOON_US  50000u   /* after something happened that was no failure */
#define PTL_REJOIN_FIRST_US 1000000u /* after a failure; then twice as long each time */
#define PTL_REJOIN_MOST_US  60000000u

/* *wait: of this time, PTL_REJOIN_FIRST_US at first; of the next one afterwards. */
static inline uint32_t ptl_rejoin_wait(uint32_t *wait)
{
	uint32_t now = *wait;

	*wait = 2 * now < PTL_REJOIN_MOST_US ? 2 * now : PTL_REJOIN_MOST_US;
	return now;
}

#endif
