/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the numbers of serial.h and those of the kernel, by tables. The driver's answer
 * is read back: what it can't do, it leaves out in silence. Linux has one switch for
 * RTS/CTS in both directions, and none for DTR, DSR and CD; 1.5 stop bits are what two are
 * with five data bits. Errors are the differences of the driver's counters: bytes that
 * came with one are given as they came, a break as a 00.
 */
#include "host/port/tty_serial.h"

#include <asm/termbits.h>
#include <linux/serial.h>
#include <linux/tty.h>
#include <stddef.h>
#include <sys/ioctl.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const tcflag_t sizes[] = {[5] = CS5, [6] = CS6, [7] = CS7, [8] = CS8};

static const tcflag_t parities[] = {
	[PTL_PARITY_NONE] = 0,
	[PTL_PARITY_ODD] = PARENB | PARODD,
	[PTL_PARITY_EVEN] = PARENB,
	[PTL_PARITY_MARK] = PARENB | PARODD | CMSPAR,
	[PTL_PARITY_SPACE] = PARENB | CMSPAR,
};

#define PARITY_FLAGS (PARENB | PARODD | CMSPAR)

void tty_serial_set_format(int fd, struct ptl_serial_format *format)
{
	struct termios2 line;
	bool hardware =
		format->flow_out == PTL_FLOW_HARDWARE || format->flow_in == PTL_FLOW_HARDWARE;

	if (ioctl(fd, TCGETS2, &line) < 0)
		return;
	line.c_iflag &= ~(tcflag_t)(IGNBRK | IXON | IXOFF | IXANY);
	if (format->flow_out == PTL_FLOW_XONXOFF)
		line.c_iflag |= IXON;
	if (format->flow_in == PTL_FLOW_XONXOFF)
		line.c_iflag |= IXOFF;
	line.c_cflag &= ~(tcflag_t)(CBAUD | CIBAUD | CSIZE | PARITY_FLAGS | CSTOPB | CRTSCTS);
	line.c_cflag |= BOTHER | (BOTHER << IBSHIFT) | sizes[format->data_bits] |
			parities[format->parity];
	if (format->stop != PTL_STOP_1)
		line.c_cflag |= CSTOPB;
	if (hardware)
		line.c_cflag |= CRTSCTS;
	line.c_ispeed = line.c_ospeed = format->baud;
	(void)ioctl(fd, TCSETS2, &line);
	*format = tty_serial_format(fd);
}

struct ptl_serial_format tty_serial_format(int fd)
{
	struct ptl_serial_format format = PTL_SERIAL_FORMAT_DEFAULT;
	struct termios2 line;

	if (ioctl(fd, TCGETS2, &line) < 0)
		return format;
	if (line.c_ospeed)
		format.baud = line.c_ospeed;
	for (uint8_t i = 5; i < COUNT(sizes); i++)
		if ((line.c_cflag & CSIZE) == sizes[i])
			format.data_bits = i;
	for (uint8_t i = PTL_PARITY_NONE; i < COUNT(parities); i++)
		if ((line.c_cflag & PARITY_FLAGS) == parities[i])
			format.parity = i;
	if (line.c_cflag & CSTOPB)
		format.stop = format.data_bits == 5 ? PTL_STOP_1_5 : PTL_STOP_2;
	if (line.c_cflag & CRTSCTS) {
		format.flow_out = format.flow_in = PTL_FLOW_HARDWARE;
		return format;
	}
	if (line.c_iflag & IXON)
		format.flow_out = PTL_FLOW_XONXOFF;
	if (line.c_iflag & IXOFF)
		format.flow_in = PTL_FLOW_XONXOFF;
	return format;
}

void tty_serial_set_line(int fd, enum ptl_serial_line line, bool on)
{
	int bit = line == PTL_LINE_DTR ? TIOCM_DTR : TIOCM_RTS;

	if (line == PTL_LINE_BREAK)
		(void)ioctl(fd, on ? TIOCSBRK : TIOCCBRK);
	else
		(void)ioctl(fd, on ? TIOCMBIS : TIOCMBIC, &bit);
}

unsigned tty_serial_modem(int fd)
{
	int bits = 0;

	if (ioctl(fd, TIOCMGET, &bits) < 0)
		return 0;
	return (bits & TIOCM_CTS ? PTL_MODEM_CTS : 0) | (bits & TIOCM_DSR ? PTL_MODEM_DSR : 0) |
	       (bits & TIOCM_RI ? PTL_MODEM_RI : 0) | (bits & TIOCM_CD ? PTL_MODEM_CD : 0);
}

void tty_serial_purge(int fd, unsigned what)
{
	if (what & PTL_PURGE_RX)
		(void)ioctl(fd, TCFLSH, TCIFLUSH);
	if (what & PTL_PURGE_TX)
		(void)ioctl(fd, TCFLSH, TCOFLUSH);
}

unsigned tty_serial_errors(int fd, struct tty_serial_counts *counts)
{
	struct serial_icounter_struct now;
	struct tty_serial_counts old = *counts;

	if (ioctl(fd, TIOCGICOUNT, &now) < 0)
		return 0;
	*counts = (struct tty_serial_counts){
		true, now.overrun, now.parity, now.frame, now.brk, now.buf_overrun,
	};
	if (!old.known)
		return 0;
	return (now.overrun != old.overrun || now.buf_overrun != old.buffer_overrun
			? PTL_SERIAL_OVERRUN
			: 0) |
	       (now.parity != old.parity ? PTL_SERIAL_PARITY : 0) |
	       (now.frame != old.frame ? PTL_SERIAL_FRAMING : 0) |
	       (now.brk != old.brk ? PTL_SERIAL_BREAK : 0);
}
