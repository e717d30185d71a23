/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A connection is a radio from its first session on, by the address that this one says:
 *
 *	listening -- accepted --> connected -- SESSION --> a radio is there -- lost --> gone
 *
 * Who connects is this user's, as the socket's mode says, and believed nothing all the
 * same: what it sends is checked by air_socket.c and by the radio (radio_side.h), a
 * connection holds a bounded store, and there are AIR_RADIOS of them at most.
 */
#include "host/net/air_server.h"

#include "host/base/log.h"
#include "host/base/poller.h"
#include "host/base/socket.h"
#include "host/net/air_socket.h"

#include "sim/air.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_LEAST 300u /* bits/s */
#define LINE_MOST  10000000u

struct client {
	struct client *next;
	struct air_server *server;
	struct air_socket *socket;
	struct air_guest *guest; /* NULL: it has said no session yet */
	struct ptl_share share;
	uint8_t mac[6];
};

struct air_server {
	uv_loop_t *loop;
	struct air_place *place;
	struct poller *poller;
	int fd;
	char *path;
	struct client *clients;
	unsigned count;
};

static void log_client(const struct client *client, const char *what)
{
	const uint8_t *mac = client->mac;

	log_line("radio %02x:%02x:%02x:%02x:%02x:%02x: %s", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5], what);
}

/* ---- of the radio ---- */

static bool radio_message(void *user, const uint8_t *message, size_t n)
{
	struct client *client = user;

	return air_socket_control(client->socket, client->mac, message, n);
}

static void radio_frame(void *user, const uint8_t *frame, size_t n)
{
	const struct client *client = user;

	air_socket_frame(client->socket, frame, n);
}

static void radio_drained(void *user)
{
	(void)user; /* frames have left at once */
}

static void radio_resume(void *user)
{
	const struct client *client = user;

	air_socket_resume(client->socket);
}

static struct ptl_share *radio_share(void *user)
{
	return &((struct client *)user)->share;
}

/* ---- of the connection ---- */

static void forget(struct client *client)
{
	struct client **at = &client->server->clients;

	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	client->server->count--;
	air_guest_free(client->guest);
	air_socket_free(client->socket);
	free(client);
}

static void set_line(struct client *client, uint32_t line)
{
	line = line < LINE_LEAST ? LINE_LEAST : line > LINE_MOST ? LINE_MOST : line;
	/* Packets may wait at any time: nobody says so here. */
	ptl_share_set(&client->share, line, true, 0);
}

static bool is_taken(const struct client *client, const uint8_t mac[6])
{
	for (const struct client *other = client->server->clients; other; other = other->next)
		if (other->guest && memcmp(other->mac, mac, sizeof(other->mac)) == 0)
			return true;
	return false;
}

/* Its first session: it becomes a radio. */
static bool be_radio(struct client *client, const uint8_t mac[6])
{
	const struct air_guest_events events = {
		.user = client,
		.message = radio_message,
		.frame = radio_frame,
		.drained = radio_drained,
		.resume = radio_resume,
		.share = radio_share,
	};
	bool taken = is_taken(client, mac);

	memcpy(client->mac, mac, sizeof(client->mac));
	if ((mac[0] & 1) || taken) {
		log_client(client, taken ? "refused: another one has this address; give it "
					   "its own by --mac"
					 : "refused: the address is that of a group");
		return false;
	}
	client->guest = air_guest_new(client->server->place, mac, &events);
	if (client->guest)
		log_client(client, "is there");
	return client->guest != NULL;
}

static bool on_session(void *user, const uint8_t mac[6], bool up, uint32_t line)
{
	struct client *client = user;

	set_line(client, line);
	if (!client->guest && !be_radio(client, mac))
		return false;
	if (memcmp(mac, client->mac, sizeof(client->mac)) != 0)
		return false;
	air_guest_session(client->guest, up);
	return true;
}

static void on_line(void *user, uint32_t line)
{
	set_line(user, line);
}

static bool on_control(void *user, const uint8_t *message, size_t n)
{
	const struct client *client = user;

	return !client->guest || air_guest_message(client->guest, message, n);
}

static void on_frame(void *user, const uint8_t *frame, size_t n)
{
	const struct client *client = user;

	if (client->guest)
		air_guest_frame(client->guest, frame, n);
}

static void on_drained(void *user)
{
	(void)user;
}

static void on_room(void *user)
{
	const struct client *client = user;

	if (client->guest)
		air_guest_room(client->guest);
}

static void on_lost(void *user, const char *why)
{
	struct client *client = user;

	if (client->guest)
		log_client(client, why);
	forget(client);
}

/* ---- listening ---- */

static void take_client(struct air_server *server, int fd)
{
	struct client *client = calloc(1, sizeof(*client));
	const struct air_socket_events events = {
		.user = client,
		.control = on_control,
		.session = on_session,
		.line = on_line,
		.frame = on_frame,
		.drained = on_drained,
		.room = on_room,
		.lost = on_lost,
	};

	if (!client) {
		(void)close(fd);
		return;
	}
	client->server = server;
	client->socket = air_socket_new(server->loop, fd, &events);
	if (!client->socket) {
		free(client);
		return;
	}
	client->next = server->clients;
	server->clients = client;
	server->count++;
}

static void on_ready(void *user, int events)
{
	struct air_server *server = user;
	int fd;

	(void)events;
	while ((fd = accept4(server->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		if (server->count < AIR_RADIOS) {
			take_client(server, fd);
			continue;
		}
		log_line("a radio was refused: there are %d already", AIR_RADIOS);
		(void)close(fd);
	}
}

int air_server_open(uv_loop_t *loop, struct air_place *place, const char *path,
		    struct air_server **out, char *error, size_t error_size)
{
	struct air_server *server = calloc(1, sizeof(*server));

	if (!server)
		return complain(error, error_size, "out of memory");
	server->loop = loop;
	server->place = place;
	server->path = strdup(path);
	server->fd = socket_listen_unix(path);
	if (server->fd < 0) {
		(void)complain(error, error_size, "cannot listen at %s: %s", path,
			       errno == EADDRINUSE ? "somebody does already" : strerror(errno));
		free(server->path);
		free(server);
		return -1;
	}
	server->poller = poller_new(loop, server->fd, on_ready, server);
	if (!server->poller || !server->path) {
		air_server_close(server);
		return complain(error, error_size, "out of memory");
	}
	poller_want(server->poller, UV_READABLE);
	*out = server;
	return 0;
}

void air_server_close(struct air_server *server)
{
	if (!server)
		return;
	while (server->clients)
		forget(server->clients);
	poller_free(server->poller);
	(void)close(server->fd);
	if (server->path)
		(void)unlink(server->path);
	free(server->path);
	free(server);
}
