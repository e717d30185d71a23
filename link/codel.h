/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * CoDel (RFC 8289) for one flow's queue: when the packets that leave have stood
 * longer than the target for a whole interval, drop one, and again at times
 * that shrink with the square root of the drops.
 *
 * On a slow line one packet takes longer than CoDel's usual target, so target
 * and interval grow with the time of a packet.
 */
#ifndef PIGTAIL_CODEL_H
#define PIGTAIL_CODEL_H

#include "queue.h"

void ptl_codel_times(uint32_t packet_us, uint32_t *target_us, uint32_t *interval_us);
void ptl_codel_reset(struct flow *flow);

/* Whether the packet just taken from flow, after stood_us in it, is dropped. */
bool ptl_codel_drops(struct flow *flow, uint32_t stood_us, uint32_t now, uint32_t max_packet,
		     uint32_t target_us, uint32_t interval_us);

#endif
