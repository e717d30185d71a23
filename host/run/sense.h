/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does somebody who connected speak what the link speaks? See listen.c, which asks.
 */
#ifndef PIGTAIL_HOST_SENSE_H
#define PIGTAIL_HOST_SENSE_H

#include <pigtail/endpoint.h>

/* Whether bytes, the first that came from it, hold a good frame of this framing, as sent
 * to an end of this role with this MTU. False also where memory is short. */
bool sense_in(const struct ptl_framing *framing, enum ptl_role role, uint16_t max_packet,
	      const uint8_t *bytes, size_t n);

#endif
