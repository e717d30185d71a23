/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The requests of a bridge: status and stats as of a link, with the same words where the
 * thing is the same, and what a user does to one that runs: give the right to write to a
 * client, hang up on one, set the UART's format.
 */
#include "host/bridge/offer.h"

#include "host/base/socket.h"
#include "host/base/timer.h"
#include "host/bridge/format.h"
#include "host/bridge/target_part.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const policies[] = {
	[PTL_WRITE_ALL] = "all",
	[PTL_WRITE_FIRST] = "first",
	[PTL_WRITE_EXCLUSIVE] = "exclusive",
};

int offer_write_policy(const char *name)
{
	for (size_t i = 0; i < COUNT(policies); i++)
		if (!strcmp(name, policies[i]))
			return (int)i;
	return -1;
}

static const char *const guards[] = {
	[LISTENER_PLAIN] = "none",
	[LISTENER_TLS] = "tls",
	[LISTENER_ARMED] = "armed",
};

struct row {
	const char *name;
	size_t offset;
};

#define OF_BRIDGE(field)                                                                       \
	{                                                                                      \
#field, offsetof(struct ptl_bridge_counters, field)                            \
	}
#define OF_CLIENT(field)                                                                       \
	{                                                                                      \
#field, offsetof(struct ptl_client_counters, field)                            \
	}

static const struct row bridge_rows[] = {
	OF_BRIDGE(from_uart), OF_BRIDGE(to_uart),     OF_BRIDGE(overruns), OF_BRIDGE(parity),
	OF_BRIDGE(framing),   OF_BRIDGE(breaks),      OF_BRIDGE(connects), OF_BRIDGE(refused),
	OF_BRIDGE(dropped),   OF_BRIDGE(programmers),
};

static const struct row client_rows[] = {
	OF_CLIENT(received), OF_CLIENT(sent),	   OF_CLIENT(lost),
	OF_CLIENT(denied),   OF_CLIENT(malformed),
};

static void add_rows(cJSON *to, const struct row *rows, size_t n, const void *counters)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t value;

		memcpy(&value, (const char *)counters + rows[i].offset, sizeof(value));
		cJSON_AddNumberToObject(to, rows[i].name, (double)value);
	}
}

static void add_port(cJSON *to, const struct server *server)
{
	const struct uart *uart = server_uart(server);
	const struct ptl_serial_format *format = server_format(server);
	const struct ptl_bridge *bridge = server_bridge(server);
	cJSON *port = cJSON_AddObjectToObject(to, "port");
	char text[FORMAT_TEXT];

	cJSON_AddStringToObject(port, "name", uart->kind->name(uart->data));
	cJSON_AddBoolToObject(port, "open", uart->kind->is_open(uart->data));
	cJSON_AddNumberToObject(port, "baud", format->baud);
	cJSON_AddStringToObject(port, "format", format_text(format, text));
	cJSON_AddBoolToObject(port, "rtscts", format->flow_out == PTL_FLOW_HARDWARE);
	cJSON_AddBoolToObject(port, "dtr", ptl_bridge_line(bridge, PTL_LINE_DTR));
	cJSON_AddBoolToObject(port, "rts", ptl_bridge_line(bridge, PTL_LINE_RTS));
}

static void add_listens(cJSON *to, const struct server *server)
{
	const struct server_config *config = server_config(server);
	cJSON *list = cJSON_AddArrayToObject(to, "listens");

	for (size_t i = 0; i < config->listens; i++) {
		cJSON *one = cJSON_CreateObject();

		cJSON_AddStringToObject(one, "host",
					*config->listen[i].host ? config->listen[i].host
								: "localhost");
		cJSON_AddStringToObject(one, "port", config->listen[i].port);
		cJSON_AddStringToObject(one, "service",
					ptl_service_name(config->listen[i].service));
		cJSON_AddStringToObject(one, "guard", guards[server_guard(server, i)]);
		cJSON_AddItemToArray(list, one);
	}
}

static void add_armed(cJSON *to, const struct server *server)
{
	char address[64];
	unsigned seconds = server_armed(server, address, sizeof(address));
	cJSON *armed;

	if (!seconds)
		return;
	armed = cJSON_AddObjectToObject(to, "armed");
	cJSON_AddStringToObject(armed, "address", address);
	cJSON_AddNumberToObject(armed, "seconds", seconds);
}

static void add_clients(cJSON *to, const struct server *server)
{
	cJSON *list = cJSON_AddArrayToObject(to, "clients");

	for (unsigned i = 0; i < server_config(server)->clients; i++) {
		struct ptl_client_state state;
		cJSON *one;

		if (!ptl_bridge_get_client(server_bridge(server), i, &state))
			continue;
		one = cJSON_CreateObject();
		cJSON_AddNumberToObject(one, "client", i);
		cJSON_AddStringToObject(one, "peer", server_peer(server, i));
		cJSON_AddStringToObject(one, "service", ptl_service_name(state.service));
		cJSON_AddBoolToObject(one, "may_write", state.may_write);
		cJSON_AddBoolToObject(one, "programs", state.programs);
		cJSON_AddNumberToObject(one, "waits", (double)state.waits);
		add_rows(one, client_rows, COUNT(client_rows), &state.counters);
		cJSON_AddItemToArray(list, one);
	}
}

static cJSON *status_now(void *user)
{
	const struct offer *offer = user;
	const struct uart *uart = server_uart(offer->server);
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "name", offer->name);
	cJSON_AddStringToObject(json, "version", PIGTAIL_VERSION);
	cJSON_AddNumberToObject(json, "pid", getpid());
	cJSON_AddStringToObject(json, "role", "bridge");
	cJSON_AddStringToObject(json, "state", uart->kind->is_open(uart->data) ? "up" : "down");
	cJSON_AddNumberToObject(json, "seconds",
				(double)(timer_now() - server_began(offer->server)) / 1e6);
	add_port(json, offer->server);
	add_listens(json, offer->server);
	target_part_status(json, offer->server);
	add_armed(json, offer->server);
	cJSON_AddStringToObject(json, "write", policies[server_config(offer->server)->write]);
	add_clients(json, offer->server);
	if (offer->link)
		cJSON_AddStringToObject(json, "link", offer->link);
	cJSON_AddStringToObject(json, "control", control_path(offer->control));
	return json;
}

static cJSON *stats_now(void *user)
{
	const struct offer *offer = user;
	struct ptl_bridge_counters counters;
	cJSON *json = cJSON_CreateObject();

	ptl_bridge_get_counters(server_bridge(offer->server), &counters);
	cJSON_AddStringToObject(json, "name", offer->name);
	cJSON_AddStringToObject(json, "role", "bridge");
	cJSON_AddNumberToObject(json, "time_us", (double)timer_now());
	cJSON_AddNumberToObject(json, "baud", server_format(offer->server)->baud);
	add_rows(cJSON_AddObjectToObject(json, "counters"), bridge_rows, COUNT(bridge_rows),
		 &counters);
	return json;
}

static void answer_status(void *user, const cJSON *arguments, struct control_call *call)
{
	(void)arguments;
	control_answer(call, status_now(user));
}

static void answer_stats(void *user, const cJSON *arguments, struct control_call *call)
{
	(void)arguments;
	control_answer(call, stats_now(user));
}

static void answer_take(void *user, const cJSON *arguments, struct control_call *call)
{
	const struct offer *offer = user;
	unsigned client = (unsigned)control_number(arguments, "client", 0);

	if (server_take(offer->server, client))
		control_answer(call, NULL);
	else
		control_refuse(
			call, CONTROL_NOT_READY,
			"client %u: is not connected, or the bridge runs without --write "
			"exclusive",
			client);
}

static void answer_hang_up(void *user, const cJSON *arguments, struct control_call *call)
{
	const struct offer *offer = user;
	unsigned client = (unsigned)control_number(arguments, "client", 0);

	if (server_hang_up(offer->server, client))
		control_answer(call, NULL);
	else
		control_refuse(call, CONTROL_NOT_READY, "client %u: is not connected", client);
}

static void answer_set(void *user, const cJSON *arguments, struct control_call *call)
{
	const struct offer *offer = user;
	struct ptl_serial_format format = *server_format(offer->server);
	const char *text = control_string(arguments, "format", NULL);
	bool hardware = format.flow_out == PTL_FLOW_HARDWARE;

	if (text && format_parse(text, &format) < 0) {
		control_refuse(call, CONTROL_BAD_ARGUMENT,
			       "argument format: it is like 8N1, 7E2 or 5N1.5");
		return;
	}
	format.baud = (uint32_t)control_number(arguments, "baud", format.baud);
	hardware = control_bool(arguments, "rtscts", hardware);
	format.flow_out = format.flow_in = hardware ? PTL_FLOW_HARDWARE : PTL_FLOW_NONE;
	server_set_format(offer->server, &format);
	control_answer(call, status_now(user));
}

static void answer_line(void *user, const cJSON *arguments, struct control_call *call)
{
	static const char *const names[] = {
		[PTL_LINE_DTR] = "dtr",
		[PTL_LINE_RTS] = "rts",
		[PTL_LINE_BREAK] = "break",
	};
	const struct offer *offer = user;
	const char *name = control_string(arguments, "line", "");

	for (size_t i = 0; i < COUNT(names); i++)
		if (!strcmp(name, names[i])) {
			server_set_line(offer->server, (enum ptl_serial_line)i,
					control_bool(arguments, "on", false));
			control_answer(call, status_now(user));
			return;
		}
	control_refuse(call, CONTROL_BAD_ARGUMENT, "argument line: it is dtr, rts or break");
}

static void answer_reset(void *user, const cJSON *arguments, struct control_call *call)
{
	const struct offer *offer = user;
	char error[128];

	(void)arguments;
	if (server_reset(offer->server, error, sizeof(error)) < 0)
		control_refuse(call, CONTROL_NOT_READY, "%s", error);
	else
		control_answer(call, NULL);
}

static void answer_arm(void *user, const cJSON *arguments, struct control_call *call)
{
	const struct offer *offer = user;
	struct sockaddr_storage address;
	char text[160];

	if (socket_host(control_string(arguments, "address", ""), &address) < 0) {
		control_refuse(call, CONTROL_BAD_ARGUMENT, "argument address: it is none");
		return;
	}
	if (server_arm(offer->server, "its owner", (const struct sockaddr *)&address,
		       (unsigned)control_number(arguments, "minutes", 0), text, sizeof(text)))
		control_answer(call, status_now(user));
	else
		control_refuse(call, CONTROL_NOT_READY, "%s", text);
}

static const struct control_argument client_argument[] = {
	{"client", CONTROL_INTEGER, true, 0, PTL_BRIDGE_CLIENTS_MAX - 1,
	 "its number, as in status"},
	{0},
};

static const struct control_argument set_arguments[] = {
	{"baud", CONTROL_INTEGER, false, PTL_SERIAL_BAUD_MIN, PTL_SERIAL_BAUD_MAX, "bits/s"},
	{"format", CONTROL_STRING, false, 3, 5, "8N1 and the like"},
	{"rtscts", CONTROL_BOOL, false, 0, 0, "flow control by RTS and CTS"},
	{0},
};

static const struct control_argument line_arguments[] = {
	{"line", CONTROL_STRING, true, 3, 5, "dtr, rts or break"},
	{"on", CONTROL_BOOL, true, 0, 0, "whether it is"},
	{0},
};

static const struct control_argument arm_arguments[] = {
	{"address", CONTROL_STRING, true, 1, PTL_LOGIN_ADDRESS - 1, "for whom"},
	{"minutes", CONTROL_INTEGER, true, 1, PTL_LOGIN_MINUTES, "for how long"},
	{0},
};

static const struct control_request requests[] = {
	{"status", "what the bridge is doing; pigtail(1) lists the keys", NULL, answer_status,
	 0},
	{"stats", "its counters", NULL, answer_stats, 0},
	{"take", "gives the right to write to a client", client_argument, answer_take, 0},
	{"arm", "opens the ports that are to be armed, for one address; answers as status",
	 arm_arguments, answer_arm, 0},
	{"hang-up", "hangs up on a client", client_argument, answer_hang_up, 0},
	{"set", "sets the UART's rate and format; answers as status", set_arguments, answer_set,
	 0},
	{"line", "drives a line of the UART; answers as status", line_arguments, answer_line,
	 0},
	{"reset", "resets the target", NULL, answer_reset, 0},
	{0},
};

static const struct control_event events[] = {
	{"status", "the bridge's status", status_now},
	{"stats", "its counters", stats_now},
	{0},
};

void offer_begin(struct offer *offer)
{
	offer->part = (struct control_part){requests, events, offer, NULL};
	control_add(offer->control, &offer->part);
	target_part_begin(&offer->target, offer->control, offer->server);
}
