/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A serial cable over the network: the near end (near.h) and an RFC 2217 server far away,
 * joined on one loop. See cable.c.
 */
#ifndef PIGTAIL_HOST_BRIDGE_CABLE_H
#define PIGTAIL_HOST_BRIDGE_CABLE_H

#include <uv.h>

struct cable;

/* server: HOST:PORT. near: as near_open(). -1 or -2 with a line in error. */
int cable_open(uv_loop_t *loop, const char *server, const char *near, struct cable **cable,
	       char *error, size_t error_size);

/* NULL does nothing. */
void cable_close(struct cable *cable);

#endif
