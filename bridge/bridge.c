/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A bridge as a whole: its memory, its clients' places, who may write, and the public
 * functions, each of which sets the time and ends with what it made possible: bytes that
 * the UART takes, clients that can be told, programmers that have let go.
 */
#include "client.h"
#include "client_data.h"
#include "client_state.h"
#include "client_telnet.h"
#include "line.h"

#include <string.h>

#define PACKET	80u /* bytes */
#define SILENCE 4u  /* character times */

static const char *const service_names[PTL_SERVICES] = {
	[PTL_SERVICE_AUTO] = "auto",	   [PTL_SERVICE_RAW] = "raw",
	[PTL_SERVICE_TELNET] = "telnet",   [PTL_SERVICE_RFC2217] = "rfc2217",
	[PTL_SERVICE_PROGRAM] = "program",
};

const char *ptl_service_name(enum ptl_service service)
{
	return service < PTL_SERVICES ? service_names[service] : "unknown";
}

/* ---- begin ---- */

static uint32_t packet_of(const struct ptl_bridge_config *config)
{
	return config->packet ? config->packet : PACKET;
}

static size_t clients_size(const struct ptl_bridge_config *config)
{
	return sizeof(struct ptl_bridge) + config->clients * sizeof(struct ptl_client);
}

size_t ptl_bridge_size(const struct ptl_bridge_config *config)
{
	if (!config->clients || config->clients > PTL_BRIDGE_CLIENTS_MAX ||
	    config->history < PTL_BRIDGE_RING_MIN || config->output < PTL_BRIDGE_RING_MIN ||
	    packet_of(config) > config->history / 2 || !config->signature)
		return 0;
	return clients_size(config) + config->history + config->output;
}

struct ptl_bridge *ptl_bridge_init(void *memory, const struct ptl_bridge_config *config,
				   ptl_time now)
{
	struct ptl_bridge *bridge = memory;
	uint8_t *rings = (uint8_t *)memory + clients_size(config);

	memset(memory, 0, clients_size(config));
	bridge->config = *config;
	bridge->now = now;
	bridge->output = rings + config->history;
	bridge->break_ends = PTL_NEVER;
	bridge->writer = bridge->programmer = PTL_NOBODY;
	bridge->programmer_due = PTL_NEVER;
	ptl_history_init(&bridge->history, rings, config->history, packet_of(config),
			 config->silence ? config->silence : SILENCE);
	for (unsigned i = 0; i < config->clients; i++)
		bridge->client[i].bridge = bridge;
	bridge->format = config->format;
	bridge->line[PTL_LINE_DTR] = bridge->line[PTL_LINE_RTS] = true;
	ptl_bridge_uart_renewed(bridge, now);
	return bridge;
}

static struct ptl_client *find(const struct ptl_bridge *bridge, unsigned client)
{
	if (client >= bridge->config.clients || !bridge->client[client].connected)
		return NULL;
	return (struct ptl_client *)&bridge->client[client];
}

/* ---- what follows from what was done ---- */

static void tell_writable(const struct ptl_bridge *bridge)
{
	const struct ptl_bridge_events *events = &bridge->config.events;

	for (unsigned i = 0; i < bridge->config.clients; i++) {
		const struct ptl_client *client = find(bridge, i);

		if (client && !client->dropping && ptl_client_has_output(client))
			events->writable(events->user, i);
	}
}

/* Who was not taken all may try again. */
static void tell_readable(const struct ptl_bridge *bridge)
{
	const struct ptl_bridge_events *events = &bridge->config.events;

	for (unsigned i = 0; i < bridge->config.clients; i++) {
		if (bridge->client[i].connected && bridge->client[i].readable) {
			events->readable(events->user);
			return;
		}
	}
}

/* The programmer let go, or its client is gone: all is as before it. */
static void end_programmer(struct ptl_bridge *bridge)
{
	const struct ptl_programmer_seam *seam = &bridge->config.programmer;
	struct ptl_client *client = find(bridge, bridge->programmer);

	if (bridge->programmer == PTL_NOBODY)
		return;
	bridge->programmer = PTL_NOBODY;
	bridge->programmer_done = false;
	seam->end(seam->user, bridge->now);
	bridge->programmer_due = seam->poll(seam->user, bridge->now);
	ptl_line_set_format(bridge, &bridge->format_before);
	if (client)
		ptl_client_recognise(client);
	tell_readable(bridge);
}

static void poll_programmer(struct ptl_bridge *bridge)
{
	const struct ptl_programmer_seam *seam = &bridge->config.programmer;

	if (!seam->match || bridge->now < bridge->programmer_due)
		return;
	bridge->programmer_due = seam->poll(seam->user, bridge->now);
	if (bridge->programmer != PTL_NOBODY && bridge->client[bridge->programmer].readable)
		tell_readable(bridge);
}

static bool is_stalled(const struct ptl_bridge *bridge)
{
	const struct ptl_programmer_seam *seam = &bridge->config.programmer;

	return seam->stalled && seam->stalled(seam->user, bridge->now);
}

/* A programmer that waits begins, or has waited for long enough. */
static void next_programmer(struct ptl_bridge *bridge)
{
	for (unsigned i = 0; i < bridge->config.clients; i++) {
		struct ptl_client *client = find(bridge, i);

		if (!client || client->dropping || !ptl_client_waits(client))
			continue;
		if (bridge->programmer != PTL_NOBODY && is_stalled(bridge)) {
			ptl_client_drop(&bridge->client[bridge->programmer], PTL_DROP_STALLED,
					true);
			end_programmer(bridge);
		}
		if (bridge->programmer == PTL_NOBODY && ptl_client_may_write(client)) {
			ptl_client_start_programmer(client);
			poll_programmer(bridge);
		} else if (bridge->now >= client->waits_until) {
			ptl_client_drop(client, PTL_DROP_BUSY, true);
		}
	}
}

static void settle(struct ptl_bridge *bridge)
{
	if (bridge->programmer_done)
		end_programmer(bridge);
	next_programmer(bridge);
	if (bridge->programmer == PTL_NOBODY && ptl_line_flush(bridge))
		tell_readable(bridge);
}

/* ---- clients ---- */

int ptl_bridge_connect(struct ptl_bridge *bridge, ptl_time now, enum ptl_service service)
{
	unsigned at = 0;

	bridge->now = now;
	while (at < bridge->config.clients && bridge->client[at].connected)
		at++;
	if (at == bridge->config.clients) {
		bridge->counters.refused++;
		return -1;
	}
	bridge->counters.connects++;
	if (bridge->writer == PTL_NOBODY)
		bridge->writer = at;
	ptl_client_begin(&bridge->client[at], service);
	return (int)at;
}

/* Who came first of those that are there. */
static unsigned eldest(const struct ptl_bridge *bridge)
{
	unsigned best = PTL_NOBODY;

	for (unsigned i = 0; i < bridge->config.clients; i++)
		if (bridge->client[i].connected &&
		    (best == PTL_NOBODY ||
		     bridge->client[i].order < bridge->client[best].order))
			best = i;
	return best;
}

void ptl_bridge_disconnect(struct ptl_bridge *bridge, ptl_time now, unsigned client)
{
	if (!find(bridge, client))
		return;
	bridge->now = now;
	bridge->client[client].connected = false;
	if (bridge->writer == client)
		bridge->writer = eldest(bridge);
	if (bridge->programmer == client)
		end_programmer(bridge);
	if (bridge->config.programmer.left)
		bridge->config.programmer.left(bridge->config.programmer.user, now, client);
	settle(bridge);
}

size_t ptl_bridge_receive(struct ptl_bridge *bridge, ptl_time now, unsigned client,
			  const uint8_t *bytes, size_t n)
{
	struct ptl_client *one = find(bridge, client);
	size_t taken;

	if (!one)
		return n;
	bridge->now = now;
	taken = ptl_client_receive(one, bytes, n);
	settle(bridge);
	return taken;
}

size_t ptl_bridge_transmit(struct ptl_bridge *bridge, ptl_time now, unsigned client,
			   uint8_t *out, size_t room)
{
	struct ptl_client *one = find(bridge, client);
	size_t put;

	if (!one)
		return 0;
	bridge->now = now;
	put = ptl_client_transmit(one, out, room);
	if (put && one->readable) /* it waited for room for its answers */
		tell_readable(bridge);
	return put;
}

bool ptl_bridge_take(struct ptl_bridge *bridge, unsigned client)
{
	if (bridge->config.write != PTL_WRITE_EXCLUSIVE || !find(bridge, client))
		return false;
	bridge->writer = client;
	return true;
}

/* ---- the UART ---- */

static void each_client(const struct ptl_bridge *bridge,
			void (*what)(struct ptl_client *client))
{
	for (unsigned i = 0; i < bridge->config.clients; i++) {
		struct ptl_client *client = find(bridge, i);

		if (client && !client->dropping)
			what(client);
	}
}

void ptl_bridge_uart(struct ptl_bridge *bridge, ptl_time now, const uint8_t *bytes, size_t n)
{
	const struct ptl_programmer_seam *seam = &bridge->config.programmer;
	bool withheld = false, ready;

	bridge->now = now;
	bridge->counters.from_uart += n;
	if (bridge->programmer != PTL_NOBODY) {
		withheld = !seam->uart(seam->user, now, bytes, n);
		bridge->programmer_due = now;
	}
	ready = ptl_history_put(&bridge->history, now, bytes, n);
	each_client(bridge, ptl_client_catch_up);
	if (withheld && bridge->programmer != PTL_NOBODY)
		ptl_client_skip(&bridge->client[bridge->programmer]);
	settle(bridge);
	if (ready)
		tell_writable(bridge);
}

void ptl_bridge_uart_room(struct ptl_bridge *bridge, ptl_time now)
{
	bridge->now = now;
	if (bridge->programmer != PTL_NOBODY)
		bridge->programmer_due = now;
	settle(bridge);
}

void ptl_bridge_uart_errors(struct ptl_bridge *bridge, ptl_time now, unsigned errors)
{
	struct ptl_bridge_counters *counters = &bridge->counters;

	bridge->now = now;
	counters->overruns += (errors & PTL_SERIAL_OVERRUN) != 0;
	counters->parity += (errors & PTL_SERIAL_PARITY) != 0;
	counters->framing += (errors & PTL_SERIAL_FRAMING) != 0;
	counters->breaks += (errors & PTL_SERIAL_BREAK) != 0;
	for (unsigned i = 0; i < bridge->config.clients; i++) {
		struct ptl_client *client = find(bridge, i);

		if (client && !client->dropping)
			ptl_client_errors(client, errors);
	}
}

void ptl_bridge_uart_modem(struct ptl_bridge *bridge, ptl_time now)
{
	bridge->now = now;
	each_client(bridge, ptl_client_modem);
}

void ptl_bridge_uart_renewed(struct ptl_bridge *bridge, ptl_time now)
{
	bridge->now = now;
	ptl_line_set_format(bridge, &bridge->format);
	for (unsigned line = 0; line < PTL_LINE_BREAK; line++)
		ptl_line_set(bridge, (enum ptl_serial_line)line, bridge->line[line]);
	ptl_bridge_drop(
		bridge); /* the target of its programmer is another one, or has lost bytes */
	if (bridge->config.programmer.renewed)
		bridge->config.programmer.renewed(bridge->config.programmer.user, now);
	settle(bridge);
}

bool ptl_bridge_is_programmed(const struct ptl_bridge *bridge)
{
	return bridge->programmer != PTL_NOBODY;
}

bool ptl_bridge_set_programmer(struct ptl_bridge *bridge, ptl_time now,
			       const struct ptl_programmer_seam *programmer)
{
	if (bridge->programmer != PTL_NOBODY)
		return false;
	bridge->config.programmer = *programmer;
	bridge->programmer_due = PTL_NEVER;
	ptl_bridge_uart_renewed(bridge, now);
	return true;
}

const struct ptl_serial_format *ptl_bridge_format(const struct ptl_bridge *bridge)
{
	return &bridge->format;
}

void ptl_bridge_set_format(struct ptl_bridge *bridge, ptl_time now,
			   const struct ptl_serial_format *format)
{
	bridge->now = now;
	if (bridge->programmer == PTL_NOBODY)
		ptl_line_set_format(bridge, format);
}

bool ptl_bridge_line(const struct ptl_bridge *bridge, enum ptl_serial_line line)
{
	return bridge->line[line];
}

void ptl_bridge_set_line(struct ptl_bridge *bridge, ptl_time now, enum ptl_serial_line line,
			 bool on)
{
	bridge->now = now;
	if (bridge->programmer == PTL_NOBODY)
		ptl_line_set(bridge, line, on);
}

/* ---- time ---- */

static ptl_time earlier(ptl_time a, ptl_time b)
{
	return a < b ? a : b;
}

ptl_time ptl_bridge_deadline(const struct ptl_bridge *bridge)
{
	ptl_time due = earlier(ptl_history_due(&bridge->history), bridge->break_ends);

	due = earlier(due, bridge->programmer_due);
	for (unsigned i = 0; i < bridge->config.clients; i++) {
		const struct ptl_client *client = find(bridge, i);

		if (client)
			due = earlier(due, ptl_client_due(client));
	}
	return due;
}

void ptl_bridge_poll(struct ptl_bridge *bridge, ptl_time now)
{
	bridge->now = now;
	if (now >= bridge->break_ends)
		ptl_line_set(bridge, PTL_LINE_BREAK, false);
	each_client(bridge, ptl_client_poll);
	poll_programmer(bridge);
	settle(bridge);
	if (ptl_history_poll(&bridge->history, now))
		tell_writable(bridge);
}

/* ---- for the programmer ---- */

size_t ptl_bridge_say(struct ptl_bridge *bridge, const uint8_t *bytes, size_t n)
{
	if (bridge->programmer == PTL_NOBODY)
		return n;
	return ptl_client_say(&bridge->client[bridge->programmer], bytes, n);
}

void ptl_bridge_release(struct ptl_bridge *bridge)
{
	bridge->programmer_done = bridge->programmer != PTL_NOBODY;
}

void ptl_bridge_drop(struct ptl_bridge *bridge)
{
	if (bridge->programmer == PTL_NOBODY)
		return;
	ptl_client_drop(&bridge->client[bridge->programmer], PTL_DROP_PROGRAMMER, true);
	bridge->programmer_done = true;
}

/* ---- what is to be seen ---- */

void ptl_bridge_get_counters(const struct ptl_bridge *bridge,
			     struct ptl_bridge_counters *counters)
{
	*counters = bridge->counters;
}

bool ptl_bridge_get_client(const struct ptl_bridge *bridge, unsigned client,
			   struct ptl_client_state *state)
{
	const struct ptl_client *one = find(bridge, client);

	if (!one)
		return false;
	*state = (struct ptl_client_state){
		.asked = one->asked,
		.service = one->service,
		.may_write = ptl_client_may_write(one),
		.programs = ptl_client_has_uart(one),
		.waits = (size_t)(bridge->history.head - one->at),
		.counters = one->counters,
	};
	state->counters.malformed += one->telnet.malformed;
	return true;
}
