/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail up and pigtail device: one end of a link each, alike but for the role; or
 * of many links, which a file names. The command line becomes a list of links, whose
 * options are those of link_options.h, and links.h runs them.
 */
#include "host/command/commands.h"
#include "host/command/parse.h"
#include "host/config/framings.h"
#include "host/config/link_file.h"
#include "host/run/links.h"
#include "host/base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Beyond LINK_OPTION_KEY + i, the long form of row i. */
#define LINK_OPTION_KEY 0x100
#define KEY_CONFIG	'c'

struct command {
	enum ptl_role role;
	const char *config; /* FILE, or NULL */
	const char *given;  /* an option of a link's, if there was one */
	struct link_options *options;
	int arguments;
};

static const struct argp_option own_options[] = {
	{"config", KEY_CONFIG, "FILE", 0,
	 "Many links, one a section of FILE, instead of PORT NET; see pigtail(1)", 0},
	{"verbose", 'v', NULL, 0, "Say more", 0},
};

#define OWN_OPTIONS (sizeof(own_options) / sizeof(own_options[0]))

static const char doc[] =
	"\vPORT\n"
	"  /dev/ttyUSB0                       any tty's path\n"
	"  pty:LINK                           make a pty and a link to it\n"
	"  tcp:HOST:PORT, unix:PATH           connect\n"
	"  tcp-listen:[HOST:]PORT, unix-listen:PATH   wait for a peer\n"
	"  then ,baud=N ,rate=auto|fixed (a tty without baud=: auto, from 115200; else "
	"921600)\n"
	"  ,max=N ,clock=HZ (what the UART makes, for rate=auto) ,rtscts=on|off (off)\n"
	"  ,wait (a tty may be missing)\n"
	"NET\n"
	"  tap[:IFNAME], tun[:IFNAME]         an interface\n"
	"  bridge:BRIDGE                      a tap put into a bridge\n"
	"  user[,hostfwd=tcp|udp:[ADDR]:PORT-[ADDR]:PORT]...   no root needed\n"
	"  air:FILE, air:unix:PATH            device: a radio in a scripted air, see\n"
	"                                     pigtail-air(5)\n"
	"  wlan:IFNAME                        device: a Wi-Fi interface of this machine\n";

static void set(struct command *command, enum link_option option, const char *value,
		struct argp_state *state)
{
	char error[256];
	int status = link_options_set(command->options, option, value, error, sizeof(error));

	if (status < 0)
		command_misused(state, "%s", error);
	command->given = link_option_rows[option].name;
}

static void set_argument(struct command *command, const char *text, struct argp_state *state)
{
	if (command->arguments > 1)
		command_misused(state, "'%s' is one argument too many; it is PORT NET", text);
	set(command, command->arguments ? LINK_NET : LINK_PORT, text, state);
	command->arguments++;
}

static void check_arguments(const struct command *command, struct argp_state *state)
{
	if (command->config && command->given)
		command_misused(state,
				"--config FILE says all of the links; put '%s' into the file",
				command->given);
	if (!command->config && command->arguments < 2)
		command_misused(state, "%s missing",
				command->arguments ? "NET is" : "PORT and NET are");
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct command *command = state->input;

	switch (key) {
	case KEY_CONFIG:
		command->config = text;
		return 0;
	case 'v':
		log_set_verbose(true);
		return 0;
	case ARGP_KEY_ARG:
		set_argument(command, text, state);
		return 0;
	case ARGP_KEY_END:
		check_arguments(command, state);
		return 0;
	default:
		break;
	}
	for (int i = 0; i < LINK_OPTION_COUNT; i++)
		if (key == LINK_OPTION_KEY + i || key == link_option_rows[i].key) {
			set(command, (enum link_option)i,
			    text ? text : link_option_rows[i].bare, state);
			return 0;
		}
	return ARGP_ERR_UNKNOWN;
}

/* Lists the framings under their option. */
static char *filter_help(int key, const char *text, void *input)
{
	char *list;
	size_t size;
	FILE *out;

	(void)input;
	if (key != link_option_rows[LINK_FRAMING].key)
		return (char *)text;
	out = open_memstream(&list, &size);
	if (!out)
		return (char *)text;
	(void)fputs(text, out);
	for (size_t i = 0; framings[i]; i++)
		(void)fprintf(out, " %s (%s)%s", framings[i]->name, framings[i]->what,
			      framings[i + 1] ? ";" : "; the first is the default");
	(void)fclose(out);
	return list;
}

/* The rows that have an argument, then our own. */
static void list_options(struct argp_option list[LINK_OPTION_COUNT + OWN_OPTIONS + 1])
{
	for (int i = 0; i < LINK_OPTION_COUNT; i++) {
		const struct link_option_row *row = &link_option_rows[i];

		if (!row->argument)
			continue;
		list->name = row->name;
		list->key = row->key ? row->key : LINK_OPTION_KEY + i;
		list->arg = row->argument;
		list->flags = row->bare ? OPTION_ARG_OPTIONAL : 0;
		list->doc = row->what;
		list++;
	}
	memcpy(list, own_options, sizeof(own_options));
}

static int run(struct command *command)
{
	struct link_options *list = NULL;
	char error[384];
	int status;

	if (command->config) {
		status = link_file_read(command->config, command->role, &list, error,
					sizeof(error));
	} else {
		status = link_options_finish(command->options, error, sizeof(error));
		list = command->options;
		command->options = NULL;
	}
	if (!status)
		return links_run(list, command->role, command->config);
	log_line("%s", error);
	link_options_free(list);
	return -status;
}

static int up(enum ptl_role role, const char *description, int argc, char **argv)
{
	struct argp_option option_list[LINK_OPTION_COUNT + OWN_OPTIONS + 1] = {0};
	char text[sizeof(doc) + 256];
	const struct argp argp = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "PORT NET\n--config FILE",
		.doc = text,
		.help_filter = filter_help,
	};
	struct command command = {.role = role, .options = link_options_new(role)};
	int status;

	if (!command.options) {
		log_line("out of memory");
		return EXIT_FAILED;
	}
	(void)snprintf(text, sizeof(text), "%s%s", description, doc);
	list_options(option_list);
	command_parse(&argp, argc, argv, &command);
	status = run(&command);
	link_options_free(command.options);
	return status;
}

int cmd_up(int argc, char **argv)
{
	return up(PTL_HOST, "A network interface over a serial wire.", argc, argv);
}

int cmd_device(int argc, char **argv)
{
	return up(PTL_DEVICE, "The other end of the wire: a virtual radio.", argc, argv);
}
