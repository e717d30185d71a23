/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets for tests: IPv4, IPv6 and Ethernet frames of any length, with right
 * headers and a payload that depends on a seed. */
#ifndef TEST_PACKETS_H
#define TEST_PACKETS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static inline void fill_random(uint8_t *p, size_t n, uint32_t *state)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(next_random(state) >> 11);
}

static inline uint16_t internet_checksum(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	if (n & 1)
		sum += (uint32_t)p[n - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* An IPv4 packet of n bytes, 20 at least, 192.168.100.1 to .2; returns n. */
static inline size_t make_ip4(uint8_t *p, size_t n, uint32_t seed)
{
	static const uint8_t head[20] = {0x45, 0, 0,   0,   0,	 0, 0,	 0,   64,  17,
					 0,    0, 192, 168, 100, 1, 192, 168, 100, 2};
	uint16_t sum;

	seed = seed * 2654435761u | 1;
	memcpy(p, head, sizeof(head));
	p[2] = (uint8_t)(n >> 8);
	p[3] = (uint8_t)n;
	p[4] = (uint8_t)(seed >> 8);
	p[5] = (uint8_t)(seed >> 16);
	sum = internet_checksum(p, 20);
	p[10] = (uint8_t)(sum >> 8);
	p[11] = (uint8_t)sum;
	fill_random(p + 20, n - 20, &seed);
	return n;
}

/* An IPv6 packet of n bytes, 40 at least, fe80::1 to fe80::2; returns n. */
static inline size_t make_ip6(uint8_t *p, size_t n, uint32_t seed)
{
	seed = seed * 2654435761u | 1;
	memset(p, 0, 40);
	p[0] = 0x60;
	p[4] = (uint8_t)((n - 40) >> 8);
	p[5] = (uint8_t)(n - 40);
	p[6] = 17;
	p[7] = 64;
	p[8] = p[24] = 0xfe;
	p[9] = p[25] = 0x80;
	p[23] = 1;
	p[39] = 2;
	fill_random(p + 40, n - 40, &seed);
	return n;
}

/* An Ethernet frame around an IPv4 packet; n bytes in all, 34 at least. */
static inline size_t make_frame(uint8_t *p, size_t n, uint32_t seed)
{
	static const uint8_t head[14] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0};

	memcpy(p, head, sizeof(head));
	make_ip4(p + 14, n - 14, seed);
	return n;
}

#endif
