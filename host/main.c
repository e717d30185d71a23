/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail SUBCOMMAND ...: picks the subcommand and hands over. What a
 * subcommand does, and its options, are in the file of its name.
 */
#include "host/command/commands.h"
#include "host/base/log.h"
#include "host/base/standard.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char version[] = "pigtail " PIGTAIL_VERSION;

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} commands[] = {
	{"up", cmd_up, "a network interface over a serial wire"},
	{"device", cmd_device, "the other end: a virtual radio"},
	{"attach", cmd_attach, "gives a tty to the kernel driver"},
	{"wire", cmd_wire, "a simulated UART cable between two ports"},
	{"qemu", cmd_qemu, "firmware in QEMU, its UART being a link"},
	{"status", cmd_status, "what the running links are doing"},
	{"stats", cmd_stats, "their counters"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void command_misused(const struct argp_state *state, const char *format, ...)
{
	char text[384];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_line("%s; see '%s --help'", text, state->argv[0]);
	exit(EXIT_USAGE);
}

/*
 * Wraps the parser of a command. argp says in two lines what is wrong; without
 * its own messages (ARGP_NO_ERRS) it doesn't help either, so both is done here.
 */
struct wrapped {
	const struct argp *inner;
	void *input;
};

enum {
	KEY_USAGE = 0x10000,
};

static const struct argp_option wrapper_options[] = {
	{"help", '?', NULL, 0, "Give this help list", -1},
	{"usage", KEY_USAGE, NULL, 0, "Give a short usage message", -1},
	{"version", 'V', NULL, 0, "Print program version", -1},
	{0},
};

static error_t parse_wrapped(int key, char *argument, struct argp_state *state)
{
	const struct wrapped *wrapped = state->input;

	(void)argument;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = wrapped->input;
		return 0;
	case '?':
		argp_help(state->root_argp, stdout, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK,
			  state->argv[0]);
		exit(EXIT_DONE);
	case KEY_USAGE:
		argp_help(state->root_argp, stdout, ARGP_HELP_USAGE, state->argv[0]);
		exit(EXIT_DONE);
	case 'V':
		(void)puts(version);
		exit(EXIT_DONE);
	case ARGP_KEY_ERROR:
		command_misused(state, "option '%s' is unknown or lacks its argument",
				state->argv[state->next > 1 ? state->next - 1 : 1]);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void command_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	const struct argp_child children[] = {{argp, 0, NULL, 0}, {0}};
	const struct argp outer = {
		.options = wrapper_options,
		.parser = parse_wrapped,
		.children = children,
	};
	struct wrapped wrapped = {argp, input};
	error_t error =
		argp_parse(&outer, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP, NULL, &wrapped);

	if (error) {
		log_line("%s: %s", argv[0], strerror(error));
		exit(EXIT_USAGE);
	}
}

static void help(FILE *to)
{
	(void)fprintf(to, "Usage: pigtail COMMAND [ARGUMENT...]\n"
			  "A real network card over a serial wire.\n\n");
	for (size_t i = 0; i < COUNT(commands); i++)
		(void)fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].what);
	(void)fprintf(to, "\n'pigtail COMMAND --help' tells more, and so does pigtail(1).\n");
}

int main(int argc, char **argv)
{
	char shown[32];

	standard_open();
	log_open();
	(void)atexit(log_flush);
	(void)signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		log_line("no command given; see 'pigtail --help'");
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-?") || !strcmp(argv[1], "help")) {
		help(stdout);
		return EXIT_DONE;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		(void)puts(version);
		return EXIT_DONE;
	}
	for (size_t i = 0; i < COUNT(commands); i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		(void)snprintf(shown, sizeof(shown), "pigtail %s", commands[i].name);
		argv[1] = shown;
		return commands[i].run(argc - 1, argv + 1);
	}
	log_line("no such command '%s'; see 'pigtail --help'", argv[1]);
	return EXIT_USAGE;
}
