/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A serial cable over the network: the near end (near.h) and an RFC 2217 server far away,
 * joined on one loop. See cable.c.
 */
#ifndef PIGTAIL_HOST_BRIDGE_CABLE_H
#define PIGTAIL_HOST_BRIDGE_CABLE_H

#include "host/bridge/far.h"

struct cable;

struct cable_config {
	const char *server; /* HOST:PORT */
	const char *near;   /* as near_open() */
	struct far_options far;
	/* The server will never do, as it is asked. */
	void (*refused)(void *user, const char *why);
	void *user;
};

/* config stays. -1 or -2 with a line in error. */
int cable_open(uv_loop_t *loop, const struct cable_config *config, struct cable **cable,
	       char *error, size_t error_size);

/* NULL does nothing. */
void cable_close(struct cable *cable);

#endif
