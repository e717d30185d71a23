/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two programs on one line only see half of it each, so the tty is taken for
 * ourselves: flock() against those who ask, TIOCEXCL against those who don't.
 * A pty gets no TIOCEXCL: the mark would outlive us, if we're killed, for as
 * long as its maker keeps the pty open.
 *
 * What to do about an error is a row of a table, by the step that failed and errno:
 * first of the taker's own, then of the one for all.
 */
#include "host/port/tty_take.h"

#include "host/base/log.h"

#include <errno.h>
#include <fcntl.h>
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

static const char *const step_names[] = {
	[TTY_OPEN] = "open",	 [TTY_USE] = "use",	      [TTY_LOCK] = "lock",
	[TTY_SET_UP] = "set up", [TTY_DISCIPLINE] = "attach", [TTY_INTERFACE] = "attach",
};

static const struct tty_advice for_all[] = {
	{TTY_OPEN, ENXIO, "there is no such device behind it"},
	{TTY_OPEN, ENODEV, "there is no such device behind it"},
	{TTY_OPEN, EIO, "there is no working UART behind it"},
	{TTY_OPEN, EBUSY, "another program has it; find it by 'fuser' and stop it"},
	{TTY_USE, ENOTTY, "it is not a tty"},
	{TTY_USE, EIO, "there is no working UART behind it"},
	{TTY_LOCK, EWOULDBLOCK, "another program has it; find it by 'fuser' and stop it"},
	{TTY_LOCK, EIO, "there is no working UART behind it"},
	{TTY_SET_UP, EIO, "there is no working UART behind it"},
	{0},
};

static const char *find(const struct tty_advice *advice, enum tty_step step, int error)
{
	for (; advice->what; advice++)
		if (advice->step == step && advice->error == error)
			return advice->what;
	return NULL;
}

int tty_complain(const struct tty *tty, enum tty_step step, char *error, size_t error_size)
{
	int saved = errno;
	const char *what = find(tty->words->advices, step, saved);

	if (!what)
		what = find(for_all, step, saved);
	(void)complain(error, error_size, "cannot %s %s: %s; %s", step_names[step], tty->path,
		       strerror(saved), what ? what : "see dmesg(1)");
	errno = saved;
	return -1;
}

static int close_tty(struct tty *tty)
{
	int saved = errno;

	(void)close(tty->fd);
	tty->fd = -1;
	errno = saved;
	return -1;
}

static int look_at(struct tty *tty)
{
	struct stat status;

	if (!isatty(tty->fd) || fstat(tty->fd, &status) < 0)
		return -1;
	tty->is_pty = major(status.st_rdev) >= PTS_MAJOR_FIRST &&
		      major(status.st_rdev) <= PTS_MAJOR_LAST;
	/* Others give something else for it: a CDC-ACM adapter the rate that it has now. */
	if (major(status.st_rdev) == TTYS_MAJOR && minor(status.st_rdev) >= TTYS_MINOR)
		tty->clock = tty_line_clock(tty->fd);
	return 0;
}

static int lock(const struct tty *tty)
{
	if (flock(tty->fd, LOCK_EX | LOCK_NB) < 0)
		return -1;
	return tty->is_pty ? 0 : ioctl(tty->fd, TIOCEXCL);
}

int tty_take(struct tty *tty, const char *path, const struct tty_words *words, char *error,
	     size_t error_size)
{
	*tty = (struct tty){.path = path, .words = words};
	tty->fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (tty->fd < 0)
		return tty_complain(tty, TTY_OPEN, error, error_size);
	if (look_at(tty) < 0) {
		(void)tty_complain(tty, TTY_USE, error, error_size);
		return close_tty(tty);
	}
	if (lock(tty) < 0) {
		(void)tty_complain(tty, TTY_LOCK, error, error_size);
		return close_tty(tty);
	}
	return 0;
}

bool tty_has_rate(const struct tty *tty)
{
	return !tty->is_pty || tty_line_is_marked(tty->fd);
}

static void let_others(const struct tty *tty)
{
	if (!tty->is_pty)
		(void)ioctl(tty->fd, TIOCNXCL);
}

int tty_set_up(struct tty *tty, uint32_t baud, bool rtscts, char *error, size_t error_size)
{
	uint32_t nearest;
	int saved;

	if (!tty_line_setup(tty->fd, baud, rtscts, &tty->line, &nearest))
		return 0;
	saved = errno;
	if (saved == ERANGE)
		(void)complain(error, error_size,
			       "cannot set %s to %u baud: its driver offers %u at the nearest; "
			       "choose another rate by %s",
			       tty->path, baud, nearest, tty->words->baud_option);
	else
		(void)tty_complain(tty, TTY_SET_UP, error, error_size);
	let_others(tty);
	errno = saved;
	return close_tty(tty);
}

void tty_give_back(const struct tty *tty)
{
	let_others(tty);
	tty_line_restore(tty->fd, &tty->line);
}
