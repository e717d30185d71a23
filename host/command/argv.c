/* SPDX-License-Identifier: GPL-2.0-only */
/* An argv that grows by copies of strings. */
#include "host/command/argv.h"

#include "host/base/exit_status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void argv_add(struct argv *argv, const char *format, ...)
{
	va_list values;
	char *text;

	va_start(values, format);
	if (vasprintf(&text, format, values) < 0)
		text = NULL;
	va_end(values);
	if (!text || argv->n == ARGV_MAX) {
		log_line("out of memory, or more than %d arguments for one program", ARGV_MAX);
		exit(EXIT_USAGE);
	}
	argv->at[argv->n++] = text;
}

void argv_add_two(struct argv *argv, const char *option, const char *value)
{
	argv_add(argv, "%s", option);
	argv_add(argv, "%s", value);
}

void argv_drop(struct argv *argv)
{
	while (argv->n > 0) {
		free(argv->at[--argv->n]);
		argv->at[argv->n] = NULL;
	}
}
