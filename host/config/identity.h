/* SPDX-License-Identifier: GPL-2.0-only */
/* The MAC address of an end of a link, when none was given. */
#ifndef PIGTAIL_HOST_IDENTITY_H
#define PIGTAIL_HOST_IDENTITY_H

#include <pigtail/endpoint.h>

/*
 * A locally administered address, the same for the same end (role, PORT and NET) on the
 * same machine: after a restart the peer's neighbour cache, DHCP leases and open
 * connections are still good. That of a bridge's port begins with fe.
 *
 * root is "", or where else than at / to look for what this machine is known by. Where it
 * is known by nothing the address is random; -1: there are no random numbers either.
 */
int identity_mac(const char *root, enum ptl_role role, const char *port, const char *net,
		 uint8_t mac[6]);

#endif
