/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail serial HOST[:PORT]: the client end of a bridge, or of any RFC 2217 server: a tty
 * here that is a UART there. Here are its options; host/bridge/cable.c does the work.
 */
#include "host/command/commands.h"
#include "host/base/log.h"
#include "host/base/main_loop.h"
#include "host/base/sandbox.h"
#include "host/bridge/access.h"
#include "host/bridge/cable.h"
#include "host/command/bridge_password.h"
#include "host/command/parse.h"
#include "host/port/port.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	KEY_PTY = 'p',
	KEY_LISTEN = 'l',
	KEY_USER = 'u',
	KEY_ARM = 'a',
	KEY_TLS = 0x100,
	KEY_PLAIN,
	KEY_CA,
	KEY_PIN,
	KEY_CERT,
	KEY_PASSWORD_FILE,
};

static const struct argp_option option_list[] = {
	{"pty", KEY_PTY, "LINK", 0, "Make a pty, and a link to it: the tty for programs", 1},
	{"listen", KEY_LISTEN, "[HOST:]PORT", 0,
	 "Or a port (on loopback without HOST) for programs that want raw TCP", 1},
	{"tls", KEY_TLS, NULL, 0, "TLS and a login, also to a HOST on loopback", 2},
	{"plain", KEY_PLAIN, NULL, 0, "Neither, also to a HOST that is not: for other servers",
	 2},
	{"user", KEY_USER, "NAME", 0, "Who logs in (the name in USER of the environment)", 2},
	{"password-file", KEY_PASSWORD_FILE, "FILE", 0,
	 "The password is its first line; - is standard input. Without it "
	 "PIGTAIL_BRIDGE_PASSWORD of the environment, or the terminal is asked",
	 2},
	{"cert", KEY_CERT, "CERT,KEY", 0, "A certificate in the place of the password", 2},
	{"ca", KEY_CA, "FILE", 0,
	 "Who has signed the bridge's certificate. Without it, its fingerprint is asked about "
	 "the first time, and must not change",
	 2},
	{"pin", KEY_PIN, "FINGERPRINT", 0, "SHA-256 of the bridge's certificate, as it says it",
	 2},
	{"arm", KEY_ARM, "ADDRESS,MINUTES", 0,
	 "Have the bridge open its armed ports, without password, for one address ('me': this "
	 "one); with neither --pty nor --listen that is all",
	 3},
	{"verbose", 'v', NULL, 0, "Say more", 4},
	{0},
};

struct command {
	struct cable_config cable;
	struct access_options own;
	char server[192];
	char near[256];
	const char *password_file;
	bool tls, plain;
};

/* Whether a port stands behind the host, of which IPv6 addresses are in brackets. */
static bool has_port(const char *text)
{
	const char *colon = strrchr(text, ':'), *bracket = strrchr(text, ']');

	return colon && (!bracket || colon > bracket);
}

static bool is_loopback(const char *server)
{
	return !strncmp(server, "localhost:", 10) || !strncmp(server, "127.", 4) ||
	       !strncmp(server, "[::1]:", 6);
}

static void set_arm(struct far_options *far, const char *text, struct argp_state *state)
{
	const char *comma = strchr(text, ',');
	size_t n = comma ? (size_t)(comma - text) : 0;
	char *end = NULL;
	unsigned long minutes = comma ? strtoul(comma + 1, &end, 10) : 0;

	if (!n || n >= sizeof(far->arm) || !end || *end || minutes < 1 ||
	    minutes > PTL_LOGIN_MINUTES)
		command_misused(
			state,
			"--arm '%s': it must be ADDRESS,MINUTES, as in me,10; %u at most", text,
			PTL_LOGIN_MINUTES);
	memcpy(far->arm, text, n);
	far->arm[n] = 0;
	far->minutes = (unsigned)minutes;
}

static void settle(struct command *command, struct argp_state *state)
{
	struct far_options *far = &command->cable.far;

	if (!*command->server)
		command_misused(state, "HOST[:PORT] is missing");
	if (!*command->near && !far->minutes)
		command_misused(state, "--pty LINK or --listen PORT is missing");
	if (command->tls && command->plain)
		command_misused(state, "one of --tls and --plain");
	far->tls = command->tls || (!command->plain && !is_loopback(command->server));
	far->certificate = command->own.certificate;
	far->key = command->own.key;
	if (far->certificate && !far->minutes)
		far->name = NULL;
	else if (!far->name)
		far->name = getenv("USER");
	if (far->tls && !far->certificate &&
	    (!far->name || !ptl_password_name_ok(far->name, strlen(far->name))))
		command_misused(state, "--user NAME is missing");
	if (far->minutes && (!far->tls || far->certificate))
		command_misused(state, "--arm wants TLS and a user with a password");
	command->cable.server = command->server;
	command->cable.near = command->near;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct command *command = state->input;
	struct far_options *far = &command->cable.far;
	char error[256];

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
	case KEY_TLS:
		command->tls = true;
		return 0;
	case KEY_PLAIN:
		command->plain = true;
		return 0;
	case KEY_USER:
		far->name = text;
		return 0;
	case KEY_PASSWORD_FILE:
		command->password_file = text;
		return 0;
	case KEY_CERT:
		if (access_parse_pair(&command->own, "--cert", text, error, sizeof(error)) < 0)
			command_misused(state, "%s", error);
		return 0;
	case KEY_CA:
		far->ca = text;
		return 0;
	case KEY_PIN:
		far->pin = text;
		return 0;
	case KEY_ARM:
		set_arm(far, text, state);
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
		settle(command, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void drop_privileges(const char *near)
{
	struct sandbox sandbox = {0};
	char path[512];

	if (*near && port_place(near, path, sizeof(path)))
		sandbox_will_open(&sandbox, path, R_OK | W_OK);
	if (sandbox_enter(&sandbox) < 0)
		log_line("cannot give up privileges, and goes on with them: %s",
			 strerror(errno));
}

/* ---- it runs ---- */

struct running {
	struct main_loop loop;
	const struct command *command;
	struct cable *cable;
	struct far *far; /* to arm, and no more */
	bool refused;
};

static void on_refused(void *user, const char *why)
{
	struct running *running = user;

	log_line("%s: %s", running->command->server, why);
	running->refused = true;
	uv_stop(&running->loop.uv);
}

static void on_armed(void *user, const char *said)
{
	struct running *running = user;

	log_line("%s: %s", running->command->server, said);
	uv_stop(&running->loop.uv);
}

static void on_event(void *user)
{
	(void)user;
}

static int begin(struct running *running, char *error, size_t error_size)
{
	const struct cable_config *config = &running->command->cable;
	const struct far_events events = {running,    on_event,	  on_event,  on_armed,
					  on_refused, on_refused, on_refused};

	if (*running->command->near)
		return cable_open(&running->loop.uv, config, &running->cable, error,
				  error_size);
	return far_open(&running->loop.uv, config->server, &config->far, &events, &running->far,
			error, error_size);
}

static int get_password(struct command *command)
{
	struct far_options *far = &command->cable.far;
	char error[384];

	if (!far->tls || far->certificate ||
	    !bridge_password(command->password_file, "Password", false, far->password, error,
			     sizeof(error)))
		return 0;
	log_line("%s", error);
	return -1;
}

int cmd_serial(int argc, char **argv)
{
	static struct running running;
	static struct command command;
	const struct argp argp = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "HOST[:PORT]",
		.doc = "A tty here that is a UART there, behind pigtail bridge or another RFC "
		       "2217 "
		       "server (port 23 unless said otherwise).",
	};
	char error[384];
	int status;

	command_parse(&argp, argc, argv, &command);
	if (get_password(&command) < 0)
		return EXIT_FAILED;
	command.cable.refused = on_refused;
	command.cable.user = &running;
	running.command = &command;
	main_loop_begin(&running.loop);
	status = begin(&running, error, sizeof(error));
	if (status) {
		log_line("%s", error);
	} else {
		drop_privileges(command.near);
		main_loop_run(&running.loop);
	}
	cable_close(running.cable);
	far_close(running.far);
	main_loop_end(&running.loop);
	explicit_bzero(command.cable.far.password, sizeof(command.cable.far.password));
	return running.refused ? EXIT_FAILED : -status;
}
