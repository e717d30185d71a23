/* SPDX-License-Identifier: GPL-2.0-only */
/* Lets a bridge be found: DNS-SD (RFC 6763) by the machine's Avahi. */
#ifndef PIGTAIL_HOST_MDNS_H
#define PIGTAIL_HOST_MDNS_H

#include <stdint.h>
#include <uv.h>

#define MDNS_SERVICES 10u
#define MDNS_TEXTS    4u

struct mdns_service {
	const char *type; /* _telnet._tcp */
	uint16_t port;
	const char *text[MDNS_TEXTS + 1]; /* KEY=VALUE, the last NULL */
};

struct mdns;

/* name: as people see it, with the machine's; service stays. -1 with a line in error; an
 * Avahi that doesn't run is waited for, if there is a message bus. */
int mdns_open(uv_loop_t *loop, const char *name, const struct mdns_service *service, size_t n,
	      struct mdns **mdns, char *error, size_t error_size);

/* NULL does nothing. */
void mdns_close(struct mdns *mdns);

#endif
