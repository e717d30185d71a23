/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail passwd NAME --users FILE: an entry of a bridge's users. The password comes from
 * the terminal, a file, standard input or the environment; what is kept is its hash.
 */
#include "host/command/commands.h"
#include "host/base/log.h"
#include "host/bridge/users.h"
#include "host/command/bridge_password.h"
#include "host/command/parse.h"

#include <stdlib.h>
#include <string.h>

enum {
	KEY_USERS = 'u',
	KEY_DELETE = 'd',
	KEY_FILE = 'p',
	KEY_ITERATIONS = 0x100,
};

static const struct argp_option option_list[] = {
	{"users", KEY_USERS, "FILE", 0, "The file; it is made if there is none", 0},
	{"delete", KEY_DELETE, NULL, 0, "Take the name out", 0},
	{"password-file", KEY_FILE, "FILE", 0,
	 "The password is its first line; - is standard input. Without it "
	 "PIGTAIL_BRIDGE_PASSWORD of the environment, or the terminal is asked",
	 0},
	{"iterations", KEY_ITERATIONS, "N", 0,
	 "How slow the hash is, 1000 to 10000000 (300000; about 10000 for a bridge on a "
	 "microcontroller)",
	 0},
	{0},
};

struct command {
	const char *name, *users, *file;
	bool deletes;
	unsigned iterations;
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct command *command = state->input;
	unsigned long number;
	char *end;

	switch (key) {
	case KEY_USERS:
		command->users = text;
		return 0;
	case KEY_DELETE:
		command->deletes = true;
		return 0;
	case KEY_FILE:
		command->file = text;
		return 0;
	case KEY_ITERATIONS:
		number = strtoul(text, &end, 10);
		if (*end || number < PTL_PASSWORD_ITERATIONS_MIN ||
		    number > PTL_PASSWORD_ITERATIONS_MAX)
			command_misused(state, "--iterations '%s': it must be %u to %u", text,
					PTL_PASSWORD_ITERATIONS_MIN,
					PTL_PASSWORD_ITERATIONS_MAX);
		command->iterations = (unsigned)number;
		return 0;
	case ARGP_KEY_ARG:
		if (command->name)
			command_misused(state, "'%s' is one argument too many", text);
		if (!ptl_password_name_ok(text, strlen(text)))
			command_misused(state,
					"'%s' is no name: 1 to 31 letters, digits and ._-@+",
					text);
		command->name = text;
		return 0;
	case ARGP_KEY_END:
		if (!command->name || !command->users)
			command_misused(state, "NAME and --users FILE are wanted");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int add(const struct command *command, char *error, size_t error_size)
{
	char password[PTL_LOGIN_PASSWORD];
	struct ptl_password entry;
	int status = bridge_password(command->file, "Its password", true, password, error,
				     error_size);

	if (!status) {
		users_make(&entry, command->name, password, command->iterations);
		status = users_write(command->users, command->name, &entry, error, error_size);
	}
	explicit_bzero(password, sizeof(password));
	return status;
}

int cmd_passwd(int argc, char **argv)
{
	const struct argp argp = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "NAME",
		.doc = "Who may log in to a bridge, and with which password. One that runs "
		       "reads it anew at each login.",
	};
	struct command command = {.iterations = USERS_ITERATIONS};
	char error[384];
	int status;

	command_parse(&argp, argc, argv, &command);
	if (command.deletes)
		status = users_write(command.users, command.name, NULL, error, sizeof(error));
	else
		status = add(&command, error, sizeof(error));
	if (status)
		log_line("%s", error);
	return status ? EXIT_FAILED : EXIT_DONE;
}
