/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Who has this address? ARP (RFC 826) and IPv6 neighbour solicitation and
 * advertisement (RFC 4861), one frame at a time, without a cache.
 *
 * A question is one that wants an answer: probes for duplicates (from 0.0.0.0 or
 * ::) and announcements (for the asker's own address) are none, for to answer them
 * would take the address from its owner. Solicitations must have hop limit 255
 * and a right checksum. Answers carry the router flag, because whoever answers
 * here forwards: a kernel that uses the peer as its gateway would drop the route
 * otherwise.
 */
#include "neighbour.h"

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#include "ip.h"

enum {
	HEADER = 14,
	ARP_BYTES = 28,
	ARP_REQUEST = 1,
	ARP_REPLY = 2,

	ICMP6 = 58,
	ICMP6_SOLICIT = 135,
	ICMP6_ADVERTISE = 136,
	ND_BYTES = 24, /* type, code, checksum, flags, target */
	ND_OPTION = 8, /* one link-layer address */
	OPTION_SOURCE = 1,
	OPTION_TARGET = 2,
	FLAGS_ANSWER = 0xe0, /* router, solicited, override */
	FLAG_ROUTER = 0x80,
	FLAG_OVERRIDE = 0x20,
};

static const uint8_t arp_ethernet_ip4[] = {0, 1, 8, 0, 6, 4};
static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t nobody[6];

static bool is_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

/* Of the ICMPv6 message of n bytes at the end of an IPv6 packet. */
static uint16_t icmp6_checksum(const uint8_t *packet, const uint8_t *message, size_t n)
{
	uint32_t sum = compat_sum(0, packet + 8, 32); /* both addresses */

	return compat_sum_end(compat_sum(sum + (uint32_t)n + ICMP6, message, n));
}

static enum neighbour_kind read_arp(const uint8_t *arp, size_t n,
				    struct neighbour_question *question)
{
	uint16_t operation;

	if (n < ARP_BYTES || memcmp(arp, arp_ethernet_ip4, sizeof(arp_ethernet_ip4)))
		return NEIGHBOUR_OTHER;
	operation = ptl_get_be16(arp + 6);
	if (operation == ARP_REPLY)
		return NEIGHBOUR_ANSWER;
	if (operation != ARP_REQUEST || is_zero(arp + 14, 4) || arp[24] >= 224 ||
	    is_zero(arp + 24, 4) || !memcmp(arp + 14, arp + 24, 4))
		return NEIGHBOUR_OTHER;
	question->address_n = 4;
	memcpy(question->asker_mac, arp + 8, 6);
	memcpy(question->asker, arp + 14, 4);
	memcpy(question->target, arp + 24, 4);
	return NEIGHBOUR_QUESTION;
}

static enum neighbour_kind read_ip6(const uint8_t *frame, size_t n,
				    struct neighbour_question *question)
{
	const uint8_t *packet = frame + HEADER;
	const uint8_t *message = packet + COMPAT_IP6_HEADER;
	size_t message_n;

	if (n < COMPAT_IP6_HEADER + ND_BYTES || packet[0] >> 4 != 6 || packet[6] != ICMP6)
		return NEIGHBOUR_PACKET;
	if (message[0] != ICMP6_SOLICIT && message[0] != ICMP6_ADVERTISE)
		return NEIGHBOUR_PACKET;
	message_n = ptl_get_be16(packet + 4);
	if (message_n < ND_BYTES || message_n > n - COMPAT_IP6_HEADER || packet[7] != 255 ||
	    message[1] || icmp6_checksum(packet, message, message_n))
		return NEIGHBOUR_OTHER;
	if (message[0] == ICMP6_ADVERTISE)
		return NEIGHBOUR_ANSWER;
	if (is_zero(packet + 8, 16) || message[8] == 0xff ||
	    !memcmp(packet + 8, message + 8, 16))
		return NEIGHBOUR_OTHER;
	question->address_n = 16;
	memcpy(question->asker_mac, frame + 6, 6);
	memcpy(question->asker, packet + 8, 16);
	memcpy(question->target, message + 8, 16);
	return NEIGHBOUR_QUESTION;
}

enum neighbour_kind neighbour_read(const uint8_t *frame, size_t n,
				   struct neighbour_question *question)
{
	switch (ptl_get_be16(frame + 12)) {
	case NEIGHBOUR_IP4: /* some bridges call IPv6 so, too */
	case NEIGHBOUR_IP6:
		return read_ip6(frame, n - HEADER, question);
	case NEIGHBOUR_ARP:
		return read_arp(frame + HEADER, n - HEADER, question);
	default:
		return NEIGHBOUR_NOT_IP;
	}
}

static uint8_t *put_header(uint8_t *frame, const uint8_t to[6], const uint8_t from[6],
			   uint16_t type)
{
	memcpy(frame, to, 6);
	memcpy(frame + 6, from, 6);
	ptl_put_be16(frame + 12, type);
	return frame + HEADER;
}

static size_t put_arp(uint8_t *arp, uint16_t operation, const uint8_t from_mac[6],
		      const uint8_t from[4], const uint8_t to_mac[6], const uint8_t to[4])
{
	memcpy(arp, arp_ethernet_ip4, sizeof(arp_ethernet_ip4));
	ptl_put_be16(arp + 6, operation);
	memcpy(arp + 8, from_mac, 6);
	memcpy(arp + 14, from, 4);
	memcpy(arp + 18, to_mac, 6);
	memcpy(arp + 24, to, 4);
	return HEADER + ARP_BYTES;
}

static size_t put_nd(uint8_t *packet, const uint8_t from[16], const uint8_t to[16],
		     uint8_t type, uint8_t flags, const uint8_t target[16], uint8_t option,
		     const uint8_t mac[6])
{
	uint8_t *message = packet + COMPAT_IP6_HEADER;

	memset(packet, 0, COMPAT_IP6_HEADER + ND_BYTES + ND_OPTION);
	packet[0] = 0x60;
	ptl_put_be16(packet + 4, ND_BYTES + ND_OPTION);
	packet[6] = ICMP6;
	packet[7] = 255;
	memcpy(packet + 8, from, 16);
	memcpy(packet + 24, to, 16);
	message[0] = type;
	message[4] = flags;
	memcpy(message + 8, target, 16);
	message[24] = option;
	message[25] = 1; /* in units of 8 bytes */
	memcpy(message + 26, mac, 6);
	ptl_put_be16(message + 2, icmp6_checksum(packet, message, ND_BYTES + ND_OPTION));
	return HEADER + COMPAT_IP6_HEADER + ND_BYTES + ND_OPTION;
}

size_t neighbour_answer(const struct neighbour_question *question, const uint8_t mac[6],
			uint8_t *frame)
{
	uint8_t *payload;

	if (question->address_n == 4) {
		payload = put_header(frame, question->asker_mac, mac, NEIGHBOUR_ARP);
		return put_arp(payload, ARP_REPLY, mac, question->target, question->asker_mac,
			       question->asker);
	}
	payload = put_header(frame, question->asker_mac, mac, NEIGHBOUR_IP6);
	return put_nd(payload, question->target, question->asker, ICMP6_ADVERTISE, FLAGS_ANSWER,
		      question->target, OPTION_TARGET, mac);
}

size_t neighbour_ask(const uint8_t *asker, const uint8_t *target, size_t address_n,
		     const uint8_t mac[6], uint8_t *frame)
{
	uint8_t group_mac[6] = {0x33, 0x33, 0xff};
	uint8_t group[16] = {0xff, 0x02, [11] = 0x01, 0xff}; /* ff02::1:ffxx:xxxx */
	uint8_t *payload;

	if (address_n == 4) {
		payload = put_header(frame, everybody, mac, NEIGHBOUR_ARP);
		return put_arp(payload, ARP_REQUEST, mac, asker, nobody, target);
	}
	memcpy(group_mac + 3, target + 13, 3);
	memcpy(group + 13, target + 13, 3);
	payload = put_header(frame, group_mac, mac, NEIGHBOUR_IP6);
	return put_nd(payload, asker, group, ICMP6_SOLICIT, 0, target, OPTION_SOURCE, mac);
}

size_t neighbour_announce(const uint8_t *address, size_t address_n, const uint8_t mac[6],
			  bool router, uint8_t *frame)
{
	static const uint8_t all_nodes_mac[6] = {0x33, 0x33, 0, 0, 0, 1};
	static const uint8_t all_nodes[16] = {0xff, 0x02, [15] = 1};
	uint8_t *payload;

	if (address_n == 4) {
		payload = put_header(frame, everybody, mac, NEIGHBOUR_ARP);
		return put_arp(payload, ARP_REQUEST, mac, address, nobody, address);
	}
	payload = put_header(frame, all_nodes_mac, mac, NEIGHBOUR_IP6);
	return put_nd(payload, address, all_nodes, ICMP6_ADVERTISE,
		      (uint8_t)(FLAG_OVERRIDE | (router ? FLAG_ROUTER : 0)), address,
		      OPTION_TARGET, mac);
}
