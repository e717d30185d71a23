/* SPDX-License-Identifier: GPL-2.0-only */
/* argp does the work; what it would say on its own is said in one line instead. */
#include "host/command/parse.h"

#include "host/base/exit_status.h"
#include "host/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char version[] = "pigtail " PIGTAIL_VERSION;

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

static void (*parse_instead)(const struct argp *argp);

void command_parse_instead(void (*instead)(const struct argp *argp))
{
	parse_instead = instead;
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
	error_t error;

	if (parse_instead) {
		parse_instead(&outer);
		exit(EXIT_DONE);
	}
	error = argp_parse(&outer, argc, argv, ARGP_NO_ERRS | ARGP_NO_HELP, NULL, &wrapped);
	if (error) {
		log_line("%s: %s", argv[0], strerror(error));
		exit(EXIT_USAGE);
	}
}
