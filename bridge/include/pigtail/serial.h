/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Seam: the UART that a bridge stands before, with its driver behind it: a tty, a pty, a
 * simulated one, a chip's own. Called from the bridge's loop only; nothing blocks.
 *
 * Down go the calls of this table. Up come, by calls of the bridge (bridge.h): bytes that
 * arrived, room for more, events, a change of the modem lines.
 */
#ifndef PIGTAIL_SERIAL_H
#define PIGTAIL_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PTL_SERIAL_BAUD_MIN 50u
#define PTL_SERIAL_BAUD_MAX 4000000u

/* The numbers of the three are those of RFC 2217. */
enum ptl_parity {
	PTL_PARITY_NONE = 1,
	PTL_PARITY_ODD,
	PTL_PARITY_EVEN,
	PTL_PARITY_MARK,
	PTL_PARITY_SPACE,
};

enum ptl_stop_bits {
	PTL_STOP_1 = 1,
	PTL_STOP_2,
	PTL_STOP_1_5,
};

enum ptl_flow {
	PTL_FLOW_NONE = 1,
	PTL_FLOW_XONXOFF,
	PTL_FLOW_HARDWARE, /* RTS/CTS */
	PTL_FLOW_DCD,	   /* outbound only: sends while CD is on */
	PTL_FLOW_DTR,	   /* inbound only: DTR where RTS is usual */
	PTL_FLOW_DSR,	   /* outbound only */
};

struct ptl_serial_format {
	uint32_t baud; /* bits/s */
	uint8_t data_bits;
	uint8_t parity;	  /* enum ptl_parity */
	uint8_t stop;	  /* enum ptl_stop_bits */
	uint8_t flow_out; /* enum ptl_flow: what stops us */
	uint8_t flow_in;  /* what we stop the other end with */
};

/* 115200 8N1 without flow control. */
#define PTL_SERIAL_FORMAT_DEFAULT                                                              \
	((struct ptl_serial_format){115200, 8, PTL_PARITY_NONE, PTL_STOP_1, PTL_FLOW_NONE,     \
				    PTL_FLOW_NONE})

/* What we drive. */
enum ptl_serial_line {
	PTL_LINE_DTR,
	PTL_LINE_RTS,
	PTL_LINE_BREAK, /* TX held low */
};

/* What we see: bits as in the upper half of RFC 2217's modem state. */
#define PTL_MODEM_CTS 0x10u
#define PTL_MODEM_DSR 0x20u
#define PTL_MODEM_RI  0x40u
#define PTL_MODEM_CD  0x80u

/* What went wrong on the line: bits as in RFC 2217's line state. */
#define PTL_SERIAL_OVERRUN 0x02u
#define PTL_SERIAL_PARITY  0x04u
#define PTL_SERIAL_FRAMING 0x08u
#define PTL_SERIAL_BREAK   0x10u /* came in */

#define PTL_PURGE_RX 1u /* what arrived and was not read */
#define PTL_PURGE_TX 2u /* what was written and has not left */

struct ptl_serial_seam {
	void *user;

	/* Hands over at most n bytes; returns how many were taken. After less than n the
	 * bridge is told when there is room. */
	size_t (*write)(void *user, const uint8_t *bytes, size_t n);

	/* All that was written has left, out of the shift register as well. */
	bool (*drained)(void *user);

	/* Sets what the UART can of it, and puts what is in force into it. */
	void (*set_format)(void *user, struct ptl_serial_format *format);

	/* Drives a line. Where there is none, nothing happens. */
	void (*set_line)(void *user, enum ptl_serial_line line, bool on);

	/* PTL_MODEM_*, now. Of lines that are not there: 0. */
	unsigned (*modem)(void *user);

	/* PTL_PURGE_*: drops bytes. */
	void (*purge)(void *user, unsigned what);
};

#endif
