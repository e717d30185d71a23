/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Multicast DNS (mdns.h) on lwIP's interface: the bridge's ports, told to whom they are for,
 * with the names and properties that `pigtail bridge --mdns` gives them.
 */
#ifndef PIGTAIL_DEVICE_BRIDGE_MDNS_PORT_H
#define PIGTAIL_DEVICE_BRIDGE_MDNS_PORT_H

#include <pigtail/clock.h>

struct mdns_port_config {
	const char *name; /* of the host; "": pigtail-, and the end of its MAC address */
	bool secure;	  /* there is a port with TLS, at which others are opened */
	bool plain;	  /* ports are open in the plain, for somebody */
	struct ptl_clock clock;
	void (*log)(const char *line);
};

/* Once, and only when somebody is let in. false: a pool of lwIP's is too small. */
bool mdns_port_start(const struct mdns_port_config *config);

/* When to be called again. */
ptl_time mdns_port_poll(ptl_time now);

#endif
