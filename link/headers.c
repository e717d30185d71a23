/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Theory of operation. Each context holds the headers of the last packet of a
 * flow, as bytes. A packet of that flow is sent as an octet of bits that say
 * which fields are not as foretold, then only those. Foretold is:
 *
 *  - as in the last packet: addresses, ports, hop limit, traffic class, flags
 *    but PSH, window, urgent pointer, other options;
 *  - from the packet's length: the lengths of IPv4, IPv6 and UDP;
 *  - IPv4 identification: moves by 0, 1 or 256, whichever it did last;
 *  - TCP sequence: moves by what the last segment carried;
 *  - TCP acknowledgement: moves as far as it did last time, so that both a
 *    sender of bulk (0) and its receiver (two segments) cost nothing;
 *  - TCP timestamps: stay; else the first moves as far as it did the last time
 *    that it moved, and the echo of the other side's as far as the first;
 *  - ICMP sequence: moves by 1;
 *  - IPv4 header checksum: it is right. Others are sent: two bytes are cheap,
 *    summing up every packet at both ends is not.
 *
 * A new flow between the hosts of a known one is a difference too, to a copy
 * of that one. What ptl_headers_shape() does not accept goes unchanged; what it
 * does can always be said as a difference.
 *
 * Everything is read and written as bytes, in place: a context, a packet and
 * what comes out of the decompressor are the same layout.
 */
#include "headers_format.h"

const uint8_t ptl_headers_short_masks[4] = {
	0,
	MASK_TSVAL,
	MASK_TSVAL | MASK_TSECR,
	MASK_TSVAL | MASK_TSECR | MASK_ACK,
};

/* NOP, NOP, timestamps: how every system aligns them. */
static const uint8_t timestamp_head[4] = {1, 1, 8, 10};

uint16_t ptl_headers_ip4_checksum(const uint8_t *p)
{
	uint32_t sum = 0;

	for (size_t i = IP4_FIRST; i < IP4_END; i += 2)
		if (i != IP4_CHECK)
			sum += ptl_get_be16(p + i);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~(sum + (sum >> 16));
}

size_t ptl_headers_shape(const uint8_t *p, size_t n, size_t length)
{
	size_t at, end, headers;
	const uint8_t *transport;

	n = min_size(n, length);
	if (n < IP4_END + SHORT_BYTES || length > 0xffff)
		return 0;
	if (ptl_get_be16(p + ETHERTYPE) == 0x0800) {
		if (p[IP4_FIRST] != 0x45 || (ptl_get_be16(p + IP4_FLAGS) & 0x3fff) != 0 ||
		    ptl_get_be16(p + IP4_CHECK) != ptl_headers_ip4_checksum(p))
			return 0;
	} else if (ptl_get_be16(p + ETHERTYPE) == 0x86dd) {
		if (n < IP6_END + SHORT_BYTES || p[IP6_FIRST] >> 4 != 6)
			return 0;
	} else {
		return 0;
	}
	at = transport_at(p);
	end = ip_end(p);
	transport = p + at;
	headers = at + SHORT_BYTES;
	switch (next_header(p)) {
	case NEXT_TCP:
		if (n < at + TCP_OPTIONS || tcp_bytes(transport) < TCP_OPTIONS)
			return 0;
		headers = at + tcp_bytes(transport);
		break;
	case NEXT_UDP:
		if (ptl_get_be16(transport + UDP_LENGTH) + at != end)
			return 0;
		break;
	case NEXT_ICMP:
		if (!is_ip4(p) || (transport[0] & ~8) != 0 || transport[1] != 0)
			return 0;
		break;
	case NEXT_ICMP6:
		if (is_ip4(p) || (transport[0] & ~1) != 128 || transport[1] != 0)
			return 0;
		break;
	default:
		return 0;
	}
	return headers <= end && headers <= n && end <= length ? headers : 0;
}

bool ptl_headers_timestamps(const uint8_t *tcp)
{
	return tcp_bytes(tcp) >= TCP_OPTIONS + TIMESTAMP_BYTES &&
	       memcmp(tcp + TCP_OPTIONS, timestamp_head, sizeof(timestamp_head)) == 0;
}

uint32_t ptl_headers_next_seq(const uint8_t *p)
{
	const uint8_t *tcp = p + transport_at(p);
	size_t payload = ip_end(p) - transport_at(p) - tcp_bytes(tcp);

	if (tcp[TCP_FLAGS] & FLAG_SYN)
		payload++;
	if (tcp[TCP_FLAGS] & FLAG_FIN)
		payload++;
	return ptl_get_be32(tcp + TCP_SEQ) + (uint32_t)payload;
}

size_t ptl_headers_memory(unsigned contexts)
{
	return contexts * sizeof(struct headers_context);
}

void ptl_headers_init(struct headers *h, void *memory, unsigned contexts)
{
	h->contexts = memory;
	h->count = (uint8_t)(contexts < HEADERS_MAX_CONTEXTS ? contexts : HEADERS_MAX_CONTEXTS);
	ptl_headers_reset(h);
}

void ptl_headers_reset(struct headers *h)
{
	for (uint8_t i = 0; i < h->count; i++) {
		h->contexts[i].length = 0;
		h->order[i] = (uint8_t)(h->count - 1 - i);
	}
	h->current = HEADERS_NO_CONTEXT;
}
