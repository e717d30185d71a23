/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where clients of a bridge come in: --listen [HOST:]PORT[,SERVICE]. Without a HOST it is
 * loopback, by IPv4 and IPv6; a HOST is what it is told (`*`: everywhere).
 */
#ifndef PIGTAIL_HOST_BRIDGE_LISTENER_H
#define PIGTAIL_HOST_BRIDGE_LISTENER_H

#include <pigtail/bridge.h>
#include <uv.h>

struct listener_spec {
	char host[128]; /* "": loopback */
	char port[8];
	enum ptl_service service;
};

/* -2 with a line in error: it makes no sense. */
int listener_parse(const char *text, struct listener_spec *spec, char *error,
		   size_t error_size);

/* Somebody came: the descriptor is the caller's. */
typedef void (*listener_came)(void *user, int fd, enum ptl_service service);

struct listener;

/* -1 with a line in error. */
int listener_open(uv_loop_t *loop, const struct listener_spec *spec, listener_came came,
		  void *user, struct listener **listener, char *error, size_t error_size);

/* It listens beyond loopback. */
bool listener_is_exposed(const struct listener *listener);

/* NULL does nothing. */
void listener_close(struct listener *listener);

#endif
