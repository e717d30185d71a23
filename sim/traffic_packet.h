/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The packets of sim/traffic.h: made from nothing but a seed, a flow and a
 * serial number, so the checker can make any packet again and compare.
 */
#ifndef PIGTAIL_SIM_TRAFFIC_PACKET_H
#define PIGTAIL_SIM_TRAFFIC_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRAFFIC_MAX   9018u
#define TRAFFIC_TINY  20u /* shorter packets have their serial in the address */
#define TRAFFIC_FLOWS 256u

/* Bits, to be combined. */
enum traffic_kind {
	TRAFFIC_RAW = 1 << 0,  /* an ethertype that nobody knows, 20 bytes and up */
	TRAFFIC_UDP4 = 1 << 1, /* 46 bytes and up */
	TRAFFIC_TCP4 = 1 << 2, /* with timestamps, 66 bytes and up */
	TRAFFIC_UDP6 = 1 << 3, /* 66 bytes and up */
	TRAFFIC_TCP6 = 1 << 4, /* with timestamps, 86 bytes and up */
	TRAFFIC_ALL = (1 << 5) - 1,
};

struct traffic_packet {
	uint64_t seed;
	enum traffic_kind kind;
	uint16_t flow;
	uint32_t serial;
	uint16_t min, max; /* of its length */
};

/* Writes the packet; returns its length, at most TRAFFIC_MAX. One whose
 * flow is TRAFFIC_FLOWS is a tiny one: 14 to 19 bytes. */
size_t traffic_packet_make(const struct traffic_packet *packet, uint8_t *out);

/* Which flow and serial a packet claims to be; false: it claims none. */
bool traffic_packet_identify(const uint8_t *bytes, size_t n, uint16_t *flow, uint32_t *serial);

#endif
