/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control socket of a running link, where `pigtail status` and `pigtail
 * stats` ask: NAME.sock, mode 0600, in the first of these directories that can
 * be used:
 *
 *	$XDG_RUNTIME_DIR/pigtail
 *	/run/pigtail
 *	/tmp/pigtail-UID    (neither of the others: no login session, not root)
 *
 * A question is one line, a JSON object {"ask": "status"}; the answer is one
 * line, a JSON object, with "error" in it when the question made no sense.
 */
#ifndef PIGTAIL_HOST_CONTROL_H
#define PIGTAIL_HOST_CONTROL_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#define CONTROL_NAME_MAX    48 /* bytes of a name */
#define CONTROL_DIRECTORIES 3

/* What a name may be: letters, digits, '_', '-', '.', the last not in front. */
bool control_name_ok(const char *name);

/* Opens the i-th directory, made first if asked. A descriptor, or -1 where it does
 * not apply or is not this user's alone to write to. */
int control_directory(unsigned int i, bool make, char *path, size_t size);

/* ---- the link's side ---- */

struct control;

/*
 * Claims a name. A socket that a dead process left is replaced. answer() makes
 * the answer to a question, NULL if it knows none. Returns 0; -1 with a line in
 * error; 1 with a line in error when the name is taken.
 */
int control_open(uv_loop_t *loop, const char *name,
		 cJSON *(*answer)(void *user, const char *question), void *user,
		 struct control **control, char *error, size_t error_size);

/* The socket is gone at return. NULL does nothing. */
void control_close(struct control *control);

/* ---- the asker's side; blocks for at most 2 s a link ---- */

/*
 * Asks the link called name, or all (NULL), sorted by name. Returns an array of
 * answers, to be freed by cJSON_Delete(). Sockets of dead processes are removed.
 */
cJSON *control_ask(const char *name, const char *question);

#endif
