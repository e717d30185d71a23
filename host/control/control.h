/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control socket of a running link: programs ask it, and it tells them what
 * happens; request.h has what it can be taught, docs/control-socket.md what goes over
 * it. It serves its own user and root, as their credentials say, and many clients at
 * once: if there are too many, the one that has been silent for longest goes.
 */
#ifndef PIGTAIL_HOST_CONTROL_H
#define PIGTAIL_HOST_CONTROL_H

#include "host/control/client.h"

struct control;

/*
 * Claims a name. times must stay; NULL: the usual ones. Returns 0; -1 with a line in
 * error; 1 with a line in error when the name is taken.
 */
int control_open(uv_loop_t *loop, const char *name, const struct control_times *times,
		 struct control **control, char *error, size_t error_size);

/*
 * One that has no place, and one client, which is at the other end of fd; owns the
 * descriptor. ended() is called when that is gone: what is left is control_close(), which
 * must wait until the loop has gone on. NULL: out of memory or descriptors.
 */
struct control *control_for(uv_loop_t *loop, const char *name, int fd,
			    void (*ended)(void *user), void *user);

/* The socket is gone at return. NULL does nothing. */
void control_close(struct control *control);

/* Its path now; "" without one. */
const char *control_path(const struct control *control);

/* Serves a client that is connected already, as by a socket pair of this process. The
 * descriptor is its own from now on. */
void control_join(struct control *control, int fd);

/* To be called about once a second: a socket that was removed is made again, where there
 * is a place for it now. */
void control_tick(struct control *control);

/* Offers what the part has, until it is removed. */
void control_add(struct control *control, struct control_part *part);
void control_remove(struct control *control, struct control_part *part);

/* An event happened: its subscribers are told data, which is freed; NULL: what its now()
 * says, or null. Without subscribers it costs next to nothing. */
void control_publish(struct control *control, const char *event, cJSON *data);

#endif
