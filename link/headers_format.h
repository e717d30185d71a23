/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the compressor and the decompressor share (SPEC 9): the octets and masks
 * on the wire, the places of fields in a packet, and what is foretold of them.
 * Private to headers*.c.
 */
#ifndef PIGTAIL_HEADERS_FORMAT_H
#define PIGTAIL_HEADERS_FORMAT_H

#include "headers.h"
#include "bytes.h"

#include <pigtail/big_endian.h>

/* SPEC 9.2, the first octet; c is a context. */
#define OCTET_PLAIN  0x00 /* the packet follows, no context changes */
#define OCTET_SET    0x10 /* + c: the packet follows and sets c */
#define OCTET_SWITCH 0x20 /* + c: a difference to c follows */
#define OCTET_COPY   0x30 /* + c: octet b, then a difference to b, kept in c */
#define OCTET_SHORT  0x40 /* + 16 k + c: difference to c, mask short_masks[k] */
#define OCTET_DELTA  0x80 /* + mask: difference to the last used context */

/* SPEC 9.3, the mask: what is not as foretold. */
#define MASK_TSVAL  0x01 /* TCP */
#define MASK_ID	    0x01 /* UDP and ICMP over IPv4 */
#define MASK_TSECR  0x02
#define MASK_ACK    0x04
#define MASK_WINDOW 0x08
#define MASK_PUSH   0x10 /* the flag itself */
#define MASK_SEQ    0x20 /* TCP and ICMP */
#define MASK_MORE   0x40 /* another octet of bits follows */

#define MORE_FLAGS   0x01 /* TCP */
#define MORE_OPTIONS 0x02 /* TCP */
#define MORE_URGENT  0x04 /* TCP */
#define MORE_ID	     0x08 /* TCP over IPv4 */
#define MORE_HOPS    0x10 /* IPv4 time to live, IPv6 hop limit */
#define MORE_CLASS   0x20 /* IPv4 DSCP and ECN; IPv6 also the flow label */
#define MORE_PORTS   0x40 /* or the identifier of an echo */
#define MORE_TRAILER 0x80 /* bytes after the end of the IP packet */

extern const uint8_t ptl_headers_short_masks[4];

/* The first octet of MORE_OPTIONS. */
#define OPTIONS_WORDS	   0x0f
#define OPTIONS_TIMESTAMPS 0x10 /* they stay as differences; the rest follows */

/* Offsets in the packet. Those of a transport header are from its start. */
#define ETHER_BYTES 14
#define ETHERTYPE   12
#define IP4_FIRST   14
#define IP4_CLASS   15
#define IP4_LENGTH  16
#define IP4_ID	    18
#define IP4_FLAGS   20
#define IP4_HOPS    22
#define IP4_NEXT    23
#define IP4_CHECK   24
#define IP4_HOSTS   26
#define IP4_END	    34
#define IP6_FIRST   14
#define IP6_LENGTH  18
#define IP6_NEXT    20
#define IP6_HOPS    21
#define IP6_HOSTS   22
#define IP6_END	    54

#define TCP_SEQ	    4
#define TCP_ACK	    8
#define TCP_OFFSET  12
#define TCP_FLAGS   13
#define TCP_WINDOW  14
#define TCP_CHECK   16
#define TCP_URGENT  18
#define TCP_OPTIONS 20
#define UDP_LENGTH  4
#define UDP_CHECK   6
#define ICMP_CHECK  2
#define ICMP_ID	    4
#define ICMP_SEQ    6
#define SHORT_BYTES 8 /* UDP and ICMP */

#define NEXT_ICMP  1
#define NEXT_TCP   6
#define NEXT_UDP   17
#define NEXT_ICMP6 58

#define FLAG_FIN  0x01
#define FLAG_SYN  0x02
#define FLAG_PUSH 0x08

/* NOP, NOP, timestamps: how every system aligns them. */
#define TIMESTAMP_BYTES 12
#define TSVAL		4
#define TSECR		8

static inline bool is_ip4(const uint8_t *p)
{
	return p[ETHERTYPE] == 0x08;
}

static inline uint8_t next_header(const uint8_t *p)
{
	return is_ip4(p) ? p[IP4_NEXT] : p[IP6_NEXT];
}

static inline size_t transport_at(const uint8_t *p)
{
	return is_ip4(p) ? IP4_END : IP6_END;
}

static inline size_t tcp_bytes(const uint8_t *tcp)
{
	return (tcp[TCP_OFFSET] >> 4) * 4u;
}

/* Where the IP packet ends in its frame. */
static inline size_t ip_end(const uint8_t *p)
{
	return is_ip4(p) ? ETHER_BYTES + (size_t)ptl_get_be16(p + IP4_LENGTH)
			 : IP6_END + (size_t)ptl_get_be16(p + IP6_LENGTH);
}

/* The two ports, or the identifier of an echo; returns how many bytes. */
static inline size_t ports_at(const uint8_t *p, size_t *at)
{
	*at = transport_at(p);
	if (next_header(p) == NEXT_TCP || next_header(p) == NEXT_UDP)
		return 4;
	*at += ICMP_ID;
	return 2;
}

uint16_t ptl_headers_ip4_checksum(const uint8_t *p);

/* The length of the headers if they are of the shape that contexts hold, with
 * nothing wrong that a context could not say; else 0. */
size_t ptl_headers_shape(const uint8_t *p, size_t n, size_t length);

/* Timestamps first among the options. */
bool ptl_headers_timestamps(const uint8_t *tcp);

/* Where the TCP sequence goes after the segment p. */
uint32_t ptl_headers_next_seq(const uint8_t *p);

/* Steps of the identification that are worth foretelling: constant, counted,
 * counted by a little-endian host that does not swap. */
static inline uint16_t next_id_step(uint16_t step, uint16_t difference)
{
	return difference <= 1 || difference == 256 ? difference : step;
}

#endif
