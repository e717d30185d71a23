/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A line is put together first and leaves in one write(2), so that lines of
 * several processes on one terminal don't mix. What doesn't fit is cut.
 */
#include "host/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static bool is_verbose;

static void say(const char *format, va_list arguments)
{
	static const char prefix[] = "pigtail: ";
	char line[512];
	size_t at = sizeof(prefix) - 1;
	int n;

	(void)snprintf(line, sizeof(line), "%s", prefix);
	n = vsnprintf(line + at, sizeof(line) - at - 1, format, arguments);
	if (n < 0)
		return;
	at += (size_t)n < sizeof(line) - at - 1 ? (size_t)n : sizeof(line) - at - 2;
	line[at++] = '\n';
	/* Nobody is left to be told when this fails. */
	if (write(STDERR_FILENO, line, at) < 0)
		return;
}

void log_line(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}

void log_detail(const char *format, ...)
{
	va_list arguments;

	if (!is_verbose)
		return;
	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}

void log_set_verbose(bool verbose)
{
	is_verbose = verbose;
}

int complain(char *error, size_t error_size, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(error, error_size, format, arguments);
	va_end(arguments);
	return -1;
}

int complain_usage(char *error, size_t error_size, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(error, error_size, format, arguments);
	va_end(arguments);
	return -2;
}
