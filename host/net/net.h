/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Nets: where the packets of a link go. An interface of this machine (tap, tun,
 * a tap in a bridge), or libslirp, which is a small network inside of this
 * program that reaches the world through ordinary sockets.
 *
 * An interface gives its writer no back-pressure, so a net hands over what it
 * has at once; queueing is the endpoint's job.
 */
#ifndef PIGTAIL_HOST_NET_H
#define PIGTAIL_HOST_NET_H

#include <pigtail/endpoint.h>
#include <pigtail/share.h>
#include <uv.h>

struct net;

struct net_config {
	const char *spec; /* NET of the command line, see pigtail(1) */
	uint8_t mac[6];	  /* of a tap that we make */
	uint16_t mtu;
	bool mac_asked; /* by the user: an interface that has another is an error */
	bool mtu_asked;
	const char *address; /* ADDR/LEN for the interface, or NULL */
	const char *peer;    /* ADDR at the other end of a tun, or NULL */
};

struct net_events {
	void *user;
	/* A packet for the other end. */
	void (*packet)(void *user, const uint8_t *packet, size_t n);
	/* That were all for now. */
	void (*drained)(void *user);
	/* The net is lost for good: the interface was deleted. */
	void (*failed)(void *user, const char *why);
};

/* Returns 0, or with a line in error -1 (failed) or -2 (the spec is wrong). */
int net_open(uv_loop_t *loop, const struct net_config *config, const struct net_events *events,
	     struct net **net, char *error, size_t error_size);

/* A packet from the other end. What the net can't take is dropped there. */
void net_write(struct net *net, const uint8_t *packet, size_t n);

/* Whether the other end is there. */
void net_set_carrier(struct net *net, bool on);

/* Gives an interface that we made another MAC address, of one station. -1 with errno: it
 * cannot have it. Does nothing where there are no MAC addresses. */
int net_set_mac(struct net *net, const uint8_t mac[6]);

/* Gives the interface an IPv4 address, in host order. Does nothing for user. */
int net_set_address(struct net *net, uint32_t address, uint32_t netmask);

/* Likewise a default route, by a router in its network. */
int net_set_default_route(struct net *net, uint32_t gateway);

enum ptl_payload net_payload(const struct net *net);

/* tap, tun, bridge or user. */
const char *net_kind(const struct net *net);

/* Name of the interface; NULL where there is none. */
const char *net_interface(const struct net *net);

/* Where the MAC is another one than configured (an interface that was there
 * before us), this is it. */
const uint8_t *net_mac(const struct net *net);

/* Whether this machine is a station of that address; a radio's is the other end's to use. */
bool net_uses_mac(const struct net *net);

/* Likewise the MTU. */
uint16_t net_mtu(const struct net *net);

/* An interface that we made is gone at return. NULL does nothing. */
void net_close(struct net *net);

/*
 * A net that is a radio is told what to do by the host at the other end of the link, by
 * control messages (SPEC 8). Frames go by net_write() and packet() as with any net; which
 * of the radio's interfaces one belongs to, it knows. Its link gives it this:
 */
struct net_radio_link {
	void *user;
	/* Sends a message to the host; false: there is no room, net_radio_room() is called
	 * when there is. From the loop, or from within net_radio_message(). */
	bool (*send)(void *user, const uint8_t *message, size_t n);
	/* What net_radio_message() refused is to be offered again. Not from within it. */
	void (*resume)(void *user);
	/* The line's share for what can wait (SPEC 8.5), as it is now. The same object
	 * each time; to be asked for anew before it counts. */
	struct ptl_share *(*share)(void *user);
};

bool net_is_radio(const struct net *net);

/* The rest is for radios only. The link is there, before all else; link is copied. false:
 * no memory. */
bool net_radio_begin(struct net *net, const struct net_radio_link *link);

/* The link's session has begun (true again: another one), or is gone. */
void net_radio_session(struct net *net, bool up);

/* A message from the host, unchecked. false: no room for its answer now. */
bool net_radio_message(struct net *net, const uint8_t *message, size_t n);

/* send() may succeed again. */
void net_radio_room(struct net *net);

#endif
