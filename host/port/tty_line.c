/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rates go through TCSETS2 with BOTHER, the driver's answer is read back and
 * compared: drivers silently take the nearest rate that they can make.
 *
 * VMIN is 1 so that a nonblocking read tells nothing there (EAGAIN) from a
 * hangup (0). IGNBRK: a break is noise; but not at a rate that was negotiated, where a
 * peer that is at a much lower one is heard as breaks only: they come as 00. INPCK stays off: a
 * byte with a bad stop bit is delivered and the framing's checksum judges. The other control
 * characters have no meaning in raw mode and stay as they are: one of them is the mark.
 */
#include "host/port/tty_line.h"

#include <asm/termbits.h>
#include <errno.h>
#include <linux/serial.h>
#include <string.h>
#include <sys/ioctl.h>

_Static_assert(sizeof(struct termios2) <= sizeof(((struct tty_line *)0)->saved),
	       "struct tty_line is too small");

#define MARK 0xa7 /* in VEOL2 */

/* Of 1000: what a rate that was negotiated may be off. */
#define RATE_OFF 15u

static uint32_t apart(uint32_t a, uint32_t b)
{
	return a > b ? a - b : b - a;
}

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
	memcpy(raw.c_cc, old.c_cc, sizeof(raw.c_cc));
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (ioctl(fd, TCSETS2, &raw) < 0)
		return -1;
	if (ioctl(fd, TCGETS2, &got) < 0)
		return -1;
	if (apart(got.c_ospeed, baud) > baud / 40) {
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

static int set_speed(int fd, struct termios2 *line, uint32_t baud)
{
	line->c_cflag &= ~(tcflag_t)(CBAUD | CIBAUD);
	line->c_cflag |= BOTHER | (BOTHER << IBSHIFT);
	line->c_iflag &= ~(tcflag_t)IGNBRK;
	line->c_ispeed = baud;
	line->c_ospeed = baud;
	return ioctl(fd, TCSETS2, line);
}

int tty_line_set_rate(int fd, uint32_t baud)
{
	struct termios2 line;
	uint32_t old;

	if (ioctl(fd, TCGETS2, &line) < 0)
		return -1;
	old = line.c_ospeed;
	if (set_speed(fd, &line, baud) < 0)
		return -1;
	if (apart(tty_line_rate(fd), baud) <= baud / 1000 * RATE_OFF)
		return 0;
	(void)set_speed(fd, &line, old);
	errno = ERANGE;
	return -1;
}

uint32_t tty_line_rate(int fd)
{
	struct termios2 line;

	return ioctl(fd, TCGETS2, &line) < 0 ? 0 : line.c_ospeed;
}

uint32_t tty_line_clock(int fd)
{
	struct serial_struct serial;

	if (ioctl(fd, TIOCGSERIAL, &serial) < 0 || serial.baud_base <= 0)
		return 0;
	return (uint32_t)serial.baud_base;
}

int tty_line_mark(int fd)
{
	struct termios2 line;

	if (ioctl(fd, TCGETS2, &line) < 0)
		return -1;
	line.c_cc[VEOL2] = MARK;
	return ioctl(fd, TCSETS2, &line);
}

bool tty_line_is_marked(int fd)
{
	struct termios2 line;

	return !ioctl(fd, TCGETS2, &line) && line.c_cc[VEOL2] == MARK;
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

bool tty_line_drained(int fd)
{
	unsigned int status = 0;

	if (tty_line_queued(fd) > 0)
		return false;
	return ioctl(fd, TIOCSERGETLSR, &status) < 0 || status & TIOCSER_TEMT;
}

void tty_line_discard(int fd)
{
	(void)ioctl(fd, TCFLSH, TCOFLUSH);
}

size_t tty_line_unread(int fd)
{
	return count(fd, TIOCINQ);
}
