/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The web port of a bridge: pages, and what they ask. With the bridge's TLS and its users, if
 * it has any; else plain, and on loopback only.
 */
#ifndef PIGTAIL_HOST_WEB_WEB_H
#define PIGTAIL_HOST_WEB_WEB_H

#include "host/bridge/server.h"
#include "host/control/control.h"

struct web;

struct web_config {
	struct listener_spec listen; /* its service doesn't matter */
	struct server *server;
	struct control *control;
	const char *link; /* whose radio the page may use, or NULL */
};

/* [HOST:]PORT. -2 with a line in error. */
int web_parse(const char *text, struct listener_spec *spec, char *error, size_t error_size);

/* -1 with a line in error. */
int web_open(uv_loop_t *loop, const struct web_config *config, struct web **web, char *error,
	     size_t error_size);

/* Before the server and the control socket are closed. NULL does nothing. */
void web_close(struct web *web);

#endif
