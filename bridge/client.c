/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * One client of a bridge, from bytes of its connection to bytes for the UART and back:
 *
 *	bytes --> detect ------ raw ----+--> client_data --> the UART's line
 *	             \--> client_telnet --/          \------> the programmer
 *
 * A client of a port for all is told nothing of the UART at first (client_state.h), unless it
 * says something: a chattering target would get between a telnet client and the options, and
 * between a programmer that is far away and its first answer. It is told later.
 * One of a port for programming is told nothing until it has shown that it is no
 * programmer. Input is only taken while there is room for the longest answer to it: who
 * asks without reading stops itself.
 */
#include "client.h"

#include "client_data.h"
#include "client_state.h"
#include "client_telnet.h"
#include "line.h"

#include <string.h>

#define HOLD_US	    300000u
#define HOLD_IAC_US 1000000u /* of a lone IAC, which nobody types */

/* ---- from its connection ---- */

/* It is raw, or so it seems. */
static void is_raw(struct ptl_client *client)
{
	client->held_since = PTL_NEVER;
	ptl_client_set_service(client, PTL_SERVICE_RAW);
	(void)ptl_client_data(client, client->detect.held, client->detect.held_n);
}

/* One byte at a time, while it is not known what it speaks. Returns whether it was taken. */
static bool find_out(struct ptl_client *client, uint8_t byte)
{
	if (ptl_line_room(client->bridge) < PTL_CLIENT_FIRST + PTL_DETECT_COMMAND)
		return false;
	switch (ptl_detect_byte(&client->detect, byte)) {
	case PTL_DETECT_RAW:
		if (client->detect.held_n) {
			is_raw(client);
			break;
		}
		ptl_client_set_service(client, PTL_SERVICE_RAW);
		(void)ptl_client_data(client, &byte, 1);
		break;
	case PTL_DETECT_MORE:
		(void)ptl_client_data(client, &byte, 1);
		break;
	case PTL_DETECT_TELNET:
		client->held_since = PTL_NEVER;
		ptl_client_begin_telnet(client, PTL_SERVICE_TELNET);
		(void)ptl_telnet_receive(&client->telnet, client->detect.held,
					 client->detect.held_n);
		break;
	case PTL_DETECT_TELNET_CR:
		ptl_client_begin_telnet(client, PTL_SERVICE_TELNET);
		break;
	case PTL_DETECT_HOLD:
		if (client->detect.held_n == 1)
			client->held_since = client->bridge->now;
		break;
	}
	return true;
}

size_t ptl_client_receive(struct ptl_client *client, const uint8_t *bytes, size_t n)
{
	size_t used = 0;

	client->active = client->bridge->now;
	while (used < n && !client->dropping) {
		size_t taken;

		if (client->service == PTL_SERVICE_AUTO && !ptl_client_has_uart(client) &&
		    !ptl_client_waits(client))
			taken = find_out(client, bytes[used]);
		else if (ptl_client_is_telnet(client))
			taken = ptl_client_from_telnet(client, bytes + used, n - used);
		else
			taken = ptl_client_data(client, bytes + used, n - used);
		if (!taken)
			break;
		used += taken;
	}
	client->readable = used < n && !client->dropping;
	return client->dropping ? n : used;
}

/* ---- to its connection ---- */

bool ptl_client_has_output(const struct ptl_client *client)
{
	return client->replies_n ||
	       (client->com_port && (client->owes_modem || client->owes_errors)) ||
	       (client->at < client->bridge->history.ready && ptl_client_is_told(client) &&
		!client->com.suspended);
}

static size_t take_replies(struct ptl_client *client, uint8_t *out, size_t room)
{
	size_t put = 0;

	for (; put < room && client->replies_n; put++) {
		out[put] = client->replies[client->replies_from];
		client->replies_from =
			(uint16_t)((client->replies_from + 1u) % sizeof(client->replies));
		client->replies_n--;
	}
	return put;
}

size_t ptl_client_transmit(struct ptl_client *client, uint8_t *out, size_t room)
{
	const struct ptl_history *history = &client->bridge->history;
	size_t put, n, used = 1;
	const uint8_t *bytes;

	if (client->dropping)
		return 0;
	ptl_client_say_owed(client);
	put = take_replies(client, out, room);
	while (put < room && used && !client->replies_n && ptl_client_is_told(client) &&
	       !client->com.suspended) {
		n = ptl_history_peek(history, client->at, &bytes);
		if (!n)
			break;
		if (ptl_client_is_telnet(client)) {
			put += ptl_telnet_encode(&client->telnet, bytes, n, &used, out + put,
						 room - put);
		} else {
			used = n < room - put ? n : room - put;
			memcpy(out + put, bytes, used);
			put += used;
		}
		client->at += used;
		client->counters.sent += used;
	}
	if (put)
		client->active = client->bridge->now;
	return put;
}

void ptl_client_catch_up(struct ptl_client *client)
{
	const struct ptl_bridge_config *config = &client->bridge->config;
	bool told = ptl_client_is_told(client);
	uint64_t lost = 0;

	if (!told && client->asked == PTL_SERVICE_PROGRAM)
		ptl_client_skip(client);
	else
		lost = ptl_history_catch_up(&client->bridge->history, &client->at);
	if (!lost || !told)
		return;
	client->counters.lost += lost;
	if (config->slow == PTL_SLOW_DROPPED)
		ptl_client_drop(client, PTL_DROP_SLOW, true);
	else
		ptl_client_errors(client, PTL_SERIAL_OVERRUN);
	if (config->events.lost)
		config->events.lost(config->events.user, ptl_client_number(client), lost);
}

/* ---- its time ---- */

void ptl_client_begin(struct ptl_client *client, enum ptl_service service)
{
	struct ptl_bridge *bridge = client->bridge;

	*client = (struct ptl_client){
		.bridge = bridge,
		.connected = true,
		.asked = service,
		.service = PTL_SERVICE_AUTO,
		.since = bridge->now,
		.active = bridge->now,
		.order = bridge->connects++,
		.at = bridge->history.head,
	};
	ptl_client_recognise(client);
	ptl_detect_init(&client->detect);
	if (service == PTL_SERVICE_TELNET || service == PTL_SERVICE_RFC2217)
		ptl_client_begin_telnet(client, service);
	else if (service == PTL_SERVICE_RAW)
		ptl_client_set_service(client, service);
}

ptl_time ptl_client_due(const struct ptl_client *client)
{
	const struct ptl_bridge *bridge = client->bridge;
	ptl_time due = PTL_NEVER;

	if (client->dropping)
		return PTL_NEVER;
	if (client->held_since != PTL_NEVER)
		due = client->held_since +
		      (client->service == PTL_SERVICE_AUTO && client->detect.held_n
			       ? HOLD_IAC_US
			       : HOLD_US);
	if (!ptl_client_is_told(client) && client->asked == PTL_SERVICE_AUTO &&
	    !ptl_client_waits(client) && ptl_client_told_at(client) < due)
		due = ptl_client_told_at(client);
	if (client->waits_until < due)
		due = client->waits_until;
	if (bridge->config.idle && !ptl_client_has_uart(client) &&
	    client->active + bridge->config.idle < due)
		due = client->active + bridge->config.idle;
	return due;
}

void ptl_client_poll(struct ptl_client *client)
{
	const struct ptl_bridge *bridge = client->bridge;

	if (bridge->now < ptl_client_due(client))
		return;
	if (client->held_since != PTL_NEVER) {
		if (client->service == PTL_SERVICE_AUTO && client->detect.held_n)
			is_raw(client);
		else
			ptl_client_give_first(client);
	}
	if (bridge->config.idle && bridge->now >= client->active + bridge->config.idle)
		ptl_client_drop(client, PTL_DROP_IDLE, false);
	else if (ptl_client_has_output(client)) /* it was not told it yet */
		bridge->config.events.writable(bridge->config.events.user,
					       ptl_client_number(client));
}
