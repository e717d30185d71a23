/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Telnet's bytes. The decoder is one switch over the state that the last byte left:
 *
 *	DATA -- CR --> AFTER_CR (not binary: a NUL, or the LF of Enter, goes with it)
 *	DATA -- IAC --> COMMAND -- WILL WONT DO DONT --> OPTION --> DATA
 *	                  |  \---- IAC: a byte FF of the data
 *	                  SB --> SUB_OPTION --> SUB -- IAC --> SUB_IAC -- SE --> DATA
 *
 * so any cut of the bytes gives the same. A subnegotiation is gathered up to a bound;
 * beyond, and where another command breaks into it, it is skipped and counted.
 *
 * Each option has for each side a state of RFC 1143: NO, YES, and ASKED for one that we
 * wanted and have no answer to. We never take back what we asked for, so the others of
 * that RFC don't occur. What changes nothing is not answered: this ends every loop.
 */
#include <pigtail/telnet.h>

#include <string.h>

enum state {
	DATA,
	AFTER_CR,
	COMMAND,
	OPTION,
	SUB_OPTION,
	SUB,
	SUB_IAC,
};

enum agreed {
	NO,
	YES,
	ASKED,
};

#define CR 0x0d
#define LF 0x0a

void ptl_telnet_init(struct ptl_telnet *telnet, const struct ptl_telnet_allowed *allowed,
		     size_t allowed_n, const struct ptl_telnet_events *events)
{
	memset(telnet, 0, sizeof(*telnet));
	telnet->events = *events;
	telnet->allowed = allowed;
	telnet->allowed_n = allowed_n < PTL_TELNET_OPTIONS ? allowed_n : PTL_TELNET_OPTIONS;
}

void ptl_telnet_after_cr(struct ptl_telnet *telnet)
{
	telnet->state = AFTER_CR;
}

/* ---- options ---- */

/* The option's row, or allowed_n. */
static size_t row_of(const struct ptl_telnet *telnet, uint8_t option)
{
	size_t row = 0;

	while (row < telnet->allowed_n && telnet->allowed[row].option != option)
		row++;
	return row;
}

static void say_option(struct ptl_telnet *telnet, uint8_t verb, uint8_t option)
{
	const uint8_t bytes[PTL_TELNET_REPLY] = {PTL_TELNET_IAC, verb, option};

	telnet->events.say(telnet->events.user, bytes, sizeof(bytes));
}

/* Our words for it: that we do, or that the peer shall. */
static uint8_t yes_word(bool ours)
{
	return ours ? PTL_TELNET_WILL : PTL_TELNET_DO;
}

static uint8_t no_word(bool ours)
{
	return ours ? PTL_TELNET_WONT : PTL_TELNET_DONT;
}

void ptl_telnet_ask(struct ptl_telnet *telnet, uint8_t option, bool ours)
{
	size_t row = row_of(telnet, option);

	if (row == telnet->allowed_n || telnet->agreed[ours][row] != NO)
		return;
	telnet->agreed[ours][row] = ASKED;
	say_option(telnet, yes_word(ours), option);
}

bool ptl_telnet_is_answered(const struct ptl_telnet *telnet, uint8_t option, bool ours)
{
	size_t row = row_of(telnet, option);

	return row == telnet->allowed_n || telnet->agreed[ours][row] != ASKED;
}

bool ptl_telnet_is_on(const struct ptl_telnet *telnet, uint8_t option, bool ours)
{
	size_t row = row_of(telnet, option);

	return row < telnet->allowed_n && telnet->agreed[ours][row] == YES;
}

static void change(struct ptl_telnet *telnet, size_t row, bool ours, bool on)
{
	telnet->agreed[ours][row] = on ? YES : NO;
	telnet->events.option(telnet->events.user, telnet->allowed[row].option, ours, on);
}

/* The peer says WILL or DO (wants), or WONT or DONT. */
static void on_option(struct ptl_telnet *telnet, uint8_t verb, uint8_t option)
{
	bool ours = verb == PTL_TELNET_DO || verb == PTL_TELNET_DONT;
	bool wants = verb == PTL_TELNET_DO || verb == PTL_TELNET_WILL;
	size_t row = row_of(telnet, option);
	const struct ptl_telnet_allowed *allowed = &telnet->allowed[row];
	uint8_t was;

	if (row == telnet->allowed_n || (wants && !(ours ? allowed->ours : allowed->theirs))) {
		if (wants)
			say_option(telnet, no_word(ours), option);
		return;
	}
	was = telnet->agreed[ours][row];
	if (was == (wants ? YES : NO)) /* it is so already */
		return;
	if (was == ASKED && !wants) {
		telnet->agreed[ours][row] = NO;
		return;
	}
	if (was != ASKED)
		say_option(telnet, wants ? yes_word(ours) : no_word(ours), option);
	change(telnet, row, ours, wants);
}

/* ---- from the peer ---- */

static bool give(struct ptl_telnet *telnet, const uint8_t *bytes, size_t n)
{
	return telnet->events.data(telnet->events.user, bytes, n) == n;
}

/* How many bytes from the front are data that stand for themselves. */
static size_t plain(const struct ptl_telnet *telnet, const uint8_t *bytes, size_t n)
{
	bool binary = ptl_telnet_is_on(telnet, PTL_TELNET_BINARY, false);
	size_t i = 0;

	while (i < n && bytes[i] != PTL_TELNET_IAC && (binary || bytes[i] != CR))
		i++;
	return i;
}

static void end_sub(struct ptl_telnet *telnet)
{
	telnet->state = DATA;
	if (telnet->too_long || !telnet->sub_n)
		telnet->malformed++;
	else
		telnet->events.subnegotiation(telnet->events.user, telnet->sub[0],
					      telnet->sub + 1, telnet->sub_n - 1u);
}

static void add_to_sub(struct ptl_telnet *telnet, uint8_t byte)
{
	telnet->state = SUB;
	if (telnet->sub_n == sizeof(telnet->sub))
		telnet->too_long = true;
	else
		telnet->sub[telnet->sub_n++] = byte;
}

/* The byte after IAC. Returns whether it was taken. */
static bool on_command(struct ptl_telnet *telnet, uint8_t byte)
{
	if (byte == PTL_TELNET_IAC) {
		if (!give(telnet, &byte, 1))
			return false;
		telnet->state = DATA;
		return true;
	}
	telnet->state = DATA;
	if (byte >= PTL_TELNET_WILL) {
		telnet->verb = byte;
		telnet->state = OPTION;
	} else if (byte == PTL_TELNET_SB) {
		telnet->sub_n = 0;
		telnet->too_long = false;
		telnet->state = SUB_OPTION;
	} else if (byte >= PTL_TELNET_NOP) {
		telnet->events.command(telnet->events.user, byte);
	}
	return true;
}

/* One byte in any state but DATA. Returns whether it was taken. */
static bool on_byte(struct ptl_telnet *telnet, uint8_t byte)
{
	switch ((enum state)telnet->state) {
	case AFTER_CR:
		telnet->state = DATA;
		return byte == 0 || (byte == LF && telnet->newline_is_cr);
	case COMMAND:
		return on_command(telnet, byte);
	case OPTION:
		telnet->state = DATA;
		on_option(telnet, telnet->verb, byte);
		return true;
	case SUB_OPTION:
		add_to_sub(telnet, byte);
		return true;
	case SUB:
		if (byte == PTL_TELNET_IAC)
			telnet->state = SUB_IAC;
		else
			add_to_sub(telnet, byte);
		return true;
	case SUB_IAC:
		if (byte == PTL_TELNET_IAC) {
			add_to_sub(telnet, byte);
		} else if (byte == PTL_TELNET_SE) {
			end_sub(telnet);
		} else {
			telnet->malformed++;
			telnet->state = COMMAND;
			return on_command(telnet, byte);
		}
		return true;
	case DATA:
		break;
	}
	return false;
}

/* The byte that ended a run of plain ones, in state DATA. Returns whether it was taken. */
static bool on_special(struct ptl_telnet *telnet, uint8_t byte)
{
	if (byte == PTL_TELNET_IAC) {
		telnet->state = COMMAND;
		return true;
	}
	if (!give(telnet, &byte, 1))
		return false;
	telnet->state = AFTER_CR;
	return true;
}

size_t ptl_telnet_receive(struct ptl_telnet *telnet, const uint8_t *bytes, size_t n)
{
	size_t at = 0;

	while (at < n) {
		size_t run;
		uint8_t was = telnet->state;

		if (was != DATA) {
			bool taken = on_byte(telnet, bytes[at]);

			at += taken;
			if (was != AFTER_CR && (telnet->state == DATA || !taken))
				break;
			continue;
		}
		run = plain(telnet, bytes + at, n - at);
		if (run) {
			size_t taken =
				telnet->events.data(telnet->events.user, bytes + at, run);

			at += taken;
			if (taken < run)
				break;
		} else if (on_special(telnet, bytes[at])) {
			at++;
		} else {
			break;
		}
	}
	return at;
}

/* ---- to the peer ---- */

size_t ptl_telnet_encode(struct ptl_telnet *telnet, const uint8_t *data, size_t n, size_t *used,
			 uint8_t *out, size_t room)
{
	bool binary = ptl_telnet_is_on(telnet, PTL_TELNET_BINARY, true);
	size_t at = 0, put = 0;

	for (; at < n && room - put >= 3; at++) {
		if (telnet->sent_cr && data[at] != LF && !binary)
			out[put++] = 0;
		telnet->sent_cr = data[at] == CR && !binary;
		if (data[at] == PTL_TELNET_IAC)
			out[put++] = PTL_TELNET_IAC;
		out[put++] = data[at];
	}
	*used = at;
	return put;
}

size_t ptl_telnet_subnegotiation(uint8_t option, const uint8_t *bytes, size_t n, uint8_t *out,
				 size_t room)
{
	size_t put = 3;

	if (room < 5)
		return 0;
	out[0] = PTL_TELNET_IAC;
	out[1] = PTL_TELNET_SB;
	out[2] = option;
	for (size_t i = 0; i < n; i++) {
		if (room - put < (bytes[i] == PTL_TELNET_IAC ? 4u : 3u))
			return 0;
		if (bytes[i] == PTL_TELNET_IAC)
			out[put++] = PTL_TELNET_IAC;
		out[put++] = bytes[i];
	}
	out[put++] = PTL_TELNET_IAC;
	out[put++] = PTL_TELNET_SE;
	return put;
}
