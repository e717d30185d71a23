/* SPDX-License-Identifier: GPL-2.0-only */
/* The MAC address of an end of a link, when none was given. */
#ifndef PIGTAIL_HOST_IDENTITY_H
#define PIGTAIL_HOST_IDENTITY_H

#include <pigtail/endpoint.h>

/*
 * A locally administered address, the same for the same end (role, PORT and NET)
 * on the same machine: after a restart the peer's neighbour cache, DHCP leases
 * and open connections are still good. Random where the machine has no
 * /etc/machine-id. Returns -1 when there are no random numbers either.
 */
int identity_mac(enum ptl_role role, const char *port, const char *net, uint8_t mac[6]);

#endif
