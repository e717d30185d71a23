/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What an RFC 2217 client says: its options at once, all of the format and the lines when
 * the server has agreed to COM-PORT-OPTION, then what changes. Answers are compared with
 * what is wanted, nothing waits for them: the server takes commands in their order, before
 * the data that follow.
 *
 * Data wait for the answer to BINARY: a server that has read our WILL reads what follows
 * as binary, but we only know that it has when its DO comes.
 */
#include <pigtail/com_client.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct ptl_telnet_allowed allowed[] = {
	{PTL_TELNET_BINARY, true, true},
	{PTL_TELNET_ECHO, false, true},
	{PTL_TELNET_SGA, true, true},
	{PTL_TELNET_COM_PORT, true, true},
};

static void command(struct ptl_com_client *client, const uint8_t *bytes, size_t n)
{
	uint8_t encoded[32];
	size_t size = ptl_telnet_subnegotiation(PTL_TELNET_COM_PORT, bytes, n, encoded,
						sizeof(encoded));

	if (client->com_port)
		client->events.say(client->events.user, encoded, size);
}

static void say_byte(struct ptl_com_client *client, enum ptl_com_port what, unsigned value)
{
	const uint8_t bytes[2] = {(uint8_t)what, (uint8_t)value};

	command(client, bytes, sizeof(bytes));
}

static void say_baud(struct ptl_com_client *client)
{
	uint32_t baud = client->format.baud;
	const uint8_t bytes[5] = {PTL_COM_SET_BAUDRATE, (uint8_t)(baud >> 24),
				  (uint8_t)(baud >> 16), (uint8_t)(baud >> 8), (uint8_t)baud};

	command(client, bytes, sizeof(bytes));
}

static unsigned flow_value(const struct ptl_serial_format *format)
{
	return format->flow_out == PTL_FLOW_HARDWARE  ? PTL_CONTROL_FLOW_HARDWARE
	       : format->flow_out == PTL_FLOW_XONXOFF ? PTL_CONTROL_FLOW_XONXOFF
						      : PTL_CONTROL_FLOW_NONE;
}

static unsigned line_value(enum ptl_serial_line line, bool on)
{
	static const uint8_t values[3][2] = {
		[PTL_LINE_DTR] = {PTL_CONTROL_DTR_OFF, PTL_CONTROL_DTR_ON},
		[PTL_LINE_RTS] = {PTL_CONTROL_RTS_OFF, PTL_CONTROL_RTS_ON},
		[PTL_LINE_BREAK] = {PTL_CONTROL_BREAK_OFF, PTL_CONTROL_BREAK_ON},
	};

	return values[line][on];
}

static void say_format(struct ptl_com_client *client)
{
	const struct ptl_serial_format *format = &client->format;

	say_baud(client);
	say_byte(client, PTL_COM_SET_DATASIZE, format->data_bits);
	say_byte(client, PTL_COM_SET_PARITY, format->parity);
	say_byte(client, PTL_COM_SET_STOPSIZE, format->stop);
	say_byte(client, PTL_COM_SET_CONTROL, flow_value(format));
}

/* Of the lines those that are on: who only listens takes none away from others. */
static void say_all(struct ptl_com_client *client)
{
	say_byte(client, PTL_COM_SET_LINESTATE_MASK,
		 PTL_SERIAL_OVERRUN | PTL_SERIAL_PARITY | PTL_SERIAL_FRAMING |
			 PTL_SERIAL_BREAK);
	if (client->formatted)
		say_format(client);
	for (int i = 0; i < PTL_LINE_BREAK; i++)
		if (client->line[i])
			say_byte(client, PTL_COM_SET_CONTROL,
				 line_value((enum ptl_serial_line)i, client->line[i]));
}

/* ---- what the server says ---- */

static size_t on_data(void *user, const uint8_t *bytes, size_t n)
{
	const struct ptl_com_client *client = user;

	return client->events.data(client->events.user, bytes, n);
}

static void on_say(void *user, const uint8_t *bytes, size_t n)
{
	const struct ptl_com_client *client = user;

	client->events.say(client->events.user, bytes, n);
}

static void on_command(void *user, uint8_t number)
{
	(void)user;
	(void)number;
}

static bool is_as_wanted(const struct ptl_com_client *client, uint8_t what,
			 const uint8_t *value, size_t n)
{
	const struct ptl_serial_format *format = &client->format;

	switch (what) {
	case PTL_COM_SET_BAUDRATE:
		return n == 4 && ((uint32_t)value[0] << 24 | (uint32_t)value[1] << 16 |
				  (uint32_t)value[2] << 8 | value[3]) == format->baud;
	case PTL_COM_SET_DATASIZE:
		return n == 1 && value[0] == format->data_bits;
	case PTL_COM_SET_PARITY:
		return n == 1 && value[0] == format->parity;
	case PTL_COM_SET_STOPSIZE:
		return n == 1 && value[0] == format->stop;
	default:
		return true;
	}
}

static void on_subnegotiation(void *user, uint8_t option, const uint8_t *bytes, size_t n)
{
	const struct ptl_com_client *client = user;
	const struct ptl_com_client_events *events = &client->events;
	uint8_t what;

	if (option != PTL_TELNET_COM_PORT || n < 2 || bytes[0] < PTL_COM_ANSWER)
		return;
	what = (uint8_t)(bytes[0] - PTL_COM_ANSWER);
	if (what == PTL_COM_NOTIFY_MODEMSTATE && events->modem)
		events->modem(events->user, bytes[1] & 0xf0u);
	else if (what == PTL_COM_NOTIFY_LINESTATE && events->errors)
		events->errors(events->user, bytes[1] & 0x1eu);
	else if (events->refused && !is_as_wanted(client, what, bytes + 1, n - 1))
		events->refused(events->user, (enum ptl_com_port)what);
}

static void on_option(void *user, uint8_t option, bool ours, bool on)
{
	struct ptl_com_client *client = user;

	if (option != PTL_TELNET_COM_PORT || !ours)
		return;
	client->com_port = on;
	if (on)
		say_all(client);
}

/* ---- what the caller does ---- */

void ptl_com_client_begin(struct ptl_com_client *client, const struct ptl_serial_format *format,
			  const struct ptl_com_client_events *events)
{
	const struct ptl_telnet_events telnet = {
		.user = client,
		.data = on_data,
		.command = on_command,
		.subnegotiation = on_subnegotiation,
		.option = on_option,
		.say = on_say,
	};

	*client = (struct ptl_com_client){
		.events = *events,
		.format = format ? *format : PTL_SERIAL_FORMAT_DEFAULT,
		.formatted = format != NULL,
	};
	ptl_telnet_init(&client->telnet, allowed, COUNT(allowed), &telnet);
	ptl_telnet_ask(&client->telnet, PTL_TELNET_COM_PORT, true);
	ptl_telnet_ask(&client->telnet, PTL_TELNET_BINARY, true);
	ptl_telnet_ask(&client->telnet, PTL_TELNET_BINARY, false);
	ptl_telnet_ask(&client->telnet, PTL_TELNET_SGA, true);
	ptl_telnet_ask(&client->telnet, PTL_TELNET_SGA, false);
}

bool ptl_com_client_is_ready(const struct ptl_com_client *client)
{
	return ptl_telnet_is_answered(&client->telnet, PTL_TELNET_BINARY, true) &&
	       ptl_telnet_is_answered(&client->telnet, PTL_TELNET_COM_PORT, true);
}

size_t ptl_com_client_receive(struct ptl_com_client *client, const uint8_t *bytes, size_t n)
{
	return ptl_telnet_receive(&client->telnet, bytes, n);
}

size_t ptl_com_client_encode(struct ptl_com_client *client, const uint8_t *data, size_t n,
			     size_t *used, uint8_t *out, size_t room)
{
	return ptl_telnet_encode(&client->telnet, data, n, used, out, room);
}

void ptl_com_client_set_format(struct ptl_com_client *client,
			       const struct ptl_serial_format *format)
{
	const struct ptl_serial_format old = client->format;
	bool formatted = client->formatted;

	client->format = *format;
	client->formatted = true;
	if (!formatted) {
		say_format(client);
		return;
	}
	if (format->baud != old.baud)
		say_baud(client);
	if (format->data_bits != old.data_bits)
		say_byte(client, PTL_COM_SET_DATASIZE, format->data_bits);
	if (format->parity != old.parity)
		say_byte(client, PTL_COM_SET_PARITY, format->parity);
	if (format->stop != old.stop)
		say_byte(client, PTL_COM_SET_STOPSIZE, format->stop);
	if (flow_value(format) != flow_value(&old))
		say_byte(client, PTL_COM_SET_CONTROL, flow_value(format));
}

void ptl_com_client_set_line(struct ptl_com_client *client, enum ptl_serial_line line, bool on)
{
	client->line[line] = on;
	say_byte(client, PTL_COM_SET_CONTROL, line_value(line, on));
}

void ptl_com_client_purge(struct ptl_com_client *client, unsigned what)
{
	say_byte(client, PTL_COM_PURGE_DATA, what);
}
