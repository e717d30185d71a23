/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tcp-listen:[HOST:]PORT and unix-listen:PATH: a peer connects to us. A wire has two
 * ends, so one peer at a time is heard. TCP listens on loopback only unless told
 * otherwise, for a port has no password.
 *
 * Somebody who connects and says nothing (a port scanner, a client that hangs, a peer
 * whose machine lost its power) must not keep the others out. So whoever comes while the
 * place is taken waits, and ten times a second it is looked at what has come from him:
 *
 *  - the one who has the place left:                 the newest who waits has it
 *  - he made no sense for SILENT_MS, and one who
 *    waits does:                                     that one has it, the newest first
 *  - he never made any, for MUTE_MS:                 the newest has it, untried
 *  - one who waits hung up, says much that makes no
 *    sense, or waited WAIT_MS:                       is hung up on
 *
 * What makes sense is the owner's matter (see port.h). What they sent stays in their
 * sockets, for the owner to read. Refusals are logged once for each peer that we have.
 */
#include "host/base/log.h"
#include "host/port/kind.h"
#include "host/base/socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAITING_MAX 4
#define LOOK_MS	    100
#define SILENT_MS   3000 /* Pigtail's own end asks after 1 s, and is gone after 3 */
#define MUTE_MS	    2000
#define WAIT_MS	    5000
#define LOOK_BYTES  4096

struct listener {
	int fd;
	struct poller *poller;
	bool told_refused;
	bool is_unix; /* there is a socket to unlink */
	uv_timer_t *look;
	size_t waiting;
	struct newcomer {
		int fd;
		uint64_t came_ms;
	} newcomers[WAITING_MAX]; /* the oldest first */
};

static void take_out(struct listener *listener, size_t i)
{
	listener->waiting--;
	memmove(&listener->newcomers[i], &listener->newcomers[i + 1],
		(listener->waiting - i) * sizeof(listener->newcomers[0]));
}

static void refuse(struct port *port, size_t i, const char *why)
{
	struct listener *listener = port->data;

	(void)close(listener->newcomers[i].fd);
	take_out(listener, i);
	if (why && !listener->told_refused)
		log_line("%s: refused a second peer: %s", port->name, why);
	listener->told_refused |= why != NULL;
}

static void seat(struct port *port, int fd)
{
	struct listener *listener = port->data;

	listener->told_refused = false;
	if (port_attach(port, fd) < 0)
		log_line("%s: cannot watch a connection: %s", port->name, strerror(errno));
}

/* Whether the one who has the place may be sent away for one of whom it is known that he
 * makes sense. */
static bool must_give_way(const struct port *port, bool sense, uint64_t now)
{
	if (port->state != PORT_OPEN)
		return false;
	if (!port->sense_ms)
		return sense || now - port->opened_ms >= MUTE_MS;
	return sense && now - port->sense_ms >= SILENT_MS;
}

/* One who waits; whether he shall have the place. */
static bool look_at(struct port *port, size_t i)
{
	struct listener *listener = port->data;
	const struct newcomer *newcomer = &listener->newcomers[i];
	uint64_t now = uv_now(port->loop);
	uint8_t bytes[LOOK_BYTES];
	ssize_t n = recv(newcomer->fd, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);
	bool sense;

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		refuse(port, i, NULL);
		return false;
	}
	sense = n > 0 && (!port->events.sensible ||
			  port->events.sensible(port->events.user, bytes, (size_t)n));
	if (must_give_way(port, sense, now))
		return true;
	if (!sense && n == LOOK_BYTES)
		refuse(port, i, "it makes no sense, and one is connected already");
	else if (now - newcomer->came_ms >= WAIT_MS)
		refuse(port, i, "one is connected already");
	return false;
}

static void on_look(uv_timer_t *look)
{
	struct port *port = look->data;
	struct listener *listener = port->data;

	if (port->state == PORT_WAITING && listener->waiting) {
		struct newcomer newest = listener->newcomers[--listener->waiting];

		seat(port, newest.fd);
	}
	for (size_t i = listener->waiting; i-- > 0;) {
		struct newcomer chosen = listener->newcomers[i];

		if (!look_at(port, i))
			continue;
		/* As the newest he has it once it is free. */
		take_out(listener, i);
		listener->newcomers[listener->waiting++] = chosen;
		port_fail(port, "a newer peer takes its place");
		break;
	}
	if (!listener->waiting)
		(void)uv_timer_stop(look);
}

static void on_peer(void *user, int events)
{
	struct port *port = user;
	struct listener *listener = port->data;
	int fd;

	(void)events;
	poller_want(listener->poller, UV_READABLE);
	fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd < 0)
		return;
	socket_tune(fd);
	if (port->state == PORT_WAITING && !listener->waiting) {
		seat(port, fd);
		return;
	}
	if (listener->waiting == WAITING_MAX)
		refuse(port, 0, "too many wait");
	listener->newcomers[listener->waiting++] = (struct newcomer){fd, uv_now(port->loop)};
	(void)uv_timer_start(listener->look, on_look, LOOK_MS, LOOK_MS);
}

static int listen_on(struct port *port, int fd, char *error, size_t error_size)
{
	struct listener *listener = port->data;

	listener->look = calloc(1, sizeof(*listener->look));
	listener->poller = listener->look ? poller_new(port->loop, fd, on_peer, port) : NULL;
	if (!listener->poller) {
		(void)close(fd);
		free(listener->look);
		return complain(error, error_size, "cannot watch %s: %s", port->name,
				strerror(errno));
	}
	(void)uv_timer_init(port->loop, listener->look);
	listener->look->data = port;
	listener->fd = fd;
	poller_want(listener->poller, UV_READABLE);
	return 0;
}

static int tcp_start(struct port *port, char *error, size_t error_size)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
	struct addrinfo *found;
	char host[256];
	char service[32];
	int status;
	int fd;

	if (socket_split(port->target, host, sizeof(host), service, sizeof(service)) < 0)
		return complain_usage(error, error_size,
				      "port '%s' is not tcp-listen:[HOST:]PORT, PORT being 1 "
				      "to 65535; an IPv6 address stands in brackets",
				      port->name);
	status = getaddrinfo(*host ? host : "127.0.0.1", service, &hints, &found);
	if (status)
		return complain(error, error_size, "cannot listen on %s: %s", port->name,
				gai_strerror(status));
	fd = socket_listen(found->ai_family, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	if (fd < 0)
		return complain(error, error_size,
				"cannot listen on %s: %s; choose another port", port->name,
				strerror(errno));
	return listen_on(port, fd, error, error_size);
}

static void tcp_taken(const struct port *port)
{
	socket_acknowledge(port->fd);
}

static int unix_start(struct port *port, char *error, size_t error_size)
{
	struct listener *listener = port->data;
	int fd = socket_listen_unix(port->target);

	if (fd < 0)
		return complain(error, error_size,
				"cannot listen on %s: %s; choose another path", port->name,
				strerror(errno));
	listener->is_unix = true;
	return listen_on(port, fd, error, error_size);
}

static void on_look_closed(uv_handle_t *look)
{
	free(look);
}

static void stop(struct port *port)
{
	struct listener *listener = port->data;

	if (listener->is_unix)
		(void)unlink(port->target);
	if (!listener->poller)
		return;
	uv_close((uv_handle_t *)listener->look, on_look_closed);
	while (listener->waiting)
		refuse(port, 0, NULL);
	poller_free(listener->poller);
	(void)close(listener->fd);
}

const struct port_kind port_kind_tcp_listen = {
	.prefix = "tcp-listen:",
	.data_size = sizeof(struct listener),
	.start = tcp_start,
	.taken = tcp_taken,
	.stop = stop,
};

const struct port_kind port_kind_unix_listen = {
	.prefix = "unix-listen:",
	.place = PORT_IN_FOLDER,
	.data_size = sizeof(struct listener),
	.start = unix_start,
	.stop = stop,
};
