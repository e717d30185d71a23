/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Little-endian fields at any alignment, and the four functions of libc. */
#ifndef PIGTAIL_BYTES_H
#define PIGTAIL_BYTES_H

#include <pigtail/endpoint.h>

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

static inline uint16_t get_le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t get_le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void put_le16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void put_le32(uint8_t *p, uint32_t v)
{
	put_le16(p, (uint16_t)v);
	put_le16(p + 2, (uint16_t)(v >> 16));
}

static inline size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

#endif
