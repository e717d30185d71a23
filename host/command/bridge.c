/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail bridge PORT: a microcontroller's UART on the network. Here are its options, its
 * loop and its end; host/bridge/ does the work.
 */
#include "host/command/commands.h"
#include "host/base/log.h"
#include "host/base/main_loop.h"
#include "host/base/sandbox.h"
#include "host/bridge/format.h"
#include "host/bridge/offer.h"
#include "host/bridge/outlets.h"
#include "host/bridge/upload.h"
#include "host/command/parse.h"
#include "host/control/place.h"
#include "host/port/port.h"
#include "host/web/web.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAMES_TRIED 100
#define HISTORY_KB  256
#define PLACES	    (TARGET_PLACES - PTL_TARGET_PINS) /* those of --pin */

enum {
	KEY_FORMAT = 'f',
	KEY_LISTEN = 'l',
	KEY_NAME = 'n',
	KEY_VERBOSE = 'v',
	KEY_WRITE = 0x100,
	KEY_SLOW,
	KEY_CLIENTS,
	KEY_HISTORY,
	KEY_IDLE,
	KEY_TARGET,
	KEY_PINS,
	KEY_PIN,
	KEY_WEB,
	KEY_LINK,
	KEY_TLS,
	KEY_USERS,
	KEY_CLIENT_CA,
	KEY_SYSLOG,
	KEY_MQTT,
	KEY_MQTT_PASSWORD,
	KEY_MQTT_CA,
	KEY_MDNS,
};

static const struct argp_option option_list[] = {
	{"listen", KEY_LISTEN, "[HOST:]PORT[,SERVICE][,tls|armed]", 0,
	 "Where clients connect; up to 8 times (23,auto and 2323,program). Without HOST on "
	 "loopback only, beyond it with TLS and a login; SERVICE is auto, raw, telnet, rfc2217 "
	 "or program. armed: plain, but only while and for whom a user has armed it",
	 1},
	{"web", KEY_WEB, "[HOST:]PORT", 0,
	 "Where a browser finds the console, and 'pigtail flash' the bridge", 1},
	{"link", KEY_LINK, "NAME", 0,
	 "Whose radio the page of --web may use: its scans, and which network it joins", 1},
	{"tls", KEY_TLS, "CERT,KEY", 0, "The bridge's certificate and its key: two files", 1},
	{"users", KEY_USERS, "FILE", 0, "Who may log in; 'pigtail passwd' makes it", 1},
	{"client-ca", KEY_CLIENT_CA, "FILE", 0,
	 "Clients with a certificate of this authority need no password", 1},
	{"format", KEY_FORMAT, "8N1", 0, "Data bits, parity (N E O M S), stop bits (8N1)", 1},
	{"write", KEY_WRITE, "POLICY", 0,
	 "Who may write: all; first, who came first; exclusive, the same, but another one can "
	 "be given the right",
	 2},
	{"slow", KEY_SLOW, "lose|drop", 0,
	 "A client that reads too slowly loses bytes (lose), or is hung up on", 2},
	{"clients", KEY_CLIENTS, "N", 0, "At once: 1 to 64 (64)", 2},
	{"history", KEY_HISTORY, "KB", 0, "How far a client may fall behind: 1 to 16384 (256)",
	 2},
	{"idle", KEY_IDLE, "S", 0,
	 "Hangs up on a client after so many seconds without a byte either way; 0: never (0)",
	 2},
	{"target", KEY_TARGET, "WHAT", 0,
	 "What the microcontroller is, for programmers: avr, mega, lpc, stm32, esp; any, by "
	 "what a programmer says first; none (any)",
	 3},
	{"pins", KEY_PINS, "PINS", 0,
	 "What brings it into its boot loader: reset=PIN[,boot=PIN]; a PIN is dtr, rts, "
	 "gpio:CHIP/LINE, "
	 "file:PATH or unix:PATH. And reset-active=low|high, boot-active=low|high, pulse=MS, "
	 "lines=pulse|level",
	 3},
	{"pin", KEY_PIN, "PIN", 0,
	 "Where a user may put one of them, beside dtr, rts and what --pins names; up to 6 "
	 "times",
	 3},
	{"syslog", KEY_SYSLOG, "[udp:|tcp:]HOST[:PORT]", 0,
	 "What the UART says, as lines to a syslog server (udp, 514)", 4},
	{"mqtt", KEY_MQTT, "mqtt[s]://[USER@]HOST[:PORT][/TOPIC]", 0,
	 "And to an MQTT broker (TOPIC: pigtail/NAME)", 4},
	{"mqtt-password", KEY_MQTT_PASSWORD, "FILE", 0, "Its first line is USER's password", 4},
	{"mqtt-ca", KEY_MQTT_CA, "FILE", 0, "Who has signed the broker's certificate", 4},
	{"mdns", KEY_MDNS, NULL, 0, "Tell of the ports that are for other machines", 4},
	{"name", KEY_NAME, "NAME", 0, "Of the control socket (from PORT)", 5},
	{"verbose", KEY_VERBOSE, NULL, 0,
	 "Say more: each client, what it speaks, each move of a pin", 5},
	{0},
};

static const char doc[] =
	"A microcontroller's UART on the network: raw TCP, telnet, RFC 2217."
	"\vPORT\n"
	"  /dev/ttyUSB0                       any tty's path\n"
	"  pty:LINK                           make a pty and a link to it\n"
	"  tcp:HOST:PORT, unix:PATH           connect\n"
	"  tcp-listen:[HOST:]PORT, unix-listen:PATH   wait for a peer\n"
	"  loop:                              a simulated UART in loop-back\n"
	"  then ,baud=N (115200) ,rtscts=on|off (off) ,wait (a tty may be missing)\n";

struct command {
	struct server_config config;
	const char *name; /* as given, or NULL */
	const char *pins; /* likewise */
	struct web_config web;
	struct outlets_options outlets;
};

static void set_listen(struct command *command, const char *text, struct argp_state *state)
{
	struct server_config *config = &command->config;
	char error[256];

	if (config->listens == SERVER_LISTENS)
		command_misused(state, "--listen '%s' is one too many", text);
	if (listener_parse(text, &config->listen[config->listens], error, sizeof(error)) < 0)
		command_misused(state, "%s", error);
	config->listens++;
}

static unsigned long number(const char *option, const char *text, unsigned long least,
			    unsigned long most, struct argp_state *state)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || value < least || value > most)
		command_misused(state, "%s '%s': it must be %lu to %lu", option, text, least,
				most);
	return value;
}

/* Only now the target is known, whose pins may be active at another level. */
static void set_pins(struct command *command, struct argp_state *state)
{
	struct target_config *target = &command->config.target;
	char error[256];

	pins_options_default(&target->pins, target->kind);
	if (command->pins &&
	    pins_options_parse(&target->pins, command->pins, error, sizeof(error)) < 0)
		command_misused(state, "%s", error);
	for (int i = 0; i < PTL_TARGET_PINS; i++)
		if (target->pins.pin[i].where[0])
			(void)target_add_place(target, &target->pins.pin[i]);
}

static void add_place(struct command *command, const char *text, struct argp_state *state)
{
	struct target_config *target = &command->config.target;
	struct pin_options place = {.kind = PIN_NONE};
	char error[256];

	if (pin_options_parse(&place, text, error, sizeof(error)) < 0)
		command_misused(state, "%s", error);
	if (target->places == PLACES || !target_add_place(target, &place))
		command_misused(state, "--pin '%s' is one too many", text);
}

static void set_target(struct command *command, const char *text, struct argp_state *state)
{
	char error[256];

	if (pins_target_parse(&command->config.target.kind, text, error, sizeof(error)) < 0)
		command_misused(state, "%s", error);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct command *command = state->input;
	struct server_config *config = &command->config;
	char error[256];
	int policy;

	switch (key) {
	case KEY_LISTEN:
		set_listen(command, text, state);
		return 0;
	case KEY_WEB:
		if (web_parse(text, &command->web.listen, error, sizeof(error)) < 0)
			command_misused(state, "%s", error);
		return 0;
	case KEY_LINK:
		if (!control_name_ok(text))
			command_misused(state, "--link '%s': it is no name", text);
		command->web.link = text;
		return 0;
	case KEY_FORMAT:
		if (format_parse(text, &config->format) < 0)
			command_misused(state, "--format '%s': it is like 8N1, 7E2 or 5N1.5",
					text);
		return 0;
	case KEY_WRITE:
		policy = offer_write_policy(text);
		if (policy < 0)
			command_misused(state, "--write '%s': it is all, first or exclusive",
					text);
		config->write = (enum ptl_write_policy)policy;
		return 0;
	case KEY_SLOW:
		if (strcmp(text, "lose") != 0 && strcmp(text, "drop") != 0)
			command_misused(state, "--slow '%s': it is lose or drop", text);
		config->slow = *text == 'd' ? PTL_SLOW_DROPPED : PTL_SLOW_LOSES;
		return 0;
	case KEY_CLIENTS:
		config->clients =
			(unsigned)number("--clients", text, 1, PTL_BRIDGE_CLIENTS_MAX, state);
		return 0;
	case KEY_HISTORY:
		config->history = number("--history", text, 1, 16384, state) * 1024;
		return 0;
	case KEY_IDLE:
		config->idle = number("--idle", text, 0, 1000000, state) * UINT64_C(1000000);
		return 0;
	case KEY_TARGET:
		set_target(command, text, state);
		return 0;
	case KEY_PINS:
		command->pins = text;
		return 0;
	case KEY_PIN:
		add_place(command, text, state);
		return 0;
	case KEY_TLS:
		if (access_parse_pair(&config->access, "--tls", text, error, sizeof(error)) < 0)
			command_misused(state, "%s", error);
		return 0;
	case KEY_USERS:
		config->access.users = text;
		return 0;
	case KEY_CLIENT_CA:
		config->access.client_ca = text;
		return 0;
	case KEY_SYSLOG:
		command->outlets.syslog = text;
		return 0;
	case KEY_MQTT:
		command->outlets.mqtt.url = text;
		return 0;
	case KEY_MQTT_PASSWORD:
		command->outlets.mqtt.password_file = text;
		return 0;
	case KEY_MQTT_CA:
		command->outlets.mqtt.ca = text;
		return 0;
	case KEY_MDNS:
		command->outlets.mdns = true;
		return 0;
	case KEY_NAME:
		if (!control_name_ok(text))
			command_misused(state, "'%s' is no name", text);
		command->name = text;
		return 0;
	case KEY_VERBOSE:
		log_set_verbose(true);
		return 0;
	case ARGP_KEY_ARG:
		if (config->port)
			command_misused(state, "'%s' is one argument too many; it is PORT",
					text);
		config->port = text;
		return 0;
	case ARGP_KEY_END:
		if (!config->port)
			command_misused(state, "PORT is missing");
		if (command->web.link && !*command->web.listen.port)
			command_misused(state, "--link is for the page of --web");
		if (!config->listens) {
			set_listen(command, "23,auto", state);
			set_listen(command, "2323,program", state);
		}
		set_pins(command, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

struct running {
	struct main_loop loop;
	char name[CONTROL_NAME_MAX + 1];
	struct offer offer;
	struct upload *upload;
	struct web *web;
	struct outlets *outlets;
};

static void on_tick(void *user)
{
	struct running *running = user;

	if (running->offer.control)
		control_tick(running->offer.control);
}

static const char *port_of(const struct running *running)
{
	const struct uart *uart = server_uart(running->offer.server);

	return uart->kind->name(uart->data);
}

static int claim(struct running *running, const char *given, char *error, size_t error_size)
{
	char base[CONTROL_NAME_MAX - 3];
	int status = 1;

	if (given) {
		(void)snprintf(running->name, sizeof(running->name), "%s", given);
		return control_open(&running->loop.uv, given, NULL, &running->offer.control,
				    error, error_size);
	}
	control_name_from(port_of(running), base, sizeof(base));
	for (int i = 1; i < NAMES_TRIED && status == 1; i++) {
		(void)snprintf(running->name, sizeof(running->name), i > 1 ? "%s-%d" : "%s",
			       base, i);
		status = control_open(&running->loop.uv, running->name, NULL,
				      &running->offer.control, error, error_size);
	}
	return status;
}

static void introduce(const struct running *running, const struct server_config *config)
{
	static const char *const guards[] = {
		[LISTENER_PLAIN] = "",
		[LISTENER_TLS] = ", with TLS and login",
		[LISTENER_ARMED] = ", when armed",
	};
	const struct server *server = running->offer.server;
	const struct ptl_serial_format *format = server_format(server);
	char text[FORMAT_TEXT], fingerprint[TLS_FINGERPRINT];

	for (size_t i = 0; i < config->listens; i++)
		log_line("%s: %s at %u baud %s, on %s port %s for %s%s", running->name,
			 port_of(running), (unsigned)format->baud, format_text(format, text),
			 *config->listen[i].host ? config->listen[i].host : "loopback",
			 config->listen[i].port, ptl_service_name(config->listen[i].service),
			 guards[server_guard(server, i)]);
	if (!server_access(server)->tls)
		return;
	tls_own_fingerprint(server_access(server)->tls, fingerprint);
	log_line("%s: its certificate is SHA256 %s", running->name, fingerprint);
}

static int open_web(struct running *running, const struct web_config *given, char *error,
		    size_t error_size)
{
	struct web_config config = *given;

	if (!*config.listen.port)
		return 0;
	config.server = running->offer.server;
	config.control = running->offer.control;
	if (web_open(&running->loop.uv, &config, &running->web, error, error_size) < 0)
		return -1;
	log_line("%s: its pages are at %s://%s:%s/", running->name,
		 server_access(config.server)->tls ? "https" : "http",
		 *config.listen.host ? config.listen.host : "localhost", config.listen.port);
	return 0;
}

static int start(struct running *running, const struct command *command)
{
	char error[384];
	int status;

	running->loop.tick = on_tick;
	running->loop.user = running;
	main_loop_begin(&running->loop);
	status = server_open(&running->loop.uv, &command->config, &running->offer.server, error,
			     sizeof(error));
	if (!status && claim(running, command->name, error, sizeof(error)) != 0)
		status = -1;
	if (status) {
		log_line("%s", error);
		return -status;
	}
	running->offer.name = running->name;
	running->offer.link = command->web.link;
	offer_begin(&running->offer);
	running->upload = upload_new(running->offer.server, running->offer.control);
	status = open_web(running, &command->web, error, sizeof(error));
	if (!status)
		status = outlets_open(&running->loop.uv, running->offer.server, running->name,
				      &command->outlets, &running->outlets, error,
				      sizeof(error));
	if (status) {
		log_line("%s", error);
		return -status;
	}
	introduce(running, &command->config);
	return EXIT_DONE;
}

static void stop(struct running *running)
{
	web_close(running->web);
	outlets_close(running->outlets);
	server_close(running->offer.server);
	upload_free(running->upload);
	control_close(running->offer.control);
	main_loop_end(&running->loop);
}

static void drop_privileges(const struct server_config *config)
{
	struct sandbox sandbox = {0};
	char path[512];

	for (size_t i = 0; i < config->target.places; i++)
		if (config->target.place[i].kind == PIN_FILE ||
		    config->target.place[i].kind == PIN_UNIX)
			sandbox_will_open(&sandbox, config->target.place[i].where, W_OK);
	for (size_t i = 0; i < config->listens; i++)
		sandbox.low_ports |= config->listen[i].guard == LISTENER_ARMED &&
				     atoi(config->listen[i].port) < 1024;
	if (config->access.users)
		sandbox_will_open(&sandbox, config->access.users, R_OK);
	if (port_place(config->port, path, sizeof(path)))
		sandbox_will_open(&sandbox, path, R_OK | W_OK);
	if (sandbox_enter(&sandbox) < 0)
		log_line("cannot give up privileges, and goes on with them: %s",
			 strerror(errno));
}

int cmd_bridge(int argc, char **argv)
{
	static struct running running;
	const struct argp argp = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "PORT",
		.doc = doc,
	};
	struct command command = {
		.config = {.clients = PTL_BRIDGE_CLIENTS_MAX,
			   .history = (size_t)HISTORY_KB * 1024,
			   .format = PTL_SERIAL_FORMAT_DEFAULT,
			   .target = {.kind = PTL_TARGET_ANY}},
	};
	int status;

	command_parse(&argp, argc, argv, &command);
	status = start(&running, &command);
	if (!status) {
		drop_privileges(&command.config);
		main_loop_run(&running.loop);
	}
	stop(&running);
	return status;
}
