/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The seams uart.h and clock.h over a file descriptor: a tty's path, or unix:PATH, which
 * is connected to, and again when it is lost.
 */
#ifndef PIGTAIL_DEVICE_LINUX_LINE_H
#define PIGTAIL_DEVICE_LINUX_LINE_H

#include <pigtail/clock.h>
#include <pigtail/uart.h>

#include <signal.h>

struct line {
	const char *path;
	bool is_socket;
	uint32_t baud;
	int fd;	      /* -1: not there */
	bool blocked; /* it took less than it was given */
	ptl_time retry_at;
	sigset_t asleep; /* signals that are blocked while it sleeps */
};

/* path as above, which must stay. Nothing is opened yet. Of the signals that are blocked
 * but in a sleep, asleep has those that are blocked even then. */
void line_init(struct line *line, const char *path, uint32_t baud, const sigset_t *asleep);
void line_close(struct line *line);

struct ptl_uart_seam line_uart(struct line *line);
struct ptl_clock line_clock(struct line *line);

#endif
