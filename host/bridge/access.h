/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a bridge lets strangers in: its certificate, its users, and the authority of clients'
 * certificates. For the listeners and for the web port.
 */
#ifndef PIGTAIL_HOST_ACCESS_H
#define PIGTAIL_HOST_ACCESS_H

#include "host/base/tls.h"
#include "host/bridge/users.h"

struct access_options {
	char *certificate, *key;       /* files, or NULL: no TLS */
	const char *users, *client_ca; /* likewise */
};

/* CERT,KEY of an option: cuts the text. -2 with a line in error. */
int access_parse_pair(struct access_options *options, const char *option, char *text,
		      char *error, size_t error_size);

struct access {
	struct tls_context *tls; /* NULL: nobody from beyond loopback is let in */
	struct users *users;	 /* NULL: none */
	bool by_certificate;	 /* a client's will do */
};

/* -1 or -2 with a line in error. */
int access_open(uv_loop_t *loop, const struct access_options *options, struct access *access,
		char *error, size_t error_size);

/* After all that use it. */
void access_close(struct access *access);

#endif
