/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Input is one buffer that holds the longest frame, and whatever came with it: frames are
 * taken from its front until one is refused or cut off. Output is a buffer likewise. While
 * a message is refused nothing is read, so the peer's own buffer fills, and it waits.
 */
#include "host/net/air_socket.h"

#include "host/base/poller.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LENGTH	     4u /* before each frame */
#define FRAME_LEAST  14u
#define FRAME_MOST   9216u
#define IN_BYTES     65536u
#define OUT_BYTES    262144u
#define OUT_FRAMES   131072u /* of it that frames may fill; the rest is for messages */
#define READS_A_TURN 16

struct air_socket {
	struct air_socket_events events;
	struct poller *poller;
	int fd;
	bool refused; /* the first frame of in, which is a message */
	bool full;    /* a message of ours was refused: room() is to be called */
	size_t in_n, out_n;
	uint8_t in[IN_BYTES], out[OUT_BYTES];
};

/* ---- output ---- */

static void want(const struct air_socket *socket)
{
	poller_want(socket->poller,
		    (socket->refused ? 0 : UV_READABLE) | (socket->out_n ? UV_WRITABLE : 0));
}

/* Errors are found by reading. */
static void flush(struct air_socket *socket)
{
	ssize_t n;

	if (socket->out_n == 0)
		return;
	n = send(socket->fd, socket->out, socket->out_n, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n > 0) {
		socket->out_n -= (size_t)n;
		memmove(socket->out, socket->out + n, socket->out_n);
	}
	want(socket);
}

static bool put(struct air_socket *socket, const uint8_t *frame, size_t n, size_t most)
{
	if (socket->out_n + LENGTH + n > most)
		return false;
	air_wire_put32(socket->out + socket->out_n, (uint32_t)n);
	memcpy(socket->out + socket->out_n + LENGTH, frame, n);
	socket->out_n += LENGTH + n;
	flush(socket);
	return true;
}

static bool say(struct air_socket *socket, const uint8_t mac[6], enum air_wire_kind kind,
		const uint8_t *bytes, size_t n)
{
	uint8_t frame[AIR_WIRE_MAX];
	size_t all = air_wire_make(frame, mac, kind, bytes, n);

	if (put(socket, frame, all, OUT_BYTES))
		return true;
	socket->full = true;
	return false;
}

bool air_socket_control(struct air_socket *socket, const uint8_t mac[6], const uint8_t *message,
			size_t n)
{
	return say(socket, mac, AIR_WIRE_CONTROL, message, n);
}

bool air_socket_session(struct air_socket *socket, const uint8_t mac[6], bool up, uint32_t line)
{
	uint8_t bytes[5] = {up};

	air_wire_put32(bytes + 1, line);
	return say(socket, mac, AIR_WIRE_SESSION, bytes, sizeof(bytes));
}

bool air_socket_line(struct air_socket *socket, const uint8_t mac[6], uint32_t line)
{
	uint8_t bytes[4];

	air_wire_put32(bytes, line);
	return say(socket, mac, AIR_WIRE_LINE, bytes, sizeof(bytes));
}

void air_socket_frame(struct air_socket *socket, const uint8_t *frame, size_t n)
{
	if (n <= FRAME_MOST)
		(void)put(socket, frame, n, OUT_FRAMES);
}

/* ---- input ---- */

/* What was said beside the hosts' frames. NULL, or why the peer is not wanted. */
static const char *take_message(struct air_socket *socket, const uint8_t *frame, size_t all)
{
	const struct air_socket_events *events = &socket->events;
	unsigned kind;
	size_t n;
	const uint8_t *bytes = air_wire_read(frame, all, &kind, &n);

	if (!bytes)
		return "it sent a message that is none";
	if (kind == AIR_WIRE_CONTROL && n > 0 && n <= PTL_CONTROL_MAX)
		socket->refused = !events->control(events->user, bytes, n);
	else if (kind == AIR_WIRE_SESSION && n >= 5 && events->session)
		return events->session(events->user, frame + 6, bytes[0],
				       air_wire_get32(bytes + 1))
			       ? NULL
			       : "it is not wanted";
	else if (kind == AIR_WIRE_LINE && n >= 4 && events->line)
		events->line(events->user, air_wire_get32(bytes));
	return NULL;
}

/* Takes what is whole; NULL, or why the peer is not wanted. */
static const char *take_input(struct air_socket *socket)
{
	const char *why = NULL;
	size_t at = 0;

	socket->refused = false;
	while (!why && socket->in_n - at >= LENGTH) {
		const uint8_t *frame = socket->in + at + LENGTH;
		size_t n = air_wire_get32(socket->in + at);

		if (n < FRAME_LEAST || n > FRAME_MOST)
			return "it sent what is no frame";
		if (socket->in_n - at - LENGTH < n)
			break;
		if (air_wire_is(frame, n))
			why = take_message(socket, frame, n);
		else
			socket->events.frame(socket->events.user, frame, n);
		if (socket->refused)
			break;
		at += LENGTH + n;
	}
	socket->in_n -= at;
	memmove(socket->in, socket->in + at, socket->in_n);
	socket->events.drained(socket->events.user);
	return why;
}

static const char *read_input(struct air_socket *socket)
{
	const char *why = NULL;

	for (int i = 0; !why && !socket->refused && i < READS_A_TURN; i++) {
		ssize_t n = recv(socket->fd, socket->in + socket->in_n, IN_BYTES - socket->in_n,
				 MSG_DONTWAIT);

		if (n == 0)
			return "it hung up";
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? NULL : strerror(errno);
		socket->in_n += (size_t)n;
		why = take_input(socket);
	}
	return why;
}

static void on_ready(void *user, int events)
{
	struct air_socket *socket = user;
	const char *why = NULL;

	if (events & UV_WRITABLE)
		flush(socket);
	if (socket->full && socket->out_n <= OUT_FRAMES) {
		socket->full = false;
		socket->events.room(socket->events.user);
	}
	if ((events & POLLER_ERROR) && socket->refused)
		why = "it hung up";
	else if (events & UV_READABLE)
		why = read_input(socket);
	if (why)
		socket->events.lost(socket->events.user, why);
	else
		want(socket);
}

/* The owner may be in the middle of something: an end is found by reading. */
void air_socket_resume(struct air_socket *socket)
{
	if (socket->refused && take_input(socket)) {
		(void)shutdown(socket->fd, SHUT_RDWR);
		socket->in_n = 0;
	}
	want(socket);
}

/* ---- life ---- */

struct air_socket *air_socket_new(uv_loop_t *loop, int fd,
				  const struct air_socket_events *events)
{
	struct air_socket *socket = calloc(1, sizeof(*socket));

	if (socket) {
		socket->events = *events;
		socket->fd = fd;
		socket->poller = poller_new(loop, fd, on_ready, socket);
	}
	if (!socket || !socket->poller) {
		free(socket);
		(void)close(fd);
		return NULL;
	}
	want(socket);
	return socket;
}

void air_socket_free(struct air_socket *socket)
{
	if (!socket)
		return;
	poller_free(socket->poller);
	(void)close(socket->fd);
	explicit_bzero(socket, sizeof(*socket)); /* passwords went through it */
	free(socket);
}
