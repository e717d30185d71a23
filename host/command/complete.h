/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail complete WORD...: for the shells, whose scripts in dist/completion ask it what the
 * last word, which may be empty, can become. The others are those before it, without
 * 'pigtail'. A line is a word, and after a tab what it is; or ":files", when it is the name
 * of a file. The words come from the tables by which commands parse.
 */
#ifndef PIGTAIL_HOST_COMPLETE_H
#define PIGTAIL_HOST_COMPLETE_H

#include "host/command/commands.h"

#include <stddef.h>

int complete(const struct subcommand *commands, size_t count, int argc, char **argv);

#endif
