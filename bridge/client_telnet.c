/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A client of a bridge that speaks telnet, and perhaps RFC 2217: what it says of options,
 * of the UART's format and lines, and what it is told of them. It may set them if it may
 * write; else it is answered with what is in force.
 */
#include "client_telnet.h"

#include "client_data.h"
#include "client_state.h"
#include "line.h"

#define LONGEST_SAID (PTL_COM_REPLY + 16u)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct ptl_telnet_allowed allowed[] = {
	{PTL_TELNET_BINARY, true, true},
	{PTL_TELNET_ECHO, true, false},
	{PTL_TELNET_SGA, true, true},
	{PTL_TELNET_COM_PORT, true, true},
};

static void com_set_format(void *user, const struct ptl_serial_format *format)
{
	struct ptl_client *client = user;
	const struct ptl_programmer_seam *seam = &client->bridge->config.programmer;
	struct ptl_serial_format wanted = *format;

	if (!ptl_client_may_write(client))
		return;
	if (ptl_client_has_uart(client) &&
	    (!seam->format || !seam->format(seam->user, &wanted)))
		return;
	ptl_line_set_format(client->bridge, &wanted);
}

static struct ptl_serial_format com_format(void *user)
{
	const struct ptl_client *client = user;

	return client->bridge->format;
}

static void com_set_line(void *user, enum ptl_serial_line line, bool on)
{
	struct ptl_client *client = user;
	struct ptl_bridge *bridge = client->bridge;
	const struct ptl_programmer_seam *seam = &bridge->config.programmer;

	if (!ptl_client_may_write(client))
		return;
	/* Who opens a port sets DTR. */
	if (line == PTL_LINE_DTR && on && !ptl_client_has_uart(client))
		ptl_client_recognise(client);
	bridge->programmer_due = bridge->now;
	if (line != PTL_LINE_BREAK && seam->line &&
	    seam->line(seam->user, bridge->now, ptl_client_number(client), line, on))
		bridge->line[line] = on;
	else
		ptl_line_set(bridge, line, on);
}

static bool com_line(void *user, enum ptl_serial_line line)
{
	const struct ptl_client *client = user;

	return client->bridge->line[line];
}

static void com_purge(void *user, unsigned what)
{
	struct ptl_client *client = user;

	/* What others have not read yet is theirs. */
	if (what & PTL_PURGE_RX)
		ptl_client_skip(client);
	if (what & PTL_PURGE_TX && ptl_client_may_write(client) && !ptl_client_has_uart(client))
		ptl_line_purge(client->bridge);
}

static void com_say(void *user, const uint8_t *bytes, size_t n)
{
	uint8_t encoded[PTL_COM_REPLY];

	ptl_client_reply(user, encoded,
			 ptl_telnet_subnegotiation(PTL_TELNET_COM_PORT, bytes, n, encoded,
						   sizeof(encoded)));
}

static unsigned modem_now(const struct ptl_bridge *bridge)
{
	return bridge->config.serial.modem(bridge->config.serial.user);
}

/* Tells what it could not be told at once. */
void ptl_client_say_owed(struct ptl_client *client)
{
	if (!client->com_port || ptl_client_replies_room(client) < LONGEST_SAID)
		return;
	if (client->owes_modem)
		ptl_com_server_modem(&client->com, modem_now(client->bridge),
				     client->owes_first);
	client->owes_modem = client->owes_first = false;
	if (client->owes_errors)
		ptl_com_server_errors(&client->com, client->owes_errors);
	client->owes_errors = 0;
}

void ptl_client_errors(struct ptl_client *client, unsigned errors)
{
	client->owes_errors |= (uint8_t)errors;
	ptl_client_say_owed(client);
}

void ptl_client_modem(struct ptl_client *client)
{
	client->owes_modem = true;
	ptl_client_say_owed(client);
}

static void on_command(void *user, uint8_t command)
{
	static const uint8_t here[] = "\r\n[here]\r\n";
	struct ptl_client *client = user;

	if (command == PTL_TELNET_BRK && ptl_client_may_write(client) &&
	    !ptl_client_has_uart(client))
		ptl_line_break(client->bridge);
	else if (command == PTL_TELNET_AYT)
		ptl_client_reply(client, here, sizeof(here) - 1);
	else if (command == PTL_TELNET_AO)
		ptl_client_skip(client);
}

static void on_subnegotiation(void *user, uint8_t option, const uint8_t *bytes, size_t n)
{
	struct ptl_client *client = user;

	if (option != PTL_TELNET_COM_PORT || !client->com_port)
		return;
	if (!ptl_com_server_message(&client->com, bytes, n))
		client->counters.malformed++;
}

static void on_option(void *user, uint8_t option, bool ours, bool on)
{
	struct ptl_client *client = user;

	if (option != PTL_TELNET_COM_PORT)
		return;
	if (!on) {
		client->com_port = ptl_telnet_is_on(&client->telnet, option, !ours);
		return;
	}
	if (client->com_port)
		return;
	client->com_port = true;
	client->telnet.newline_is_cr = false; /* its bytes are for a UART */
	client->owes_modem = client->owes_first = true;
	ptl_client_say_owed(client);
	if (client->service != PTL_SERVICE_RFC2217)
		ptl_client_set_service(client, PTL_SERVICE_RFC2217);
}

void ptl_client_begin_telnet(struct ptl_client *client, enum ptl_service service)
{
	static const struct {
		uint8_t option;
		bool ours;
	} offers[] = {
		{PTL_TELNET_ECHO, true},    {PTL_TELNET_SGA, true},
		{PTL_TELNET_SGA, false},    {PTL_TELNET_BINARY, true},
		{PTL_TELNET_BINARY, false}, {PTL_TELNET_COM_PORT, false},
	};
	const struct ptl_telnet_events events = {
		.user = client,
		.data = ptl_client_data,
		.command = on_command,
		.subnegotiation = on_subnegotiation,
		.option = on_option,
		.say = ptl_client_reply,
	};
	const struct ptl_com_port_events com = {
		.user = client,
		.set_format = com_set_format,
		.format = com_format,
		.set_line = com_set_line,
		.line = com_line,
		.purge = com_purge,
		.say = com_say,
	};

	ptl_telnet_init(&client->telnet, allowed, COUNT(allowed), &events);
	client->telnet.newline_is_cr = true;
	ptl_com_server_init(&client->com, client->bridge->config.signature, &com);
	ptl_client_set_service(client, service);
	for (size_t i = 0; i < COUNT(offers); i++)
		if (offers[i].option != PTL_TELNET_COM_PORT || service == PTL_SERVICE_RFC2217)
			ptl_telnet_ask(&client->telnet, offers[i].option, offers[i].ours);
}

size_t ptl_client_from_telnet(struct ptl_client *client, const uint8_t *bytes, size_t n)
{
	if (ptl_client_replies_room(client) < LONGEST_SAID)
		return 0;
	return ptl_telnet_receive(&client->telnet, bytes, n);
}
