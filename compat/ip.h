/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What can be told from the first bytes of an IPv4 or IPv6 packet. See ip.c. */
#ifndef COMPAT_IP_H
#define COMPAT_IP_H

#include <pigtail/big_endian.h>
#include <pigtail/endpoint.h>

enum {
	COMPAT_IP4_HEADER = 20,
	COMPAT_IP6_HEADER = 40,
	COMPAT_IP_PEEK = 60, /* bytes that always suffice to judge a header */
};

/* The length that the header at p claims for the whole packet; 0 when n bytes do
 * not begin like an IPv4 or IPv6 packet, or are too few to tell (under 6). */
size_t compat_ip_length(const uint8_t *p, size_t n);

/* Bytes of the IPv4 header at p, options included. */
size_t compat_ip4_header(const uint8_t *p);

/* The IPv4 header's checksum is right. All of the header must be there. */
bool compat_ip4_checksum_ok(const uint8_t *p);

/* The Internet checksum (RFC 1071) as a running sum and its end. */
uint32_t compat_sum(uint32_t sum, const uint8_t *p, size_t n);
uint16_t compat_sum_end(uint32_t sum);

#endif
