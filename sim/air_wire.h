/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes between a radio and an air that many radios share, as Ethernet frames: each
 * frame of the radio's host as it is, and those of EtherType 88B5 (IEEE 802: local
 * experiment), which say the rest:
 *
 *	u8[6] to, u8[6] from: the radio's address, u16 88B5,
 *	u8 version (1), u8 kind, u16 n, n bytes; then anything
 *
 * Numbers are big endian. On a stream socket a u32 with its length goes before each frame,
 * as QEMU's -netdev stream has it: device/lx60/air.c is in the air by its Ethernet MAC.
 */
#ifndef PIGTAIL_SIM_AIR_WIRE_H
#define PIGTAIL_SIM_AIR_WIRE_H

#include <pigtail/control.h>

#define AIR_WIRE_TYPE	 0x88b5
#define AIR_WIRE_VERSION 1
#define AIR_WIRE_HEADER	 18u
#define AIR_WIRE_MAX	 (AIR_WIRE_HEADER + PTL_CONTROL_MAX)

enum air_wire_kind {
	AIR_WIRE_SESSION = 1, /* to the air; u8: 1 it begins, 0 it is gone; u32: bits/s */
	AIR_WIRE_CONTROL = 2, /* a message of the control class, either way */
	AIR_WIRE_LINE = 3,    /* to the air: the link has another rate; u32: bits/s */
};

static inline void air_wire_put32(uint8_t *to, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> (24 - 8 * i));
}

static inline uint32_t air_wire_get32(const uint8_t *from)
{
	return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 |
	       from[3];
}

/* Makes a frame of to[AIR_WIRE_MAX]; n: to PTL_CONTROL_MAX. Returns its length. */
static inline size_t air_wire_make(uint8_t *to, const uint8_t mac[6], enum air_wire_kind kind,
				   const uint8_t *bytes, size_t n)
{
	const uint8_t head[6] = {AIR_WIRE_TYPE >> 8, AIR_WIRE_TYPE & 0xff, AIR_WIRE_VERSION,
				 (uint8_t)kind,	     (uint8_t)(n >> 8),	   (uint8_t)n};

	for (unsigned i = 0; i < 6; i++) {
		to[i] = 0xff;
		to[6 + i] = mac[i];
		to[12 + i] = head[i];
	}
	for (size_t i = 0; i < n; i++)
		to[AIR_WIRE_HEADER + i] = bytes[i];
	return AIR_WIRE_HEADER + n;
}

/* Whether it is such a frame, and not one of the hosts'. */
static inline bool air_wire_is(const uint8_t *frame, size_t n)
{
	return n >= 14 && frame[12] == AIR_WIRE_TYPE >> 8 &&
	       frame[13] == (AIR_WIRE_TYPE & 0xff);
}

/* Of such a frame: what it carries, *n bytes, and its kind. NULL: it is malformed. */
static inline const uint8_t *air_wire_read(const uint8_t *frame, size_t all, unsigned *kind,
					   size_t *n)
{
	if (all < AIR_WIRE_HEADER || frame[14] != AIR_WIRE_VERSION)
		return NULL;
	*kind = frame[15];
	*n = (size_t)frame[16] << 8 | frame[17];
	return *n <= all - AIR_WIRE_HEADER ? frame + AIR_WIRE_HEADER : NULL;
}

#endif
