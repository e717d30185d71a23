/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The one endpoint, and what lwIP asks of its system: time, random numbers; and how much
 * of its heap is left.
 *
 * Time is what the clock says, in milliseconds, counted on without 64-bit division.
 */
#include "state.h"

#include <lwip/stats.h>

struct endpoint endpoint;

u32_t sys_now(void)
{
	uint64_t passed = endpoint.clock.now(endpoint.clock.user) - endpoint.ms_at;

	while (passed >= 1000u) {
		uint32_t piece = passed > UINT32_MAX ? UINT32_MAX : (uint32_t)passed;

		endpoint.ms += piece / 1000u;
		endpoint.ms_at += piece / 1000u * 1000u;
		passed -= piece / 1000u * 1000u;
	}
	return (u32_t)endpoint.ms;
}

/* xorshift: for ports and the like, which an eavesdropper on the wire sees anyway. */
uint32_t stack_random(void)
{
	endpoint.random ^= endpoint.random << 13;
	endpoint.random ^= endpoint.random >> 17;
	endpoint.random ^= endpoint.random << 5;
	return endpoint.random;
}

bool endpoint_heap_has(size_t n, size_t reserve)
{
	return lwip_stats.mem.used + n + reserve <= lwip_stats.mem.avail;
}
