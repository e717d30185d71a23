/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file descriptor watched on a libuv loop. Differs from uv_poll_t in that it
 * frees itself, may be freed from within its own callback, and reports an error
 * condition as an event like any other. The descriptor stays the caller's, who
 * may close it right after poller_free().
 */
#ifndef PIGTAIL_HOST_POLLER_H
#define PIGTAIL_HOST_POLLER_H

#include <uv.h>

/* Beyond UV_READABLE and UV_WRITABLE, which come with it. The poller has
 * stopped; poller_want() starts it again. */
#define POLLER_ERROR 0x100

struct poller;

/* Returns NULL with errno set. The descriptor becomes nonblocking. */
struct poller *poller_new(uv_loop_t *loop, int fd, void (*ready)(void *user, int events),
			  void *user);

/* UV_READABLE | UV_WRITABLE | UV_PRIORITIZED; 0 stops. Level triggered. */
void poller_want(struct poller *poller, int events);

/* NULL does nothing. */
void poller_free(struct poller *poller);

#endif
