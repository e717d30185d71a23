/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See stream_part.h. For each client that has a stream:
 *
 *	client === frames === socket -- out -- stream === link === radio
 *	                             -- in ---
 *
 * `in` holds one frame of the client's until the stream has taken it, `out` what came from the
 * radio until the socket has: the radio has sent no more than the credit, and gets it back
 * as the client takes. When one side is gone, the other is told, and the use of the stream
 * ends when both are.
 */
#include "host/wifi/stream_part.h"

#include "host/base/poller.h"
#include "host/base/timer.h"
#include "host/wifi/stream_frame.h"
#include "host/wifi/wifi_ask.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NAME_MAX_BYTES	   31
#define ARGUMENT_MAX_BYTES 255
#define OUT_BYTES	   (4096u * (1 + STREAM_HEAD) + 256u) /* the window, and the end */

/* One stream: from the request on, until both sides have ended. */
struct use {
	struct use *next;
	struct stream_part *part;
	unsigned number;
	bool stream_closed;	   /* the radio's number is free, or not ours any more */
	bool end_said, end_heard;  /* to and from the client */
	struct control_call *call; /* NULL: answered, or nobody waits */
	int fd;			   /* -1: not handed over */
	struct poller *poller;
	uint8_t in[STREAM_HEAD + STREAM_BYTES];
	size_t in_n, in_at; /* whole when in_at is beyond the head */
	uint8_t *out;
	size_t out_at, out_n;
	size_t owed; /* bytes of data in out, for which credit is given back */
};

struct stream_part {
	struct control_part part;
	struct control *control;
	struct wifi *wifi;
	uv_loop_t *loop;
	struct use *uses;
	void (*idle)(void *user); /* NULL: nobody waits for it */
	void *user;
	ptl_time patience;
	struct timer *timer; /* runs while somebody waits, and no client is there */
};

/* ---- the end ---- */

static void be_idle(void *user)
{
	struct stream_part *part = user;
	void (*idle)(void *user) = part->idle;

	part->idle = NULL;
	timer_set(part->timer, PTL_NEVER);
	if (idle)
		idle(part->user);
}

/* The last client has gone: the radio has so long to close what it had. */
static void hurry(struct stream_part *part)
{
	for (const struct use *use = part->uses; use; use = use->next)
		if (use->fd >= 0)
			return;
	if (part->idle)
		timer_set(part->timer, timer_now() + part->patience);
}

static void close_client(struct use *use)
{
	poller_free(use->poller);
	use->poller = NULL;
	if (use->fd >= 0)
		(void)close(use->fd);
	use->fd = -1;
	hurry(use->part);
}

static void free_if_done(struct use *use)
{
	struct stream_part *part = use->part;
	struct use **at = &part->uses;

	if (!use->stream_closed || use->fd >= 0 || use->call)
		return;
	while (*at != use)
		at = &(*at)->next;
	*at = use->next;
	if (!part->uses)
		be_idle(part);
	free(use->out);
	free(use);
}

static void close_stream(struct use *use, enum ptl_status status)
{
	struct wifi *wifi = use->part->wifi;

	ptl_stream_close(&wifi->streams, use->number, status, NULL);
	wifi_stream_pushed(wifi);
}

/* ---- to the client ---- */

static void want(struct use *use)
{
	int events = 0;

	if (!use->poller)
		return;
	if (!use->end_heard && use->in_at == 0)
		events |= UV_READABLE;
	if (use->out_n > use->out_at)
		events |= UV_WRITABLE;
	poller_want(use->poller, events);
}

/* false: the client has gone. */
static bool flush(struct use *use)
{
	struct wifi *wifi = use->part->wifi;

	while (use->out_at < use->out_n) {
		ssize_t n = send(use->fd, use->out + use->out_at, use->out_n - use->out_at,
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		use->out_at += (size_t)n;
	}
	use->out_at = use->out_n = 0;
	if (use->owed && !use->stream_closed) {
		size_t owed = use->owed;

		use->owed = 0;
		ptl_stream_took(&wifi->streams, use->number, owed);
		wifi_stream_pushed(wifi);
	}
	return true;
}

static void say(struct use *use, enum stream_frame kind, const uint8_t *bytes, size_t n)
{
	uint8_t *to = use->out + use->out_n;

	if (use->fd < 0 || use->out_n + STREAM_HEAD + n > OUT_BYTES)
		return;
	to[0] = (uint8_t)kind;
	to[1] = (uint8_t)n;
	to[2] = (uint8_t)(n >> 8);
	memcpy(to + STREAM_HEAD, bytes, n);
	use->out_n += STREAM_HEAD + n;
}

static void say_end(struct use *use, enum ptl_status status, const uint8_t *text, size_t n)
{
	uint8_t bytes[1 + PTL_WIFI_TEXT];

	if (use->end_said)
		return;
	use->end_said = true;
	n = n < PTL_WIFI_TEXT ? n : PTL_WIFI_TEXT;
	bytes[0] = (uint8_t)status;
	if (n > 0)
		memcpy(bytes + 1, text, n);
	say(use, STREAM_END, bytes, 1 + n);
}

/* What came is flushed and what waits is looked at; the use may be gone after this. */
static void go_on(struct use *use)
{
	if (use->fd >= 0 && (!flush(use) || (use->end_said && use->out_n == 0)))
		close_client(use);
	if (use->fd < 0 && !use->stream_closed && !use->call && !use->end_heard) {
		use->end_heard = true;
		close_stream(use, PTL_STATUS_ABORTED);
	}
	want(use);
	free_if_done(use);
}

/* ---- from the client ---- */

/* A whole frame, as far as the stream takes it. */
static void push(struct use *use)
{
	struct wifi *wifi = use->part->wifi;

	if (use->in[0] == STREAM_END) {
		use->end_heard = true;
		use->in_n = use->in_at = 0;
		if (!use->stream_closed)
			close_stream(use, (enum ptl_status)use->in[STREAM_HEAD]);
		return;
	}
	while (use->in_at < use->in_n && !use->stream_closed) {
		size_t n = ptl_stream_write(&wifi->streams, timer_now(), use->number,
					    use->in + use->in_at, use->in_n - use->in_at);

		wifi_stream_pushed(wifi);
		if (n == 0)
			return;
		use->in_at += n;
	}
	use->in_n = use->in_at = 0;
}

/* false: it has gone, or says what makes no sense. */
static bool take(struct use *use)
{
	for (;;) {
		size_t wanted = STREAM_HEAD;
		ssize_t n;

		if (use->in_n >= STREAM_HEAD)
			wanted += (size_t)use->in[1] | (size_t)use->in[2] << 8;
		if (wanted > sizeof(use->in) ||
		    (use->in_n >= STREAM_HEAD &&
		     (use->in[0] > STREAM_END || wanted == STREAM_HEAD)))
			return false;
		if (use->in_n == wanted && wanted > STREAM_HEAD) {
			use->in_at = STREAM_HEAD;
			push(use);
			return true;
		}
		n = recv(use->fd, use->in + use->in_n, wanted - use->in_n, MSG_DONTWAIT);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (n == 0)
			return false;
		use->in_n += (size_t)n;
	}
}

static void on_client(void *user, int events)
{
	struct use *use = user;

	if (events & (UV_READABLE | POLLER_ERROR) && !use->end_heard && use->in_at == 0 &&
	    !take(use))
		close_client(use);
	go_on(use);
}

/* ---- from the radio ---- */

static void on_opened(void *user)
{
	struct use *use = user;
	struct control_call *call = use->call;

	if (!call) {
		close_stream(use, PTL_STATUS_ABORTED);
		return;
	}
	use->call = NULL;
	use->fd = control_hand_over(call, NULL);
	if (use->fd >= 0)
		use->poller = poller_new(use->part->loop, use->fd, on_client, use);
	if (!use->poller)
		close_client(use);
	go_on(use);
}

static void on_data(void *user, const uint8_t *bytes, size_t n)
{
	struct use *use = user;

	say(use, STREAM_DATA, bytes, n);
	use->owed += n;
	go_on(use);
}

static void on_room(void *user)
{
	struct use *use = user;

	if (use->in_at > 0)
		push(use);
	go_on(use);
}

static void on_closed(void *user, enum ptl_status status, const uint8_t *text, size_t n)
{
	struct use *use = user;
	struct wifi *wifi = use->part->wifi;
	struct control_call *call = use->call;

	use->stream_closed = true;
	use->in_n = use->in_at = 0;
	if (wifi->streams.stream[use->number].state == PTL_STREAM_ENDED)
		close_stream(use, PTL_STATUS_DONE);
	if (call) {
		char words[PTL_WIFI_TEXT];
		size_t kept = n < sizeof(words) - 1 ? n : sizeof(words) - 1;

		if (kept > 0)
			memcpy(words, text, kept);
		words[kept] = 0;
		use->call = NULL;
		wifi_ask_refuse(wifi, call, status, words);
	}
	say_end(use, status, text, n);
	go_on(use);
}

/* ---- the request ---- */

static void on_cancelled(void *user)
{
	struct use *use = user;

	use->call = NULL;
	free_if_done(use);
}

static void handle_open(void *user, const cJSON *arguments, struct control_call *call)
{
	struct stream_part *part = user;
	const char *name = control_string(arguments, "name", "");
	const char *argument = control_string(arguments, "argument", "");
	struct use *use = calloc(1, sizeof(*use));
	struct wifi_stream stream = {use, on_opened, on_data, on_room, on_closed};
	int number = -1;

	if (use)
		use->out = malloc(OUT_BYTES);
	if (!use || !use->out) {
		free(use);
		control_refuse(call, CONTROL_BUSY, "out of memory");
		return;
	}
	if (!part->wifi->session)
		control_refuse(call, CONTROL_NOT_READY, "the other end has no streams now");
	else if ((number = wifi_stream_open(part->wifi, name, argument, strlen(argument),
					    &stream)) < 0)
		control_refuse(call, CONTROL_BUSY, "all streams of the link are in use");
	if (number < 0) {
		free(use->out);
		free(use);
		return;
	}
	use->part = part;
	use->number = (unsigned)number;
	use->fd = -1;
	use->call = call;
	use->next = part->uses;
	part->uses = use;
	control_later(call, on_cancelled, use);
	wifi_stream_pushed(part->wifi);
}

static const struct control_argument open_arguments[] = {
	{"name", CONTROL_STRING, true, 1, NAME_MAX_BYTES, "of the service"},
	{"argument", CONTROL_STRING, false, 0, ARGUMENT_MAX_BYTES, "what the service wants"},
	{0},
};

static const struct control_request requests[] = {
	{"stream.open", "a stream of the radio; the connection carries frames from then on",
	 open_arguments, handle_open, 0},
	{0},
};

struct stream_part *stream_part_new(uv_loop_t *loop, struct control *control, struct wifi *wifi)
{
	struct stream_part *part = calloc(1, sizeof(*part));

	if (!part)
		return NULL;
	part->timer = timer_new(loop, be_idle, part);
	if (!part->timer) {
		free(part);
		return NULL;
	}
	part->part = (struct control_part){requests, NULL, part, NULL};
	part->loop = loop;
	part->control = control;
	part->wifi = wifi;
	control_add(control, &part->part);
	return part;
}

void stream_part_when_idle(struct stream_part *part, ptl_time patience,
			   void (*idle)(void *user), void *user)
{
	if (!part || !part->uses) {
		idle(user);
		return;
	}
	part->idle = idle;
	part->user = user;
	part->patience = patience;
	hurry(part);
}

void stream_part_free(struct stream_part *part)
{
	if (!part)
		return;
	part->idle = NULL;
	control_remove(part->control, &part->part);
	for (struct use *use = part->uses, *next; use; use = next) {
		next = use->next;
		if (!use->stream_closed)
			close_stream(use, PTL_STATUS_ABORTED);
		use->stream_closed = true;
		close_client(use);
		free_if_done(use);
	}
	timer_free(part->timer);
	free(part);
}
