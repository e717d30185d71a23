/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The server's side of RFC 2217. Two tables decide: one of commands, with the size of
 * their values and who deals with them, and one of the values of SET-CONTROL, which is
 * five commands in one: of each value what it is about, whether it asks or sets, and what.
 * An answer is made from what is in force after the command, never from the wish; so a
 * wish out of range, one that the UART can't fulfil and one of a client that may not set
 * anything are all answered alike.
 */
#include <pigtail/rfc2217.h>

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* CTS, DSR, RI, CD changed; of RI only its end counts. */
#define DELTA_CTS 0x01u
#define DELTA_DSR 0x02u
#define DELTA_RI  0x04u
#define DELTA_CD  0x08u
#define STATES	  (PTL_MODEM_CTS | PTL_MODEM_DSR | PTL_MODEM_RI | PTL_MODEM_CD)

void ptl_com_server_init(struct ptl_com_server *server, const char *signature,
			 const struct ptl_com_port_events *events)
{
	*server = (struct ptl_com_server){
		.events = *events,
		.signature = signature,
		.modem_mask = 0xff,
	};
}

static void answer(const struct ptl_com_server *server, unsigned command, unsigned value)
{
	const uint8_t bytes[2] = {(uint8_t)(command + PTL_COM_ANSWER), (uint8_t)value};

	server->events.say(server->events.user, bytes, sizeof(bytes));
}

/* ---- SET-CONTROL ---- */

enum topic {
	FLOW_OUT,
	FLOW_IN,
	BREAK,
	DTR,
	RTS,
};

#define ASKS 0xffu

static const struct control {
	uint8_t value; /* enum ptl_com_control */
	uint8_t topic;
	uint8_t setting; /* enum ptl_flow; on or off; ASKS */
} controls[] = {
	{PTL_CONTROL_FLOW_ASK, FLOW_OUT, ASKS},
	{PTL_CONTROL_FLOW_NONE, FLOW_OUT, PTL_FLOW_NONE},
	{PTL_CONTROL_FLOW_XONXOFF, FLOW_OUT, PTL_FLOW_XONXOFF},
	{PTL_CONTROL_FLOW_HARDWARE, FLOW_OUT, PTL_FLOW_HARDWARE},
	{PTL_CONTROL_FLOW_DCD, FLOW_OUT, PTL_FLOW_DCD},
	{PTL_CONTROL_FLOW_DSR, FLOW_OUT, PTL_FLOW_DSR},
	{PTL_CONTROL_FLOW_IN_ASK, FLOW_IN, ASKS},
	{PTL_CONTROL_FLOW_IN_NONE, FLOW_IN, PTL_FLOW_NONE},
	{PTL_CONTROL_FLOW_IN_XONXOFF, FLOW_IN, PTL_FLOW_XONXOFF},
	{PTL_CONTROL_FLOW_IN_HARDWARE, FLOW_IN, PTL_FLOW_HARDWARE},
	{PTL_CONTROL_FLOW_IN_DTR, FLOW_IN, PTL_FLOW_DTR},
	{PTL_CONTROL_BREAK_ASK, BREAK, ASKS},
	{PTL_CONTROL_BREAK_ON, BREAK, true},
	{PTL_CONTROL_BREAK_OFF, BREAK, false},
	{PTL_CONTROL_DTR_ASK, DTR, ASKS},
	{PTL_CONTROL_DTR_ON, DTR, true},
	{PTL_CONTROL_DTR_OFF, DTR, false},
	{PTL_CONTROL_RTS_ASK, RTS, ASKS},
	{PTL_CONTROL_RTS_ON, RTS, true},
	{PTL_CONTROL_RTS_OFF, RTS, false},
};

static enum ptl_serial_line line_of(uint8_t topic)
{
	return topic == BREAK ? PTL_LINE_BREAK : topic == DTR ? PTL_LINE_DTR : PTL_LINE_RTS;
}

static void set_control(const struct ptl_com_server *server, const struct control *control)
{
	const struct ptl_com_port_events *events = &server->events;
	struct ptl_serial_format format;

	if (control->setting == ASKS)
		return;
	if (control->topic > FLOW_IN) {
		events->set_line(events->user, line_of(control->topic), control->setting);
		return;
	}
	format = events->format(events->user);
	if (control->topic == FLOW_OUT)
		format.flow_out = control->setting;
	else
		format.flow_in = control->setting;
	/* The first three are for both directions. */
	if (control->topic == FLOW_OUT && control->setting <= PTL_FLOW_HARDWARE)
		format.flow_in = control->setting;
	events->set_format(events->user, &format);
}

static uint8_t control_in_force(const struct ptl_com_server *server, uint8_t topic)
{
	const struct ptl_com_port_events *events = &server->events;
	struct ptl_serial_format format = events->format(events->user);
	uint8_t setting;

	if (topic > FLOW_IN)
		setting = events->line(events->user, line_of(topic));
	else
		setting = topic == FLOW_OUT ? format.flow_out : format.flow_in;
	for (size_t i = 0; i < COUNT(controls); i++)
		if (controls[i].topic == topic && controls[i].setting == setting)
			return controls[i].value;
	return 0;
}

static bool on_control(struct ptl_com_server *server, uint8_t command, const uint8_t *value)
{
	for (size_t i = 0; i < COUNT(controls); i++) {
		if (controls[i].value != value[0])
			continue;
		set_control(server, &controls[i]);
		answer(server, command, control_in_force(server, controls[i].topic));
		return true;
	}
	return false;
}

/* ---- the other commands ---- */

static bool on_signature(struct ptl_com_server *server, uint8_t command, const uint8_t *value)
{
	uint8_t bytes[1 + PTL_COM_SIGNATURE_MAX] = {(uint8_t)(command + PTL_COM_ANSWER)};
	size_t n = strlen(server->signature);

	(void)value;
	if (n > PTL_COM_SIGNATURE_MAX)
		n = PTL_COM_SIGNATURE_MAX;
	memcpy(bytes + 1, server->signature, n);
	server->events.say(server->events.user, bytes, 1 + n);
	return true;
}

static bool on_baudrate(struct ptl_com_server *server, uint8_t command, const uint8_t *value)
{
	const struct ptl_com_port_events *events = &server->events;
	uint32_t baud = (uint32_t)value[0] << 24 | (uint32_t)value[1] << 16 |
			(uint32_t)value[2] << 8 | value[3];
	struct ptl_serial_format format = events->format(events->user);
	uint8_t bytes[5] = {(uint8_t)(command + PTL_COM_ANSWER)};

	if (baud >= PTL_SERIAL_BAUD_MIN && baud <= PTL_SERIAL_BAUD_MAX) {
		format.baud = baud;
		events->set_format(events->user, &format);
		format = events->format(events->user);
	}
	for (unsigned i = 0; i < 4; i++)
		bytes[1 + i] = (uint8_t)(format.baud >> (24 - 8 * i));
	events->say(events->user, bytes, sizeof(bytes));
	return true;
}

/* DATASIZE, PARITY, STOPSIZE: a member of the format with a least and a most value. */
static bool on_size(struct ptl_com_server *server, uint8_t command, const uint8_t *value)
{
	const struct ptl_com_port_events *events = &server->events;
	struct ptl_serial_format format = events->format(events->user);
	uint8_t *member = command == PTL_COM_SET_DATASIZE ? &format.data_bits
			  : command == PTL_COM_SET_PARITY ? &format.parity
							  : &format.stop;
	uint8_t least = command == PTL_COM_SET_DATASIZE ? 5 : 1;
	uint8_t most = command == PTL_COM_SET_DATASIZE ? 8
		       : command == PTL_COM_SET_PARITY ? PTL_PARITY_SPACE
						       : PTL_STOP_1_5;

	if (value[0] >= least && value[0] <= most) {
		*member = value[0];
		events->set_format(events->user, &format);
		format = events->format(events->user);
	}
	answer(server, command, *member);
	return true;
}

static bool on_mask(struct ptl_com_server *server, uint8_t command, const uint8_t *value)
{
	if (command == PTL_COM_SET_LINESTATE_MASK)
		server->line_mask = value[0];
	else
		server->modem_mask = value[0];
	answer(server, command, value[0]);
	return true;
}

static bool on_purge(struct ptl_com_server *server, uint8_t command, const uint8_t *value)
{
	unsigned what = value[0] <= (PTL_PURGE_RX | PTL_PURGE_TX) ? value[0] : 0;

	if (what)
		server->events.purge(server->events.user, what);
	answer(server, command, what);
	return true;
}

static bool on_flow(struct ptl_com_server *server, uint8_t command, const uint8_t *value)
{
	(void)value;
	server->suspended = command == PTL_COM_FLOWCONTROL_SUSPEND;
	return true;
}

static const struct command {
	uint8_t number, size; /* of its value, bytes */
	bool (*run)(struct ptl_com_server *server, uint8_t command, const uint8_t *value);
} commands[] = {
	{PTL_COM_SIGNATURE, 0, on_signature},	   {PTL_COM_SET_BAUDRATE, 4, on_baudrate},
	{PTL_COM_SET_DATASIZE, 1, on_size},	   {PTL_COM_SET_PARITY, 1, on_size},
	{PTL_COM_SET_STOPSIZE, 1, on_size},	   {PTL_COM_SET_CONTROL, 1, on_control},
	{PTL_COM_FLOWCONTROL_SUSPEND, 0, on_flow}, {PTL_COM_FLOWCONTROL_RESUME, 0, on_flow},
	{PTL_COM_SET_LINESTATE_MASK, 1, on_mask},  {PTL_COM_SET_MODEMSTATE_MASK, 1, on_mask},
	{PTL_COM_PURGE_DATA, 1, on_purge},
};

bool ptl_com_server_message(struct ptl_com_server *server, const uint8_t *bytes, size_t n)
{
	if (!n)
		return false;
	if (bytes[0] == PTL_COM_SIGNATURE && n > 1) /* the client's own */
		return true;
	for (size_t i = 0; i < COUNT(commands); i++)
		if (commands[i].number == bytes[0])
			return n == 1u + commands[i].size &&
			       commands[i].run(server, bytes[0], bytes + 1);
	return false;
}

/* ---- notifications ---- */

void ptl_com_server_modem(struct ptl_com_server *server, unsigned modem, bool first)
{
	unsigned changed = (modem ^ server->modem) & STATES;
	unsigned deltas = (changed & PTL_MODEM_CTS ? DELTA_CTS : 0) |
			  (changed & PTL_MODEM_DSR ? DELTA_DSR : 0) |
			  (changed & ~modem & PTL_MODEM_RI ? DELTA_RI : 0) |
			  (changed & PTL_MODEM_CD ? DELTA_CD : 0);

	server->modem = (uint8_t)(modem & STATES);
	if (first)
		deltas = 0;
	else if (!((changed | deltas) & server->modem_mask))
		return;
	answer(server, PTL_COM_NOTIFY_MODEMSTATE,
	       (server->modem | deltas) & server->modem_mask);
}

void ptl_com_server_errors(struct ptl_com_server *server, unsigned errors)
{
	if (errors & server->line_mask)
		answer(server, PTL_COM_NOTIFY_LINESTATE, errors & server->line_mask);
}
