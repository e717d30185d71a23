/* SPDX-License-Identifier: GPL-2.0-only */
/* Text of a port forward: tcp|udp:[ADDR]:PORT-[ADDR]:PORT, as in QEMU. */
#ifndef PIGTAIL_HOST_HOSTFWD_H
#define PIGTAIL_HOST_HOSTFWD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct hostfwd {
	bool udp;
	struct in_addr host; /* 127.0.0.1 where none is given */
	uint16_t host_port;
	struct in_addr guest; /* 0: the address that DHCP hands out first */
	uint16_t guest_port;
};

/* Returns -1 when text is no such thing. */
int hostfwd_parse(const char *text, struct hostfwd *forward);

#endif
