/* SPDX-License-Identifier: GPL-2.0-only */
/* How the subcommands read their command lines. */
#ifndef PIGTAIL_HOST_PARSE_H
#define PIGTAIL_HOST_PARSE_H

#include <argp.h>

/*
 * argp_parse() that complains in one line. On a bad command line it says so and
 * exits with EXIT_USAGE; --help and --version exit with EXIT_DONE. Arguments
 * may stand before and after options. state->input is input.
 */
void command_parse(const struct argp *argp, int argc, char **argv, void *input);

/* From now on command_parse() hands over what it would parse by, and ends the program with
 * EXIT_DONE. */
void command_parse_instead(void (*instead)(const struct argp *argp));

/* For parsers: a line on standard error, then exit(EXIT_USAGE). */
void command_misused(const struct argp_state *state, const char *format, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

#endif
