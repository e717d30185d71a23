/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Of a client of a bridge: what it is and may, and a small ring of what is said to it besides
 * the UART's bytes: telnet's answers, notifications, a programmer's words. That ring has
 * the way before the UART's bytes, so that no backlog delays an answer.
 */
#include "client_state.h"

unsigned ptl_client_number(const struct ptl_client *client)
{
	return (unsigned)(client - client->bridge->client);
}

bool ptl_client_has_uart(const struct ptl_client *client)
{
	return client->bridge->programmer == ptl_client_number(client);
}

bool ptl_client_waits(const struct ptl_client *client)
{
	return client->waits_until != PTL_NEVER;
}

bool ptl_client_may_write(const struct ptl_client *client)
{
	const struct ptl_bridge *bridge = client->bridge;

	if (bridge->programmer != PTL_NOBODY)
		return ptl_client_has_uart(client);
	return bridge->config.write == PTL_WRITE_ALL ||
	       bridge->writer == ptl_client_number(client);
}

bool ptl_client_is_telnet(const struct ptl_client *client)
{
	return client->service == PTL_SERVICE_TELNET || client->service == PTL_SERVICE_RFC2217;
}

bool ptl_client_is_told(const struct ptl_client *client)
{
	if (ptl_client_waits(client) ||
	    (client->asked == PTL_SERVICE_PROGRAM && client->recognising && !client->com_port))
		return false;
	return client->service != PTL_SERVICE_AUTO || client->detect.begun ||
	       client->bridge->now >= ptl_client_told_at(client);
}

ptl_time ptl_client_told_at(const struct ptl_client *client)
{
	return client->since + (client->bridge->config.programmer.match
					? PTL_QUIET_PROGRAMMER_US
					: PTL_QUIET_US);
}

void ptl_client_skip(struct ptl_client *client)
{
	client->at = client->bridge->history.head;
}

void ptl_client_drop(struct ptl_client *client, enum ptl_drop why, bool reset)
{
	const struct ptl_bridge_events *events = &client->bridge->config.events;

	if (client->dropping)
		return;
	client->dropping = true;
	client->bridge->counters.dropped++;
	events->drop(events->user, ptl_client_number(client), why, reset);
}

size_t ptl_client_replies_room(const struct ptl_client *client)
{
	return sizeof(client->replies) - client->replies_n;
}

void ptl_client_reply(void *user, const uint8_t *bytes, size_t n)
{
	struct ptl_client *client = user;
	const struct ptl_bridge_events *events = &client->bridge->config.events;

	for (size_t i = 0; i < n && ptl_client_replies_room(client); i++) {
		size_t at =
			(client->replies_from + client->replies_n) % sizeof(client->replies);

		client->replies[at] = bytes[i];
		client->replies_n++;
	}
	events->writable(events->user, ptl_client_number(client));
}

size_t ptl_client_say(struct ptl_client *client, const uint8_t *bytes, size_t n)
{
	uint8_t encoded[PTL_CLIENT_REPLIES];
	size_t room = ptl_client_replies_room(client), used = n < room ? n : room;

	if (ptl_client_is_telnet(client)) {
		size_t size =
			ptl_telnet_encode(&client->telnet, bytes, n, &used, encoded, room);

		ptl_client_reply(client, encoded, size);
	} else {
		ptl_client_reply(client, bytes, used);
	}
	client->counters.sent += used;
	return used;
}

void ptl_client_set_service(struct ptl_client *client, enum ptl_service service)
{
	const struct ptl_bridge_events *events = &client->bridge->config.events;

	client->service = service;
	if (events->service)
		events->service(events->user, ptl_client_number(client), service);
}
