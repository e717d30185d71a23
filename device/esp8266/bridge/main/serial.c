/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * See serial.h. The chip leads out neither DTR nor the modem lines; RTS and CTS are the
 * UART's own business where they are wired. The shift register cannot be asked: what has left
 * the FIFO has left the chip a character later.
 */
#include "serial.h"

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "driver/uart.h"
#include "esp8266/eagle_soc.h"
#include "esp8266/uart_register.h"
#include "esp8266/uart_struct.h"
#include "sdkconfig.h"

#include "format.h"

#ifdef CONFIG_PIGTAIL_RTSCTS
#define WIRES true
#else
#define WIRES false
#endif

static struct {
	const struct ptl_uart_seam *uart;
	const struct ptl_clock *clock;
	uint32_t character_us;
	bool empty; /* the FIFO is, since then */
	ptl_time empty_at;
} serial;

static size_t serial_write(void *user, const uint8_t *bytes, size_t n)
{
	(void)user;
	serial.empty = false;
	return serial.uart->write(serial.uart->user, bytes, n);
}

static bool serial_drained(void *user)
{
	ptl_time now = serial.clock->now(serial.clock->user);

	(void)user;
	if (serial.uart->queued(serial.uart->user) > 0) {
		serial.empty = false;
		return false;
	}
	if (!serial.empty)
		serial.empty_at = now;
	serial.empty = true;
	return now - serial.empty_at >= serial.character_us;
}

static void serial_set_format(void *user, struct ptl_serial_format *format)
{
	bool flow;

	(void)user;
	format_make_possible(format, UART_CLK_FREQ, WIRES);
	flow = format->flow_out == PTL_FLOW_HARDWARE;
	(void)serial.uart->set_rate(serial.uart->user, format->baud);
	serial.character_us = format_character(format) * 1000000u / format->baud + 1;
	portENTER_CRITICAL();
	uart0.conf0.val = (uart0.conf0.val & ~FORMAT_BITS) | format_bits(format);
	uart0.conf0.tx_flow_en = flow;
	uart0.conf1.rx_flow_en = flow;
	portEXIT_CRITICAL();
}

static void serial_set_line(void *user, enum ptl_serial_line line, bool on)
{
	(void)user;
	if (line != PTL_LINE_BREAK)
		return;
	portENTER_CRITICAL();
	uart0.conf0.txd_brk = on;
	portEXIT_CRITICAL();
}

static unsigned serial_modem(void *user)
{
	(void)user;
	return WIRES && !uart0.status.ctsn ? PTL_MODEM_CTS : 0;
}

static void serial_purge(void *user, unsigned what)
{
	(void)user;
	uart_purge((what & PTL_PURGE_RX) != 0, (what & PTL_PURGE_TX) != 0);
}

struct ptl_serial_seam serial_start(const struct ptl_uart_seam *uart,
				    const struct ptl_clock *clock)
{
	serial.uart = uart;
	serial.clock = clock;
	return (struct ptl_serial_seam){
		.write = serial_write,
		.drained = serial_drained,
		.set_format = serial_set_format,
		.set_line = serial_set_line,
		.modem = serial_modem,
		.purge = serial_purge,
	};
}
