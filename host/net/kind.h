/* SPDX-License-Identifier: GPL-2.0-only */
/* Between net.c, open.c and the kinds of nets: tun.c (tap, tun, bridge), user.c,
 * air.c, air_unix.c, wlan.c. */
#ifndef PIGTAIL_HOST_NET_KIND_H
#define PIGTAIL_HOST_NET_KIND_H

#include "host/net/net.h"

/* Of a kind that is a radio: what net.h says of net_radio_begin() and so on. */
struct net_radio {
	bool (*begin)(struct net *net, const struct net_radio_link *link);
	void (*session)(struct net *net, bool up);
	bool (*message)(struct net *net, const uint8_t *message, size_t n);
	void (*room)(struct net *net);
};

struct net_kind {
	const char *name;
	enum ptl_payload payload;
	const struct net_radio *radio; /* NULL: it is none */

	/* argument: what stands after the kind's name in the spec, with its
	 * separator (":wlan-link", ",hostfwd=..."), or "". On success sets
	 * net->data. */
	int (*open)(struct net *net, const struct net_config *config, const char *argument,
		    char *error, size_t error_size);
	void (*write)(struct net *net, const uint8_t *packet, size_t n);
	void (*set_carrier)(struct net *net, bool on); /* may be NULL */
	/* Of the interface that this machine has in the net; NULL: it has none, or no MAC. */
	int (*set_mac)(struct net *net, const uint8_t mac[6]);
	void (*close)(struct net *net);
};

extern const struct net_kind net_kind_tap;
extern const struct net_kind net_kind_tun;
extern const struct net_kind net_kind_bridge;
extern const struct net_kind net_kind_user;
extern const struct net_kind net_kind_air;
extern const struct net_kind net_kind_air_unix; /* air:unix:PATH, by net_kind_air */
extern const struct net_kind net_kind_wlan;

struct net {
	uv_loop_t *loop;
	const struct net_kind *kind;
	struct net_events events;
	char interface[16]; /* "" where there is none */
	uint8_t mac[6];
	uint16_t mtu;
	void *data; /* the kind's own */

	/* net_open(), for a kind that has nets behind it. */
	int (*open_another)(uv_loop_t *loop, const struct net_config *config,
			    const struct net_events *events, struct net **net, char *error,
			    size_t error_size);
};

#endif
