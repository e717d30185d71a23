/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Two stations, one with Ethernet headers and one without.
 *
 * Net Ethernet, link IP: the net's kernel wants neighbours, the link has none. Each
 * question for an address is answered with the made-up MAC of the peer, except
 * for those that must stay unanswered so that the kernel can have its own address:
 * probes (ARP from 0.0.0.0, neighbour solicitations from ::), announcements of
 * the asker's own address, and questions for an address that the net was seen
 * to send from.
 *
 * Net IP, link Ethernet: the peer wants neighbours, the net has none. Its
 * questions for an address that the net was seen to send from are answered; before
 * any was seen, all are, provided that only one station speaks on the link. Our
 * frames go to the peer's MAC. It is given, or learnt from the first frame, or
 * from any frame that is addressed to us. As long as it is unknown, packets go out
 * as broadcasts, each with a question before it.
 *
 * Multicast and broadcast addresses are mapped as RFC 1112 and RFC 2464 say. What
 * an Ethernet driver padded is cut to the length that the IP header says.
 */
#include <pigtail/ether.h>

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#include "ip.h"
#include "neighbour.h"

enum {
	SCRATCH_MIN = 128,
};

static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t nobody[6];

bool ptl_ether_init(struct ptl_ether *ether, const struct ptl_ether_config *config,
		    uint8_t *scratch, size_t scratch_size)
{
	if (scratch_size < SCRATCH_MIN)
		return false;
	memset(ether, 0, sizeof(*ether));
	ether->config = *config;
	ether->scratch = scratch;
	ether->scratch_size = scratch_size;
	ether->peer_known = memcmp(config->peer_mac, nobody, 6) != 0;
	return true;
}

void ptl_ether_set_peer(struct ptl_ether *ether, const uint8_t mac[6])
{
	memcpy(ether->config.peer_mac, mac, 6);
	ether->peer_known = memcmp(mac, nobody, 6) != 0;
}

/* ---- the addresses of this end ---- */

static bool is_own(const struct ptl_ether *ether, const uint8_t *address, size_t n)
{
	const uint8_t *own = n == 4 ? ether->own4[0] : ether->own6[0];
	size_t count = n == 4 ? ether->own4_count : ether->own6_count;

	for (size_t i = 0; i < count; i++, own += n)
		if (!memcmp(own, address, n))
			return true;
	return false;
}

/* Addresses that one station alone can have. */
static bool is_station(const uint8_t *address, size_t n)
{
	if (n == 4)
		return address[0] && address[0] < 224;
	if (address[0] == 0xff)
		return false;
	for (size_t i = 0; i < n; i++)
		if (address[i])
			return true;
	return false;
}

void ptl_ether_add_own(struct ptl_ether *ether, const uint8_t *address, size_t n)
{
	if ((n != 4 && n != 16) || !is_station(address, n) || is_own(ether, address, n))
		return;
	if (n == 4) {
		memcpy(ether->own4[ether->own4_next], address, n);
		ether->own4_next = (uint8_t)((ether->own4_next + 1) % PTL_ETHER_OWN4);
		if (ether->own4_count < PTL_ETHER_OWN4)
			ether->own4_count++;
	} else {
		memcpy(ether->own6[ether->own6_next], address, n);
		ether->own6_next = (uint8_t)((ether->own6_next + 1) % PTL_ETHER_OWN6);
		if (ether->own6_count < PTL_ETHER_OWN6)
			ether->own6_count++;
	}
}

/* ---- packets ---- */

/* The length of the IP packet in n bytes, or 0 after counting why it is none. */
static size_t ip_length(struct ptl_ether *ether, const uint8_t *packet, size_t n)
{
	size_t length = compat_ip_length(packet, n);

	if (length && length <= n)
		return length;
	ether->counters.malformed++;
	return 0;
}

static size_t address_size(const uint8_t *packet)
{
	return packet[0] >> 4 == 4 ? 4 : 16;
}

static const uint8_t *source(const uint8_t *packet)
{
	return packet + (packet[0] >> 4 == 4 ? 12 : 8);
}

static const uint8_t *destination(const uint8_t *packet)
{
	return packet + (packet[0] >> 4 == 4 ? 16 : 24);
}

/* The MAC that stands for an IP destination: a group's own, else the station's. */
static void map_destination(uint8_t mac[6], const uint8_t *packet, const uint8_t station[6])
{
	const uint8_t *to = destination(packet);

	if (packet[0] >> 4 == 6 && to[0] == 0xff) {
		mac[0] = mac[1] = 0x33;
		memcpy(mac + 2, to + 12, 4);
	} else if (packet[0] >> 4 == 4 && to[0] >= 224 && to[0] < 240) {
		mac[0] = 0x01;
		mac[1] = 0x00;
		mac[2] = 0x5e;
		mac[3] = to[1] & 0x7f;
		mac[4] = to[2];
		mac[5] = to[3];
	} else if (packet[0] >> 4 == 4 && !memcmp(to, broadcast, 4)) {
		memcpy(mac, broadcast, 6);
	} else {
		memcpy(mac, station, 6);
	}
}

/* The packet with a header in scratch; its length, or 0 when it does not fit. */
static size_t add_header(struct ptl_ether *ether, const uint8_t *packet, size_t n,
			 const uint8_t to[6], const uint8_t from[6])
{
	uint8_t *frame = ether->scratch;

	if (n > ether->scratch_size - PTL_ETHER_HEADER) {
		ether->counters.too_long++;
		return 0;
	}
	map_destination(frame, packet, to);
	memcpy(frame + 6, from, 6);
	ptl_put_be16(frame + 12, packet[0] >> 4 == 4 ? NEIGHBOUR_IP4 : NEIGHBOUR_IP6);
	memcpy(frame + PTL_ETHER_HEADER, packet, n);
	return PTL_ETHER_HEADER + n;
}

/* ---- net Ethernet, link IP ---- */

static void answer_net(struct ptl_ether *ether, const struct neighbour_question *question)
{
	size_t n;

	if (is_own(ether, question->target, question->address_n))
		return;
	n = neighbour_answer(question, ether->config.peer_mac, ether->scratch);
	ether->counters.answers++;
	ether->config.to_net(ether->config.user, ether->scratch, n);
}

static void strip_from_net(struct ptl_ether *ether, const uint8_t *frame, size_t n)
{
	const uint8_t *packet = frame + PTL_ETHER_HEADER;
	struct neighbour_question question;
	size_t length;

	if (n < PTL_ETHER_HEADER) {
		ether->counters.malformed++;
		return;
	}
	if (!(frame[6] & 1))
		memcpy(ether->config.own_mac, frame + 6, 6);
	switch (neighbour_read(frame, n, &question)) {
	case NEIGHBOUR_QUESTION:
		ptl_ether_add_own(ether, question.asker, question.address_n);
		answer_net(ether, &question);
		return;
	case NEIGHBOUR_OTHER:
		return;
	case NEIGHBOUR_NOT_IP:
		ether->counters.not_ip++;
		return;
	case NEIGHBOUR_ANSWER: /* by IPv6: the peer may have asked by itself */
	case NEIGHBOUR_PACKET:
		break;
	}
	if (ptl_get_be16(frame + 12) == NEIGHBOUR_ARP)
		return;
	length = ip_length(ether, packet, n - PTL_ETHER_HEADER);
	if (!length)
		return;
	ptl_ether_add_own(ether, source(packet), address_size(packet));
	ether->config.to_link(ether->config.user, packet, length);
}

static void wrap_for_net(struct ptl_ether *ether, const uint8_t *packet, size_t n)
{
	size_t length = ip_length(ether, packet, n);

	if (!length)
		return;
	n = add_header(ether, packet, length, ether->config.own_mac, ether->config.peer_mac);
	if (n)
		ether->config.to_net(ether->config.user, ether->scratch, n);
}

/* ---- net IP, link Ethernet ---- */

static void ask_link(struct ptl_ether *ether, const uint8_t *packet)
{
	size_t n;

	if (!is_station(destination(packet), address_size(packet)) ||
	    !is_station(source(packet), address_size(packet)))
		return;
	n = neighbour_ask(source(packet), destination(packet), address_size(packet),
			  ether->config.own_mac, ether->scratch);
	ether->counters.questions++;
	ether->config.to_link(ether->config.user, ether->scratch, n);
}

static void wrap_for_link(struct ptl_ether *ether, const uint8_t *packet, size_t n)
{
	size_t length = ip_length(ether, packet, n);
	const uint8_t *to = ether->peer_known ? ether->config.peer_mac : broadcast;

	if (!length)
		return;
	ptl_ether_add_own(ether, source(packet), address_size(packet));
	if (!ether->peer_known)
		ask_link(ether, packet);
	n = add_header(ether, packet, length, to, ether->config.own_mac);
	if (n)
		ether->config.to_link(ether->config.user, ether->scratch, n);
}

static void learn_peer(struct ptl_ether *ether, const uint8_t *frame)
{
	const uint8_t *from = frame + 6;
	bool to_us = !memcmp(frame, ether->config.own_mac, 6);

	if ((from[0] & 1) || !memcmp(from, nobody, 6))
		return;
	if (memcmp(ether->seen_mac, nobody, 6) && memcmp(ether->seen_mac, from, 6))
		ether->crowded = true;
	memcpy(ether->seen_mac, from, 6);
	if (to_us || !ether->peer_known)
		ptl_ether_set_peer(ether, from);
}

static void answer_link(struct ptl_ether *ether, const struct neighbour_question *question)
{
	size_t known = question->address_n == 4 ? ether->own4_count : ether->own6_count;
	size_t n;

	if (!is_own(ether, question->target, question->address_n) && (known || ether->crowded))
		return;
	n = neighbour_answer(question, ether->config.own_mac, ether->scratch);
	ether->counters.answers++;
	ether->config.to_link(ether->config.user, ether->scratch, n);
}

/* A frame for another MAC is ours all the same if its IP address is, or if
 * we cannot know: the other side may have a fixed idea of our MAC. */
static bool is_for_us(const struct ptl_ether *ether, const uint8_t *frame)
{
	const uint8_t *packet = frame + PTL_ETHER_HEADER;
	size_t n = address_size(packet);

	if ((frame[0] & 1) || !memcmp(frame, ether->config.own_mac, 6))
		return true;
	if (!(n == 4 ? ether->own4_count : ether->own6_count))
		return true;
	return is_own(ether, destination(packet), n);
}

static void strip_from_link(struct ptl_ether *ether, const uint8_t *frame, size_t n)
{
	const uint8_t *packet = frame + PTL_ETHER_HEADER;
	struct neighbour_question question;
	size_t length;

	if (n < PTL_ETHER_HEADER) {
		ether->counters.malformed++;
		return;
	}
	learn_peer(ether, frame);
	switch (neighbour_read(frame, n, &question)) {
	case NEIGHBOUR_QUESTION:
		answer_link(ether, &question);
		return;
	case NEIGHBOUR_ANSWER: /* learnt from its header */
	case NEIGHBOUR_OTHER:
		return;
	case NEIGHBOUR_NOT_IP:
		ether->counters.not_ip++;
		return;
	case NEIGHBOUR_PACKET:
		break;
	}
	length = ip_length(ether, packet, n - PTL_ETHER_HEADER);
	if (!length)
		return;
	if (is_for_us(ether, frame))
		ether->config.to_net(ether->config.user, packet, length);
	else
		ether->counters.not_ours++;
}

/* ---- both ways ---- */

void ptl_ether_from_net(struct ptl_ether *ether, const uint8_t *packet, size_t n)
{
	if (ether->config.net == ether->config.link)
		ether->config.to_link(ether->config.user, packet, n);
	else if (ether->config.net == PTL_ETHERNET)
		strip_from_net(ether, packet, n);
	else
		wrap_for_link(ether, packet, n);
}

void ptl_ether_from_link(struct ptl_ether *ether, const uint8_t *packet, size_t n)
{
	if (ether->config.net == ether->config.link)
		ether->config.to_net(ether->config.user, packet, n);
	else if (ether->config.net == PTL_ETHERNET)
		wrap_for_net(ether, packet, n);
	else
		strip_from_link(ether, packet, n);
}
