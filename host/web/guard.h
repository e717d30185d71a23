/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who may ask what: names that the server answers to, pages that may make a browser ask, and
 * sessions of those who have logged in. See guard.c.
 */
#ifndef PIGTAIL_HOST_WEB_GUARD_H
#define PIGTAIL_HOST_WEB_GUARD_H

#include "host/web/http.h"

#include <pigtail/endpoint.h>

#include <stdint.h>

#define GUARD_SESSIONS	32u
#define GUARD_ADDRESSES 64u
#define GUARD_TOKEN	32u /* bytes, twice as many digits */

struct guard_config {
	bool secure; /* it is behind TLS */
	const char
		*host; /* that it was told to listen on, or NULL: a name that it answers to */
	/* Whether the password is that user's; NULL: nobody has to log in. */
	bool (*check)(void *user, const char *name, const char *password);
	void *user;
};

struct guard {
	struct guard_config config;
	struct session {
		char token[2 * GUARD_TOKEN + 1]; /* "": free */
		char name[64];
		ptl_time used;
	} session[GUARD_SESSIONS];
	struct failures {
		char address[48];
		unsigned count;
		ptl_time until; /* nothing is tried before */
	} failures[GUARD_ADDRESSES];
};

void guard_init(struct guard *guard, const struct guard_config *config);
void guard_wipe(struct guard *guard);

/* 0, or the status of the error with why in reason. */
int guard_judge(const struct guard *guard, const struct http *http, const char **reason);

/* The session that the request is of; NULL: none. */
struct session *guard_session(struct guard *guard, const struct http *http, ptl_time now);
bool guard_wants_login(const struct guard *guard);

enum guard_login {
	GUARD_WELCOME,
	GUARD_WRONG,
	GUARD_TOO_OFTEN,
};

/* Logs in; the header line for the answer goes into cookie. address: of the client. */
enum guard_login guard_login(struct guard *guard, const char *name, const char *password,
			     const char *address, ptl_time now, char *cookie, size_t size);
void guard_logout(struct guard *guard, struct session *session, char *cookie, size_t size);

#endif
