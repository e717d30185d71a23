/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* ARP and IPv6 neighbour discovery as frames, read and made. See neighbour.c. */
#ifndef COMPAT_NEIGHBOUR_H
#define COMPAT_NEIGHBOUR_H

#include <pigtail/endpoint.h>

enum {
	NEIGHBOUR_IP4 = 0x0800, /* EtherTypes */
	NEIGHBOUR_ARP = 0x0806,
	NEIGHBOUR_IP6 = 0x86dd,

	NEIGHBOUR_FRAME_MAX = 86, /* bytes of the longest frame made here */
};

enum neighbour_kind {
	NEIGHBOUR_QUESTION, /* who has this address? to be answered */
	NEIGHBOUR_ANSWER,
	NEIGHBOUR_OTHER, /* probes, announcements and malformed ones: no answer */
	NEIGHBOUR_PACKET,
	NEIGHBOUR_NOT_IP, /* neither IP nor ARP */
};

struct neighbour_question {
	size_t address_n; /* 4: ARP; 16: neighbour solicitation */
	uint8_t asker_mac[6];
	uint8_t asker[16];
	uint8_t target[16];
};

/* frame: at least an Ethernet header. *question is set if it is one. */
enum neighbour_kind neighbour_read(const uint8_t *frame, size_t n,
				   struct neighbour_question *question);

/* The frame that says that the target is at mac; its length. */
size_t neighbour_answer(const struct neighbour_question *question, const uint8_t mac[6],
			uint8_t *frame);

/* The frame that asks for an address; its length. */
size_t neighbour_ask(const uint8_t *asker, const uint8_t *target, size_t address_n,
		     const uint8_t mac[6], uint8_t *frame);

/* The frame that tells everybody that address is at mac: a gratuitous ARP (RFC 5227, 3) or
 * an unsolicited advertisement (RFC 4861, 7.2.6). router: of IPv6 packets; who says no
 * is nobody's gateway any more. Its length. */
size_t neighbour_announce(const uint8_t *address, size_t address_n, const uint8_t mac[6],
			  bool router, uint8_t *frame);

#endif
