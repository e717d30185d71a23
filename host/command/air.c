/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail air FILE --listen unix:PATH: one scripted air for many radios, which hear each
 * other: `pigtail device PORT air:unix:PATH`.
 */
#include "host/command/commands.h"

#include "host/base/log.h"
#include "host/base/sandbox.h"
#include "host/base/standard.h"
#include "host/command/parse.h"
#include "host/net/air_server.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define KEY_LISTEN   'l'
#define MTU	     1500
#define UNIX	     "unix:"
#define SIGNAL_COUNT 3

struct arguments {
	const char *file, *path;
};

struct air {
	uv_loop_t loop;
	uv_signal_t signals[SIGNAL_COUNT];
	struct air_place *place;
	struct air_server *server;
	int status;
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	switch (key) {
	case KEY_LISTEN:
		if (strncmp(text, UNIX, strlen(UNIX)) != 0 || !text[strlen(UNIX)])
			command_misused(state, "--listen '%s': it is unix:PATH", text);
		arguments->path = text + strlen(UNIX);
		return 0;
	case 'v':
		log_set_verbose(true);
		return 0;
	case ARGP_KEY_ARG:
		if (arguments->file)
			command_misused(state, "'%s' is one argument too many; it is FILE",
					text);
		arguments->file = text;
		return 0;
	case ARGP_KEY_END:
		if (!arguments->file || !arguments->path)
			command_misused(state, "%s missing",
					arguments->file ? "--listen unix:PATH is" : "FILE is");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void on_failed(void *user, const char *why)
{
	struct air *air = user;

	log_line("%s", why);
	air->status = EXIT_FAILED;
	uv_stop(&air->loop);
}

static void on_signal(uv_signal_t *signal, int number)
{
	(void)number;
	uv_stop(signal->loop);
}

static void watch_signals(struct air *air)
{
	static const int numbers[SIGNAL_COUNT] = {SIGINT, SIGTERM, SIGHUP};

	for (size_t i = 0; i < SIGNAL_COUNT; i++) {
		(void)uv_signal_init(&air->loop, &air->signals[i]);
		standard_watch(&air->signals[i], on_signal, numbers[i]);
	}
}

/* Nets may be interfaces, or ping for the net 'user'. */
static void drop_privileges(const char *path)
{
	struct sandbox sandbox = {.interfaces = true, .pings = true};

	sandbox_will_open(&sandbox, path, R_OK | W_OK);
	if (sandbox_enter(&sandbox) < 0)
		log_line("cannot give up privileges, and goes on with them: %s",
			 strerror(errno));
}

static void close_all(struct air *air)
{
	air_server_close(air->server);
	air_place_close(air->place);
	for (size_t i = 0; i < SIGNAL_COUNT; i++)
		uv_close((uv_handle_t *)&air->signals[i], NULL);
	for (int i = 0; i < 10 && uv_loop_alive(&air->loop); i++)
		(void)uv_run(&air->loop, UV_RUN_NOWAIT);
	if (uv_loop_close(&air->loop) < 0)
		_exit(air->status);
}

static int run(const struct arguments *arguments)
{
	static struct air air;
	const struct air_place_config place = {
		.path = arguments->file,
		.mtu = MTU,
		.open_net = net_open,
		.user = &air,
		.failed = on_failed,
	};
	char error[384];
	int status;

	(void)uv_loop_init(&air.loop);
	watch_signals(&air);
	status = air_place_open(&air.loop, &place, &air.place, error, sizeof(error));
	if (!status)
		status = air_server_open(&air.loop, air.place, arguments->path, &air.server,
					 error, sizeof(error));
	air.status = -status;
	if (status) {
		log_line("%s", error);
	} else {
		log_line("the air of %s is at %s", arguments->file, arguments->path);
		drop_privileges(arguments->path);
		(void)uv_run(&air.loop, UV_RUN_DEFAULT);
	}
	close_all(&air);
	return air.status;
}

int cmd_air(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{"listen", KEY_LISTEN, "unix:PATH", 0, "Where radios find it", 0},
		{"verbose", 'v', NULL, 0, "Say more", 0},
		{0},
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse_option,
		.args_doc = "FILE",
		.doc = "A scripted air for many radios, which hear each other.\v"
		       "pigtail-air(5) describes FILE. Radios come by\n"
		       "  pigtail device PORT air:unix:PATH",
	};
	struct arguments arguments = {0};

	command_parse(&argp, argc, argv, &arguments);
	return run(&arguments);
}
