/* SPDX-License-Identifier: GPL-2.0-only */
/* Where things stand in the headers of Ethernet, IP, UDP and TCP, in bytes from each
 * header's beginning (RFC 894, 791, 8200, 768, 9293). */
#ifndef PIGTAIL_HOST_NET_HEADERS_H
#define PIGTAIL_HOST_NET_HEADERS_H

enum {
	ETHER_TYPE = 12,
	ETHER_HEADER = 14,
	TYPE_IPV4 = 0x0800,
	TYPE_IPV6 = 0x86dd,

	IP4_LENGTH = 2,
	IP4_FRAGMENT = 6,
	IP4_FRAGMENT_BITS = 0x1fff, /* offset */
	IP4_MORE_FRAGMENTS = 0x2000,
	IP4_DONT_FRAGMENT = 0x4000,
	IP4_TTL = 8,
	IP4_PROTOCOL = 9,
	IP4_CHECKSUM = 10,
	IP4_SOURCE = 12,
	IP4_DESTINATION = 16,

	IP6_DESTINATION = 24,

	UDP = 17,
	UDP_LENGTH = 4,
	UDP_CHECKSUM = 6,
	UDP_HEADER = 8,

	TCP = 6,
	TCP_SEQUENCE = 4,
	TCP_ACKNOWLEDGED = 8,
	TCP_FLAGS = 12, /* with the header's length */
	TCP_CHECKSUM = 16,
	TCP_HEADER = 20,
	SYN = 0x02,
	ACK = 0x10,
};

#endif
