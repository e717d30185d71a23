/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pty:LINK makes a pty and a symbolic link to its slave, for a peer that wants
 * a tty. The slave is kept open here too: peers come and go, and the master
 * never sees a hangup.
 *
 * A link left behind by a killed process is replaced, anything else at its
 * place is left alone. To tell, a living owner holds a record lock on the slave
 * (not flock(): that one belongs to whoever uses the slave).
 */
#include "host/base/log.h"
#include "host/port/kind.h"
#include "host/port/tty_line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct pty {
	int slave;
	bool linked;
};

static bool is_owned(const char *slave)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	bool owned = false;
	int fd;

	fd = open(slave, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno != ENOENT && errno != EIO;
	if (!fcntl(fd, F_OFD_GETLK, &lock))
		owned = lock.l_type != F_UNLCK;
	(void)close(fd);
	return owned;
}

/* Removes what a killed process left at path. */
static int clear_place(const char *path, char *error, size_t error_size)
{
	char target[128];
	struct stat status;
	ssize_t n;

	if (lstat(path, &status) < 0)
		return 0;
	if (!S_ISLNK(status.st_mode))
		return complain(error, error_size,
				"cannot make the link %s: something that is no link is there; "
				"remove it or choose another name",
				path);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return 0;
	target[n] = 0;
	if (access(target, F_OK) < 0 ||
	    (!strncmp(target, "/dev/pts/", 9) && !is_owned(target))) {
		(void)unlink(path);
		return 0;
	}
	return complain(error, error_size,
			"cannot make the link %s: it exists and leads to %s, which is in use; "
			"remove it or choose another name",
			path, target);
}

static int start(struct port *port, char *error, size_t error_size)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	struct pty *pty = port->data;
	struct tty_line line;
	uint32_t nearest;
	int master;

	pty->slave = -1;
	if (clear_place(port->target, error, error_size) < 0)
		return -1;
	master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (master < 0)
		return complain(error, error_size,
				"cannot make a pty: %s; is devpts mounted on /dev/pts?",
				strerror(errno));
	if (grantpt(master) < 0 || unlockpt(master) < 0 ||
	    ptsname_r(master, port->detail, sizeof(port->detail)) != 0)
		goto bad;
	pty->slave = open(port->detail, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (pty->slave < 0 || fcntl(pty->slave, F_OFD_SETLK, &lock) < 0 ||
	    tty_line_setup(pty->slave, port->baud, port->rtscts, &line, &nearest) < 0)
		goto bad;
	if (symlink(port->detail, port->target) < 0) {
		(void)complain(
			error, error_size,
			"cannot make the link %s: %s; choose a place that you may write to",
			port->target, strerror(errno));
		(void)close(master);
		return -1;
	}
	pty->linked = true;
	if (port_attach(port, master) < 0)
		return complain(error, error_size, "cannot watch %s: %s", port->detail,
				strerror(errno));
	return 0;

bad:
	(void)complain(error, error_size,
		       "cannot set up a pty: %s; is devpts mounted on /dev/pts?",
		       strerror(errno));
	(void)close(master);
	return -1;
}

static void stop(struct port *port)
{
	struct pty *pty = port->data;
	char target[128];
	ssize_t n;

	if (pty->linked) {
		n = readlink(port->target, target, sizeof(target));
		if (n == (ssize_t)strlen(port->detail) &&
		    !memcmp(target, port->detail, (size_t)n))
			(void)unlink(port->target);
	}
	if (pty->slave >= 0)
		(void)close(pty->slave);
}

/* What the peer has not read yet: the master doesn't tell, the slave does. */
static size_t queued(const struct port *port)
{
	const struct pty *pty = port->data;

	return tty_line_unread(pty->slave);
}

static int peer_tty(const struct port *port)
{
	const struct pty *pty = port->data;

	return pty->slave;
}

static uint32_t peer_baud(const struct port *port)
{
	const struct pty *pty = port->data;

	return tty_line_rate(pty->slave);
}

static void follow_peer(struct port *port)
{
	const struct pty *pty = port->data;

	(void)tty_line_mark(pty->slave);
}

const struct port_kind port_kind_pty = {
	.prefix = "pty:",
	.place = PORT_IN_FOLDER,
	.data_size = sizeof(struct pty),
	.retry_max = 2000,
	.start = start,
	.stop = stop,
	.queued = queued,
	.peer_tty = peer_tty,
	.peer_baud = peer_baud,
	.follow_peer = follow_peer,
};
