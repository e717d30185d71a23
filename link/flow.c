/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See flow.h. The mix is that of 32-bit murmur hashes. */
#include "flow.h"
#include "bytes.h"

#define ETHER_HEADER   14
#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd
#define IPV4_HEADER    20
#define IPV6_HEADER    40
#define PROTOCOL_ICMP  1
#define PROTOCOL_TCP   6
#define PROTOCOL_UDP   17
#define PROTOCOL_ICMP6 58

static uint32_t mix(uint32_t hash, uint32_t word)
{
	word *= 0xcc9e2d51u;
	word = word << 15 | word >> 17;
	hash ^= word * 0x1b873593u;
	hash = hash << 13 | hash >> 19;
	return hash * 5 + 0xe6546b64u;
}

static uint32_t mix_bytes(uint32_t hash, const uint8_t *bytes, size_t n)
{
	for (; n >= 4; bytes += 4, n -= 4)
		hash = mix(hash, get_le32(bytes));
	return hash;
}

static uint32_t finish(uint32_t hash)
{
	hash ^= hash >> 16;
	hash *= 0x85ebca6bu;
	hash ^= hash >> 13;
	hash *= 0xc2b2ae35u;
	return hash ^ hash >> 16;
}

/* Ports, or the identifier of an ICMP echo. */
static uint32_t mix_transport(uint32_t hash, uint8_t protocol, const uint8_t *bytes, size_t n)
{
	hash = mix(hash, protocol);
	if ((protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP) && n >= 4)
		return mix(hash, get_le32(bytes));
	if ((protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMP6) && n >= 6)
		return mix(hash, get_le16(bytes + 4));
	return hash;
}

uint32_t ptl_flow_hash(uint32_t key, const uint8_t *packet, size_t n)
{
	uint16_t type = (uint16_t)(packet[12] << 8 | packet[13]);
	const uint8_t *ip = packet + ETHER_HEADER;
	uint32_t hash = key;

	n -= ETHER_HEADER;
	if (type == ETHERTYPE_IPV4 && n >= IPV4_HEADER && ip[0] >> 4 == 4) {
		size_t header = (ip[0] & 0x0fu) * 4u;
		bool fragment = (ip[6] & 0x3f) != 0 || ip[7] != 0;

		hash = mix_bytes(hash, ip + 12, 8);
		/* All fragments of a packet in one flow: only some have ports. */
		if (fragment || header < IPV4_HEADER || header > n)
			return finish(mix(hash, ip[9]));
		return finish(mix_transport(hash, ip[9], ip + header, n - header));
	}
	if (type == ETHERTYPE_IPV6 && n >= IPV6_HEADER && ip[0] >> 4 == 6) {
		hash = mix_bytes(hash, ip + 8, 32);
		return finish(mix_transport(hash, ip[6], ip + IPV6_HEADER, n - IPV6_HEADER));
	}
	hash = mix(hash, type);
	return finish(mix_bytes(hash, packet, 12));
}
