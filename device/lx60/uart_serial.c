/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The UART with a format and modem lines, over the rings of uart.c. Its clock makes no more
 * than 115200 baud, and divides that by whole numbers; what it makes is what is in force.
 * It has no flow control of its own.
 *
 * QEMU passes format, break, DTR and RTS on to a tty that it was given as its UART. Of
 * anything else that stands behind it, they are without effect and the modem lines stuck.
 */
#include "uart_serial.h"
#include "uart.h"
#include "uart_registers.h"

#define LCR_STOP_2 0x04
#define LCR_BREAK  0x40
#define MCR_DTR	   0x01
#define MCR_RTS	   0x02
#define MSR_LINES  0xf0u /* bits as PTL_MODEM_* */

static const uint8_t lcr_parity[] = {
	[PTL_PARITY_NONE] = 0x00, [PTL_PARITY_ODD] = 0x08,   [PTL_PARITY_EVEN] = 0x18,
	[PTL_PARITY_MARK] = 0x28, [PTL_PARITY_SPACE] = 0x38,
};

static size_t serial_write(void *user, const uint8_t *bytes, size_t n)
{
	return lx60_uart.write(user, bytes, n);
}

static bool serial_drained(void *user)
{
	return lx60_uart.queued(user) == 0 && LSR & LSR_IDLE;
}

static void make_possible(struct ptl_serial_format *format)
{
	uint32_t divisor = format->baud ? (UART_CLOCK + format->baud / 2) / format->baud : 1;

	if (divisor < 1)
		divisor = 1;
	if (divisor > UART_CLOCK / PTL_SERIAL_BAUD_MIN)
		divisor = UART_CLOCK / PTL_SERIAL_BAUD_MIN;
	format->baud = UART_CLOCK / divisor;
	if (format->data_bits < 5 || format->data_bits > 8)
		format->data_bits = 8;
	if (format->parity < PTL_PARITY_NONE || format->parity > PTL_PARITY_SPACE)
		format->parity = PTL_PARITY_NONE;
	if (format->stop != PTL_STOP_1)
		format->stop = format->data_bits == 5 ? PTL_STOP_1_5 : PTL_STOP_2;
	format->flow_out = format->flow_in = PTL_FLOW_NONE;
}

static void serial_set_format(void *user, struct ptl_serial_format *format)
{
	uint32_t divisor, lcr, ps;

	(void)user;
	make_possible(format);
	divisor = UART_CLOCK / format->baud;
	lcr = (format->data_bits - 5u) | lcr_parity[format->parity] |
	      (format->stop == PTL_STOP_1 ? 0 : LCR_STOP_2);
	ps = chip_irq_off(); /* the divisor is where data and IER are */
	lcr |= LCR & LCR_BREAK;
	LCR = lcr | LCR_DLAB;
	DATA = divisor & 0xff;
	IER = divisor >> 8;
	LCR = lcr;
	chip_irq_restore(ps);
}

static void serial_set_line(void *user, enum ptl_serial_line line, bool on)
{
	uint32_t bit = line == PTL_LINE_DTR ? MCR_DTR : MCR_RTS;

	(void)user;
	if (line == PTL_LINE_BREAK)
		LCR = on ? LCR | LCR_BREAK : LCR & ~(uint32_t)LCR_BREAK;
	else
		MCR = on ? MCR | bit : MCR & ~bit;
}

static unsigned serial_modem(void *user)
{
	(void)user;
	return MSR & MSR_LINES;
}

static void serial_purge(void *user, unsigned what)
{
	(void)user;
	uart_purge((what & PTL_PURGE_RX) != 0, (what & PTL_PURGE_TX) != 0);
}

const struct ptl_serial_seam lx60_serial = {
	.write = serial_write,
	.drained = serial_drained,
	.set_format = serial_set_format,
	.set_line = serial_set_line,
	.modem = serial_modem,
	.purge = serial_purge,
};
