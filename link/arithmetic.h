/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Numbers of cells on their circle (SPEC 4), and a square root without floats. */
#ifndef PIGTAIL_ARITHMETIC_H
#define PIGTAIL_ARITHMETIC_H

#include <pigtail/endpoint.h>
#include <pigtail/wire.h>

/* Cells from one number on to another. */
static inline uint16_t ahead(uint16_t from, uint16_t to)
{
	return (uint16_t)((to - from) & PTL_NUMBER_MASK);
}

/* The square root, rounded down. */
static inline uint32_t root(uint32_t n)
{
	uint32_t r = 0;

	for (uint32_t bit = 1u << 15; bit != 0; bit >>= 1)
		if ((r | bit) * (r | bit) <= n)
			r |= bit;
	return r;
}

#endif
