/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The connection to the server is there from the beginning and comes back by itself (it is
 * a port tcp:); a session at the near end shows in DTR, as on any serial port: on while it
 * is open. Nothing is lost within a session: while the server is away or not ready, the
 * near end is not read, and where the near end doesn't take what comes, the server is not
 * read. What comes outside of a session is dropped, as by a port that nobody has open. Only
 * where the server resets the connection is a session over that came by a listening port.
 *
 * At most one piece each way is in hand: encoded for the server, or with its codec, which
 * stops where the near end has no room.
 */
#include "host/bridge/cable.h"

#include "host/base/log.h"
#include "host/bridge/near.h"

#include <pigtail/com_client.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAYS 1024u /* bytes of commands that wait for the server, at most */

struct cable {
	struct near *near;
	struct far *far;
	const struct cable_config *config;
	struct ptl_com_client client;
	struct ptl_serial_format format; /* of the session, if formatted */
	bool formatted;
	uint8_t out[4096 + SAYS], in[4096];
	size_t out_at, out_n, in_at, in_n;
	bool told_telnet;
};

/* ---- what the client's side says ---- */

static size_t on_data(void *user, const uint8_t *bytes, size_t n)
{
	struct cable *cable = user;

	return near_write(cable->near, bytes, n);
}

/* A server that makes us say more than there is room for, without reading, is none. */
static void on_say(void *user, const uint8_t *bytes, size_t n)
{
	struct cable *cable = user;

	if (cable->out_at) {
		cable->out_n -= cable->out_at;
		memmove(cable->out, cable->out + cable->out_at, cable->out_n);
		cable->out_at = 0;
	}
	if (n > sizeof(cable->out) - cable->out_n)
		return;
	memcpy(cable->out + cable->out_n, bytes, n);
	cable->out_n += n;
}

static void on_refused(void *user, enum ptl_com_port what)
{
	static const char *const names[] = {
		[PTL_COM_SET_BAUDRATE] = "rate",
		[PTL_COM_SET_DATASIZE] = "data bits",
		[PTL_COM_SET_PARITY] = "parity",
		[PTL_COM_SET_STOPSIZE] = "stop bits",
	};
	const struct cable *cable = user;

	log_line("%s: its UART keeps other %s than %s asks for", far_name(cable->far),
		 names[what], near_name(cable->near));
}

/* ---- bytes ---- */

/* What is in hand for the server; returns whether all has left. */
static bool flush(struct cable *cable)
{
	cable->out_at +=
		far_write(cable->far, cable->out + cable->out_at, cable->out_n - cable->out_at);
	if (cable->out_at < cable->out_n)
		return false;
	cable->out_at = cable->out_n = 0;
	return true;
}

static bool is_connected(const struct cable *cable)
{
	return far_is_open(cable->far) && ptl_com_client_is_ready(&cable->client);
}

static void from_near(struct cable *cable)
{
	uint8_t bytes[2048];
	size_t n, used;

	while (is_connected(cable) && flush(cable)) {
		n = near_read(cable->near, bytes, sizeof(bytes));
		if (!n)
			break;
		/* A format that was looked at in between was said before. */
		cable->out_n +=
			ptl_com_client_encode(&cable->client, bytes, n, &used,
					      cable->out + cable->out_n, 2 * sizeof(bytes) + 3);
	}
	(void)flush(cable);
}

/* Returns whether the near end took all. */
static bool give_near(struct cable *cable)
{
	while (cable->in_at < cable->in_n) {
		size_t taken = ptl_com_client_receive(&cable->client, cable->in + cable->in_at,
						      cable->in_n - cable->in_at);

		if (!taken)
			return false;
		cable->in_at += taken;
	}
	return true;
}

static void from_far(struct cable *cable)
{
	while (give_near(cable)) {
		cable->in_at = 0;
		cable->in_n = far_read(cable->far, cable->in, sizeof(cable->in));
		if (!cable->in_n)
			break;
	}
}

static void turn(struct cable *cable)
{
	from_far(cable);
	from_near(cable);
	far_want_read(cable->far, cable->in_at == cable->in_n);
	near_want_read(cable->near, is_connected(cable) && cable->out_n == 0);
	if (is_connected(cable) && !cable->client.com_port && !cable->told_telnet) {
		cable->told_telnet = true;
		log_line("%s: speaks telnet, but not RFC 2217: its UART stays as it is",
			 far_name(cable->far));
	}
}

/* ---- the near end ---- */

static void set_lines(struct cable *cable, bool on)
{
	ptl_com_client_set_line(&cable->client, PTL_LINE_RTS, on);
	ptl_com_client_set_line(&cable->client, PTL_LINE_DTR, on);
}

static void near_opened(void *user)
{
	struct cable *cable = user;

	log_detail("%s: opened", near_name(cable->near));
	set_lines(cable, true);
	turn(cable);
}

static void near_closed(void *user)
{
	struct cable *cable = user;

	log_detail("%s: closed", near_name(cable->near));
	turn(cable);
	set_lines(cable, false);
	turn(cable);
}

static void near_format(void *user, const struct ptl_serial_format *format)
{
	struct cable *cable = user;

	cable->format = *format;
	cable->formatted = true;
	ptl_com_client_set_format(&cable->client, format);
	(void)flush(cable); /* nobody may write for long */
}

static void on_turn(void *user)
{
	turn(user);
}

/* ---- the server ---- */

static void far_opened(void *user, const char *said)
{
	struct cable *cable = user;
	const struct ptl_com_client_events events = {
		.user = cable,
		.data = on_data,
		.say = on_say,
		.refused = on_refused,
	};
	bool in_session = near_is_in_session(cable->near);

	log_line("%s: connected%s%s", far_name(cable->far), said ? ": " : "", said ? said : "");
	cable->out_at = cable->out_n = cable->in_at = cable->in_n = 0;
	cable->told_telnet = false;
	ptl_com_client_begin(&cable->client,
			     in_session && cable->formatted ? &cable->format : NULL, &events);
	if (in_session)
		set_lines(cable, true);
	turn(cable);
}

static void far_lost(void *user, const char *why)
{
	struct cable *cable = user;

	log_line("lost %s: %s; waiting for it", far_name(cable->far), why);
	/* As a bridge does with a programmer that it drops; its programmer is here. */
	if (far_was_reset(cable->far))
		near_reset(cable->near);
	turn(cable);
}

static void far_waiting(void *user, const char *why)
{
	const struct cable *cable = user;

	log_line("cannot connect to %s yet: %s; trying again", far_name(cable->far), why);
}

static void far_refused(void *user, const char *why)
{
	const struct cable *cable = user;

	cable->config->refused(cable->config->user, why);
}

int cable_open(uv_loop_t *loop, const struct cable_config *config, struct cable **out,
	       char *error, size_t error_size)
{
	struct cable *cable = calloc(1, sizeof(*cable));
	const struct near_events near_events = {
		cable, near_opened, near_closed, on_turn, on_turn, near_format,
	};
	const struct far_events far_events = {
		.user = cable,
		.readable = on_turn,
		.writable = on_turn,
		.opened = far_opened,
		.lost = far_lost,
		.waiting = far_waiting,
		.refused = far_refused,
	};
	int status;

	if (!cable)
		return complain(error, error_size, "out of memory");
	cable->config = config;
	status = near_open(loop, config->near, &near_events, &cable->near, error, error_size);
	if (!status)
		status = far_open(loop, config->server, &config->far, &far_events, &cable->far,
				  error, error_size);
	if (status) {
		near_close(cable->near);
		free(cable);
		return status;
	}
	*out = cable;
	return 0;
}

void cable_close(struct cable *cable)
{
	if (!cable)
		return;
	near_close(cable->near);
	far_close(cable->far);
	free(cable);
}
