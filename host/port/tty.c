/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tty by its path. The path is looked up anew at each try, so that a link
 * such as /dev/serial/by-id/... follows an adapter that is plugged in elsewhere.
 *
 * Two programs on one line only see half of it each, so the tty is taken for
 * ourselves: flock() against those who ask, TIOCEXCL against those who don't.
 * A pty gets no TIOCEXCL: the mark would outlive us, if we're killed, for as
 * long as its maker keeps the pty open.
 *
 * Without baud= the rate is found out by negotiation, where the owner can.
 *
 * Missing, busy or forbidden at start is an error (unless ",wait" is given and
 * it is missing); later it is waited for.
 */
#include "host/base/log.h"
#include "host/port/kind.h"
#include "host/port/tty_line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define TTYS_MAJOR	4 /* and its minors from here on: UARTs of a PC */
#define TTYS_MINOR	64
#define PTS_MAJOR_FIRST 136
#define PTS_MAJOR_LAST	143

struct tty {
	struct tty_line line;
	bool is_pty;
};

static const struct advice {
	int error;
	const char *what;
} advices[] = {
	{ENOENT, "plug it in, or append ',wait' to wait for it"},
	{ENXIO, "there is no such device behind it"},
	{ENODEV, "there is no such device behind it"},
	{EIO, "there is no working UART behind it"},
	{EACCES, "add yourself to its group (often dialout), or run as root"},
	{EBUSY, "another program has it; find it by 'fuser' and stop it"},
	{EWOULDBLOCK, "another program has it; find it by 'fuser' and stop it"},
	{ENOTTY, "it is not a tty"},
};

static const char *advice(int error)
{
	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (advices[i].error == error)
			return advices[i].what;
	return "see dmesg(1)";
}

/* Opens and sets up the tty; -1 with a line in error, and errno. */
static int open_tty(struct port *port, char *error, size_t error_size)
{
	struct tty *tty = port->data;
	const char *step = "open";
	uint32_t nearest;
	char *resolved;
	struct stat status;
	int saved;
	int fd;

	fd = open(port->target, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		goto no_fd;
	step = "use";
	if (!isatty(fd)) {
		errno = ENOTTY;
		goto bad;
	}
	if (fstat(fd, &status) < 0)
		goto bad;
	tty->is_pty = major(status.st_rdev) >= PTS_MAJOR_FIRST &&
		      major(status.st_rdev) <= PTS_MAJOR_LAST;
	/* A pty has no rate, but where it leads into a simulated wire. */
	port_choose_rate(port, !tty->is_pty || tty_line_is_marked(fd));
	if (!port->clock_given && major(status.st_rdev) == TTYS_MAJOR &&
	    minor(status.st_rdev) >= TTYS_MINOR)
		port->uart.clock = tty_line_clock(fd);
	step = "lock";
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		goto bad;
	if (!tty->is_pty && ioctl(fd, TIOCEXCL) < 0)
		goto bad;
	step = "set up";
	if (tty_line_setup(fd, port->baud, port->rtscts, &tty->line, &nearest) < 0) {
		if (errno != ERANGE)
			goto bad;
		(void)complain(error, error_size,
			       "cannot set %s to %u baud: its driver offers %u at the nearest; "
			       "choose another rate by ',baud='",
			       port->target, port->baud, nearest);
		(void)close(fd);
		errno = ERANGE;
		return -1;
	}
	resolved = realpath(port->target, NULL);
	(void)snprintf(port->detail, sizeof(port->detail), "%s",
		       resolved ? resolved : port->target);
	free(resolved);
	return fd;

bad:
	saved = errno;
	(void)close(fd);
	errno = saved;
no_fd:
	saved = errno;
	(void)complain(error, error_size, "cannot %s %s: %s; %s", step, port->target,
		       strerror(saved), advice(saved));
	errno = saved;
	return -1;
}

static int start(struct port *port, char *error, size_t error_size)
{
	int fd = open_tty(port, error, error_size);

	if (fd < 0) {
		if (!port->wait || (errno != ENOENT && errno != ENXIO))
			return -1;
		/* What is not there yet is told by its name. */
		port_choose_rate(port, !strncmp(port->target, "/dev/", 5) &&
					       strncmp(port->target, "/dev/pts/", 9) != 0);
		return 0;
	}
	if (port_attach(port, fd) < 0)
		return complain(error, error_size, "cannot watch %s: %s", port->target,
				strerror(errno));
	return 0;
}

static void retry(struct port *port)
{
	char error[256];
	int fd = open_tty(port, error, sizeof(error));

	if (fd < 0 || port_attach(port, fd) < 0)
		port_absent(port, strerror(errno));
}

static void release(struct port *port)
{
	struct tty *tty = port->data;

	if (!tty->is_pty)
		(void)ioctl(port->fd, TIOCNXCL);
	tty_line_restore(port->fd, &tty->line);
}

/* A pty's driver holds no bytes to tell of. */
static size_t queued(const struct port *port)
{
	const struct tty *tty = port->data;

	return tty->is_pty ? PTL_PACER_UNKNOWN : tty_line_queued(port->fd);
}

static bool drained(const struct port *port)
{
	return tty_line_drained(port->fd);
}

static void discard(struct port *port)
{
	tty_line_discard(port->fd);
}

static int set_rate(struct port *port, uint32_t rate)
{
	return tty_line_set_rate(port->fd, rate);
}

const struct port_kind port_kind_tty = {
	.prefix = "",
	.place = PORT_AT_PATH,
	.data_size = sizeof(struct tty),
	.retry_max = 500,
	.start = start,
	.retry = retry,
	.release = release,
	.queued = queued,
	.drained = drained,
	.discard = discard,
	.set_rate = set_rate,
};
