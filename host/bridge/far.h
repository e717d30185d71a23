/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The far end of `pigtail serial`: a server's port, reached anew when it goes away, through
 * TLS and the login's dialogue where that is wanted. See far.c.
 */
#ifndef PIGTAIL_HOST_BRIDGE_FAR_H
#define PIGTAIL_HOST_BRIDGE_FAR_H

#include <pigtail/login.h>
#include <uv.h>

struct far_options {
	bool tls;
	const char *ca;	 /* file, or NULL: */
	const char *pin; /* the certificate's fingerprint, or NULL: as known.h says */
	const char *certificate, *key; /* our own, or NULL */
	const char *name;	       /* of the user, or NULL: only the certificate */
	char password[PTL_LOGIN_PASSWORD];
	char arm[PTL_LOGIN_ADDRESS]; /* for whom a port is to be armed, or "" */
	unsigned minutes;
};

struct far_events {
	void *user;
	void (*readable)(void *user);
	void (*writable)(void *user);
	/* It can be used. said: what the server said to the login, or NULL. */
	void (*opened)(void *user, const char *said);
	void (*lost)(void *user, const char *why);
	void (*waiting)(void *user, const char *why);
	/* It never will be, as it is asked: another password, certificate, server. */
	void (*refused)(void *user, const char *why);
};

struct far;

/* server: HOST:PORT. options stay. -1 or -2 with a line in error. */
int far_open(uv_loop_t *loop, const char *server, const struct far_options *options,
	     const struct far_events *events, struct far **far, char *error, size_t error_size);

/* NULL does nothing. */
void far_close(struct far *far);

/* As of a port; 0 while it is not open. */
size_t far_read(struct far *far, uint8_t *bytes, size_t n);
size_t far_write(struct far *far, const uint8_t *bytes, size_t n);
void far_want_read(struct far *far, bool want);
bool far_is_open(const struct far *far);

/* It was lost because the server threw the session away. */
bool far_was_reset(const struct far *far);
const char *far_name(const struct far *far);

#endif
