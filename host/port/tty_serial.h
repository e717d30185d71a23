/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a serial port has besides bytes: formats, modem lines, breaks, errors. On the
 * descriptor of a tty that was set up (tty_line.h); a pty has little of it, and what it
 * lacks changes nothing.
 */
#ifndef PIGTAIL_HOST_PORT_TTY_SERIAL_H
#define PIGTAIL_HOST_PORT_TTY_SERIAL_H

#include <pigtail/serial.h>

/* Sets what the driver can, and puts what is in force into it. */
void tty_serial_set_format(int fd, struct ptl_serial_format *format);

/* What is in force, as far as a tty knows. */
struct ptl_serial_format tty_serial_format(int fd);

void tty_serial_set_line(int fd, enum ptl_serial_line line, bool on);
unsigned tty_serial_modem(int fd); /* PTL_MODEM_* */
void tty_serial_purge(int fd, unsigned what);

/* Counters as the driver had them; zeroed at first. */
struct tty_serial_counts {
	bool known;
	int overrun, parity, frame, brk, buffer_overrun;
};

/* PTL_SERIAL_*: what went wrong since the last call. */
unsigned tty_serial_errors(int fd, struct tty_serial_counts *counts);

#endif
