/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where clients of a bridge come in: --listen [HOST:]PORT[,SERVICE][,tls|armed]. Without a
 * HOST it is loopback, by IPv4 and IPv6; a HOST is what it is told (`*`: everywhere).
 */
#ifndef PIGTAIL_HOST_BRIDGE_LISTENER_H
#define PIGTAIL_HOST_BRIDGE_LISTENER_H

#include <pigtail/bridge.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <uv.h>

enum listener_guard {
	LISTENER_PLAIN, /* on loopback only: who is there needs no password */
	LISTENER_TLS,	/* and a login */
	LISTENER_ARMED, /* plain, for one address, while a user has armed it */
};

struct listener_spec {
	char host[128]; /* "": loopback */
	char port[8];
	const char *example; /* how another port is given, for who cannot have this one */
	enum ptl_service service;
	enum listener_guard guard; /* PLAIN: TLS beyond loopback */
};

/* -2 with a line in error: it makes no sense. */
int listener_parse(const char *text, struct listener_spec *spec, char *error,
		   size_t error_size);

/* Somebody came: the descriptor is the caller's. */
typedef void (*listener_came)(void *user, int fd, enum ptl_service service,
			      enum listener_guard guard);

struct listener;

/* tls: whether there is TLS; without it nothing beyond loopback is opened. One that is to be
 * armed doesn't listen yet. -1 or -2 with a line in error. */
int listener_open(uv_loop_t *loop, const struct listener_spec *spec, bool tls,
		  listener_came came, void *user, struct listener **listener, char *error,
		  size_t error_size);

/* What it is, now that its addresses are known. */
enum listener_guard listener_guard(const struct listener *listener);

/* Listens for this address alone, or (NULL) no more. -1 with a line in error. */
int listener_arm(struct listener *listener, const struct sockaddr *address, char *error,
		 size_t error_size);

/* NULL does nothing. */
void listener_close(struct listener *listener);

#endif
