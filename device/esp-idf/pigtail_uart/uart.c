/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The UART, by the vendor's driver: its receive ring and its events. It is given no
 * transmit buffer: writing to one can block, and does not say how full it is. Bytes
 * go straight into the FIFO instead; when that is full, the task is awake again as
 * soon as half of it has left.
 */
#include "clock.h"

#define RX_BYTES   4096
#define FIFO_BYTES 128
#define EVENTS	   16
#define RX_FULL	   64 /* bytes in the FIFO that call the driver's interrupt */
#define RX_PAUSE   2  /* or this many byte times without another */
#define RX_RTS	   100

static size_t uart_read(void *user, uint8_t *to, size_t room)
{
	struct pigtail_uart *uart = user;
	int n = uart_read_bytes(uart->port, to, (uint32_t)room, 0);

	return n > 0 ? (size_t)n : 0;
}

static size_t uart_write(void *user, const uint8_t *bytes, size_t n)
{
	struct pigtail_uart *uart = user;
	int put = uart_tx_chars(uart->port, (const char *)bytes, (uint32_t)n);
	size_t took = put > 0 ? (size_t)put : 0;

	if (took < n)
		uart->refill_at = (ptl_time)esp_timer_get_time() +
				  (ptl_time)uart->byte_ns * (FIFO_BYTES / 2) / 1000;
	return took;
}

static size_t uart_queued(void *user)
{
	(void)user;
	return PTL_PACER_UNKNOWN;
}

static bool uart_drained(void *user)
{
	const struct pigtail_uart *uart = user;

	return uart_wait_tx_done(uart->port, 0) == ESP_OK;
}

static uint32_t uart_set_rate(void *user, uint32_t baud)
{
	struct pigtail_uart *uart = user;
	uint32_t made;

	if (uart_set_baudrate(uart->port, baud) != ESP_OK ||
	    uart_get_baudrate(uart->port, &made) != ESP_OK || made == 0)
		return 0;
	uart->byte_ns = 1000000000u / made * 10;
	return made;
}

static void uart_errors(void *user, struct ptl_uart_errors *errors)
{
	const struct pigtail_uart *uart = user;

	*errors = uart->errors;
}

static esp_err_t configure(struct pigtail_uart *uart, const struct pigtail_uart_config *config)
{
	bool flow =
		config->rts_pin != UART_PIN_NO_CHANGE && config->cts_pin != UART_PIN_NO_CHANGE;
	const uart_config_t line = {
		.baud_rate = (int)config->baud,
		.data_bits = UART_DATA_8_BITS,
		.parity = UART_PARITY_DISABLE,
		.stop_bits = UART_STOP_BITS_1,
		.flow_ctrl = flow ? UART_HW_FLOWCTRL_CTS_RTS : UART_HW_FLOWCTRL_DISABLE,
		.rx_flow_ctrl_thresh = RX_RTS,
		.source_clk = UART_SCLK_DEFAULT,
	};
	uart_port_t port = config->port;
	esp_err_t error;

	if ((error = uart_driver_install(port, RX_BYTES, 0, EVENTS, &uart->events, 0)) !=
		    ESP_OK ||
	    (error = uart_param_config(port, &line)) != ESP_OK ||
	    (error = uart_set_pin(port, config->tx_pin, config->rx_pin, config->rts_pin,
				  config->cts_pin)) != ESP_OK ||
	    (error = uart_set_rx_full_threshold(port, RX_FULL)) != ESP_OK ||
	    (error = uart_set_rx_timeout(port, RX_PAUSE)) != ESP_OK)
		return error;
	return uart_set_rate(uart, config->baud) ? ESP_OK : ESP_ERR_INVALID_ARG;
}

esp_err_t pigtail_uart_start(struct pigtail_uart *uart,
			     const struct pigtail_uart_config *config,
			     struct ptl_uart_seam *seam, struct ptl_clock *clock)
{
	esp_err_t error;

	*uart = (struct pigtail_uart){.port = config->port, .refill_at = PTL_NEVER};
	*seam = (struct ptl_uart_seam){
		.user = uart,
		.read = uart_read,
		.write = uart_write,
		.queued = uart_queued,
		.drained = uart_drained,
		.set_rate = uart_set_rate,
		.errors = uart_errors,
	};
	error = configure(uart, config);
	return error == ESP_OK ? clock_start(uart, clock) : error;
}

void pigtail_uart_release(struct pigtail_uart *uart)
{
	if (uart->timer)
		(void)esp_timer_delete(uart->timer);
	if (uart->events)
		(void)uart_driver_delete(uart->port);
}
