/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The fields of Ethernet and IP, at any alignment. Callable from any context. */
#ifndef PIGTAIL_BIG_ENDIAN_H
#define PIGTAIL_BIG_ENDIAN_H

#include <pigtail/endpoint.h>

static inline uint16_t ptl_get_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t ptl_get_be32(const uint8_t *p)
{
	return (uint32_t)ptl_get_be16(p) << 16 | ptl_get_be16(p + 2);
}

/* The lower 16 bits of v. */
static inline void ptl_put_be16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void ptl_put_be32(uint8_t *p, uint32_t v)
{
	ptl_put_be16(p, v >> 16);
	ptl_put_be16(p + 2, v);
}

#endif
