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

#define GUARD_SESSIONS 32u
#define GUARD_TOKEN    32u /* bytes, twice as many digits */

struct guard_config {
	bool secure;	  /* it is behind TLS, and one has to log in */
	const char *host; /* that it was told to listen on: a name that it answers to */
};

struct guard {
	struct guard_config config;
	struct session {
		char token[2 * GUARD_TOKEN + 1]; /* "": free */
		char name[64];
		ptl_time used;
	} session[GUARD_SESSIONS];
};

void guard_init(struct guard *guard, const struct guard_config *config);
void guard_wipe(struct guard *guard);

/* 0, or the status of the error with why in reason. */
int guard_judge(const struct guard *guard, const struct http *http, const char **reason);

/* The session that the request is of; NULL: none. */
struct session *guard_session(struct guard *guard, const struct http *http, ptl_time now);

/* A session for who has shown who it is; the header line for the answer goes into cookie.
 * false: there is no randomness to be had. And its end. */
bool guard_log_in(struct guard *guard, const char *name, ptl_time now, char *cookie,
		  size_t size);
void guard_log_out(struct guard *guard, struct session *session, char *cookie, size_t size);

#endif
