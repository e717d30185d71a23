/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A line is put together first and leaves in one write(2), so that lines of
 * several processes on one terminal don't mix. What doesn't fit is cut.
 *
 * Whoever reads may stop: a terminal by Ctrl-S, a pipe's reader that hangs. Nothing of
 * ours waits for that. Standard error is shared with others and must not become
 * nonblocking for them, so log_open() opens anew what it leads to, nonblocking, and puts
 * that in its place, for libraries that write there as well. A socket can't be opened
 * anew, but be asked not to wait; what can be neither is looked at before (a terminal of
 * another user's: a line that it takes in part can still make us wait).
 *
 * A line that nobody takes is lost and counted, and the next that is taken is preceded
 * by their number. One that was taken in part is finished first.
 */
#include "host/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const char prefix[] = "pigtail: ";

static bool is_verbose;

static enum {
	OUTPUT_WAITS, /* unless it is looked at before */
	OUTPUT_READY, /* a file, or opened anew */
	OUTPUT_SOCKET,
} output;

static char rest[512]; /* of a line that was taken in part */
static size_t rest_n;
static unsigned int lost; /* lines, since one was taken */

void log_open(void)
{
	struct stat status;
	int fd;

	rest_n = 0;
	output = OUTPUT_WAITS;
	if (fstat(STDERR_FILENO, &status) < 0)
		return;
	if (S_ISSOCK(status.st_mode))
		output = OUTPUT_SOCKET;
	if (S_ISREG(status.st_mode))
		output = OUTPUT_READY;
	if (!S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode))
		return;
	fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (dup2(fd, STDERR_FILENO) == STDERR_FILENO)
		output = OUTPUT_READY;
	(void)close(fd);
}

/* Bytes that were taken; all of them where nobody is left to take any. */
static size_t give(const char *bytes, size_t n)
{
	struct pollfd look = {.fd = STDERR_FILENO, .events = POLLOUT};
	ssize_t taken;

	if (output == OUTPUT_WAITS && poll(&look, 1, 0) != 1)
		return 0;
	taken = output == OUTPUT_SOCKET
			? send(STDERR_FILENO, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL)
			: write(STDERR_FILENO, bytes, n);
	if (taken < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : n;
	return (size_t)taken;
}

void log_flush(void)
{
	size_t taken = rest_n ? give(rest, rest_n) : 0;

	rest_n -= taken;
	memmove(rest, rest + taken, rest_n);
}

/* Whether the line was taken, or what is left of it is kept. */
static bool give_line(const char *line, size_t n)
{
	size_t taken;

	log_flush();
	taken = rest_n ? 0 : give(line, n);
	if (!taken)
		return false;
	rest_n = n - taken;
	memcpy(rest, line + taken, rest_n);
	return true;
}

static void tell_lost(void)
{
	char line[80];
	int n = snprintf(line, sizeof(line), "%s%u line%s lost here: nobody took %s\n", prefix,
			 lost, lost == 1 ? " was" : "s were", lost == 1 ? "it" : "them");

	if (give_line(line, (size_t)n))
		lost = 0;
}

static void say(const char *format, va_list arguments)
{
	char line[sizeof(rest)];
	size_t at = sizeof(prefix) - 1;
	int n;

	(void)snprintf(line, sizeof(line), "%s", prefix);
	n = vsnprintf(line + at, sizeof(line) - at - 1, format, arguments);
	if (n < 0)
		return;
	at += (size_t)n < sizeof(line) - at - 1 ? (size_t)n : sizeof(line) - at - 2;
	line[at++] = '\n';
	if (lost)
		tell_lost();
	if (lost || !give_line(line, at))
		lost++;
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
