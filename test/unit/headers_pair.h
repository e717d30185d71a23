/* SPDX-License-Identifier: GPL-2.0-only */
/* Both ends of header compression, and packets of all kinds for them. */
#ifndef TEST_HEADERS_PAIR_H
#define TEST_HEADERS_PAIR_H

#include "link/headers_format.h"
#include "packets.h"

#define ROOM  1600
#define GUARD 0xa5

/* Both ends of one direction. */
struct pair {
	struct headers tx, rx;
	struct headers_context tx_memory[HEADERS_MAX_CONTEXTS];
	struct headers_context rx_memory[HEADERS_MAX_CONTEXTS];
	uint8_t wire[ROOM + 1]; /* the last packet, compressed */
	size_t wire_bytes;
};

static inline void start(struct pair *pair, unsigned tx_contexts, unsigned rx_contexts)
{
	memset(pair, 0x55, sizeof(*pair)); /* init must not count on zeros */
	ptl_headers_init(&pair->tx, pair->tx_memory, tx_contexts);
	ptl_headers_init(&pair->rx, pair->rx_memory, rx_contexts);
}

/* One packet from end to end; returns its length on the wire. */
static inline size_t pass(struct pair *pair, const uint8_t *packet, size_t length)
{
	uint8_t out[HEADERS_MAX + 2];
	size_t consumed, made, rest;

	out[HEADERS_MAX + 1] = GUARD;
	made = ptl_headers_compress(&pair->tx, packet, min_size(length, HEADERS_MAX), length,
				    out, &consumed);
	assert_int_equal(out[HEADERS_MAX + 1], GUARD);
	assert_true(consumed <= length && made <= consumed + 1);
	rest = length - consumed;
	memcpy(pair->wire, out, made);
	memcpy(pair->wire + made, packet + consumed, rest);
	pair->wire_bytes = made + rest;
	/* Refused by its reader the first time, and offered again. */
	for (unsigned refused = 2; refused-- > 0;) {
		struct headers_update update;
		size_t n = min_size(pair->wire_bytes, HEADERS_MAX + 1);
		int got;

		memset(out, GUARD, sizeof(out));
		got = ptl_headers_decompress(&pair->rx, pair->wire, n, pair->wire_bytes, out,
					     &consumed, &update);
		assert_int_equal(got, length - rest);
		assert_int_equal(consumed, made);
		assert_int_equal(out[HEADERS_MAX], GUARD);
		assert_memory_equal(out, packet, (size_t)got);
		if (!refused)
			ptl_headers_commit(&pair->rx, &update);
	}
	return pair->wire_bytes;
}

/* What a packet is made of. */
struct fields {
	bool ip6;
	uint8_t protocol; /* NEXT_ICMP also for IPv6 */
	uint8_t host;
	uint8_t flags;
	bool timestamps;
	uint8_t sack; /* blocks */
	uint16_t id, port, window, echo;
	uint32_t seq, ack, tsval, tsecr;
	size_t payload, trailer;
};

static inline void fix_checksum(uint8_t *p)
{
	ptl_put_be16(p + IP4_CHECK, 0);
	ptl_put_be16(p + IP4_CHECK, internet_checksum(p + IP4_FIRST, 20));
}

static inline size_t build_tcp(uint8_t *tcp, const struct fields *f)
{
	size_t n = TCP_OPTIONS;

	ptl_put_be32(tcp + TCP_SEQ, f->seq);
	ptl_put_be32(tcp + TCP_ACK, f->ack);
	ptl_put_be16(tcp + TCP_WINDOW, f->window);
	if (f->timestamps) {
		memcpy(tcp + n, "\1\1\10\12", 4);
		ptl_put_be32(tcp + n + TSVAL, f->tsval);
		ptl_put_be32(tcp + n + TSECR, f->tsecr);
		n += TIMESTAMP_BYTES;
	}
	if (f->sack) {
		memcpy(tcp + n, "\1\1\5", 3);
		tcp[n + 3] = (uint8_t)(2 + 8 * f->sack);
		for (size_t i = 0; i < 2u * f->sack; i++)
			ptl_put_be32(tcp + n + 4 + 4 * i, f->ack + (uint32_t)i * 1448);
		n += 4 + 8u * f->sack;
	}
	tcp[TCP_OFFSET] = (uint8_t)(n << 2);
	tcp[TCP_FLAGS] = f->flags;
	return n;
}

/* Returns the length of the packet; *headers that of its headers. */
static inline size_t build(uint8_t *p, const struct fields *f, size_t *headers)
{
	size_t at = f->ip6 ? IP6_END : IP4_END;
	bool tcp = f->protocol == NEXT_TCP;
	size_t n;
	uint32_t noise = (f->seq ^ f->id ^ f->echo) * 2654435761u | 1;

	memset(p, 0, ROOM);
	memcpy(p, "\2\0\0\0\0\2\2\0\0\0\0\1", 12);
	ptl_put_be16(p + at, f->port);
	ptl_put_be16(p + at + 2, 5201);
	if (tcp) {
		n = at + build_tcp(p + at, f);
		ptl_put_be16(p + at + TCP_CHECK, next_random(&noise) & 0xffff);
	} else if (f->protocol == NEXT_UDP) {
		n = at + SHORT_BYTES;
		ptl_put_be16(p + at + UDP_LENGTH, SHORT_BYTES + f->payload);
		ptl_put_be16(p + at + UDP_CHECK, next_random(&noise) & 0xffff);
	} else {
		n = at + SHORT_BYTES;
		ptl_put_be16(p + at, f->ip6 ? 0x8000 : 0x0800);
		ptl_put_be16(p + at + ICMP_ID, f->port);
		ptl_put_be16(p + at + ICMP_CHECK, next_random(&noise) & 0xffff);
		ptl_put_be16(p + at + ICMP_SEQ, f->echo);
	}
	*headers = n;
	fill_random(p + n, f->payload + f->trailer, &noise);
	n += f->payload;
	if (f->ip6) {
		ptl_put_be16(p + ETHERTYPE, 0x86dd);
		memcpy(p + IP6_FIRST, "\x60\x01\x23\x45", 4);
		ptl_put_be16(p + IP6_LENGTH, n - IP6_END);
		p[IP6_NEXT] = f->protocol == NEXT_ICMP ? NEXT_ICMP6 : f->protocol;
		p[IP6_HOPS] = 64;
		p[IP6_HOSTS] = p[IP6_HOSTS + 16] = 0xfd;
		p[IP6_HOSTS + 15] = f->host;
		p[IP6_HOSTS + 31] = 2;
	} else {
		ptl_put_be16(p + ETHERTYPE, 0x0800);
		p[IP4_FIRST] = 0x45;
		ptl_put_be16(p + IP4_LENGTH, n - ETHER_BYTES);
		ptl_put_be16(p + IP4_ID, f->id);
		p[IP4_FLAGS] = 0x40;
		p[IP4_HOPS] = 64;
		p[IP4_NEXT] = f->protocol;
		p[IP4_HOSTS] = p[IP4_HOSTS + 4] = 10;
		p[IP4_HOSTS + 3] = f->host;
		p[IP4_HOSTS + 7] = 2;
		fix_checksum(p);
	}
	return n + f->trailer;
}

static const struct fields kinds[] = {
	{.protocol = NEXT_TCP, .timestamps = true, .payload = 1448, .flags = 0x10},
	{.protocol = NEXT_TCP, .timestamps = true, .flags = 0x10, .sack = 2},
	{.protocol = NEXT_TCP, .flags = 0x18, .payload = 30},
	{.protocol = NEXT_TCP, .flags = 0x10, .trailer = 6},
	{.protocol = NEXT_UDP, .payload = 40},
	{.protocol = NEXT_ICMP, .payload = 56},
	{.ip6 = true, .protocol = NEXT_TCP, .timestamps = true, .payload = 1428, .flags = 0x10},
	{.ip6 = true, .protocol = NEXT_TCP, .flags = 0x10, .sack = 3},
	{.ip6 = true, .protocol = NEXT_UDP, .payload = 40},
	{.ip6 = true, .protocol = NEXT_ICMP, .payload = 56},
};

static inline void change_one_field(struct fields *f, uint32_t *seed)
{
	uint32_t small = next_random(seed) % 40;
	uint32_t any = next_random(seed) >> (next_random(seed) % 32);

	switch (next_random(seed) % 16) {
	case 0:
		f->id = (uint16_t)any;
		break;
	case 1:
		f->window = (uint16_t)(f->window + any);
		break;
	case 2:
		f->seq -= any;
		break;
	case 3:
		f->ack += any;
		break;
	case 4:
		f->flags = (uint8_t)any;
		break;
	case 5:
		f->sack = (uint8_t)(small % (f->timestamps ? 4 : 5));
		break;
	case 6:
		f->timestamps = f->sack < 4 && small & 1;
		break;
	case 7:
		f->payload = any % 1400;
		break;
	case 8:
		f->trailer = small;
		break;
	case 9:
		f->port = (uint16_t)small;
		break;
	case 10:
		f->echo = (uint16_t)any;
		break;
	default:
		f->trailer = 0;
		f->tsval += small;
		f->tsecr += small / 2;
		break;
	}
}

static inline void read_hex(const char *hex, uint8_t *out, size_t *n)
{
	unsigned octet;
	int used;

	for (*n = 0; sscanf(hex, " %2x%n", &octet, &used) == 1; hex += used)
		out[(*n)++] = (uint8_t)octet;
}

#endif
