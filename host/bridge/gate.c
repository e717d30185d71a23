/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * States of a visitor:
 *
 *	HANDSHAKE -- a client's certificate --> passed
 *	    \-- none --> LOGIN -- name and password --> CHECK -- right --> LAST --> passed
 *	                   ^                              |
 *	                   +--- wrong, and tries left ----+--- wrong --> LAST --> gone
 *
 * LAST sends what is left of the dialogue. Each state has a limit of time, all visitors
 * together one of number, and each address too: who lets connections stand shuts out
 * itself. A visitor has no seat in the bridge, reads nothing of the UART, and what it says
 * goes nowhere but here.
 */
#include "host/bridge/gate.h"

#include "host/base/log.h"
#include "host/base/poller.h"
#include "host/base/socket.h"
#include "host/base/timer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READS 4 /* at one go */

enum state {
	HANDSHAKE,
	LOGIN,
	CHECK,
	LAST,
};

struct visitor {
	struct gate *gate;
	struct stream *stream; /* NULL: the place is free */
	struct poller *poller;
	struct timer *timer;
	enum state state;
	enum ptl_service service;
	struct sockaddr_storage from;
	char peer[64];
	struct ptl_login login;
	struct users_check *check;
	size_t in_at, in_n, out_at, out_n;
	uint8_t in[512], out[256];
};

struct gate {
	uv_loop_t *loop;
	const struct access *access;
	struct gate_events events;
	struct visitor visitor[GATE_VISITORS];
};

/* ---- its end ---- */

/* The stream is another one's, or freed. */
static void vacate(struct visitor *visitor)
{
	struct gate *gate = visitor->gate;

	if (visitor->check)
		users_forget(visitor->check);
	timer_free(visitor->timer);
	poller_free(visitor->poller);
	explicit_bzero(visitor, sizeof(*visitor));
	visitor->gate = gate;
}

static void dismiss(struct visitor *visitor, bool reset)
{
	stream_free(visitor->stream, reset);
	vacate(visitor);
}

static void on_time(void *user)
{
	struct visitor *visitor = user;

	log_detail("%s: took too long to log in", visitor->peer);
	dismiss(visitor, true);
}

/* ---- who has passed ---- */

static void pass(struct visitor *visitor, const char *name)
{
	struct gate *gate = visitor->gate;
	uint8_t bytes[PTL_LOGIN_KEPT + sizeof(visitor->in)];
	struct gate_guest guest = {visitor->stream, visitor->service, name, bytes, 0};
	char kept_name[128];
	size_t kept_n;
	const uint8_t *kept = ptl_login_kept(&visitor->login, &kept_n);

	if (visitor->service != PTL_SERVICE_RAW) {
		memcpy(bytes, kept, kept_n);
		guest.n = kept_n;
	}
	memcpy(bytes + guest.n, visitor->in + visitor->in_at, visitor->in_n - visitor->in_at);
	guest.n += visitor->in_n - visitor->in_at;
	(void)snprintf(kept_name, sizeof(kept_name), "%s", name);
	guest.name = kept_name;
	log_line("%s: %s has logged in", visitor->peer, kept_name);
	vacate(visitor);
	gate->events.passed(gate->events.user, &guest);
	explicit_bzero(bytes, sizeof(bytes));
}

static bool arm(const struct visitor *visitor, char *text, size_t size)
{
	const struct gate_events *events = &visitor->gate->events;
	const struct ptl_login *login = &visitor->login;
	struct sockaddr_storage address = visitor->from;

	if (strcmp(login->arm, "me") != 0 && socket_host(login->arm, &address) < 0) {
		(void)snprintf(text, size, "%s is no address, nor 'me'", login->arm);
		return false;
	}
	return events->arm(events->user, login->name, (const struct sockaddr *)&address,
			   login->minutes, text, size);
}

static void go_on(struct visitor *visitor);

static void on_checked(void *user, bool passes, const char *why)
{
	struct visitor *visitor = user;
	struct ptl_login *login = &visitor->login;
	char text[PTL_LOGIN_TEXT] = "ok";

	visitor->check = NULL;
	visitor->state = LOGIN;
	if (!passes) {
		log_line("%s: %s: %s", visitor->peer,
			 ptl_password_name_ok(login->name, strlen(login->name)) ? login->name
										: "a user",
			 why);
		(void)snprintf(text, sizeof(text), "%s", why);
	} else if (login->minutes) {
		passes = arm(visitor, text, sizeof(text));
	}
	ptl_login_answer(login, passes, text);
	go_on(visitor);
}

/* ---- bytes ---- */

/* false: it is gone. */
static bool flush(struct visitor *visitor)
{
	for (;;) {
		ssize_t n;

		if (visitor->out_at == visitor->out_n) {
			visitor->out_at = 0;
			visitor->out_n = ptl_login_transmit(&visitor->login, visitor->out,
							    sizeof(visitor->out));
			if (!visitor->out_n)
				return true;
		}
		n = stream_write(visitor->stream, visitor->out + visitor->out_at,
				 visitor->out_n - visitor->out_at);
		if (n < 0) {
			dismiss(visitor, false);
			return false;
		}
		if (!n)
			return true;
		visitor->out_at += (size_t)n;
	}
}

/* Gives the dialogue what came. */
static void listen_to(struct visitor *visitor)
{
	struct ptl_login *login = &visitor->login;
	uint8_t *in = visitor->in + visitor->in_at;
	size_t taken = ptl_login_receive(login, in, visitor->in_n - visitor->in_at);

	explicit_bzero(in, taken);
	visitor->in_at += taken;
	if (login->state == PTL_LOGIN_PASSED || login->state == PTL_LOGIN_FAILED)
		visitor->state = LAST;
	if (login->state != PTL_LOGIN_ASKS || visitor->state == CHECK)
		return;
	visitor->state = CHECK;
	visitor->check = users_check(visitor->gate->access->users,
				     (const struct sockaddr *)&visitor->from, login->name,
				     login->password, on_checked, visitor);
	if (!visitor->check) {
		ptl_login_answer(login, false, "out of memory");
		visitor->state = LOGIN;
	}
}

/* false: it is gone. */
static bool read_some(struct visitor *visitor)
{
	for (unsigned i = 0; i < READS && visitor->state == LOGIN; i++) {
		ssize_t n;

		listen_to(visitor);
		if (visitor->in_at < visitor->in_n || visitor->state != LOGIN)
			break;
		n = stream_read(visitor->stream, visitor->in, sizeof(visitor->in));
		if (n < 0) {
			dismiss(visitor, false);
			return false;
		}
		visitor->in_at = 0;
		visitor->in_n = (size_t)n;
		if (!n)
			break;
	}
	return true;
}

/* false: it is gone, one way or the other. */
static bool shake_hands(struct visitor *visitor)
{
	const struct access *access = visitor->gate->access;
	int ready = stream_ready(visitor->stream);
	const char *name;

	if (ready < 0) {
		log_detail("%s: %s", visitor->peer,
			   errno == EPROTO ? tls_why(stream_tls(visitor->stream)) : "hung up");
		dismiss(visitor, false);
		return false;
	}
	if (!ready)
		return true;
	name = tls_peer_name(stream_tls(visitor->stream));
	if (name) {
		pass(visitor, name);
		return false;
	}
	if (!access->users) {
		log_detail("%s: shows no certificate", visitor->peer);
		dismiss(visitor, false);
		return false;
	}
	ptl_login_init(&visitor->login);
	timer_set(visitor->timer, timer_now() + GATE_LOGIN_US);
	visitor->state = LOGIN;
	return true;
}

static void go_on(struct visitor *visitor)
{
	if (visitor->state == HANDSHAKE && !shake_hands(visitor))
		return;
	if (visitor->state == LOGIN && !read_some(visitor))
		return;
	if (visitor->state != HANDSHAKE && !flush(visitor))
		return;
	if (visitor->state == LAST && visitor->out_n == 0) {
		if (visitor->login.state == PTL_LOGIN_PASSED) {
			pass(visitor, visitor->login.name);
			return;
		}
		stream_end(visitor->stream);
		dismiss(visitor, false);
		return;
	}
	poller_want(visitor->poller, stream_events(visitor->stream, visitor->state == LOGIN,
						   visitor->out_at < visitor->out_n));
}

static void on_ready(void *user, int events)
{
	struct visitor *visitor = user;

	if (events & POLLER_ERROR)
		dismiss(visitor, false);
	else
		go_on(visitor);
}

/* ---- who comes ---- */

/* NULL: there is no place for this address. */
static struct visitor *find_place(struct gate *gate, const struct sockaddr_storage *from)
{
	struct visitor *place = NULL;
	unsigned same = 0;

	for (unsigned i = 0; i < GATE_VISITORS; i++) {
		struct visitor *visitor = &gate->visitor[i];

		if (!visitor->stream)
			place = visitor;
		else
			same += socket_same_host((const struct sockaddr *)&visitor->from,
						 (const struct sockaddr *)from);
	}
	return same < GATE_OF_ADDRESS ? place : NULL;
}

void gate_take(struct gate *gate, int fd, enum ptl_service service)
{
	struct sockaddr_storage from = {0};
	socklen_t size = sizeof(from);
	struct visitor *visitor;

	if (getpeername(fd, (struct sockaddr *)&from, &size) < 0) {
		(void)close(fd);
		return;
	}
	visitor = find_place(gate, &from);
	if (!visitor) {
		log_detail("refused a connection: too many are logging in");
		(void)close(fd);
		return;
	}
	*visitor = (struct visitor){.gate = gate, .service = service, .from = from};
	socket_peer(fd, visitor->peer, sizeof(visitor->peer));
	visitor->stream = stream_new(fd, gate->access->tls);
	if (!visitor->stream)
		return;
	visitor->timer = timer_new(gate->loop, on_time, visitor);
	visitor->poller = poller_new(gate->loop, fd, on_ready, visitor);
	if (!visitor->timer || !visitor->poller) {
		dismiss(visitor, false);
		return;
	}
	timer_set(visitor->timer, timer_now() + GATE_HANDSHAKE_US);
	go_on(visitor);
}

struct gate *gate_open(uv_loop_t *loop, const struct access *access,
		       const struct gate_events *events)
{
	struct gate *gate = calloc(1, sizeof(*gate));

	if (!gate)
		return NULL;
	gate->loop = loop;
	gate->access = access;
	gate->events = *events;
	return gate;
}

void gate_close(struct gate *gate)
{
	if (!gate)
		return;
	for (unsigned i = 0; i < GATE_VISITORS; i++)
		if (gate->visitor[i].stream)
			dismiss(&gate->visitor[i], true);
	free(gate);
}
