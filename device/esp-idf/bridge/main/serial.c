/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * See serial.h. The format goes by the vendor's driver, which has neither mark nor space; a
 * break is TX upside down while nothing is sent. There are no DTR and modem lines, RTS and CTS
 * are the UART's own business where they are wired. What is in the FIFO cannot be taken back.
 */
#include "serial.h"

#define RX_RTS	100
#define PERCENT 50u /* a rate within 2 % has the name that was asked for */

static struct {
	struct pigtail_uart *uart;
	const struct ptl_uart_seam *seam;
	bool wires;
} serial;

static size_t serial_write(void *user, const uint8_t *bytes, size_t n)
{
	(void)user;
	return serial.seam->write(serial.seam->user, bytes, n);
}

static bool serial_drained(void *user)
{
	(void)user;
	return serial.seam->drained(serial.seam->user);
}

static void set_rate(struct ptl_serial_format *format)
{
	uint32_t made = serial.seam->set_rate(serial.seam->user, format->baud);
	uint32_t off;

	if (made == 0 && uart_get_baudrate(serial.uart->port, &made) != ESP_OK)
		made = 115200; /* it cannot fail */
	off = made > format->baud ? made - format->baud : format->baud - made;
	if (off > format->baud / PERCENT)
		format->baud = made;
}

static void set_bits(struct ptl_serial_format *format)
{
	static const uart_word_length_t lengths[] = {UART_DATA_5_BITS, UART_DATA_6_BITS,
						     UART_DATA_7_BITS, UART_DATA_8_BITS};
	uart_parity_t parity = UART_PARITY_DISABLE;
	uart_stop_bits_t stop = UART_STOP_BITS_1;

	if (format->data_bits < 5 || format->data_bits > 8)
		format->data_bits = 8;
	if (format->parity == PTL_PARITY_ODD)
		parity = UART_PARITY_ODD;
	else if (format->parity == PTL_PARITY_EVEN)
		parity = UART_PARITY_EVEN;
	else
		format->parity = PTL_PARITY_NONE;
	if (format->stop == PTL_STOP_1_5)
		stop = UART_STOP_BITS_1_5;
	else if (format->stop == PTL_STOP_2)
		stop = UART_STOP_BITS_2;
	else
		format->stop = PTL_STOP_1;
	(void)uart_set_word_length(serial.uart->port, lengths[format->data_bits - 5]);
	(void)uart_set_parity(serial.uart->port, parity);
	(void)uart_set_stop_bits(serial.uart->port, stop);
}

static void set_flow(struct ptl_serial_format *format)
{
	bool flow = serial.wires && (format->flow_out == PTL_FLOW_HARDWARE ||
				     format->flow_in == PTL_FLOW_HARDWARE);

	format->flow_out = format->flow_in = flow ? PTL_FLOW_HARDWARE : PTL_FLOW_NONE;
	(void)uart_set_hw_flow_ctrl(serial.uart->port,
				    flow ? UART_HW_FLOWCTRL_CTS_RTS : UART_HW_FLOWCTRL_DISABLE,
				    RX_RTS);
}

static void serial_set_format(void *user, struct ptl_serial_format *format)
{
	(void)user;
	set_rate(format);
	set_bits(format);
	set_flow(format);
}

static void serial_set_line(void *user, enum ptl_serial_line line, bool on)
{
	(void)user;
	if (line == PTL_LINE_BREAK)
		(void)uart_set_line_inverse(serial.uart->port,
					    on ? UART_SIGNAL_TXD_INV : UART_SIGNAL_INV_DISABLE);
}

static unsigned serial_modem(void *user)
{
	(void)user;
	return 0; /* the driver does not say what CTS is */
}

static void serial_purge(void *user, unsigned what)
{
	(void)user;
	if (what & PTL_PURGE_RX)
		(void)uart_flush_input(serial.uart->port);
}

struct ptl_serial_seam serial_start(struct pigtail_uart *uart, const struct ptl_uart_seam *seam,
				    bool wires)
{
	serial.uart = uart;
	serial.seam = seam;
	serial.wires = wires;
	return (struct ptl_serial_seam){
		.write = serial_write,
		.drained = serial_drained,
		.set_format = serial_set_format,
		.set_line = serial_set_line,
		.modem = serial_modem,
		.purge = serial_purge,
	};
}
