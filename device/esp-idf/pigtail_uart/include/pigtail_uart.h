/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A UART of ESP-IDF (5.3 and later) as the link's, and the sleep of the task that has it.
 * Everything that wakes the task goes through one queue, the UART driver's: its events, a
 * timer, and pigtail_uart_wake().
 */
#ifndef PIGTAIL_IDF_UART_H
#define PIGTAIL_IDF_UART_H

#include <pigtail/clock.h>
#include <pigtail/uart.h>

#include "driver/uart.h"
#include "esp_err.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "sdkconfig.h"

struct pigtail_uart_config {
	uart_port_t port; /* not the console's */
	int tx_pin, rx_pin;
	int rts_pin, cts_pin; /* UART_PIN_NO_CHANGE: no flow control by wires */
	uint32_t baud;	      /* at which it begins */
};

/* As menuconfig says. */
#define PIGTAIL_UART_CONFIG_DEFAULT()                                                          \
	{                                                                                      \
		.port = CONFIG_PIGTAIL_UART_PORT, .tx_pin = CONFIG_PIGTAIL_TX_PIN,             \
		.rx_pin = CONFIG_PIGTAIL_RX_PIN, .rts_pin = CONFIG_PIGTAIL_RTS_PIN,            \
		.cts_pin = CONFIG_PIGTAIL_CTS_PIN, .baud = CONFIG_PIGTAIL_BAUD,                \
	}

struct pigtail_uart {
	uart_port_t port;
	QueueHandle_t events;
	esp_timer_handle_t timer;
	struct ptl_uart_errors errors;
	uint32_t byte_ns;
	ptl_time refill_at; /* the FIFO was full: half of it is free then */
};

/* Takes the UART, and fills both seams; uart must stay. After a failure as well
 * pigtail_uart_release() is due. */
esp_err_t pigtail_uart_start(struct pigtail_uart *uart,
			     const struct pigtail_uart_config *config,
			     struct ptl_uart_seam *seam, struct ptl_clock *clock);
void pigtail_uart_release(struct pigtail_uart *uart);

/* From any task. */
void pigtail_uart_wake(struct pigtail_uart *uart);

#endif
