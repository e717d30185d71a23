/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two things that libslirp (4.7) does not stand:
 *
 * Frames for this machine's own loopback. It hands their destination to connect() and
 * sendto() as it is: 127.0.0.1, but also 0.0.0.0, ::1, :: and ::ffff:127.0.0.1 reach
 * services that listen on the loopback only. No such address may be seen on any wire
 * (RFC 1122, 3.2.1.3; RFC 4291, 2.5), so these frames end here.
 *
 * A SYN-ACK that comes again, because the line was slow or full. The option MSS in it
 * makes libslirp set up the connection's buffers anew: what it had taken from this
 * machine's side and not had acknowledged is lost, and nobody is told. Here it becomes a
 * plain acknowledgement with the number of the SYN, which libslirp answers as TCP wants
 * it: by an acknowledgement. Which one comes again is known by what libslirp said:
 *
 *	SYN out            the connection is remembered, by its initial number
 *	number + 1 out     libslirp has had the SYN-ACK: further ones come again
 *
 * The memory is a ring of as many connections as may be waiting at a port. A repetition
 * comes within a minute or so; that many others are not begun until then.
 */
#include "host/net/user_filter.h"

#include "compat/ip.h"
#include "host/net/headers.h"

#include <stdlib.h>
#include <string.h>

#define REMEMBERED 4096

/* A connection that libslirp began, as seen from it. */
struct begun {
	uint32_t own;
	uint32_t peer;
	uint32_t ports; /* own and peer's */
	uint32_t initial;
	bool answered;
};

struct user_filter {
	struct begun begun[REMEMBERED];
	unsigned int newest;
	unsigned int count;
	unsigned int waiting; /* of them, not answered yet */
};

struct user_filter *user_filter_new(void)
{
	return calloc(1, sizeof(struct user_filter));
}

void user_filter_free(struct user_filter *filter)
{
	free(filter);
}

/* The TCP header of an IPv4 frame whose header is whole, or NULL. */
static const uint8_t *tcp_of(const uint8_t *frame, size_t n)
{
	const uint8_t *ip = frame + ETHER_HEADER;
	size_t header;

	if (n < ETHER_HEADER + COMPAT_IP4_HEADER ||
	    ptl_get_be16(frame + ETHER_TYPE) != TYPE_IPV4)
		return NULL;
	header = compat_ip4_header(ip);
	if (ip[IP4_PROTOCOL] != TCP || ptl_get_be16(ip + IP4_FRAGMENT) & IP4_FRAGMENT_BITS ||
	    n < ETHER_HEADER + header + TCP_HEADER)
		return NULL;
	return ip + header;
}

static struct begun *find(struct user_filter *filter, const struct begun *wanted)
{
	for (unsigned int i = 0; i < filter->count; i++) {
		struct begun *begun =
			&filter->begun[(filter->newest + REMEMBERED - i) % REMEMBERED];

		if (begun->ports == wanted->ports && begun->initial == wanted->initial &&
		    begun->own == wanted->own && begun->peer == wanted->peer)
			return begun;
	}
	return NULL;
}

static void remember(struct user_filter *filter, const struct begun *begun)
{
	if (find(filter, begun))
		return;
	filter->newest = (filter->newest + 1) % REMEMBERED;
	if (filter->count < REMEMBERED)
		filter->count++;
	else if (!filter->begun[filter->newest].answered)
		filter->waiting--;
	filter->begun[filter->newest] = *begun;
	filter->waiting++;
}

void user_filter_out(struct user_filter *filter, const uint8_t *frame, size_t n)
{
	const uint8_t *tcp = tcp_of(frame, n);
	const uint8_t *ip = frame + ETHER_HEADER;
	struct begun begun;
	struct begun *known;
	unsigned int flags;

	if (!tcp)
		return;
	flags = ptl_get_be16(tcp + TCP_FLAGS) & (SYN | ACK);
	begun = (struct begun){
		.own = ptl_get_be32(ip + IP4_SOURCE),
		.peer = ptl_get_be32(ip + IP4_DESTINATION),
		.ports = ptl_get_be32(tcp),
		.initial = ptl_get_be32(tcp + TCP_SEQUENCE),
	};
	if (flags == SYN)
		remember(filter, &begun);
	if (flags != ACK || !filter->waiting)
		return;
	begun.initial--;
	known = find(filter, &begun);
	if (known && !known->answered) {
		known->answered = true;
		filter->waiting--;
	}
}

/* A SYN-ACK that comes again becomes an acknowledgement of an old segment. */
static void tame_syn_ack(struct user_filter *filter, uint8_t *frame, size_t n)
{
	const uint8_t *tcp = tcp_of(frame, n);
	const uint8_t *ip = frame + ETHER_HEADER;
	const struct begun *known;
	struct begun begun;
	uint32_t sum;
	uint8_t *at;

	if (!tcp || (ptl_get_be16(tcp + TCP_FLAGS) & (SYN | ACK)) != (SYN | ACK))
		return;
	begun = (struct begun){
		.own = ptl_get_be32(ip + IP4_DESTINATION),
		.peer = ptl_get_be32(ip + IP4_SOURCE),
		.ports = (uint32_t)ptl_get_be16(tcp + 2) << 16 | ptl_get_be16(tcp),
		.initial = ptl_get_be32(tcp + TCP_ACKNOWLEDGED) - 1,
	};
	known = find(filter, &begun);
	if (!known || !known->answered)
		return;
	at = frame + (tcp - frame);
	at[TCP_FLAGS + 1] = (uint8_t)(at[TCP_FLAGS + 1] & ~SYN);
	/* RFC 1624: a word is less by SYN, so the sum's complement is more by it. */
	sum = ptl_get_be16(at + TCP_CHECKSUM) + (uint32_t)SYN;
	ptl_put_be16(at + TCP_CHECKSUM, (uint16_t)((sum & 0xffff) + (sum >> 16)));
}

/* Of this machine itself, or of nobody; net: this network. */
static bool is_inner_ipv4(uint32_t address)
{
	return address >> 24 == 127 || address >> 24 == 0;
}

static bool is_inner_ipv6(const uint8_t *address)
{
	static const uint8_t zeros[15];
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (!memcmp(address, zeros, sizeof(zeros)) && address[15] <= 1)
		return true;
	return !memcmp(address, mapped, sizeof(mapped));
}

bool user_filter_in(struct user_filter *filter, uint8_t *frame, size_t n)
{
	const uint8_t *ip = frame + ETHER_HEADER;
	unsigned int type = n < ETHER_HEADER ? 0 : ptl_get_be16(frame + ETHER_TYPE);

	n -= n < ETHER_HEADER ? n : ETHER_HEADER;
	if (type == TYPE_IPV4 && n >= COMPAT_IP4_HEADER &&
	    is_inner_ipv4(ptl_get_be32(ip + IP4_DESTINATION)))
		return false;
	if (type == TYPE_IPV6 && n >= COMPAT_IP6_HEADER && is_inner_ipv6(ip + IP6_DESTINATION))
		return false;
	tame_syn_ack(filter, frame, n + ETHER_HEADER);
	return true;
}
