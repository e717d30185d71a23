/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Listening sockets of one --listen, one for each address that its host has. At most
 * ACCEPTS connections are taken at one go, so that a flood of them doesn't keep the UART
 * waiting; the kernel's queue holds the others.
 */
#include "host/bridge/listener.h"

#include "host/base/log.h"
#include "host/base/poller.h"
#include "host/base/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADDRESSES 4
#define ACCEPTS	  8
#define BACKLOG	  64

struct listener {
	listener_came came;
	void *user;
	enum ptl_service service;
	bool exposed;
	size_t count;
	struct place {
		struct listener *listener;
		int fd;
		struct poller *poller;
	} place[ADDRESSES];
};

static int parse_service(const char *name, enum ptl_service *service)
{
	for (int i = 0; i < PTL_SERVICES; i++)
		if (!strcmp(name, ptl_service_name((enum ptl_service)i))) {
			*service = (enum ptl_service)i;
			return 0;
		}
	return -1;
}

int listener_parse(const char *text, struct listener_spec *spec, char *error, size_t error_size)
{
	const char *comma = strchr(text, ',');
	size_t n = comma ? (size_t)(comma - text) : strlen(text);
	char address[160];

	*spec = (struct listener_spec){.service = PTL_SERVICE_AUTO};
	if (comma && parse_service(comma + 1, &spec->service) < 0)
		return complain_usage(
			error, error_size,
			"--listen '%s': no such service; it is auto, raw, telnet, "
			"rfc2217 or program",
			text);
	if (n < sizeof(address)) {
		memcpy(address, text, n);
		address[n] = 0;
		if (!socket_split(address, spec->host, sizeof(spec->host), spec->port,
				  sizeof(spec->port)))
			return 0;
	}
	return complain_usage(
		error, error_size,
		"--listen '%s': it must be [HOST:]PORT[,SERVICE], as in 2300,telnet", text);
}

static void on_ready(void *user, int events)
{
	const struct place *place = user;

	if (!(events & UV_READABLE))
		return;
	for (unsigned i = 0; i < ACCEPTS; i++) {
		int fd = accept4(place->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			return;
		socket_tune(fd);
		place->listener->came(place->listener->user, fd, place->listener->service);
	}
}

static bool is_loopback(const struct sockaddr *address)
{
	const struct sockaddr_in *four = (const void *)address;
	const struct sockaddr_in6 *six = (const void *)address;

	if (address->sa_family == AF_INET)
		return ntohl(four->sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

static int add_place(struct listener *listener, uv_loop_t *loop, const struct addrinfo *info)
{
	struct place *place = &listener->place[listener->count];

	place->listener = listener;
	place->fd = socket_listen(info->ai_family, info->ai_addr, info->ai_addrlen);
	if (place->fd < 0)
		return -1;
	(void)listen(place->fd, BACKLOG);
	place->poller = poller_new(loop, place->fd, on_ready, place);
	if (!place->poller) {
		(void)close(place->fd);
		return -1;
	}
	poller_want(place->poller, UV_READABLE);
	listener->exposed |= !is_loopback(info->ai_addr);
	listener->count++;
	return 0;
}

static const char *advice(int error)
{
	switch (error) {
	case EACCES:
		return "ports below 1024 are root's; choose another one, as in --listen "
		       "2300,auto";
	case EADDRINUSE:
		return "another program has it; choose another one, as in --listen 2300,auto";
	default:
		return "choose an address of this machine";
	}
}

int listener_open(uv_loop_t *loop, const struct listener_spec *spec, listener_came came,
		  void *user, struct listener **out, char *error, size_t error_size)
{
	const struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | (*spec->host == '*' ? AI_PASSIVE : 0),
	};
	/* Without a node it is loopback, or with AI_PASSIVE everything. */
	const char *node = *spec->host && *spec->host != '*' ? spec->host : NULL;
	struct listener *listener = calloc(1, sizeof(*listener));
	struct addrinfo *list = NULL;
	int status, failed = 0;

	if (!listener)
		return complain(error, error_size, "out of memory");
	*listener = (struct listener){.came = came, .user = user, .service = spec->service};
	status = getaddrinfo(node, spec->port, &hints, &list);
	if (status) {
		free(listener);
		return complain(error, error_size, "cannot listen on %s: %s; give an address",
				spec->host, gai_strerror(status));
	}
	for (const struct addrinfo *info = list; info && listener->count < ADDRESSES;
	     info = info->ai_next)
		if (add_place(listener, loop, info) < 0 &&
		    (!failed || failed == EADDRNOTAVAIL || failed == EAFNOSUPPORT))
			failed = errno;
	freeaddrinfo(list);
	/* A machine may lack IPv6, but a port that another program has is not ours. */
	if (!listener->count || failed == EADDRINUSE) {
		listener_close(listener);
		return complain(error, error_size, "cannot listen on port %s: %s; %s",
				spec->port, strerror(failed), advice(failed));
	}
	*out = listener;
	return 0;
}

bool listener_is_exposed(const struct listener *listener)
{
	return listener->exposed;
}

void listener_close(struct listener *listener)
{
	if (!listener)
		return;
	for (size_t i = 0; i < listener->count; i++) {
		poller_free(listener->place[i].poller);
		(void)close(listener->place[i].fd);
	}
	free(listener);
}
