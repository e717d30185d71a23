/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * air:unix:PATH: a radio in an air that `pigtail air` serves to many. The radio itself is
 * there; here its messages and frames are passed on, both ways.
 *
 * When the server goes away the radio is without an air: it is looked for once a second,
 * and a new one begins by READY, as SPEC 8.2 has it of a radio that lost its state.
 */
#include "host/base/log.h"
#include "host/base/socket.h"
#include "host/base/timer.h"
#include "host/net/air_socket.h"
#include "host/net/kind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_US 1000000u

struct remote {
	struct sockaddr_un address;
	const char *path;
	struct air_socket *socket; /* NULL: not connected */
	struct timer *retry;
	struct net_radio_link link;
	uint32_t line; /* bits/s, as was said */
	bool begun;    /* link is there */
	bool up;       /* its session */
	bool refused;  /* a message of the host */
	bool waiting;  /* the socket's, for room in the link */
};

static uint32_t line_now(const struct remote *remote)
{
	return remote->link.share(remote->link.user)->line * 10;
}

/* ---- from the air ---- */

static bool on_control(void *user, const uint8_t *message, size_t n)
{
	const struct net *net = user;
	struct remote *remote = net->data;

	if (!remote->up)
		return true;
	remote->waiting = !remote->link.send(remote->link.user, message, n);
	return !remote->waiting;
}

static void on_frame(void *user, const uint8_t *frame, size_t n)
{
	const struct net *net = user;

	net->events.packet(net->events.user, frame, n);
}

static void on_drained(void *user)
{
	const struct net *net = user;

	net->events.drained(net->events.user);
}

static void on_room(void *user)
{
	const struct net *net = user;
	struct remote *remote = net->data;

	if (!remote->refused)
		return;
	remote->refused = false;
	remote->link.resume(remote->link.user);
}

static void on_lost(void *user, const char *why)
{
	struct net *net = user;
	struct remote *remote = net->data;

	log_line("lost the air at %s: %s; waiting for it", remote->path, why);
	air_socket_free(remote->socket);
	remote->socket = NULL;
	remote->waiting = false;
	timer_set(remote->retry, timer_now() + RETRY_US);
	on_room(net); /* what waits for it is not kept */
}

/* ---- connecting ---- */

static void say_session(const struct net *net)
{
	struct remote *remote = net->data;

	if (!remote->socket || !remote->begun)
		return;
	remote->line = line_now(remote);
	(void)air_socket_session(remote->socket, net->mac, remote->up, remote->line);
}

static bool dial(struct net *net)
{
	const struct air_socket_events events = {
		.user = net,
		.control = on_control,
		.frame = on_frame,
		.drained = on_drained,
		.room = on_room,
		.lost = on_lost,
	};
	struct remote *remote = net->data;
	int fd = socket_connect(AF_UNIX, (const struct sockaddr *)&remote->address,
				sizeof(remote->address));

	if (fd < 0)
		return false;
	remote->socket = air_socket_new(net->loop, fd, &events);
	if (!remote->socket)
		return false;
	say_session(net);
	return true;
}

static void on_retry(void *user)
{
	struct net *net = user;
	const struct remote *remote = net->data;

	if (dial(net))
		log_line("the air at %s is there", remote->path);
	else
		timer_set(remote->retry, timer_now() + RETRY_US);
}

static int open_unix(struct net *net, const struct net_config *config, const char *argument,
		     char *error, size_t error_size)
{
	struct remote *remote;

	if (config->address || config->peer)
		return complain_usage(
			error, error_size,
			"the net 'air' has no interface that an address could be given to");
	remote = calloc(1, sizeof(*remote));
	if (!remote)
		return complain(error, error_size, "out of memory");
	net->data = remote;
	remote->path = argument + strlen(":unix:");
	remote->retry = timer_new(net->loop, on_retry, net);
	if (!remote->retry)
		(void)complain(error, error_size, "out of memory or descriptors");
	else if (socket_unix_address(remote->path, &remote->address) < 0)
		(void)complain(error, error_size, "the path of net '%s' is too long",
			       config->spec);
	else if (!dial(net))
		(void)complain(error, error_size,
			       "no air at %s: %s; start one by 'pigtail air FILE --listen "
			       "unix:%s'",
			       remote->path, strerror(errno), remote->path);
	else
		return 0;
	timer_free(remote->retry);
	free(remote);
	return -1;
}

/* ---- from the link ---- */

static bool begin(struct net *net, const struct net_radio_link *link)
{
	struct remote *remote = net->data;

	remote->link = *link;
	remote->begun = true;
	return true;
}

static void session(struct net *net, bool up)
{
	struct remote *remote = net->data;

	remote->up = up;
	remote->refused = false;
	say_session(net);
}

static bool take_message(struct net *net, const uint8_t *message, size_t n)
{
	struct remote *remote = net->data;

	if (!remote->socket)
		return true;
	if (line_now(remote) != remote->line) {
		remote->line = line_now(remote);
		(void)air_socket_line(remote->socket, net->mac, remote->line);
	}
	remote->refused = !air_socket_control(remote->socket, net->mac, message, n);
	return !remote->refused;
}

static void room(struct net *net)
{
	struct remote *remote = net->data;

	if (!remote->waiting)
		return;
	remote->waiting = false;
	air_socket_resume(remote->socket);
}

static void write_unix(struct net *net, const uint8_t *packet, size_t n)
{
	const struct remote *remote = net->data;

	if (remote->socket && n >= 14 && !air_wire_is(packet, n))
		air_socket_frame(remote->socket, packet, n);
}

static void close_unix(struct net *net)
{
	struct remote *remote = net->data;

	air_socket_free(remote->socket);
	timer_free(remote->retry);
	free(remote);
}

static const struct net_radio radio_ops = {
	.begin = begin,
	.session = session,
	.message = take_message,
	.room = room,
};

const struct net_kind net_kind_air_unix = {
	.name = "air",
	.payload = PTL_ETHERNET,
	.radio = &radio_ops,
	.open = open_unix,
	.write = write_unix,
	.close = close_unix,
};
