/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tcp:HOST:PORT and unix:PATH: we connect to a peer that listens. A name is
 * looked up anew at each try, and each of its addresses is tried in turn.
 */
#include "host/base/log.h"
#include "host/port/kind.h"
#include "host/base/socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct lookup;

struct dial {
	char host[256];
	char service[32];
	struct sockaddr_un path;
	struct lookup *lookup;	     /* a name is being looked up */
	struct addrinfo *addresses;  /* what it found */
	const struct addrinfo *next; /* to be tried next */
	struct poller *poller;	     /* a connection is coming about */
	int fd;
};

/* Outlives the port when that is closed meanwhile. */
struct lookup {
	uv_getaddrinfo_t request;
	struct port *port; /* NULL: closed */
};

static void give_up_dialling(struct dial *dial)
{
	if (dial->poller) {
		poller_free(dial->poller);
		dial->poller = NULL;
		(void)close(dial->fd);
	}
	if (dial->addresses)
		uv_freeaddrinfo(dial->addresses);
	dial->addresses = NULL;
	dial->next = NULL;
}

static void connected(struct port *port, int fd)
{
	socket_tune(fd);
	if (port_attach(port, fd) < 0)
		port_absent(port, strerror(errno));
}

static void dial_next(struct port *port, int error);

static void on_outcome(void *user, int events)
{
	struct port *port = user;
	struct dial *dial = port->data;
	int error = socket_outcome(dial->fd);

	(void)events;
	poller_free(dial->poller);
	dial->poller = NULL;
	if (error) {
		(void)close(dial->fd);
		dial_next(port, error);
		return;
	}
	give_up_dialling(dial);
	connected(port, dial->fd);
}

static void dial_next(struct port *port, int error)
{
	struct dial *dial = port->data;
	const struct addrinfo *address;

	while ((address = dial->next)) {
		dial->next = address->ai_next;
		dial->fd = socket_connect(address->ai_family, address->ai_addr,
					  address->ai_addrlen);
		if (dial->fd >= 0) {
			dial->poller = poller_new(port->loop, dial->fd, on_outcome, port);
			if (dial->poller) {
				poller_want(dial->poller, UV_WRITABLE);
				return;
			}
			(void)close(dial->fd);
		}
		error = errno;
	}
	give_up_dialling(dial);
	port_absent(port, strerror(error));
}

static void on_looked_up(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
	struct lookup *lookup = request->data;
	struct port *port = lookup->port;
	struct dial *dial;

	free(lookup);
	if (!port) {
		uv_freeaddrinfo(found);
		return;
	}
	dial = port->data;
	dial->lookup = NULL;
	if (status < 0) {
		port_absent(port, uv_strerror(status));
		return;
	}
	dial->addresses = found;
	dial->next = found;
	dial_next(port, EADDRNOTAVAIL);
}

static void tcp_retry(struct port *port)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct dial *dial = port->data;
	int status;

	dial->lookup = calloc(1, sizeof(*dial->lookup));
	if (!dial->lookup) {
		port_absent(port, strerror(ENOMEM));
		return;
	}
	dial->lookup->port = port;
	dial->lookup->request.data = dial->lookup;
	status = uv_getaddrinfo(port->loop, &dial->lookup->request, on_looked_up, dial->host,
				dial->service, &hints);
	if (status < 0) {
		free(dial->lookup);
		dial->lookup = NULL;
		port_absent(port, uv_strerror(status));
	}
}

static int tcp_start(struct port *port, char *error, size_t error_size)
{
	struct dial *dial = port->data;

	if (socket_split(port->target, dial->host, sizeof(dial->host), dial->service,
			 sizeof(dial->service)) < 0 ||
	    !*dial->host)
		return complain_usage(
			error, error_size,
			"port '%s' is not tcp:HOST:PORT; an IPv6 address stands in brackets",
			port->name);
	return 0;
}

static void tcp_taken(const struct port *port)
{
	socket_acknowledge(port->fd);
}

static void stop(struct port *port)
{
	struct dial *dial = port->data;

	if (dial->lookup) {
		dial->lookup->port = NULL;
		(void)uv_cancel((uv_req_t *)&dial->lookup->request);
	}
	give_up_dialling(dial);
}

/* Connecting to a unix socket is done at once or refused. */
static void unix_retry(struct port *port)
{
	struct dial *dial = port->data;
	int fd = socket_connect(AF_UNIX, (const struct sockaddr *)&dial->path,
				sizeof(dial->path));

	if (fd < 0)
		port_absent(port, strerror(errno));
	else
		connected(port, fd);
}

static int unix_start(struct port *port, char *error, size_t error_size)
{
	struct dial *dial = port->data;

	if (socket_unix_address(port->target, &dial->path) < 0)
		return complain_usage(error, error_size,
				      "path of port '%s' is longer than %zu bytes", port->name,
				      sizeof(dial->path.sun_path) - 1);
	return 0;
}

const struct port_kind port_kind_tcp = {
	.prefix = "tcp:",
	.data_size = sizeof(struct dial),
	.retry_max = 2000,
	.start = tcp_start,
	.retry = tcp_retry,
	.taken = tcp_taken,
	.stop = stop,
};

const struct port_kind port_kind_unix = {
	.prefix = "unix:",
	.place = PORT_AT_PATH,
	.data_size = sizeof(struct dial),
	.retry_max = 2000,
	.start = unix_start,
	.retry = unix_retry,
};
