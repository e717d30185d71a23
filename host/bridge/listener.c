/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Listening sockets of one --listen, one for each address that its host has. At most
 * ACCEPTS connections are taken at one go, so that a flood of them doesn't keep the UART
 * waiting; the kernel's queue holds the others.
 *
 * One that is to be armed knows its addresses, and has sockets only while it is: who probes
 * the machine finds nothing. Then it takes connections of one address, and resets others.
 */
#include "host/bridge/listener.h"

#include "host/base/log.h"
#include "host/base/poller.h"
#include "host/base/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADDRESSES 4
#define ACCEPTS	  8
#define BACKLOG	  SOMAXCONN /* where it is full, who comes waits a second at least */

struct listener {
	uv_loop_t *loop;
	listener_came came;
	void *user;
	struct listener_spec spec;
	struct sockaddr_storage armed; /* for whom, if it is */
	size_t count;
	struct place {
		struct listener *listener;
		struct sockaddr_storage address;
		socklen_t size;
		int fd; /* -1: it doesn't listen */
		struct poller *poller;
	} place[ADDRESSES];
};

static bool parse_service(const char *word, enum ptl_service *service)
{
	for (int i = 0; i < PTL_SERVICES; i++)
		if (!strcmp(word, ptl_service_name((enum ptl_service)i))) {
			*service = (enum ptl_service)i;
			return true;
		}
	return false;
}

static bool parse_guard(const char *word, enum listener_guard *guard)
{
	if (strcmp(word, "tls") != 0 && strcmp(word, "armed") != 0)
		return false;
	*guard = *word == 't' ? LISTENER_TLS : LISTENER_ARMED;
	return true;
}

int listener_parse(const char *text, struct listener_spec *spec, char *error, size_t error_size)
{
	char words[192], *next = words, *word;

	*spec = (struct listener_spec){
		.service = PTL_SERVICE_AUTO,
		.example = "--listen 2300,auto",
	};
	if (snprintf(words, sizeof(words), "%s", text) >= (int)sizeof(words) ||
	    socket_split(strsep(&next, ","), spec->host, sizeof(spec->host), spec->port,
			 sizeof(spec->port)) < 0)
		return complain_usage(error, error_size,
				      "--listen '%.60s': it must be [HOST:]PORT[,SERVICE], as "
				      "in 2300,telnet",
				      text);
	while ((word = strsep(&next, ",")))
		if (!parse_service(word, &spec->service) && !parse_guard(word, &spec->guard))
			return complain_usage(
				error, error_size,
				"--listen '%s': no such service; it is auto, raw, telnet, "
				"rfc2217 or program, and then perhaps tls or armed",
				text);
	return 0;
}

static bool is_welcome(const struct listener *listener, int fd)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);

	if (listener->spec.guard != LISTENER_ARMED)
		return true;
	return !getpeername(fd, (struct sockaddr *)&peer, &size) &&
	       socket_same_host((const struct sockaddr *)&peer,
				(const struct sockaddr *)&listener->armed);
}

static void on_ready(void *user, int events)
{
	const struct place *place = user;
	const struct linger now = {.l_onoff = 1, .l_linger = 0};

	if (!(events & UV_READABLE))
		return;
	for (unsigned i = 0; i < ACCEPTS; i++) {
		const struct listener *listener = place->listener;
		int fd = accept4(place->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			return;
		if (!is_welcome(listener, fd)) {
			(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
			(void)close(fd);
			continue;
		}
		socket_tune(fd);
		listener->came(listener->user, fd, listener->spec.service,
			       listener->spec.guard);
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

static int listen_at(struct place *place)
{
	place->fd = socket_listen(place->address.ss_family,
				  (const struct sockaddr *)&place->address, place->size);
	if (place->fd < 0)
		return -1;
	(void)listen(place->fd, BACKLOG);
	place->poller = poller_new(place->listener->loop, place->fd, on_ready, place);
	if (!place->poller) {
		(void)close(place->fd);
		place->fd = -1;
		return -1;
	}
	poller_want(place->poller, UV_READABLE);
	return 0;
}

static void shut(struct listener *listener)
{
	for (size_t i = 0; i < listener->count; i++) {
		struct place *place = &listener->place[i];

		if (place->fd < 0)
			continue;
		poller_free(place->poller);
		(void)close(place->fd);
		place->fd = -1;
	}
}

static int complain_of(const struct listener_spec *spec, int why, char *error,
		       size_t error_size)
{
	const char *advice = why == EACCES	 ? "ports below 1024 are root's"
			     : why == EADDRINUSE ? "another program has it"
						 : "it is to be at an address of this machine";

	return complain(error, error_size,
			"cannot listen on port %s: %s; %s; choose another one, as in %s",
			spec->port, strerror(why), advice, spec->example);
}

/* At least at one of its addresses. */
static int listen_all(struct listener *listener, char *error, size_t error_size)
{
	size_t there = 0;
	int failed = 0;

	for (size_t i = 0; i < listener->count; i++) {
		if (!listen_at(&listener->place[i]))
			there++;
		else if (!failed || failed == EADDRNOTAVAIL || failed == EAFNOSUPPORT)
			failed = errno;
	}
	/* A machine may lack IPv6, but a port that another program has is not ours. */
	if (there && failed != EADDRINUSE)
		return 0;
	shut(listener);
	return complain_of(&listener->spec, failed, error, error_size);
}

static int resolve(struct listener *listener, bool tls, char *error, size_t error_size)
{
	struct listener_spec *spec = &listener->spec;
	const struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | (*spec->host == '*' ? AI_PASSIVE : 0),
	};
	/* Without a node it is loopback, or with AI_PASSIVE everything. */
	const char *node = *spec->host && *spec->host != '*' ? spec->host : NULL;
	struct addrinfo *list = NULL;
	int status = getaddrinfo(node, spec->port, &hints, &list);

	if (status)
		return complain(error, error_size, "cannot listen on %s: %s; give an address",
				spec->host, gai_strerror(status));
	for (const struct addrinfo *info = list; info && listener->count < ADDRESSES;
	     info = info->ai_next) {
		struct place *place = &listener->place[listener->count++];

		*place = (struct place){.listener = listener, .size = info->ai_addrlen};
		place->fd = -1;
		memcpy(&place->address, info->ai_addr, info->ai_addrlen);
		if (spec->guard == LISTENER_PLAIN && !is_loopback(info->ai_addr))
			spec->guard = LISTENER_TLS;
	}
	freeaddrinfo(list);
	if (spec->guard == LISTENER_PLAIN || tls)
		return 0;
	return complain_usage(
		error, error_size,
		"port %s of %s: whoever reaches it could read, write and program the target; "
		"give --tls CERT,KEY and --users FILE, or leave the host out and reach it by "
		"ssh -L",
		spec->port, *spec->host ? spec->host : "loopback");
}

int listener_open(uv_loop_t *loop, const struct listener_spec *spec, bool tls,
		  listener_came came, void *user, struct listener **out, char *error,
		  size_t error_size)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	int status;

	if (!listener)
		return complain(error, error_size, "out of memory");
	*listener = (struct listener){.loop = loop, .came = came, .user = user, .spec = *spec};
	status = resolve(listener, tls, error, error_size);
	if (!status && listener->spec.guard != LISTENER_ARMED)
		status = listen_all(listener, error, error_size);
	if (status) {
		listener_close(listener);
		return status;
	}
	*out = listener;
	return 0;
}

enum listener_guard listener_guard(const struct listener *listener)
{
	return listener->spec.guard;
}

int listener_arm(struct listener *listener, const struct sockaddr *address, char *error,
		 size_t error_size)
{
	shut(listener);
	if (!address)
		return 0;
	memcpy(&listener->armed, address,
	       address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					      : sizeof(struct sockaddr_in));
	return listen_all(listener, error, error_size);
}

void listener_close(struct listener *listener)
{
	if (!listener)
		return;
	shut(listener);
	free(listener);
}
