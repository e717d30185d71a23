/* SPDX-License-Identifier: GPL-2.0-only */
/* One way of a control class of little room, in a test; define PLACES before for another. */
#ifndef TEST_CONTROL_WAY_H
#define TEST_CONTROL_WAY_H

#include "story.h"

#include <pigtail/control.h>

#ifndef PLACES
#define PLACES 4 /* messages under way */
#endif

struct way {
	uint8_t bytes[PLACES][PTL_CONTROL_MAX];
	size_t n[PLACES];
	unsigned first, count;
};

static inline bool put(struct way *way, const uint8_t *message, size_t n)
{
	unsigned place = (way->first + way->count) % PLACES;

	if (way->count == PLACES)
		return false;
	memcpy(way->bytes[place], message, n);
	way->n[place] = n;
	way->count++;
	return true;
}

static inline void drop_first(struct way *way)
{
	way->first = (way->first + 1) % PLACES;
	way->count--;
}

#endif
