/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The shim between a net and a framing of different kinds: Ethernet headers are
 * made up or taken off, and the neighbour questions (ARP, IPv6 neighbour
 * solicitation) that a bare IP side cannot answer are answered here.
 *
 *	net        link       what the shim does
 *	tap        pigtail    passes everything
 *	tun        slip       passes everything
 *	tap        slip       strips and makes headers; answers the net's
 *	                      questions for every address with peer_mac
 *	tun        pigtail    makes and strips headers; finds the peer's MAC;
 *	                      answers the peer's questions with own_mac
 *
 * It knows two stations: this end and the peer. A net with IP framing must not be
 * put into a bridge with other stations: it would answer for all of them.
 *
 * No clock, no allocation: the caller owns the struct and the scratch buffer.
 * The output functions run inside ptl_ether_from_*(); the bytes are valid during
 * the call; they must not call back into the same shim.
 */
#ifndef PIGTAIL_ETHER_H
#define PIGTAIL_ETHER_H

#include <pigtail/endpoint.h>

#define PTL_ETHER_HEADER 14 /* bytes of an Ethernet header */

struct ptl_ether_config {
	enum ptl_payload net;  /* what the net takes: tap Ethernet, tun IP */
	enum ptl_payload link; /* what the framing takes: framing->payload */
	uint8_t own_mac[6];    /* of the interface at this end. If the net is
				* Ethernet, it is learnt from its frames too */
	uint8_t peer_mac[6];   /* net Ethernet: made up for the peer, any 02:...;
				* net IP: the peer's, or zeros if not yet known */
	void *user;	       /* first argument of both outputs */
	void (*to_net)(void *user, const uint8_t *packet, size_t n);
	void (*to_link)(void *user, const uint8_t *packet, size_t n);
};

struct ptl_ether_counters {
	uint64_t answers;   /* ARP and neighbour questions answered */
	uint64_t questions; /* ARP and neighbour questions asked */
	uint64_t not_ip;    /* frames of another kind, dropped */
	uint64_t malformed; /* packets with impossible headers, dropped */
	uint64_t too_long;  /* packets that do not fit into scratch, dropped */
	uint64_t not_ours;  /* frames for another station, dropped */
};

enum {
	PTL_ETHER_OWN4 = 4, /* addresses of this end remembered, IPv4 */
	PTL_ETHER_OWN6 = 8, /* the same, IPv6 */
};

struct ptl_ether {
	struct ptl_ether_config config;
	struct ptl_ether_counters counters;
	uint8_t *scratch;
	size_t scratch_size;
	bool peer_known;
	bool crowded; /* more than one station was seen on the link */
	uint8_t seen_mac[6];
	uint8_t own4_count, own4_next;
	uint8_t own6_count, own6_next;
	uint8_t own4[PTL_ETHER_OWN4][4];
	uint8_t own6[PTL_ETHER_OWN6][16];
};

/* scratch: at least the longest IP packet plus PTL_ETHER_HEADER, and not under
 * 128 bytes; it stays the caller's. false: scratch is too small. */
bool ptl_ether_init(struct ptl_ether *ether, const struct ptl_ether_config *config,
		    uint8_t *scratch, size_t scratch_size);

/* A packet from the net, on its way to the link. */
void ptl_ether_from_net(struct ptl_ether *ether, const uint8_t *packet, size_t n);

/* A packet from the link, on its way to the net. */
void ptl_ether_from_link(struct ptl_ether *ether, const uint8_t *packet, size_t n);

/* The peer's MAC, from info.peer_mac. Net IP: where frames go until the peer
 * itself addresses a frame to us from another. Net Ethernet: whose MAC is made up. */
void ptl_ether_set_peer(struct ptl_ether *ether, const uint8_t mac[6]);

/* An address of this end, 4 or 16 bytes in network order, if the caller knows one
 * before the net has sent from it. */
void ptl_ether_add_own(struct ptl_ether *ether, const uint8_t *address, size_t n);

#endif
