/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The decompressor: a copy of the context's headers, with the fields that the
 * masks name replaced. It trusts nothing: reading past the end gives zeros and
 * is remembered, and a context holds only what ptl_headers_shape() accepts or what
 * was made from it here, with its lengths in step. It changes no context; that
 * is for ptl_headers_commit(), when the packet has been delivered.
 */
#include "headers_format.h"

static uint32_t unfold(uint32_t folded)
{
	return folded >> 1 ^ (0 - (folded & 1));
}

struct reader {
	const uint8_t *next;
	size_t left;
	bool bad;
};

static uint8_t take(struct reader *r)
{
	if (r->left == 0) {
		r->bad = true;
		return 0;
	}
	r->left--;
	return *r->next++;
}

static void take_bytes(struct reader *r, uint8_t *out, size_t n)
{
	if (r->left < n) {
		r->bad = true;
		return;
	}
	memcpy(out, r->next, n);
	r->next += n;
	r->left -= n;
}

static uint32_t take_number(struct reader *r)
{
	uint32_t v = 0;

	for (unsigned shift = 0; shift < 32; shift += 7) {
		uint8_t octet = take(r);

		v |= (uint32_t)(octet & 0x7f) << shift;
		if (octet < 0x80) {
			if (shift == 28 && octet > 0x0f)
				r->bad = true;
			return v;
		}
	}
	r->bad = true;
	return 0;
}

static uint16_t take_number16(struct reader *r)
{
	uint32_t v = take_number(r);

	if (v > 0xffff)
		r->bad = true;
	return (uint16_t)v;
}

static void add_be16(uint8_t *p, uint32_t difference)
{
	ptl_put_be16(p, (ptl_get_be16(p) + difference) & 0xffff);
}

static void add_be32(uint8_t *p, uint32_t difference)
{
	ptl_put_be32(p, ptl_get_be32(p) + difference);
}

/* Returns the bytes of trailer. */
static size_t take_ip(struct reader *r, uint8_t mask, uint8_t more, uint8_t *p,
		      uint16_t *id_step)
{
	bool ip4 = is_ip4(p);
	bool tcp = next_header(p) == NEXT_TCP;
	size_t ports;
	size_t n = ports_at(p, &ports);

	if (more & MORE_PORTS)
		take_bytes(r, p + ports, n);
	if (more & MORE_CLASS)
		take_bytes(r, p + (ip4 ? IP4_CLASS : IP6_FIRST), ip4 ? 1 : 4);
	if (!ip4 && p[IP6_FIRST] >> 4 != 6)
		r->bad = true;
	if (more & MORE_HOPS)
		p[ip4 ? IP4_HOPS : IP6_HOPS] = take(r);
	if (tcp ? (more & MORE_ID) : (mask & MASK_ID)) {
		uint16_t id = take_number16(r);

		if (!ip4)
			r->bad = true;
		else
			add_be16(p + IP4_ID, id);
		*id_step = next_id_step(*id_step, id);
	} else if (ip4) {
		add_be16(p + IP4_ID, *id_step);
	}
	return more & MORE_TRAILER ? take_number16(r) : 0;
}

static void take_tcp_options(struct reader *r, uint8_t mask, uint8_t more, uint8_t *tcp,
			     uint32_t *time_step)
{
	bool timestamps = ptl_headers_timestamps(tcp);
	uint32_t val = 0;

	if (more & MORE_OPTIONS) {
		uint8_t octet = take(r);
		size_t n = (octet & OPTIONS_WORDS) * 4u;
		size_t kept = octet & OPTIONS_TIMESTAMPS ? TIMESTAMP_BYTES : 0;

		if ((octet & ~(OPTIONS_WORDS | OPTIONS_TIMESTAMPS)) != 0 ||
		    n > HEADERS_MAX - IP6_END - TCP_OPTIONS || n < kept ||
		    (kept != 0 && !timestamps)) {
			r->bad = true;
			return;
		}
		take_bytes(r, tcp + TCP_OPTIONS + kept, n - kept);
		tcp[TCP_OFFSET] = (uint8_t)((TCP_OPTIONS + n) << 2 | (tcp[TCP_OFFSET] & 0x0f));
		timestamps = kept != 0;
	}
	if ((mask & (MASK_TSVAL | MASK_TSECR)) != 0 && !timestamps)
		r->bad = true;
	if (r->bad)
		return;
	if (mask & MASK_TSVAL) {
		val = *time_step + unfold(take_number(r));
		*time_step = val;
		add_be32(tcp + TCP_OPTIONS + TSVAL, val);
	}
	if (mask & MASK_TSECR)
		add_be32(tcp + TCP_OPTIONS + TSECR, val + unfold(take_number(r)));
}

/* seq: as foretold. */
static void take_tcp(struct reader *r, uint8_t mask, uint8_t more, uint8_t *tcp, uint32_t seq,
		     struct headers_update *update)
{
	if (mask & MASK_SEQ)
		seq += unfold(take_number(r));
	ptl_put_be32(tcp + TCP_SEQ, seq);
	if (mask & MASK_ACK)
		update->ack_step = take_number(r);
	add_be32(tcp + TCP_ACK, update->ack_step);
	if (mask & MASK_WINDOW)
		add_be16(tcp + TCP_WINDOW, unfold(take_number16(r)));
	tcp[TCP_FLAGS] &= (uint8_t)~FLAG_PUSH;
	if (mask & MASK_PUSH)
		tcp[TCP_FLAGS] |= FLAG_PUSH;
	if (more & MORE_FLAGS) {
		uint8_t reserved = take(r);

		if (reserved > 0x0f)
			r->bad = true;
		tcp[TCP_OFFSET] = (uint8_t)((tcp[TCP_OFFSET] & 0xf0) | (reserved & 0x0f));
		tcp[TCP_FLAGS] = take(r);
	}
	if (more & MORE_URGENT)
		take_bytes(r, tcp + TCP_URGENT, 2);
	take_tcp_options(r, mask, more, tcp, &update->time_step);
	take_bytes(r, tcp + TCP_CHECK, 2);
}

static void take_icmp(struct reader *r, uint8_t mask, uint8_t *icmp)
{
	uint32_t step = 1;

	if (mask & MASK_SEQ)
		step += unfold(take_number16(r));
	add_be16(icmp + ICMP_SEQ, step);
	take_bytes(r, icmp + ICMP_CHECK, 2);
}

/* Bits of the two masks that a packet like p may have. */
static bool masks_fit(const uint8_t *p, uint8_t mask, uint8_t more)
{
	const uint8_t ip = MORE_HOPS | MORE_CLASS | MORE_PORTS | MORE_TRAILER;

	if (next_header(p) == NEXT_TCP)
		return true;
	if (next_header(p) == NEXT_UDP)
		return (mask & ~(MASK_ID | MASK_MORE)) == 0 && (more & ~ip) == 0;
	return (mask & ~(MASK_ID | MASK_SEQ | MASK_MORE)) == 0 && (more & ~ip) == 0;
}

/* Reads the octets before the fields. */
static void take_octets(const struct headers *h, struct reader *r, uint8_t *context,
			uint8_t *base, uint8_t *mask, uint8_t *more)
{
	uint8_t octet = take(r);

	*context = *base = h->current;
	if (octet < OCTET_DELTA) {
		*context = *base = octet & 0x0f;
		if (octet >= OCTET_SHORT) {
			*mask = ptl_headers_short_masks[octet >> 4 & 3];
			*more = 0;
			return;
		}
		if (octet < OCTET_SWITCH)
			r->bad = true;
		if (octet >= OCTET_COPY)
			*base = take(r);
		octet = take(r);
		if (octet < OCTET_DELTA)
			r->bad = true;
	}
	*mask = (uint8_t)(octet & ~OCTET_DELTA);
	*more = *mask & MASK_MORE ? take(r) : 0;
}

/* The lengths and the checksum that follow from the rest; total: of the frame. */
static bool put_lengths(uint8_t *p, size_t bytes, size_t total, size_t trailer)
{
	size_t at = transport_at(p);

	if (trailer > total - bytes || total > 0xffff)
		return false;
	total -= trailer;
	if (next_header(p) == NEXT_UDP)
		ptl_put_be16(p + at + UDP_LENGTH, total - at);
	if (is_ip4(p)) {
		ptl_put_be16(p + IP4_LENGTH, total - ETHER_BYTES);
		ptl_put_be16(p + IP4_CHECK, ptl_headers_ip4_checksum(p));
	} else {
		ptl_put_be16(p + IP6_LENGTH, total - IP6_END);
	}
	return true;
}

static int take_difference(const struct headers *h, const uint8_t *in, size_t n, size_t length,
			   uint8_t *out, size_t *consumed, struct headers_update *update)
{
	struct reader r = {in, n, false};
	const struct headers_context *old;
	uint8_t context, base, mask, more;
	uint8_t *transport;
	size_t trailer;

	take_octets(h, &r, &context, &base, &mask, &more);
	if (r.bad || context >= h->count || base >= h->count)
		return -1;
	old = &h->contexts[base];
	if (old->length == 0 || !masks_fit(old->bytes, mask, more))
		return -1;
	memcpy(out, old->bytes, old->length);
	transport = out + transport_at(out);
	update->bytes = out;
	update->ack_step = old->ack_step;
	update->time_step = old->time_step;
	update->id_step = old->id_step;
	update->length = old->length;
	trailer = take_ip(&r, mask, more, out, &update->id_step);
	if (next_header(out) == NEXT_TCP) {
		take_tcp(&r, mask, more, transport, ptl_headers_next_seq(old->bytes), update);
		update->length = (uint8_t)(transport_at(out) + tcp_bytes(transport));
	} else if (next_header(out) == NEXT_UDP) {
		take_bytes(&r, transport + UDP_CHECK, 2);
	} else {
		take_icmp(&r, mask, transport);
	}
	*consumed = n - r.left;
	if (r.bad ||
	    !put_lengths(out, update->length, update->length + length - *consumed, trailer))
		return -1;
	update->context = context;
	return update->length;
}

int ptl_headers_decompress(const struct headers *h, const uint8_t *in, size_t n, size_t length,
			   uint8_t *out, size_t *consumed, struct headers_update *update)
{
	n = min_size(n, length);
	update->context = HEADERS_NO_CONTEXT;
	*consumed = 1;
	if (n == 0)
		return -1;
	if (in[0] == OCTET_PLAIN)
		return 0;
	if ((in[0] & 0xf0) != OCTET_SET)
		return take_difference(h, in, n, length, out, consumed, update);
	update->bytes = in + 1;
	update->ack_step = 0;
	update->time_step = 0;
	update->id_step = 1;
	update->length = (uint8_t)ptl_headers_shape(in + 1, n - 1, length - 1);
	if (update->length == 0 || (in[0] & 0x0f) >= h->count)
		return -1;
	update->context = in[0] & 0x0f;
	return 0;
}

void ptl_headers_commit(struct headers *h, const struct headers_update *update)
{
	struct headers_context *c;

	if (update->context == HEADERS_NO_CONTEXT)
		return;
	c = &h->contexts[update->context];
	memcpy(c->bytes, update->bytes, update->length);
	c->length = update->length;
	c->ack_step = update->ack_step;
	c->time_step = update->time_step;
	c->id_step = update->id_step;
	h->current = update->context;
}
