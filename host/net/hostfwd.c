/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differs from QEMU in the default of the host's address: loopback, not all
 * interfaces. A port opened to the world should be asked for.
 */
#include "host/net/hostfwd.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* [ADDR]:PORT */
static int parse_side(const char *text, struct in_addr *address, uint16_t *port)
{
	const char *colon = strchr(text, ':');
	char host[INET_ADDRSTRLEN];
	unsigned long number;
	char *end;

	if (!colon || (size_t)(colon - text) >= sizeof(host))
		return -1;
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = 0;
	if (*host && inet_pton(AF_INET, host, address) != 1)
		return -1;
	if (colon[1] < '0' || colon[1] > '9')
		return -1;
	number = strtoul(colon + 1, &end, 10);
	if (*end || !number || number > UINT16_MAX)
		return -1;
	*port = (uint16_t)number;
	return 0;
}

int hostfwd_parse(const char *text, struct hostfwd *forward)
{
	char host[64];
	const char *dash;

	*forward = (struct hostfwd){.host.s_addr = htonl(INADDR_LOOPBACK)};
	forward->udp = !strncmp(text, "udp:", 4);
	if (!forward->udp && strncmp(text, "tcp:", 4) != 0)
		return -1;
	text += 4;
	dash = strchr(text, '-');
	if (!dash || (size_t)(dash - text) >= sizeof(host))
		return -1;
	memcpy(host, text, (size_t)(dash - text));
	host[dash - text] = 0;
	if (parse_side(host, &forward->host, &forward->host_port) < 0)
		return -1;
	return parse_side(dash + 1, &forward->guest, &forward->guest_port);
}
