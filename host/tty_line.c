/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rates go through TCSETS2 with BOTHER, the driver's answer is read back and
 * compared: drivers silently take the nearest rate that they can make.
 *
 * VMIN is 1 so that a nonblocking read tells nothing there (EAGAIN) from a
 * hangup (0). IGNBRK: a break is noise. INPCK stays off: a byte with a bad stop
 * bit is delivered and the framing's checksum judges.
 */
#include "tty_line.h"

#include <asm/termbits.h>
#include <errno.h>
#include <linux/serial.h>
#include <string.h>
#include <sys/ioctl.h>

_Static_assert(sizeof(struct termios2) <= sizeof(((struct tty_line *)0)->saved),
	       "struct tty_line is too small");

static void lower_latency(int fd, struct tty_line *line)
{
	struct serial_struct serial;

	line->serial_flags = -1;
	if (ioctl(fd, TIOCGSERIAL, &serial) < 0 || serial.flags & (int)ASYNC_LOW_LATENCY)
		return;
	line->serial_flags = serial.flags;
	serial.flags |= (int)ASYNC_LOW_LATENCY;
	if (ioctl(fd, TIOCSSERIAL, &serial) < 0)
		line->serial_flags = -1;
}

int tty_line_setup(int fd, uint32_t baud, bool rtscts, struct tty_line *line, uint32_t *nearest)
{
	struct termios2 old;
	struct termios2 raw = {0};
	struct termios2 got;
	uint32_t off;

	if (ioctl(fd, TCGETS2, &old) < 0)
		return -1;
	memcpy(line->saved, &old, sizeof(old));

	raw.c_iflag = IGNBRK;
	raw.c_cflag = CREAD | CLOCAL | CS8 | BOTHER | (BOTHER << IBSHIFT);
	if (rtscts)
		raw.c_cflag |= CRTSCTS;
	raw.c_ispeed = baud;
	raw.c_ospeed = baud;
	raw.c_line = old.c_line;
	raw.c_cc[VMIN] = 1;
	if (ioctl(fd, TCSETS2, &raw) < 0)
		return -1;
	if (ioctl(fd, TCGETS2, &got) < 0)
		return -1;
	off = got.c_ospeed > baud ? got.c_ospeed - baud : baud - got.c_ospeed;
	if (off > baud / 40) {
		*nearest = got.c_ospeed;
		(void)ioctl(fd, TCSETS2, &old);
		errno = ERANGE;
		return -1;
	}
	lower_latency(fd, line);
	(void)ioctl(fd, TCFLSH, TCIOFLUSH);
	return 0;
}

int tty_line_tell_errors(int fd)
{
	struct termios2 settings;

	if (ioctl(fd, TCGETS2, &settings) < 0)
		return -1;
	settings.c_iflag = INPCK | BRKINT;
	return ioctl(fd, TCSETS2, &settings);
}

void tty_line_restore(int fd, const struct tty_line *line)
{
	struct serial_struct serial;
	struct termios2 old;

	/* Or close() would wait for a peer that stopped us by RTS. */
	(void)ioctl(fd, TCFLSH, TCOFLUSH);
	if (line->serial_flags >= 0 && !ioctl(fd, TIOCGSERIAL, &serial)) {
		serial.flags = line->serial_flags;
		(void)ioctl(fd, TIOCSSERIAL, &serial);
	}
	memcpy(&old, line->saved, sizeof(old));
	(void)ioctl(fd, TCSETS2, &old);
}

static size_t count(int fd, unsigned long what)
{
	int bytes = 0;

	if (ioctl(fd, what, &bytes) < 0 || bytes < 0)
		return 0;
	return (size_t)bytes;
}

size_t tty_line_queued(int fd)
{
	return count(fd, TIOCOUTQ);
}

size_t tty_line_unread(int fd)
{
	return count(fd, TIOCINQ);
}
