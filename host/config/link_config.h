/* SPDX-License-Identifier: GPL-2.0-only */
/* What a link is to be: what its options (link_options.h) come to. */
#ifndef PIGTAIL_HOST_LINK_CONFIG_H
#define PIGTAIL_HOST_LINK_CONFIG_H

#include <pigtail/endpoint.h>

struct link_config {
	enum ptl_role role;
	const struct ptl_framing *framing;
	const char *port; /* PORT and NET as on the command line */
	const char *net;
	const char *capture; /* path, or NULL */
	uint16_t mtu;
	uint8_t mac[6];
	bool mtu_asked; /* by the user, rather than a default */
	bool mac_asked;
	const char *address; /* ADDR/LEN of the interface, or NULL */
	const char *peer;    /* ADDR, or NULL */

	const char *ap_net;    /* NET of the radio's access point, or NULL */
	uint8_t ap_mac[6];     /* until the radio says its own */
	const char *wifi_file; /* networks to be joined, or NULL; not of esp8266-hosted */

	/* Only for the esp8266-hosted framing. */
	const char *ssid;
	const char *password;
	uint32_t lease_address; /* device: what it hands out, host order */
	uint32_t lease_netmask;
	uint32_t lease_gateway;
	bool default_route; /* host: by the gateway that the radio assigns */
};

#endif
