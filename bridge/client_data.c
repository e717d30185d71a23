/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Data of a client on their way to the UART. A programmer is recognised by its first data:
 * they are held back while they may be one's, for client.c's HOLD_US at most, then given on,
 * and are still recognised if the rest comes later. From then on they are the programmer's;
 * as long as another one has the UART, nothing more is taken, and it waits for WAIT_US.
 */
#include "client_data.h"

#include "client_state.h"
#include "line.h"

#define WAIT_US 5000000u /* as long as it takes to see that the other one is stalled */

static size_t to_programmer(struct ptl_client *client, const uint8_t *bytes, size_t n)
{
	const struct ptl_programmer_seam *seam = &client->bridge->config.programmer;
	size_t taken = seam->client(seam->user, client->bridge->now, bytes, n);

	client->bridge->programmer_due = client->bridge->now;
	client->counters.received += taken;
	return taken;
}

static size_t to_line(struct ptl_client *client, const uint8_t *bytes, size_t n)
{
	size_t taken;

	if (!ptl_client_may_write(client)) {
		client->counters.denied += n;
		return n;
	}
	taken = ptl_line_write(client->bridge, bytes, n);
	client->counters.received += taken;
	return taken;
}

void ptl_client_give_first(struct ptl_client *client)
{
	client->first_given +=
		(uint8_t)to_line(client, client->first + client->first_given,
				 (size_t)(client->first_n - client->first_given));
	client->held_since = PTL_NEVER;
}

void ptl_client_start_programmer(struct ptl_client *client)
{
	struct ptl_bridge *bridge = client->bridge;
	const struct ptl_programmer_seam *seam = &bridge->config.programmer;

	client->waits_until = PTL_NEVER;
	ptl_line_purge(bridge);
	ptl_client_skip(client);
	bridge->programmer = ptl_client_number(client);
	bridge->programmer_due = bridge->now;
	bridge->format_before = bridge->format;
	bridge->counters.programmers++;
	seam->begin(seam->user, bridge->now, bridge->programmer);
	(void)to_programmer(client, client->first, client->first_n);
}

static void is_programmer(struct ptl_client *client)
{
	client->recognising = false;
	client->held_since = PTL_NEVER;
	if (client->bridge->programmer == PTL_NOBODY)
		ptl_client_start_programmer(client);
	else
		client->waits_until = client->bridge->now + WAIT_US;
}

static size_t recognise(struct ptl_client *client, const uint8_t *bytes, size_t n)
{
	const struct ptl_programmer_seam *seam = &client->bridge->config.programmer;
	size_t taken = 0;

	if (ptl_line_room(client->bridge) < PTL_CLIENT_FIRST)
		return 0;
	while (client->recognising && taken < n) {
		enum ptl_match match;

		client->first[client->first_n++] = bytes[taken++];
		match = seam->match(seam->user, client->first, client->first_n,
				    client->asked != PTL_SERVICE_PROGRAM);
		if (match == PTL_MATCH_MAYBE && client->first_n < sizeof(client->first)) {
			if (client->held_since == PTL_NEVER)
				client->held_since = client->bridge->now;
		} else if (match == PTL_MATCH_YES) {
			is_programmer(client);
		} else {
			client->recognising = false;
			ptl_client_give_first(client);
		}
	}
	return taken;
}

void ptl_client_recognise(struct ptl_client *client)
{
	client->recognising = client->bridge->config.programmer.match != NULL &&
			      client->asked != PTL_SERVICE_RAW &&
			      client->asked != PTL_SERVICE_TELNET;
	client->first_n = client->first_given = 0;
	client->held_since = client->waits_until = PTL_NEVER;
}

size_t ptl_client_data(void *user, const uint8_t *bytes, size_t n)
{
	struct ptl_client *client = user;

	if (client->dropping)
		return n;
	if (ptl_client_waits(client))
		return 0;
	if (ptl_client_has_uart(client))
		return to_programmer(client, bytes, n);
	if (client->recognising &&
	    (ptl_client_may_write(client) || client->bridge->programmer != PTL_NOBODY))
		return recognise(client, bytes, n);
	return to_line(client, bytes, n);
}
