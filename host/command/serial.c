/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail serial HOST[:PORT]: the client end of a bridge, or of any RFC 2217 server: a tty
 * here that is a UART there. Here are its options; host/bridge/cable.c does the work.
 */
#include "host/command/commands.h"
#include "host/base/log.h"
#include "host/base/main_loop.h"
#include "host/base/sandbox.h"
#include "host/bridge/cable.h"
#include "host/command/parse.h"
#include "host/port/port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define KEY_PTY	   'p'
#define KEY_LISTEN 'l'

static const struct argp_option option_list[] = {
	{"pty", KEY_PTY, "LINK", 0, "Make a pty, and a link to it: the tty for programs", 0},
	{"listen", KEY_LISTEN, "[HOST:]PORT", 0,
	 "Or a port (on loopback without HOST) for programs that want raw TCP", 0},
	{"verbose", 'v', NULL, 0, "Say more", 0},
	{0},
};

struct command {
	char server[192];
	char near[256];
};

/* Whether a port stands behind the host, of which IPv6 addresses are in brackets. */
static bool has_port(const char *text)
{
	const char *colon = strrchr(text, ':'), *bracket = strrchr(text, ']');

	return colon && (!bracket || colon > bracket);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct command *command = state->input;

	switch (key) {
	case KEY_PTY:
	case KEY_LISTEN:
		if (*command->near)
			command_misused(state, "one of --pty and --listen, and once");
		if (snprintf(command->near, sizeof(command->near), "%s:%s",
			     key == KEY_PTY ? "pty" : "tcp-listen",
			     text) >= (int)sizeof(command->near))
			command_misused(state, "'%s' is too long", text);
		return 0;
	case 'v':
		log_set_verbose(true);
		return 0;
	case ARGP_KEY_ARG:
		if (*command->server)
			command_misused(state,
					"'%s' is one argument too many; it is HOST[:PORT]",
					text);
		if (snprintf(command->server, sizeof(command->server), "%s%s", text,
			     has_port(text) ? "" : ":23") >= (int)sizeof(command->server))
			command_misused(state, "'%s' is too long", text);
		return 0;
	case ARGP_KEY_END:
		if (!*command->server)
			command_misused(state, "HOST[:PORT] is missing");
		if (!*command->near)
			command_misused(state, "--pty LINK or --listen PORT is missing");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void drop_privileges(const char *near)
{
	struct sandbox sandbox = {0};
	char path[512];

	if (port_place(near, path, sizeof(path)))
		sandbox_will_open(&sandbox, path, R_OK | W_OK);
	if (sandbox_enter(&sandbox) < 0)
		log_line("cannot give up privileges, and goes on with them: %s",
			 strerror(errno));
}

int cmd_serial(int argc, char **argv)
{
	static struct main_loop loop;
	const struct argp argp = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "HOST[:PORT]",
		.doc = "A tty here that is a UART there, behind pigtail bridge or another RFC "
		       "2217 "
		       "server (port 23 unless said otherwise).",
	};
	struct command command = {0};
	struct cable *cable = NULL;
	char error[384];
	int status;

	command_parse(&argp, argc, argv, &command);
	main_loop_begin(&loop);
	status = cable_open(&loop.uv, command.server, command.near, &cable, error,
			    sizeof(error));
	if (status) {
		log_line("%s", error);
	} else {
		drop_privileges(command.near);
		main_loop_run(&loop);
	}
	cable_close(cable);
	main_loop_end(&loop);
	return -status;
}
