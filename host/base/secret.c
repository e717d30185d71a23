/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * While the terminal is asked, its signals are off: Control-C comes as a byte, so that it
 * never stays without an echo.
 */
#include "host/base/secret.h"

#include "host/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define INTERRUPT   3
#define END_OF_FILE 4
#define RUBOUT	    127
#define BACKSPACE   8

void secret_guard(void)
{
	(void)prctl(PR_SET_DUMPABLE, 0);
}

int secret_open(const char *path, char *error, size_t error_size)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat status;

	secret_guard();
	if (fd < 0)
		return complain(error, error_size, "cannot open %s: %s", path, strerror(errno));
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		(void)close(fd);
		return complain(error, error_size, "%s is no regular file", path);
	}
	if (status.st_mode & 077) {
		(void)close(fd);
		return complain(error, error_size,
				"%s can be accessed by others (mode %04o); run 'chmod 600 %s'",
				path, (unsigned int)status.st_mode & 07777u, path);
	}
	return fd;
}

int secret_text(const char *path, char *text, size_t size, char *error, size_t error_size)
{
	int fd = secret_open(path, error, error_size);
	char more;
	ssize_t n;
	bool longer;

	if (fd < 0)
		return -1;
	n = read(fd, text, size - 1);
	longer = n == (ssize_t)size - 1 && read(fd, &more, 1) == 1;
	(void)close(fd);
	if (n < 0)
		return complain(error, error_size, "cannot read %s: %s", path, strerror(errno));
	text[n] = 0;
	if (longer)
		return complain(error, error_size, "%s is longer than %zu bytes", path,
				size - 1);
	return 0;
}

/* Up to the end of the line; false: interrupted, or the terminal is gone. */
static bool read_line(int tty, char *text, size_t size)
{
	size_t n = 0;
	char c;

	for (;;) {
		if (read(tty, &c, 1) != 1 || c == INTERRUPT || c == END_OF_FILE)
			return false;
		if (c == '\n' || c == '\r')
			break;
		if ((c == RUBOUT || c == BACKSPACE) && n > 0)
			n--;
		else if (c != RUBOUT && c != BACKSPACE && n < size - 1)
			text[n++] = c;
	}
	text[n] = 0;
	return true;
}

int secret_ask(const char *prompt, char *text, size_t size)
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	struct termios before, quiet;
	bool ok = false;

	if (tty < 0)
		return 0;
	secret_guard();
	if (!tcgetattr(tty, &before)) {
		quiet = before;
		quiet.c_lflag &= (tcflag_t) ~(ECHO | ICANON | ISIG);
		(void)dprintf(tty, "%s: ", prompt);
		(void)tcsetattr(tty, TCSAFLUSH, &quiet);
		ok = read_line(tty, text, size);
		(void)tcsetattr(tty, TCSAFLUSH, &before);
		(void)dprintf(tty, "\n");
	}
	(void)close(tty);
	return ok ? 1 : -1;
}
