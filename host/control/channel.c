/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All begins with the descriptor being ready; sending only tries to write at once what
 * can be. So ended() is never called from within a call of the user's.
 *
 * What comes may hold secrets: it is overwritten when it has been dealt with.
 */
#include "host/control/channel.h"

#include "host/base/poller.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIRST_SIZE 1024u

struct buffer {
	char *bytes;
	size_t at; /* of the first that counts */
	size_t n;  /* of them, from at on */
	size_t size;
};

struct channel {
	struct channel_events events;
	struct poller *poller;
	int fd;
	struct buffer in;
	struct buffer out;
	bool closed;   /* nothing more will be read */
	bool finished; /* it is to end when out is empty */
	bool broken;   /* nothing can be sent any more */
	bool told;     /* ended() was called for closed */
	ptl_time half_since;
	ptl_time stuck_since;
};

/* Makes room for more bytes behind those that are there. */
static bool reserve(struct buffer *buffer, size_t more)
{
	size_t size = buffer->size ? buffer->size : FIRST_SIZE;
	char *bytes;

	if (buffer->at) {
		memmove(buffer->bytes, buffer->bytes + buffer->at, buffer->n);
		buffer->at = 0;
	}
	while (size < buffer->n + more)
		size *= 2;
	if (size == buffer->size)
		return true;
	bytes = malloc(size);
	if (!bytes)
		return false;
	if (buffer->n)
		memcpy(bytes, buffer->bytes, buffer->n);
	if (buffer->bytes)
		explicit_bzero(buffer->bytes, buffer->size);
	free(buffer->bytes);
	buffer->bytes = bytes;
	buffer->size = size;
	return true;
}

static void buffer_free(struct buffer *buffer)
{
	if (buffer->bytes)
		explicit_bzero(buffer->bytes, buffer->size);
	free(buffer->bytes);
	*buffer = (struct buffer){0};
}

static bool is_choked(const struct channel *channel)
{
	return channel->out.n >= CHANNEL_WAITING;
}

static void update_wanted(struct channel *channel)
{
	int events = 0;

	if (!channel->closed && !is_choked(channel))
		events |= UV_READABLE;
	/* Ready at once when all is done, which brings us to tell the end. */
	if (channel->out.n || channel->broken || channel->closed != channel->told ||
	    channel->finished)
		events |= UV_WRITABLE;
	poller_want(channel->poller, events);
}

/* ---- out ---- */

static void flush(struct channel *channel)
{
	struct buffer *out = &channel->out;
	ssize_t n;

	while (out->n && !channel->broken) {
		n = send(channel->fd, out->bytes + out->at, out->n,
			 MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			channel->broken = errno != EAGAIN;
			break;
		}
		out->at += (size_t)n;
		out->n -= (size_t)n;
		channel->stuck_since = timer_now();
	}
	if (!out->n) {
		channel->stuck_since = 0;
		buffer_free(out);
	}
}

void channel_send(struct channel *channel, const char *line, size_t n)
{
	struct buffer *out = &channel->out;

	if (channel->broken || channel->finished)
		return;
	if (!reserve(out, n + 1)) {
		channel->broken = true;
		update_wanted(channel);
		return;
	}
	memcpy(out->bytes + out->n, line, n);
	out->bytes[out->n + n] = '\n';
	out->n += n + 1;
	if (!channel->stuck_since)
		channel->stuck_since = timer_now();
	flush(channel);
	update_wanted(channel);
}

size_t channel_waiting(const struct channel *channel)
{
	return channel->out.n;
}

ptl_time channel_stuck_since(const struct channel *channel)
{
	return channel->stuck_since;
}

/* ---- in ---- */

static void consume(struct buffer *in, size_t n)
{
	explicit_bzero(in->bytes + in->at, n);
	in->at += n;
	in->n -= n;
}

/* Hands over the lines that are whole. */
static void deliver(struct channel *channel)
{
	struct buffer *in = &channel->in;

	while (in->n && !channel->finished && !channel->broken && !is_choked(channel)) {
		char *line = in->bytes + in->at;
		char *end = memchr(line, '\n', in->n);

		if (!end && in->n <= CHANNEL_LINE_MAX && !channel->closed) {
			if (!channel->half_since)
				channel->half_since = timer_now();
			return;
		}
		channel->half_since = 0;
		if (!end && channel->closed)
			break; /* it will never be whole */
		if (!end || end - line > (ptrdiff_t)CHANNEL_LINE_MAX) {
			channel->closed = true;
			channel->told = true;
			buffer_free(in);
			channel->events.line(channel->events.user, NULL, 0);
			return;
		}
		*end = 0;
		channel->events.line(channel->events.user, line, (size_t)(end - line));
		consume(in, (size_t)(end - line) + 1);
	}
	if (!is_choked(channel))
		buffer_free(in);
}

/* The other side will never read again; if it only has said all it has to say, it
 * does. */
static bool is_hung_up(const struct channel *channel)
{
	struct pollfd state = {.fd = channel->fd};

	return poll(&state, 1, 0) > 0 && (state.revents & (POLLHUP | POLLERR));
}

static void take(struct channel *channel)
{
	struct buffer *in = &channel->in;
	ssize_t n;

	if (channel->closed || is_choked(channel))
		return;
	if (!reserve(in, FIRST_SIZE)) {
		channel->broken = true;
		return;
	}
	n = recv(channel->fd, in->bytes + in->n, in->size - in->n, MSG_DONTWAIT);
	if (n < 0) {
		channel->broken = errno != EAGAIN && errno != EINTR;
		return;
	}
	if (!n) {
		channel->closed = true;
		channel->broken = is_hung_up(channel);
		return;
	}
	in->n += (size_t)n;
}

ptl_time channel_half_since(const struct channel *channel)
{
	return channel->half_since;
}

static void on_ready(void *user, int events)
{
	struct channel *channel = user;
	bool gone;

	(void)events;
	flush(channel);
	take(channel);
	deliver(channel);
	gone = channel->broken || (channel->finished && !channel->out.n);
	/* Lines that wait for room come before the end. */
	if (gone || (channel->closed && !channel->told && !channel->in.n)) {
		channel->told = true;
		channel->events.ended(channel->events.user, gone);
		if (gone)
			return;
	}
	update_wanted(channel);
	channel->events.moved(channel->events.user);
}

void channel_finish(struct channel *channel)
{
	channel->closed = true;
	channel->finished = true;
	update_wanted(channel);
}

int channel_hand_over(struct channel *channel)
{
	int fd = -1;

	if (!channel->out.n && !channel->in.n && !channel->closed && !channel->broken)
		fd = fcntl(channel->fd, F_DUPFD_CLOEXEC, 3);
	if (fd >= 0)
		channel_finish(channel);
	return fd;
}

struct channel *channel_new(uv_loop_t *loop, int fd, const struct channel_events *events)
{
	struct channel *channel = calloc(1, sizeof(*channel));

	if (!channel)
		return NULL;
	channel->events = *events;
	channel->fd = fd;
	channel->poller = poller_new(loop, fd, on_ready, channel);
	if (!channel->poller) {
		int saved = errno;

		free(channel);
		errno = saved;
		return NULL;
	}
	update_wanted(channel);
	return channel;
}

void channel_free(struct channel *channel)
{
	if (!channel)
		return;
	poller_free(channel->poller);
	(void)close(channel->fd);
	buffer_free(&channel->in);
	buffer_free(&channel->out);
	free(channel);
}
