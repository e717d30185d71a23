/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The compressor. It first chooses a context: that of the packet's own flow,
 * or the one used longest ago, then as a difference to a flow between the same
 * two hosts if there is one. h->order, last used first, makes the flow of the
 * packet before the first to be looked at, and the last one the one to lose.
 * Then it writes the fields that differ, and the octets before them last.
 */
#include "headers_format.h"

static uint16_t hosts_tag(const uint8_t *p)
{
	size_t at = transport_at(p);
	uint32_t hash = get_le32(p + 2) ^ next_header(p); /* the end of a MAC address */

	hash = (hash ^ get_le32(p + at - 4)) * 0x85ebca6bu;
	hash = (hash ^ get_le32(p + at - (is_ip4(p) ? 8 : 20))) * 0xc2b2ae35u;
	return (uint16_t)(hash >> 16);
}

/* Alike in all that a difference cannot say. */
static bool same_hosts(const uint8_t *p, const uint8_t *q)
{
	size_t at = transport_at(p);

	if (memcmp(p, q, ETHER_BYTES) != 0 || next_header(p) != next_header(q))
		return false;
	if (is_ip4(p) && p[IP4_FLAGS] != q[IP4_FLAGS])
		return false;
	if (next_header(p) != NEXT_TCP && next_header(p) != NEXT_UDP && p[at] != q[at])
		return false;
	return is_ip4(p) ? memcmp(p + IP4_HOSTS, q + IP4_HOSTS, IP4_END - IP4_HOSTS) == 0
			 : memcmp(p + IP6_HOSTS, q + IP6_HOSTS, IP6_END - IP6_HOSTS) == 0;
}

/* To the front of the order. */
static void use(struct headers *h, uint8_t context)
{
	size_t i = 0;

	while (h->order[i] != context)
		i++;
	memmove(h->order + 1, h->order, i);
	h->order[0] = context;
}

/* Finds the packet's own context in *context (true), or one to take for it
 * (false), and in *base the context to be different from, if there is one. */
static bool choose(const struct headers *h, const uint8_t *p, uint16_t tag, uint8_t *context,
		   uint8_t *base)
{
	size_t at;
	size_t ports = ports_at(p, &at);

	*base = HEADERS_NO_CONTEXT;
	for (size_t i = 0; i < h->count; i++) {
		const struct headers_context *c = &h->contexts[h->order[i]];
		bool same;

		if (c->length == 0)
			break; /* and so are all that follow */
		if (c->tag != tag)
			continue;
		same = memcmp(c->bytes + at, p + at, ports) == 0;
		if ((!same && *base != HEADERS_NO_CONTEXT) || !same_hosts(c->bytes, p))
			continue;
		*base = h->order[i];
		if (same) {
			*context = *base;
			return true;
		}
	}
	*context = h->order[h->count - 1];
	/* A question and its answer: the next of that kind may take its place. */
	if (*base != HEADERS_NO_CONTEXT && next_header(p) != NEXT_TCP &&
	    h->contexts[*base].packets <= 2)
		*context = *base;
	return false;
}

/* Signed differences as small unsigned numbers: 0, -1, 1, -2, 2... */
static uint32_t fold(uint32_t difference)
{
	return difference << 1 ^ (0 - (difference >> 31));
}

static uint16_t fold16(uint16_t difference)
{
	return (uint16_t)(difference << 1 ^ (0 - (difference >> 15)));
}

struct difference {
	uint8_t mask;
	uint8_t more;
	uint8_t *end; /* of the fields so far */
};

static void put_bytes(struct difference *d, const uint8_t *bytes, size_t n)
{
	memcpy(d->end, bytes, n);
	d->end += n;
}

/* Seven bits an octet, the lowest first; the top bit says that more follow. */
static void put_number(struct difference *d, uint32_t v)
{
	for (; v >= 0x80; v >>= 7)
		*d->end++ = (uint8_t)(v | 0x80);
	*d->end++ = (uint8_t)v;
}

static void put_ip(struct difference *d, const uint8_t *p, const uint8_t *old, size_t length,
		   uint16_t *id_step)
{
	bool ip4 = is_ip4(p);
	size_t class_at = ip4 ? IP4_CLASS : IP6_FIRST;
	size_t class_bytes = ip4 ? 1 : 4;
	size_t hops_at = ip4 ? IP4_HOPS : IP6_HOPS;
	size_t ports;
	size_t n = ports_at(p, &ports);
	uint16_t id = (uint16_t)(ptl_get_be16(p + IP4_ID) - ptl_get_be16(old + IP4_ID));

	if (memcmp(p + ports, old + ports, n) != 0) {
		d->more |= MORE_PORTS;
		put_bytes(d, p + ports, n);
	}
	if (memcmp(p + class_at, old + class_at, class_bytes) != 0) {
		d->more |= MORE_CLASS;
		put_bytes(d, p + class_at, class_bytes);
	}
	if (p[hops_at] != old[hops_at]) {
		d->more |= MORE_HOPS;
		put_bytes(d, p + hops_at, 1);
	}
	if (ip4 && id != *id_step) {
		if (next_header(p) == NEXT_TCP)
			d->more |= MORE_ID;
		else
			d->mask |= MASK_ID;
		put_number(d, id);
		*id_step = next_id_step(*id_step, id);
	}
	if (ip_end(p) != length) {
		d->more |= MORE_TRAILER;
		put_number(d, (uint32_t)(length - ip_end(p)));
	}
}

static void put_tcp_options(struct difference *d, const uint8_t *tcp, const uint8_t *old,
			    uint32_t *time_step)
{
	bool timestamps = ptl_headers_timestamps(tcp) && ptl_headers_timestamps(old);
	size_t from = TCP_OPTIONS + (timestamps ? TIMESTAMP_BYTES : 0);
	size_t n = tcp_bytes(tcp) - from;

	if (tcp_bytes(tcp) != tcp_bytes(old) || memcmp(tcp + from, old + from, n) != 0) {
		d->more |= MORE_OPTIONS;
		*d->end++ = (uint8_t)((tcp_bytes(tcp) - TCP_OPTIONS) / 4 |
				      (timestamps ? OPTIONS_TIMESTAMPS : 0));
		put_bytes(d, tcp + from, n);
	}
	if (timestamps) {
		uint32_t val = ptl_get_be32(tcp + TCP_OPTIONS + TSVAL) -
			       ptl_get_be32(old + TCP_OPTIONS + TSVAL);
		uint32_t ecr = ptl_get_be32(tcp + TCP_OPTIONS + TSECR) -
			       ptl_get_be32(old + TCP_OPTIONS + TSECR);

		if (val != 0) {
			d->mask |= MASK_TSVAL;
			put_number(d, fold(val - *time_step));
			*time_step = val;
		}
		if (ecr != 0) {
			d->mask |= MASK_TSECR;
			put_number(d, fold(ecr - val));
		}
	}
}

/* seq: as foretold; c: whose steps change. */
static void put_tcp(struct difference *d, const uint8_t *tcp, const uint8_t *old, uint32_t seq,
		    struct headers_context *c)
{
	uint32_t ack = ptl_get_be32(tcp + TCP_ACK) - ptl_get_be32(old + TCP_ACK);
	uint16_t window =
		(uint16_t)(ptl_get_be16(tcp + TCP_WINDOW) - ptl_get_be16(old + TCP_WINDOW));

	seq = ptl_get_be32(tcp + TCP_SEQ) - seq;
	if (seq != 0) {
		d->mask |= MASK_SEQ;
		put_number(d, fold(seq));
	}
	if (ack != c->ack_step) {
		d->mask |= MASK_ACK;
		put_number(d, ack);
		c->ack_step = ack;
	}
	if (window != 0) {
		d->mask |= MASK_WINDOW;
		put_number(d, fold16(window));
	}
	if (((tcp[TCP_OFFSET] ^ old[TCP_OFFSET]) & 0x0f) != 0 ||
	    ((tcp[TCP_FLAGS] ^ old[TCP_FLAGS]) & ~FLAG_PUSH) != 0) {
		d->more |= MORE_FLAGS;
		*d->end++ = tcp[TCP_OFFSET] & 0x0f;
		*d->end++ = tcp[TCP_FLAGS];
	} else if (tcp[TCP_FLAGS] & FLAG_PUSH) {
		d->mask |= MASK_PUSH;
	}
	if (memcmp(tcp + TCP_URGENT, old + TCP_URGENT, 2) != 0) {
		d->more |= MORE_URGENT;
		put_bytes(d, tcp + TCP_URGENT, 2);
	}
	put_tcp_options(d, tcp, old, &c->time_step);
	put_bytes(d, tcp + TCP_CHECK, 2);
}

static void put_icmp(struct difference *d, const uint8_t *icmp, const uint8_t *old)
{
	uint16_t seq =
		(uint16_t)(ptl_get_be16(icmp + ICMP_SEQ) - ptl_get_be16(old + ICMP_SEQ) - 1);

	if (seq != 0) {
		d->mask |= MASK_SEQ;
		put_number(d, fold16(seq));
	}
	put_bytes(d, icmp + ICMP_CHECK, 2);
}

/* The octets before the fields: 1 to 4 of them; returns how many. */
static size_t put_octets(const struct headers *h, const struct difference *d, uint8_t context,
			 uint8_t base, uint8_t *out)
{
	size_t n = 0;

	if (context != base) {
		out[n++] = OCTET_COPY | context;
		out[n++] = base;
	} else if (context != h->current) {
		for (unsigned k = 0; k < sizeof(ptl_headers_short_masks); k++) {
			if (d->mask == ptl_headers_short_masks[k]) {
				out[0] = (uint8_t)(OCTET_SHORT | k << 4 | context);
				return 1;
			}
		}
		out[n++] = OCTET_SWITCH | context;
	}
	out[n++] = OCTET_DELTA | d->mask;
	if (d->mask & MASK_MORE)
		out[n++] = d->more;
	return n;
}

size_t ptl_headers_compress(struct headers *h, const uint8_t *packet, size_t n, size_t length,
			    uint8_t *out, size_t *consumed)
{
	size_t bytes = h->count ? ptl_headers_shape(packet, n, length) : 0;
	uint8_t *fields = out + 4; /* after the octets, at first */
	struct difference d = {0, 0, fields};
	struct headers_context *c;
	const struct headers_context *old;
	uint8_t context, base;
	uint16_t tag;

	*consumed = 0;
	if (bytes == 0) {
		out[0] = OCTET_PLAIN;
		return 1;
	}
	tag = hosts_tag(packet);
	if (!choose(h, packet, tag, &context, &base))
		h->contexts[context].packets = 0;
	c = &h->contexts[context];
	if (base == HEADERS_NO_CONTEXT) {
		out[0] = OCTET_SET | context;
		n = 1;
		c->ack_step = 0;
		c->time_step = 0;
		c->id_step = 1;
	} else {
		const uint8_t *transport = packet + transport_at(packet);
		const uint8_t *was;

		old = &h->contexts[base];
		was = old->bytes + transport_at(packet);
		c->ack_step = old->ack_step;
		c->time_step = old->time_step;
		c->id_step = old->id_step;
		put_ip(&d, packet, old->bytes, length, &c->id_step);
		if (next_header(packet) == NEXT_TCP)
			put_tcp(&d, transport, was, ptl_headers_next_seq(old->bytes), c);
		else if (next_header(packet) == NEXT_UDP)
			put_bytes(&d, transport + UDP_CHECK, 2);
		else
			put_icmp(&d, transport, was);
		if (d.more)
			d.mask |= MASK_MORE;
		n = put_octets(h, &d, context, base, out);
		memmove(out + n, fields, (size_t)(d.end - fields));
		n += (size_t)(d.end - fields);
		*consumed = bytes;
	}
	memcpy(c->bytes, packet, bytes);
	c->length = (uint8_t)bytes;
	c->tag = tag;
	if (c->packets < 255)
		c->packets++;
	h->current = context;
	use(h, context);
	return n;
}
