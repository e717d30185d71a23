/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the flow and the serial stand in a packet:
 *
 *	kind   flow                    serial
 *	tiny   (ethertype)             destination address, bytes 1 to 4
 *	raw    first 2 bytes           next 4
 *	UDP    source port             first 4 bytes of payload
 *	TCP    source port             timestamp value
 *
 * All else looks as real traffic does: correct checksums, an IP identification
 * and sequence numbers that count up, sizes where small and full ones are most
 * frequent. Payloads are random bytes, text, all 00, all FF, or random with
 * many 00: what framings and compressors stumble over.
 */
#include "sim/traffic_packet.h"

#include <pigtail/big_endian.h>

#include <string.h>

#include "sim/prng.h"

#define ETHER	  14u
#define IP4	  20u
#define IP6	  40u
#define UDP	  8u
#define TCP	  32u /* with timestamps */
#define TYPE_RAW  0x88b5u
#define TYPE_TINY 0x88b6u
#define TYPE_IP4  0x0800u
#define TYPE_IP6  0x86ddu
#define PROTO_TCP 6u
#define PROTO_UDP 17u
#define PORT_BASE 40000u
#define TIME_BASE 0x10000000u

static uint32_t sum(const uint8_t *bytes, size_t n, uint32_t seed)
{
	uint64_t total = seed;

	for (; n > 1; n -= 2, bytes += 2)
		total += ptl_get_be16(bytes);
	if (n)
		total += (uint32_t)bytes[0] << 8;
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint32_t)total;
}

static uint32_t header_bytes(enum traffic_kind kind)
{
	switch (kind) {
	case TRAFFIC_UDP4:
		return ETHER + IP4 + UDP + 4;
	case TRAFFIC_TCP4:
		return ETHER + IP4 + TCP;
	case TRAFFIC_UDP6:
		return ETHER + IP6 + UDP + 4;
	case TRAFFIC_TCP6:
		return ETHER + IP6 + TCP;
	case TRAFFIC_RAW:
	case TRAFFIC_ALL:
		break;
	}
	return ETHER + 6;
}

static uint32_t draw_size(const struct traffic_packet *packet, struct prng *prng)
{
	uint32_t min = header_bytes(packet->kind);
	uint32_t max = packet->max;

	if (packet->flow == TRAFFIC_FLOWS)
		return ETHER + prng_below(prng, TRAFFIC_TINY - ETHER);
	if (min < packet->min)
		min = packet->min;
	if (max < min)
		max = min;
	switch (prng_below(prng, 4)) {
	case 0:
		return max;
	case 1:
		return min + prng_below(prng, max - min < 64 ? max - min + 1 : 64);
	default:
		return min + prng_below(prng, (uint64_t)(max - min) + 1);
	}
}

static void fill_random(struct prng *prng, uint8_t *out, size_t n)
{
	for (; n >= 8; n -= 8, out += 8) {
		uint64_t draw = prng_next(prng);

		for (int i = 0; i < 8; i++)
			out[i] = (uint8_t)(draw >> 8 * i);
	}
	for (uint64_t draw = prng_next(prng); n; n--, draw >>= 8)
		*out++ = (uint8_t)draw;
}

static void fill_payload(struct prng *prng, uint8_t *out, size_t n)
{
	static const char text[] = "the quick brown fox jumps over the lazy dog, 0123456789;\n";

	switch (prng_below(prng, 8)) {
	case 0:
		memset(out, 0, n);
		break;
	case 1:
		memset(out, 0xff, n);
		break;
	case 2:
		for (size_t i = 0, from = prng_below(prng, sizeof(text)); i < n; i++)
			out[i] = (uint8_t)text[(from + i) % (sizeof(text) - 1)];
		break;
	case 3:
		fill_random(prng, out, n);
		for (size_t i = prng_below(prng, 8); i < n; i += 1 + out[i] % 8)
			out[i] = 0;
		break;
	default:
		fill_random(prng, out, n);
	}
}

/* UDP or TCP at l4, with the sum of the pseudo header. */
static void put_l4(const struct traffic_packet *packet, bool tcp, uint8_t *l4, size_t n,
		   uint32_t pseudo)
{
	uint8_t *check = l4 + (tcp ? 16 : 6);
	uint32_t folded;

	ptl_put_be16(l4, PORT_BASE + packet->flow);
	ptl_put_be16(l4 + 2, tcp ? 443 : 4789);
	if (tcp) {
		ptl_put_be32(l4 + 4,
			     (packet->flow + 1u) * 0x01234567u + packet->serial * 1448u);
		ptl_put_be32(l4 + 8,
			     (packet->flow + 1u) * 0x00fedcbau + packet->serial / 2 * 77u);
		l4[12] = 8 << 4;
		l4[13] = packet->serial % 8 ? 0x10 : 0x18;
		ptl_put_be16(l4 + 14, 502);
		ptl_put_be16(l4 + 18, 0);
		ptl_put_be32(l4 + 20, 0x0101080a);
		ptl_put_be32(l4 + 24, TIME_BASE + packet->serial);
		ptl_put_be32(l4 + 28, TIME_BASE / 2 + packet->serial / 4);
	} else {
		ptl_put_be16(l4 + 4, (uint32_t)n);
		ptl_put_be32(l4 + 8, packet->serial);
	}
	ptl_put_be16(check, 0);
	folded = ~sum(l4, n, pseudo) & 0xffff;
	ptl_put_be16(check, folded || tcp ? folded : 0xffff);
}

static void put_ip4(const struct traffic_packet *packet, bool tcp, uint8_t *ip, size_t n)
{
	uint32_t proto = tcp ? PROTO_TCP : PROTO_UDP;

	ptl_put_be32(ip, 0x45000000u | (uint32_t)n);
	ptl_put_be32(ip + 4, (packet->serial & 0xffff) << 16 | 0x4000);
	ptl_put_be32(ip + 8, 64u << 24 | proto << 16);
	ptl_put_be32(ip + 12, 0x0a4d0002);
	ptl_put_be32(ip + 16, 0xc6336400u + packet->flow % 8);
	ptl_put_be16(ip + 10, ~sum(ip, IP4, 0) & 0xffff);
	put_l4(packet, tcp, ip + IP4, n - IP4, sum(ip + 12, 8, proto + (uint32_t)(n - IP4)));
}

static void put_ip6(const struct traffic_packet *packet, bool tcp, uint8_t *ip, size_t n)
{
	uint32_t proto = tcp ? PROTO_TCP : PROTO_UDP;

	ptl_put_be32(ip, 0x60000000u | packet->flow);
	ptl_put_be32(ip + 4, (uint32_t)(n - IP6) << 16 | proto << 8 | 64);
	memset(ip + 8, 0, 32);
	ptl_put_be32(ip + 8, 0x20010db8);
	ptl_put_be32(ip + 20, 2);
	ptl_put_be32(ip + 24, 0x20010db8);
	ptl_put_be32(ip + 36, 0x100u + packet->flow % 8);
	put_l4(packet, tcp, ip + IP6, n - IP6, sum(ip + 8, 32, proto + (uint32_t)(n - IP6)));
}

static void put_ether(uint8_t *out, uint32_t type)
{
	static const uint8_t addresses[12] = {2, 'd', 'e', 's', 't', 2, 2, 's', 'r', 'c', 0, 1};

	memcpy(out, addresses, sizeof(addresses));
	ptl_put_be16(out + 12, type);
}

size_t traffic_packet_make(const struct traffic_packet *packet, uint8_t *out)
{
	struct prng prng = prng_seed(packet->seed + packet->flow, packet->serial);
	uint32_t n = draw_size(packet, &prng);

	fill_payload(&prng, out + ETHER, n - ETHER);
	if (packet->flow == TRAFFIC_FLOWS) {
		put_ether(out, TYPE_TINY);
		ptl_put_be32(out + 1, packet->serial);
		return n;
	}
	switch (packet->kind) {
	case TRAFFIC_UDP4:
	case TRAFFIC_TCP4:
		put_ether(out, TYPE_IP4);
		put_ip4(packet, packet->kind == TRAFFIC_TCP4, out + ETHER, n - ETHER);
		break;
	case TRAFFIC_UDP6:
	case TRAFFIC_TCP6:
		put_ether(out, TYPE_IP6);
		put_ip6(packet, packet->kind == TRAFFIC_TCP6, out + ETHER, n - ETHER);
		break;
	case TRAFFIC_RAW:
	case TRAFFIC_ALL:
		put_ether(out, TYPE_RAW);
		ptl_put_be16(out + ETHER, packet->flow);
		ptl_put_be32(out + ETHER + 2, packet->serial);
		break;
	}
	return n;
}

static bool identify_l4(const uint8_t *l4, size_t n, uint32_t proto, uint16_t *flow,
			uint32_t *serial)
{
	if (n < UDP + 4 || (proto == PROTO_TCP && n < TCP))
		return false;
	*flow = (uint16_t)(ptl_get_be16(l4) - PORT_BASE);
	*serial = proto == PROTO_TCP ? ptl_get_be32(l4 + 24) - TIME_BASE : ptl_get_be32(l4 + 8);
	return *flow < TRAFFIC_FLOWS && (proto == PROTO_TCP || proto == PROTO_UDP);
}

bool traffic_packet_identify(const uint8_t *bytes, size_t n, uint16_t *flow, uint32_t *serial)
{
	const uint8_t *ip = bytes + ETHER;

	if (n < ETHER)
		return false;
	if (n < TRAFFIC_TINY) {
		*flow = TRAFFIC_FLOWS;
		*serial = ptl_get_be32(bytes + 1);
		return ptl_get_be16(bytes + 12) == TYPE_TINY;
	}
	switch (ptl_get_be16(bytes + 12)) {
	case TYPE_IP4:
		return n >= ETHER + IP4 &&
		       identify_l4(ip + IP4, n - ETHER - IP4, ip[9], flow, serial);
	case TYPE_IP6:
		return n >= ETHER + IP6 &&
		       identify_l4(ip + IP6, n - ETHER - IP6, ip[6], flow, serial);
	case TYPE_RAW:
		*flow = (uint16_t)ptl_get_be16(ip);
		*serial = ptl_get_be32(ip + 2);
		return *flow < TRAFFIC_FLOWS;
	default:
		return false;
	}
}
