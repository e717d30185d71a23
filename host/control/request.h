/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a part of a link offers on its control socket, as tables: requests, which are
 * answered once, now or later, and events, which subscribers are told again and again.
 * docs/control-socket.md has what goes over the socket.
 *
 * All of it runs on the link's loop. A handler must neither close the control socket nor
 * remove a part of it.
 */
#ifndef PIGTAIL_HOST_CONTROL_REQUEST_H
#define PIGTAIL_HOST_CONTROL_REQUEST_H

#include "host/base/log.h"
#include "host/control/arguments.h"

#include <cjson/cJSON.h>

/* A request that waits for its answer. */
struct control_call;

/* Why a request is refused; a program goes by these, a human by the reason. */
enum control_code {
	CONTROL_BAD_REQUEST,	 /* bad-request: it is no request at all */
	CONTROL_UNKNOWN_REQUEST, /* unknown-request */
	CONTROL_BAD_ARGUMENT,	 /* bad-argument */
	CONTROL_BUSY,		 /* busy: too much at once; later it may be taken */
	CONTROL_NOT_READY,	 /* not-ready: the link can't do this now */
	CONTROL_FAILED,		 /* failed: it was tried */
	CONTROL_TIMEOUT,	 /* timeout: no answer came about in time */
	CONTROL_DENIED,		 /* denied: not to this user */
	CONTROL_CODES,
};

struct control_request {
	const char *name; /* "wifi.scan"; NULL ends a table */
	const char *help;
	const struct control_argument *arguments; /* ends with a NULL name; NULL: none */
	/* arguments are as the table says; they are gone at return. Calls one of the
	 * functions below before it returns. */
	void (*handle)(void *user, const cJSON *arguments, struct control_call *call);
	unsigned int patience_s; /* how long an answer may take; 0: 30 */
};

struct control_event {
	const char *name; /* NULL ends a table */
	const char *help;
	/* What the event would tell now, or NULL where it only tells what happens. With
	 * it, a subscriber is told at once, and periodically if it wants. */
	cJSON *(*now)(void *user);
};

/* What somebody adds by control_add(), whose memory it stays. */
struct control_part {
	const struct control_request *requests; /* or NULL */
	const struct control_event *events;	/* or NULL */
	void *user;				/* of handle() and now() */
	struct control_part *next;		/* the control socket's */
};

/* Answers; result is freed (NULL: an empty object). The call is gone at return. */
void control_answer(struct control_call *call, cJSON *result);

/* Answers with an error; the reason says what is wrong and what to do. The call is gone
 * at return. */
void control_refuse(struct control_call *call, enum control_code code, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Answers that it was tried and failed (CONTROL_FAILED), with a word for programs that says
 * how ("failure" in the error). The call is gone at return. */
void control_fail(struct control_call *call, const char *failure, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* Answers as another control socket has: a line with a result or an error, which is freed. The
 * call is gone at return. */
void control_relay(struct control_call *call, cJSON *answer);

/*
 * Answers, and takes the connection out of the client's hands: it carries no lines any more.
 * Returns its descriptor, which is the caller's; or -1, and the call was refused: the client
 * has said more, or has not read all. Only for a call that was kept by control_later().
 */
int control_hand_over(struct control_call *call, cJSON *result);

/*
 * The answer will come later, by one of the above. When nobody waits for it any more
 * (the client went, patience ended, the part was removed), cancelled() is called: the
 * call is gone then.
 */
void control_later(struct control_call *call, void (*cancelled)(void *user), void *user);

#endif
