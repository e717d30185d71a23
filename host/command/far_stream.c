/* SPDX-License-Identifier: GPL-2.0-only */
/* See far_stream.h. What goes over the connection is in host/wifi/stream_frame.h. */
#include "host/command/far_stream.h"

#include "host/base/log.h"
#include "host/wifi/stream_frame.h"

#include <pigtail/control.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

int far_stream_open(struct far_stream *stream, struct radio *radio, const char *service,
		    const char *argument)
{
	cJSON *arguments = cJSON_CreateObject(), *result;
	const char *bytes;
	int status;

	cJSON_AddStringToObject(arguments, "name", service);
	if (argument)
		cJSON_AddStringToObject(arguments, "argument", argument);
	result = radio_ask(radio, "stream.open", arguments, NULL, NULL, NULL, &status);
	cJSON_Delete(result);
	if (!result)
		return status;
	*stream = (struct far_stream){.radio = radio};
	stream->fd = radio_connection(radio, &bytes, &stream->n);
	if (stream->n > sizeof(stream->in))
		stream->n = sizeof(stream->in);
	if (stream->n > 0)
		memcpy(stream->in, bytes, stream->n);
	return EXIT_DONE;
}

/* false: not until then. */
static bool wait_for(const struct far_stream *stream, short events, ptl_time until)
{
	struct pollfd state = {.fd = stream->fd, .events = events};
	ptl_time now = timer_now();
	int ms = -1;

	if (until != PTL_NEVER)
		ms = until > now ? (int)((until - now + 999) / 1000) : 0;
	return poll(&state, 1, ms) > 0;
}

static void gone(struct far_stream *stream)
{
	stream->ended = true;
	stream->status = PTL_STATUS_ABORTED;
	(void)strcpy(stream->text, "the link has ended");
}

/* That it cannot be sent is no word yet: the other side's last one may be there to read. */
static bool send_all(struct far_stream *stream, const uint8_t *bytes, size_t n)
{
	while (n > 0 && !stream->ended) {
		ssize_t sent = send(stream->fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && errno == EAGAIN)
			(void)wait_for(stream, POLLOUT, PTL_NEVER);
		else if (sent < 0 && errno != EINTR)
			return false;
		if (sent > 0) {
			bytes += sent;
			n -= (size_t)sent;
		}
	}
	return n == 0;
}

static bool send_frame(struct far_stream *stream, enum stream_frame kind, const uint8_t *bytes,
		       size_t n)
{
	uint8_t frame[STREAM_HEAD + STREAM_BYTES];

	frame[0] = (uint8_t)kind;
	frame[1] = (uint8_t)n;
	frame[2] = (uint8_t)(n >> 8);
	memcpy(frame + STREAM_HEAD, bytes, n);
	return send_all(stream, frame, STREAM_HEAD + n);
}

bool far_stream_write(struct far_stream *stream, const void *bytes, size_t n)
{
	const uint8_t *at = bytes;

	while (n > 0) {
		size_t part = n < STREAM_BYTES ? n : STREAM_BYTES;

		if (!send_frame(stream, STREAM_DATA, at, part))
			return false;
		at += part;
		n -= part;
	}
	return !stream->ended;
}

void far_stream_end(struct far_stream *stream, uint8_t status)
{
	(void)send_frame(stream, STREAM_END, &status, 1);
}

/* Reads what is there. */
static void read_more(struct far_stream *stream)
{
	ssize_t n;

	if (stream->at > 0)
		memmove(stream->in, stream->in + stream->at, stream->n);
	stream->at = 0;
	n = recv(stream->fd, stream->in + stream->n, sizeof(stream->in) - stream->n,
		 MSG_DONTWAIT);
	if (n > 0)
		stream->n += (size_t)n;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		gone(stream);
}

static void skip(struct far_stream *stream, size_t n)
{
	stream->at += n;
	stream->n -= n;
}

/* Begins the next frame, if its head (of the last: all of it) is there. */
static bool next_frame(struct far_stream *stream)
{
	const uint8_t *head = stream->in + stream->at;
	size_t n, text;

	if (stream->n < STREAM_HEAD)
		return false;
	n = (size_t)head[1] | (size_t)head[2] << 8;
	if (head[0] == STREAM_DATA) {
		stream->data = n;
		skip(stream, STREAM_HEAD);
		return true;
	}
	if (stream->n < STREAM_HEAD + n)
		return false;
	stream->ended = true;
	stream->status = n > 0 ? head[STREAM_HEAD] : PTL_STATUS_FAILED;
	text = n > 0 ? n - 1 : 0;
	text = text < FAR_STREAM_TEXT - 1 ? text : FAR_STREAM_TEXT - 1;
	for (size_t i = 0; i < text; i++) {
		uint8_t c = head[STREAM_HEAD + 1 + i];

		stream->text[i] = c >= 0x20 && c <= 0x7e ? (char)c : '.';
	}
	stream->text[text] = 0;
	return true;
}

size_t far_stream_read(struct far_stream *stream, void *bytes, size_t n, ptl_time until)
{
	for (;;) {
		if (stream->data > 0 && stream->n > 0) {
			size_t part = stream->data < stream->n ? stream->data : stream->n;

			part = part < n ? part : n;
			memcpy(bytes, stream->in + stream->at, part);
			skip(stream, part);
			stream->data -= part;
			return part;
		}
		if (stream->ended)
			return 0;
		if (stream->data == 0 && next_frame(stream))
			continue;
		if (!wait_for(stream, POLLIN, until))
			return 0;
		read_more(stream);
	}
}

int far_stream_result(const struct far_stream *stream, const char *what)
{
	if (stream->status == PTL_STATUS_DONE)
		return EXIT_DONE;
	log_line("%s: %s: %s", radio_link(stream->radio), what,
		 *stream->text ? stream->text
			       : ptl_status_text((enum ptl_status)stream->status));
	return stream->status == PTL_STATUS_ABORTED ? EXIT_NO_ANSWER : EXIT_FAILED;
}
