/* SPDX-License-Identifier: GPL-2.0-only */
/* One air for many radios, which come by a unix socket: `pigtail air`. */
#ifndef PIGTAIL_HOST_AIR_SERVER_H
#define PIGTAIL_HOST_AIR_SERVER_H

#include "host/net/air_place.h"

struct air_server;

/* Listens at path, mode 0600. The place stays the caller's. Returns 0, or with a line in
 * error -1. */
int air_server_open(uv_loop_t *loop, struct air_place *place, const char *path,
		    struct air_server **server, char *error, size_t error_size);

/* The socket is gone at return. NULL does nothing. */
void air_server_close(struct air_server *server);

#endif
