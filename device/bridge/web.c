/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Its parts, and a visitor for each place. */
#include "web.h"
#include "desk.h"
#include "device_bridge.h"
#include "entrance.h"
#include "visitor.h"

static struct {
	struct programming programming;
	struct upload upload;
	struct desk desk;
	struct visitor *visitor[BRIDGE_CLIENTS]; /* NULL: the handshake goes on */
} web;

/* ---- the bridge ---- */

static void web_stand_between(struct ptl_serial_seam *serial,
			      struct ptl_programmer_seam *programmer,
			      const struct ptl_target_pins_seam *pins)
{
	web.programming.loan = (struct ptl_loan){.serial = *serial, .programmer = *programmer};
	web.programming.pins = *pins;
	*serial = ptl_loan_serial(&web.programming.loan);
	*programmer = ptl_loan_programmer(&web.programming.loan);
}

static void web_start(const struct web_config *config)
{
	web.programming.loan.bridge = config->bridge;
	web.upload = (struct upload){.programming = &web.programming,
				     .flash = config->flash,
				     .make_room = config->make_room};
	web.desk = (struct desk){
		.bridge = config->bridge,
		.programming = &web.programming,
		.upload = &web.upload,
		.target = config->target,
		.wifi = config->wifi,
		.peer = config->peer,
		.hang_up = config->hang_up,
	};
}

static bool web_uart(ptl_time now, const uint8_t *bytes, size_t n)
{
	return programming_uart(&web.programming, now, bytes, n);
}

static ptl_time web_poll(ptl_time now)
{
	ptl_time due = programming_poll(&web.programming, now);

	upload_poll(&web.upload, now);
	return due;
}

/* ---- the gate ---- */

static bool gate_start(const struct gate_config *config)
{
	(void)config;
	return true;
}

static bool gate_begin(unsigned place, ptl_time now, struct tcp_stream *tcp)
{
	web.visitor[place] = NULL;
	return entrance_begin(place, now, tcp);
}

static enum gate_state gate_serve(unsigned place, ptl_time now)
{
	struct tls_stream *tls;

	if (web.visitor[place])
		return visitor_serve(web.visitor[place], now);
	if (now >= entrance_due(place))
		return GATE_SHUT;
	tls = entrance_serve(place);
	if (!tls)
		return now >= entrance_due(place) ? GATE_SHUT : GATE_WAITS;
	web.visitor[place] = visitor_new(&web.desk, tls, place, now);
	return web.visitor[place] ? visitor_serve(web.visitor[place], now) : GATE_SHUT;
}

static ptl_time gate_due(unsigned place)
{
	const struct visitor *visitor = web.visitor[place];

	if (!visitor)
		return entrance_due(place);
	return visitor->state == VISITOR_CONSOLE ? console_due(visitor) : visitor->until;
}

static bool gate_idle(unsigned place, ptl_time now)
{
	return web.visitor[place] && visitor_is_idle(web.visitor[place], now);
}

static bool gate_greets(unsigned place)
{
	return !web.visitor[place] || visitor_is_silent(web.visitor[place]);
}

static size_t gate_read(unsigned place, uint8_t *to, size_t room)
{
	return console_read(web.visitor[place], to, room);
}

static size_t gate_write(unsigned place, const uint8_t *bytes, size_t n)
{
	return console_write(web.visitor[place], bytes, n);
}

static bool gate_ended(unsigned place)
{
	return console_ended(web.visitor[place]);
}

static void gate_end(unsigned place)
{
	entrance_end(place);
	visitor_free(web.visitor[place]);
	web.visitor[place] = NULL;
}

static const struct bridge_gate gate = {
	.service = PTL_SERVICE_RAW,
	.start = gate_start,
	.begin = gate_begin,
	.serve = gate_serve,
	.due = gate_due,
	.idle = gate_idle,
	.greets = gate_greets,
	.read = gate_read,
	.write = gate_write,
	.ended = gate_ended,
	.end = gate_end,
};

const struct bridge_web bridge_web = {
	.gate = &gate,
	.stand_between = web_stand_between,
	.start = web_start,
	.uart = web_uart,
	.poll = web_poll,
};
