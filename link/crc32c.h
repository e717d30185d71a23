/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* CRC-32C over pieces: ptl_crc32c_add from CRC32C_START, then crc32c_end. */
#ifndef PIGTAIL_CRC32C_H
#define PIGTAIL_CRC32C_H

#include <pigtail/endpoint.h>

#define CRC32C_START 0xffffffffu

uint32_t ptl_crc32c_add(uint32_t crc, const uint8_t *bytes, size_t n);

static inline uint32_t crc32c_end(uint32_t crc)
{
	return ~crc;
}

#endif
