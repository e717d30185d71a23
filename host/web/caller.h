/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asks a bridge by its web port, as a page does, and waits for the answers: for commands. It
 * blocks, up to 30 s for an answer. A connection that breaks is made again where that can do no
 * harm.
 */
#ifndef PIGTAIL_HOST_WEB_CALLER_H
#define PIGTAIL_HOST_WEB_CALLER_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

struct caller_options {
	const char *place; /* [https://|http://]HOST[:PORT]; port 443, or 80 of http */
	const char *ca;	   /* a file: who must have signed the bridge's certificate; or NULL */
	const char *pin;   /* its fingerprint, or NULL: as known.h says */
};

struct caller;

/* -1 or -2 with a line in error. Plain HTTP is for loopback only. */
int caller_open(const struct caller_options *options, struct caller **caller, char *error,
		size_t error_size);
void caller_close(struct caller *caller);

/* Whether one has to log in: 1 or 0; -1 with a line in error. */
int caller_wants_login(struct caller *caller, char *error, size_t error_size);
int caller_log_in(struct caller *caller, const char *user, const char *password, char *error,
		  size_t error_size);

/* A request of the control socket; arguments (or NULL) are freed. again: it may be asked twice
 * without harm. The result, to be freed, or NULL with a line in error. */
cJSON *caller_ask(struct caller *caller, const char *request, cJSON *arguments, bool again,
		  char *error, size_t error_size);

/* The same of n requests that are on their way at once, at most CALLER_AHEAD, and may be asked
 * twice; all arguments are freed. The last one's result. */
#define CALLER_AHEAD 8u
cJSON *caller_ask_all(struct caller *caller, const char *request, cJSON *const *arguments,
		      size_t n, char *error, size_t error_size);

#endif
