/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uv_poll_t with its lifetime taken care of: poller_free() stops it at once,
 * the memory goes when libuv has let go of the handle.
 */
#include "host/base/poller.h"

#include <errno.h>
#include <stdlib.h>

struct poller {
	uv_poll_t handle;
	void (*ready)(void *user, int events);
	void *user;
	int wanted;
};

static void on_poll(uv_poll_t *handle, int status, int events)
{
	struct poller *poller = handle->data;

	if (status < 0) {
		poller->wanted = 0;
		events = UV_READABLE | UV_WRITABLE | POLLER_ERROR;
	}
	poller->ready(poller->user, events);
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

struct poller *poller_new(uv_loop_t *loop, int fd, void (*ready)(void *user, int events),
			  void *user)
{
	struct poller *poller = calloc(1, sizeof(*poller));
	int status;

	if (!poller)
		return NULL;
	status = uv_poll_init(loop, &poller->handle, fd);
	if (status < 0) {
		free(poller);
		errno = -status;
		return NULL;
	}
	poller->handle.data = poller;
	poller->ready = ready;
	poller->user = user;
	return poller;
}

void poller_want(struct poller *poller, int events)
{
	if (events == poller->wanted)
		return;
	poller->wanted = events;
	if (events)
		(void)uv_poll_start(&poller->handle, events, on_poll);
	else
		(void)uv_poll_stop(&poller->handle);
}

void poller_free(struct poller *poller)
{
	if (!poller)
		return;
	(void)uv_poll_stop(&poller->handle);
	uv_close((uv_handle_t *)&poller->handle, on_closed);
}
