/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tty by its path. The path is looked up anew at each try, so that a link
 * such as /dev/serial/by-id/... follows an adapter that is plugged in elsewhere.
 *
 * Without baud= the rate is found out by negotiation, where the owner can.
 *
 * Missing, busy or forbidden at start is an error (unless ",wait" is given and
 * it is missing); later it is waited for.
 */
#include "host/base/log.h"
#include "host/port/kind.h"
#include "host/port/tty_take.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct tty_words words = {
	.baud_option = "',baud='",
	.advices =
		(const struct tty_advice[]){
			{TTY_OPEN, ENOENT, "plug it in, or append ',wait' to wait for it"},
			{TTY_OPEN, EACCES,
			 "add yourself to its group (often dialout), or run as root"},
			{0},
		},
};

/* Takes and sets up the tty; its descriptor, or -1 with a line in error, and errno. */
static int open_tty(struct port *port, char *error, size_t error_size)
{
	struct tty *tty = port->data;
	char *resolved;

	if (tty_take(tty, port->target, &words, error, error_size) < 0)
		return -1;
	port_choose_rate(port, tty_has_rate(tty));
	if (!port->clock_given)
		port->uart.clock = tty->clock;
	if (tty_set_up(tty, port->baud, port->rtscts, error, error_size) < 0)
		return -1;
	resolved = realpath(port->target, NULL);
	(void)snprintf(port->detail, sizeof(port->detail), "%s",
		       resolved ? resolved : port->target);
	free(resolved);
	return tty->fd;
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
	tty_give_back(port->data);
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
