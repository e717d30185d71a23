/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A connection that carries lines both ways, without ever blocking the loop and within
 * bounds: a line that comes has at most CHANNEL_LINE_MAX bytes, and while much of what
 * was sent waits for the other side to take it, no more lines are taken from it.
 */
#ifndef PIGTAIL_HOST_CONTROL_CHANNEL_H
#define PIGTAIL_HOST_CONTROL_CHANNEL_H

#include "host/base/timer.h"

#include <stdbool.h>
#include <stddef.h>

#define CHANNEL_LINE_MAX 65536u /* bytes, without the line's end */
#define CHANNEL_WAITING	 65536u /* from here on it is much, bytes */

struct channel;

struct channel_events {
	void *user;
	/* A line came; its end is cut off, and it can be written to. Must not free the
	 * channel. NULL: it is too long, and nothing more will be read. */
	void (*line)(void *user, char *line, size_t n);
	/* Nothing more will be read. gone: nor can anything be sent any more, or all was
	 * that should be before channel_finish(); the channel is to be freed. */
	void (*ended)(void *user, bool gone);
	/* Something came or was taken: what channel_stuck_since() and
	 * channel_half_since() say may have changed. */
	void (*moved)(void *user);
};

/* Owns the descriptor from then on. Returns NULL with errno, and it is the caller's
 * still. */
struct channel *channel_new(uv_loop_t *loop, int fd, const struct channel_events *events);

/* Sends a line; its end is added. On a channel that is gone it does nothing. */
void channel_send(struct channel *channel, const char *line, size_t n);

/* Bytes that were sent and that the other side has not taken. */
size_t channel_waiting(const struct channel *channel);

/* Since when none of them was taken; 0: nothing waits. */
ptl_time channel_stuck_since(const struct channel *channel);

/* When a line that is not whole yet began; 0: there is none. */
ptl_time channel_half_since(const struct channel *channel);

/* Nothing more is read; ended() comes when all that was sent has been taken. */
void channel_finish(struct channel *channel);

/* Nothing more goes by the channel, which ends: another descriptor of the connection, for
 * whoever goes on with it. -1: something that was sent or came still waits. */
int channel_hand_over(struct channel *channel);

/* Not from within line(). NULL does nothing. */
void channel_free(struct channel *channel);

#endif
