/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One client of a control socket: its requests that wait for their answers, its
 * subscriptions, and how long it may be silent.
 */
#ifndef PIGTAIL_HOST_CONTROL_CLIENT_H
#define PIGTAIL_HOST_CONTROL_CLIENT_H

#include "host/control/registry.h"
#include "host/base/timer.h"

#include <uv.h>

/* Microseconds. */
struct control_times {
	ptl_time first; /* until its first request is whole, and any that it has begun */
	ptl_time idle;	/* between requests, when it waits for nothing */
	ptl_time stuck; /* while it takes nothing of what was sent */
};

struct client;

struct client_events {
	void *user;
	/* It said or wants something: its deadline may be another one. */
	void (*changed)(void *user);
	/* It is gone, and to be freed. */
	void (*ended)(void *user, struct client *client);
};

/* Owns the descriptor from then on. registry and times must stay. Returns NULL with
 * errno, and the descriptor is the caller's still. */
struct client *client_new(uv_loop_t *loop, int fd, const struct registry *registry,
			  const struct control_times *times,
			  const struct client_events *events);

/* Its calls are cancelled. */
void client_free(struct client *client);

/* When client_expire() is to be called. */
ptl_time client_deadline(const struct client *client);

/* Does what is due. False: it has been silent for too long, and is to be freed. */
bool client_expire(struct client *client, ptl_time now);

/* When it was heard last; PTL_NEVER: it waits for something. */
ptl_time client_silent_since(const struct client *client);

/* Tells it of an event, if it has subscribed to it; data is JSON. */
void client_tell(struct client *client, const struct control_event *event, const char *data);
bool client_wants(const struct client *client, const struct control_event *event);

/* The part goes: its calls and subscriptions end. */
void client_forget(struct client *client, const struct control_part *part);

#endif
