/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings of a tty: raw, 8N1, any rate. Apart from its users because the
 * kernel's struct termios2, which any rate needs, and libc's <termios.h>, which
 * <uv.h> includes, can't stand in one file.
 */
#ifndef PIGTAIL_HOST_TTY_LINE_H
#define PIGTAIL_HOST_TTY_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where nobody says a rate. */
#define TTY_BAUD_DEFAULT 921600u
#define TTY_BAUD_AUTO	 115200u /* negotiation begins there */

/* What a tty was set to before; opaque. */
struct tty_line {
	uint32_t saved[16];
	int serial_flags; /* -1: not changed */
};

/*
 * Makes the tty raw with 8 data bits, no parity, one stop bit, at baud bits/s,
 * with low latency where the driver can, and forgets what it held in its
 * buffers. The old settings go to line.
 *
 * Returns 0, or -1 with errno; ERANGE when the driver can't make this rate
 * within 2.5 %, with what it can in *nearest. The settings are the old ones then.
 */
int tty_line_setup(int fd, uint32_t baud, bool rtscts, struct tty_line *line,
		   uint32_t *nearest);

/* For a line discipline that is told of them: breaks, and bytes with a bad stop bit, are
 * reported as such. -1 with errno. */
int tty_line_tell_errors(int fd);

/* Puts the old settings back; bytes on their way out are dropped. */
void tty_line_restore(int fd, const struct tty_line *line);

/*
 * Sets a tty that was set up to another rate, at once: what it holds must have left.
 * Returns 0, or -1 when the driver can't make this rate within
 * 1.5 %; it has the old one then.
 */
int tty_line_set_rate(int fd, uint32_t baud);

/* The rate that it is set to, bits/s; 0: unknown. */
uint32_t tty_line_rate(int fd);

/* The clock of a PC's UART that its divider divides; 0: unknown. */
uint32_t tty_line_clock(int fd);

/* Marks a pty as one whose rate means something to its maker (pigtail wire); whether
 * it is. The mark stays while the pty is there. */
int tty_line_mark(int fd);
bool tty_line_is_marked(int fd);

/* Bytes the driver has not sent yet. */
size_t tty_line_queued(int fd);

/* All has left the driver, and the UART's shift register where its driver knows. */
bool tty_line_drained(int fd);

/* Drops what the driver has not sent yet. */
void tty_line_discard(int fd);

/* Bytes that arrived and have not been read yet. */
size_t tty_line_unread(int fd);

#endif
