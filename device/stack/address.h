/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The addresses of a device's interface. See address.c. */
#ifndef PIGTAIL_DEVICE_STACK_ADDRESS_H
#define PIGTAIL_DEVICE_STACK_ADDRESS_H

#include <pigtail/clock.h>

#include <lwip/netif.h>

/* The interface has another IPv4 address; source: as address_source(). */
typedef void (*address_told)(const char *address, const char *source);

/*
 * Once: text is NULL or "" for DHCP, else "10.0.0.2/24" or "10.0.0.2/24,10.0.0.1" with a
 * gateway. link: it has a link now. false: text makes no sense, or there is no memory.
 */
bool address_start(struct netif *netif, const char *text, bool link, address_told told);

/* The link came (again) or went. */
void address_link(struct netif *netif, ptl_time now, bool up);

/* The link that comes next is another net's, however short it was away. */
void address_other_net(void);

/* "dhcp", "link-local", "static", "none" */
const char *address_source(struct netif *netif);

#endif
