/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where control sockets are: NAME.sock, mode 0600, in the first of these
 * directories that can be used; who asks looks into all of them.
 *
 *	$XDG_RUNTIME_DIR/pigtail
 *	/run/pigtail
 *	/run/user/UID/pigtail	(XDG_RUNTIME_DIR is not set, as for sudo and cron)
 *	/tmp/pigtail-UID	(none of the others: no login session, not root)
 *
 * A directory is only used if it is this user's and nobody else can write to it. It is
 * locked while a name is claimed, so that two links can't both find the same dead
 * socket.
 */
#ifndef PIGTAIL_HOST_CONTROL_PLACE_H
#define PIGTAIL_HOST_CONTROL_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/un.h>

#define CONTROL_NAME_MAX 48 /* bytes of a name */
#define CONTROL_PATH_MAX sizeof(((struct sockaddr_un *)0)->sun_path)

/* What a name may be: letters, digits, '_', '-', '.', the last not in front. */
bool control_name_ok(const char *name);

/* Makes one of any text, as of a port: "tcp-localhost-5556", or of what is behind the last
 * slash. */
void control_name_from(const char *text, char *name, size_t size);

/* A socket in its place. */
struct control_place {
	int fd; /* listens */
	char path[CONTROL_PATH_MAX];
	dev_t device; /* of the file, by which it is known */
	ino_t inode;
};

/*
 * Claims a name: a socket that a dead process left is replaced. Returns 0; -1 with a
 * line in error; 1 with a line in error when a running link has the name.
 */
int control_place_claim(struct control_place *place, const char *name, char *error,
			size_t error_size);

/* Whether the socket can still be found. It can't when somebody removed the directory,
 * as systemd does with XDG_RUNTIME_DIR when its user logs out. */
bool control_place_stands(const struct control_place *place);

/* Takes the socket away. Another link's that has come to its path stays. */
void control_place_leave(struct control_place *place);

/*
 * Connects to the socket called name, or to all (NULL), sorted by name in each
 * directory; found() owns the descriptor. Sockets of dead processes are removed.
 */
void control_place_find(const char *name, void (*found)(void *user, const char *name, int fd),
			void *user);

#endif
