/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A responder of multicast DNS (RFC 6762) that tells of a device's services (RFC 6763): its
 * host name, with the addresses that it has, and for each service a name, a port and a text.
 * Without a network and without memory of its own: its owner gives it what came to port 5353,
 * and sends to 224.0.0.251 and ff02::fb what it has to say.
 *
 * What is not in it: it asks nothing, and doesn't wait for known answers of a second message.
 * It says no goodbye, for who loses power doesn't either.
 */
#ifndef PIGTAIL_MDNS_H
#define PIGTAIL_MDNS_H

#include <pigtail/endpoint.h>

#define MDNS_PORT      5353u
#define MDNS_BASE      24u	       /* characters of a host's name, as it is wished */
#define MDNS_HOST      (MDNS_BASE + 5) /* and as it is, with a number after a conflict */
#define MDNS_SERVICES  3u
#define MDNS_ADDRESSES 4u
#define MDNS_MESSAGE   512u /* bytes of the longest that it sends */

/* Records that are asked for and told together: of the host, and four of each service. */
#define MDNS_RECORDS (1u + 4u * MDNS_SERVICES)

struct mdns_service {
	const char *type;	 /* as _telnets; TCP */
	const char *const *text; /* properties, as access=tls, up to a NULL */
	uint16_t port;
};

struct mdns_address {
	uint8_t n; /* bytes: 4 or 16 */
	uint8_t bytes[16];
};

struct mdns_config {
	char host[MDNS_BASE + 1]; /* letters, digits and '-' */
	const char *what;	  /* a service's name is "WHAT on HOST" */
	const struct mdns_service *service;
	size_t services;
	uint32_t (*random)(void);
};

enum mdns_state {
	MDNS_SILENT, /* it has no address */
	MDNS_PROBES, /* asks whether somebody has its name */
	MDNS_TELLS,  /* the name is its own */
};

/* Counters, as in endpoint.h of the link. */
#define MDNS_COUNTERS(X)                                                                       \
	X(received, "messages that came")                                                      \
	X(broken, "of these those that were none")                                             \
	X(asked, "of these those that asked for what is here")                                 \
	X(sent, "messages that were sent")                                                     \
	X(conflicts, "times that another had the name")

struct mdns_counters {
#define MDNS_COUNTER_FIELD(name, what) uint32_t name;
	MDNS_COUNTERS(MDNS_COUNTER_FIELD)
#undef MDNS_COUNTER_FIELD
};

struct mdns {
	const struct mdns_config *config;
	enum mdns_state state;
	char host[MDNS_HOST + 1];
	unsigned number;  /* in the name; 0: none */
	unsigned sent;	  /* probes, or announcements */
	ptl_time due;	  /* of the next of these */
	uint32_t pending; /* records that are to be told, a bit each */
	ptl_time answer_at;
	ptl_time again_at[MDNS_RECORDS]; /* each may be told again then */
	ptl_time legacy_at;
	unsigned hasty; /* conflicts, one soon after the other */
	ptl_time conflict_at;
	struct mdns_address address[MDNS_ADDRESSES];
	size_t addresses;
	struct mdns_counters counters;
};

/* config must stay. */
void mdns_init(struct mdns *mdns, const struct mdns_config *config);

/* What addresses there are, IPv4 first, and nothing where n is less; to be called whenever
 * they may have changed. */
void mdns_set_addresses(struct mdns *mdns, ptl_time now, const struct mdns_address *address,
			size_t n);

/* The network may be another one: the name is probed again. */
void mdns_restart(struct mdns *mdns, ptl_time now);

/*
 * A message that came, all of it, from a host of the network's own. legacy: from another port
 * than 5353, by who knows nothing of multicast; what it asks for is returned, 0: nothing, and
 * answered by mdns_answer() to where it came from.
 */
uint32_t mdns_receive(struct mdns *mdns, ptl_time now, const uint8_t *message, size_t n,
		      bool legacy);
size_t mdns_answer(struct mdns *mdns, const uint8_t *message, size_t n, uint32_t asked,
		   uint8_t *to, size_t room);

/* When mdns_next() will have something; then what it is, in a room of MDNS_MESSAGE; 0:
 * nothing, after all. */
ptl_time mdns_due(const struct mdns *mdns);
size_t mdns_next(struct mdns *mdns, ptl_time now, uint8_t *to, size_t room);

#endif
