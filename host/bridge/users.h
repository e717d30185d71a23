/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The users of a bridge: a file of lines (pigtail/password.h) that only its owner can
 * access, read anew at each check; and who may try a password when (pigtail/attempts.h).
 */
#ifndef PIGTAIL_HOST_USERS_H
#define PIGTAIL_HOST_USERS_H

#include <pigtail/attempts.h>
#include <pigtail/password.h>
#include <sys/socket.h>
#include <uv.h>

#define USERS_ITERATIONS 300000u /* 0.2 s or so */

/* ---- entries ---- */

/* An entry for a password, with a salt of its own. */
void users_make(struct ptl_password *entry, const char *name, const char *password,
		unsigned iterations);

/* Puts an entry into the file, in the place of one of that name; makes the file, if there is
 * none. entry NULL: takes the name's out; -1 too where there is none. -1 with a line in
 * error. */
int users_write(const char *path, const char *name, const struct ptl_password *entry,
		char *error, size_t error_size);

/* ---- checks ---- */

struct users;

/* -1 with a line in error: the file cannot be read, or has nobody in it. */
int users_open(uv_loop_t *loop, const char *path, struct users **users, char *error,
	       size_t error_size);

/* After all checks were forgotten. NULL does nothing. */
void users_close(struct users *users);

/* passes: or why not, as the client may hear it. */
typedef void (*users_checked)(void *user, bool passes, const char *why);

struct users_check;

/* Whether name and password belong together; checked() follows from the loop, always. The
 * peer's address is what attempts are counted by. NULL: out of memory. */
struct users_check *users_check(struct users *users, const struct sockaddr *from,
				const char *name, const char *password, users_checked checked,
				void *user);

/* checked() will not be called. */
void users_forget(struct users_check *check);

#endif
