/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tcp-listen:[HOST:]PORT and unix-listen:PATH: a peer connects to us. A wire
 * has two ends, so one peer at a time: another one is hung up on, which is
 * logged once for each peer that we have. TCP listens on loopback only unless
 * told otherwise, for a port has no password.
 */
#include "host/base/log.h"
#include "host/port/kind.h"
#include "host/base/socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct listener {
	int fd;
	struct poller *poller;
	bool told_refused;
	bool is_unix; /* there is a socket to unlink */
};

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
	if (port->state == PORT_WAITING) {
		listener->told_refused = false;
		socket_tune(fd);
		if (port_attach(port, fd) < 0)
			log_line("%s: cannot watch a connection: %s", port->name,
				 strerror(errno));
		return;
	}
	(void)close(fd);
	if (!listener->told_refused)
		log_line("%s: refused a second peer, one is connected already", port->name);
	listener->told_refused = true;
}

static int listen_on(struct port *port, int fd, char *error, size_t error_size)
{
	struct listener *listener = port->data;

	listener->poller = poller_new(port->loop, fd, on_peer, port);
	if (!listener->poller) {
		(void)close(fd);
		return complain(error, error_size, "cannot watch %s: %s", port->name,
				strerror(errno));
	}
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

static void stop(struct port *port)
{
	struct listener *listener = port->data;

	if (listener->is_unix)
		(void)unlink(port->target);
	if (!listener->poller)
		return;
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
	.data_size = sizeof(struct listener),
	.start = unix_start,
	.stop = stop,
};
