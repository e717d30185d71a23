/* SPDX-License-Identifier: GPL-2.0-only */
/* Between net.c and the kinds of nets: tun.c (tap, tun, bridge), user.c. */
#ifndef PIGTAIL_HOST_NET_KIND_H
#define PIGTAIL_HOST_NET_KIND_H

#include "host/net/net.h"

struct net_kind {
	const char *name;
	enum ptl_payload payload;

	/* argument: what stands after the kind's name in the spec, with its
	 * separator (":wlan-link", ",hostfwd=..."), or "". On success sets
	 * net->data. */
	int (*open)(struct net *net, const struct net_config *config, const char *argument,
		    char *error, size_t error_size);
	void (*write)(struct net *net, const uint8_t *packet, size_t n);
	void (*set_carrier)(struct net *net, bool on); /* may be NULL */
	void (*close)(struct net *net);
};

extern const struct net_kind net_kind_tap;
extern const struct net_kind net_kind_tun;
extern const struct net_kind net_kind_bridge;
extern const struct net_kind net_kind_user;

struct net {
	uv_loop_t *loop;
	const struct net_kind *kind;
	struct net_events events;
	char interface[16]; /* "" where there is none */
	uint8_t mac[6];
	uint16_t mtu;
	void *data; /* the kind's own */
};

#endif
