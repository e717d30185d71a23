/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * States, while the port below is open:
 *
 *	HANDSHAKE -- the server is who it should be --> LOGIN -- "ok" --> UP
 *	    \                                            /        (without TLS: at once)
 *	     \-- it is not ---> REFUSED <--- another ---/
 *
 * In the dialogue name and password are said at once, when the server asks for the name;
 * what it answers is read byte by byte, for what follows is the bridge's. REFUSED stays:
 * to try again what is wrong would only shut out the user.
 */
#include "host/bridge/far.h"

#include "host/base/log.h"
#include "host/base/secret.h"
#include "host/base/timer.h"
#include "host/base/tls.h"
#include "host/bridge/known.h"
#include "host/port/port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_US UINT64_C(10000000)
#define ASKS	    "user: "
#define ANSWERS	    "password: "

struct far {
	struct port *port;
	const struct far_options *options;
	struct far_events events;
	struct tls_context *context;
	struct tls *tls;
	struct timer *patience; /* with a handshake, and a dialogue */
	enum { DOWN, HANDSHAKE, LOGIN, UP, REFUSED } state;
	char host[192], server[192];
	char heard[sizeof(ASKS) + sizeof(ANSWERS) + PTL_LOGIN_TEXT + 4];
	size_t heard_n;
	bool told; /* name and password were */
};

static void refuse(struct far *far, const char *why)
{
	far->state = REFUSED;
	timer_set(far->patience, PTL_NEVER);
	far->events.refused(far->events.user, why);
}

/* ---- whose certificate it is ---- */

/* With an authority TLS has seen to it. */
static bool is_right(struct far *far)
{
	char fingerprint[TLS_FINGERPRINT], why[384];

	if (far->options->ca)
		return true;
	if (!tls_peer_fingerprint(far->tls, fingerprint)) {
		refuse(far, "it shows no certificate");
		return false;
	}
	if (known_trust(far->server, far->options->pin, fingerprint, why, sizeof(why)))
		return true;
	refuse(far, why);
	return false;
}

/* ---- the dialogue ---- */

static void tell(struct far *far)
{
	const struct far_options *options = far->options;
	char text[PTL_LOGIN_NAME + PTL_LOGIN_ADDRESS + PTL_LOGIN_PASSWORD + 32];
	int n = snprintf(text, sizeof(text), "%s", options->name);

	if (options->minutes)
		n += snprintf(text + n, sizeof(text) - (size_t)n, " arm %s %u", options->arm,
			      options->minutes);
	n += snprintf(text + n, sizeof(text) - (size_t)n, "\n%s\n", options->password);
	(void)tls_write(far->tls, (const uint8_t *)text, (size_t)n);
	explicit_bzero(text, sizeof(text));
	far->told = true;
}

static void go_up(struct far *far, const char *said)
{
	far->state = UP;
	timer_set(far->patience, PTL_NEVER);
	far->events.opened(far->events.user, said);
}

static void on_answer(struct far *far)
{
	char *said = far->heard + sizeof(ASKS) - 1;

	if (!strncmp(said, ANSWERS, sizeof(ANSWERS) - 1))
		said += sizeof(ANSWERS) - 1;
	said[strcspn(said, "\r\n")] = 0;
	if (!strncmp(said, "ok", 2))
		go_up(far, said);
	else
		refuse(far, said);
}

static void log_in(struct far *far)
{
	while (far->state == LOGIN && far->heard_n < sizeof(far->heard) - 1 &&
	       tls_read(far->tls, (uint8_t *)far->heard + far->heard_n, 1)) {
		char last = far->heard[far->heard_n++];

		far->heard[far->heard_n] = 0;
		if (!far->told && far->heard_n == sizeof(ASKS) - 1) {
			if (strcmp(far->heard, ASKS) != 0)
				refuse(far, "it asks for no login; is it a bridge?");
			else
				tell(far);
		} else if (far->told && last == '\n') {
			on_answer(far);
		}
	}
	if (far->state == LOGIN && far->heard_n == sizeof(far->heard) - 1)
		refuse(far, "it makes no sense");
}

static void advance(struct far *far)
{
	char why[256], fingerprint[TLS_FINGERPRINT];

	if (far->state == HANDSHAKE) {
		switch (tls_go_on(far->tls)) {
		case TLS_FAILED:
			(void)snprintf(why, sizeof(why), "%s%s", tls_why(far->tls),
				       tls_peer_fingerprint(far->tls, fingerprint)
					       ? ""
					       : "; --plain is for servers without TLS");
			refuse(far, why);
			break;
		case TLS_OPEN:
			if (!is_right(far))
				break;
			far->state = LOGIN;
			if (!far->options->name)
				go_up(far, NULL);
			break;
		default:
			break;
		}
	}
	if (far->state == LOGIN)
		log_in(far);
}

static void on_time(void *user)
{
	refuse(user, "it doesn't answer as a bridge with TLS does; --plain is for servers "
		     "without");
}

/* ---- the port below ---- */

static ssize_t on_send(void *user, const uint8_t *bytes, size_t n)
{
	return (ssize_t)port_write(((struct far *)user)->port, bytes, n);
}

static ssize_t on_receive(void *user, uint8_t *bytes, size_t n)
{
	return (ssize_t)port_read(((struct far *)user)->port, bytes, n);
}

static void on_readable(void *user)
{
	struct far *far = user;

	advance(far);
	if (far->state == UP)
		far->events.readable(far->events.user);
}

static void on_writable(void *user)
{
	struct far *far = user;

	if (far->tls)
		(void)tls_go_on(far->tls);
	advance(far);
	if (far->state == UP)
		far->events.writable(far->events.user);
}

static void on_opened(void *user)
{
	struct far *far = user;
	const struct tls_seam seam = {far, on_send, on_receive};

	if (far->state == REFUSED)
		return;
	if (!far->context) {
		go_up(far, NULL);
		return;
	}
	tls_free(far->tls);
	far->tls = tls_new(far->context, far->host, &seam);
	far->heard_n = 0;
	far->told = false;
	far->state = HANDSHAKE;
	timer_set(far->patience, timer_now() + PATIENCE_US);
	if (far->tls)
		advance(far);
	else
		refuse(far, "out of memory");
}

static void on_lost(void *user, const char *why)
{
	struct far *far = user;

	if (far->state == REFUSED)
		return;
	far->state = DOWN;
	timer_set(far->patience, PTL_NEVER);
	far->events.lost(far->events.user, why);
}

static void on_waiting(void *user, const char *why)
{
	struct far *far = user;

	far->events.waiting(far->events.user, why);
}

/* ---- its life ---- */

int far_open(uv_loop_t *loop, const char *server, const struct far_options *options,
	     const struct far_events *events, struct far **out, char *error, size_t error_size)
{
	const struct port_events port_events = {
		.readable = on_readable,
		.writable = on_writable,
		.opened = on_opened,
		.lost = on_lost,
		.waiting = on_waiting,
	};
	struct far *far = calloc(1, sizeof(*far));
	struct port_events own = port_events;
	char spec[256];
	int status = 0;

	if (!far)
		return complain(error, error_size, "out of memory");
	far->options = options;
	far->events = *events;
	own.user = far;
	(void)snprintf(far->server, sizeof(far->server), "%s", server);
	(void)snprintf(far->host, sizeof(far->host), "%s",
		       *server == '[' ? server + 1 : server);
	far->host[*server == '[' ? strcspn(far->host, "]")
				 : (size_t)(strrchr(far->host, ':') - far->host)] = 0;
	if (options->tls)
		status = tls_client(options->ca, options->certificate, options->key,
				    &far->context, error, error_size);
	(void)snprintf(spec, sizeof(spec), "tcp:%s", server);
	far->patience = timer_new(loop, on_time, far);
	if (!status && !far->patience)
		status = complain(error, error_size, "cannot make a timer");
	if (!status)
		status = port_open(loop, spec, &own, &far->port, error, error_size);
	if (status) {
		far_close(far);
		return status;
	}
	*out = far;
	return 0;
}

void far_close(struct far *far)
{
	if (!far)
		return;
	if (far->tls)
		tls_end(far->tls);
	port_close(far->port);
	timer_free(far->patience);
	tls_free(far->tls);
	tls_context_free(far->context);
	free(far);
}

size_t far_read(struct far *far, uint8_t *bytes, size_t n)
{
	if (far->state != UP)
		return 0;
	return far->tls ? tls_read(far->tls, bytes, n) : port_read(far->port, bytes, n);
}

size_t far_write(struct far *far, const uint8_t *bytes, size_t n)
{
	if (far->state != UP)
		return 0;
	return far->tls ? tls_write(far->tls, bytes, n) : port_write(far->port, bytes, n);
}

void far_want_read(struct far *far, bool want)
{
	port_want_read(far->port, want || far->state != UP);
}

bool far_is_open(const struct far *far)
{
	return far->state == UP && port_is_open(far->port);
}

bool far_was_reset(const struct far *far)
{
	return port_was_reset(far->port);
}

const char *far_name(const struct far *far)
{
	return port_name(far->port);
}
