/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The subcommands. Each takes its arguments as main() does, argv[0] being the
 * name to show in help ("pigtail up"), and returns the exit status.
 */
#ifndef PIGTAIL_HOST_COMMANDS_H
#define PIGTAIL_HOST_COMMANDS_H

#include <argp.h>

enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1, /* one line on standard error said why */
	EXIT_USAGE = 2,	 /* the command line makes no sense; likewise */
};

int cmd_up(int argc, char **argv);
int cmd_device(int argc, char **argv);
int cmd_attach(int argc, char **argv);
int cmd_wire(int argc, char **argv);
int cmd_qemu(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_stats(int argc, char **argv);

/*
 * argp_parse() that complains in one line. On a bad command line it says so and
 * exits with EXIT_USAGE; --help and --version exit with EXIT_DONE. Arguments
 * may stand before and after options. state->input is input.
 */
void command_parse(const struct argp *argp, int argc, char **argv, void *input);

/* For parsers: a line on standard error, then exit(EXIT_USAGE). */
void command_misused(const struct argp_state *state, const char *format, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

#endif
