/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * UART0, by an interrupt handler of our own. The vendor's driver throws away the
 * FIFO when one byte was too many, and wakes its reader through a queue.
 *
 *	FIFO (128) --interrupt--> rx ring --read()-->
 *	FIFO (128) <--interrupt-- tx ring <--write()--
 *
 * Receive: the handler runs at 64 bytes, or when the line pauses for two bytes. A
 * full ring stops it: the FIFO then fills, RTS (if wired) stops the host, and
 * without RTS the FIFO overruns, which is counted when reading goes on. Errors are
 * looked up with the bytes and have no interrupt of their own, so that a line with
 * the wrong rate cannot drown the processor in them.
 *
 * Transmit: the handler runs when the FIFO holds less than 0.7 ms of the line. It
 * fills it from the ring; when the ring is empty it wakes the main loop, which has
 * that long to bring more.
 */
#include "target.h"

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "driver/uart.h"
#include "esp8266/eagle_soc.h"
#include "esp8266/uart_register.h"
#include "esp8266/uart_struct.h"
#include "esp_attr.h"
#include "esp_log.h"
#include "sdkconfig.h"

#include "divider.h"
#include "ring.h"

#define RX_BYTES   2048u /* 22 ms at 921600 without the main loop */
#define TX_BYTES   1024u /* 2 ms at 5 Mbaud is 1000 */
#define FIFO_BYTES 128u
#define RX_FULL	   64u	/* bytes in the FIFO that call the handler */
#define RX_PAUSE   2u	/* or this many byte times without another */
#define RX_RTS	   100u /* bytes in the FIFO that stop the host */
#define TX_LEFT_US 700u
#define TX_LEFT	   64u /* at most */

#define RX_INTERRUPTS (UART_RXFIFO_FULL_INT_ENA_M | UART_RXFIFO_TOUT_INT_ENA_M)

static struct {
	struct ring rx, tx;
	uint8_t rx_bytes[RX_BYTES];
	uint8_t tx_bytes[TX_BYTES];
	volatile uint32_t overruns, framing, parity;
	volatile bool stopped; /* the rx ring was full */
} line;

/* ---- the interrupt ---- */

static void IRAM_ATTR note_errors(void)
{
	uint32_t raw = uart0.int_raw.val;

	if (raw & UART_RXFIFO_OVF_INT_RAW)
		line.overruns++;
	if (raw & UART_FRM_ERR_INT_RAW)
		line.framing++;
	if (raw & UART_PARITY_ERR_INT_RAW)
		line.parity++;
	uart0.int_clr.val = raw & (UART_RXFIFO_OVF_INT_CLR | UART_FRM_ERR_INT_CLR |
				   UART_PARITY_ERR_INT_CLR);
}

static void IRAM_ATTR take_bytes(void)
{
	uint32_t n = uart0.status.rxfifo_cnt;
	uint32_t room = RX_BYTES - ring_used(&line.rx);

	note_errors();
	if (n > room) {
		n = room;
		line.stopped = true;
		uart0.int_ena.val &= ~RX_INTERRUPTS;
	}
	while (n-- > 0)
		(void)ring_put(&line.rx, uart0.fifo.rw_byte);
	uart0.int_clr.val = UART_RXFIFO_FULL_INT_CLR_M | UART_RXFIFO_TOUT_INT_CLR_M;
}

/* false: there was nothing to give. */
static bool IRAM_ATTR give_bytes(void)
{
	uint32_t room = FIFO_BYTES - 1 - uart0.status.txfifo_cnt;
	uint8_t byte;
	bool any = false;

	while (room-- > 0 && ring_take(&line.tx, &byte)) {
		uart0.fifo.rw_byte = byte;
		any = true;
	}
	if (!any)
		uart0.int_ena.txfifo_empty = 0;
	uart0.int_clr.val = UART_TXFIFO_EMPTY_INT_CLR_M;
	return any;
}

static void IRAM_ATTR on_interrupt(void *unused)
{
	uint32_t status = uart0.int_st.val;
	bool wake = false;

	(void)unused;
	if (status & (UART_RXFIFO_FULL_INT_ST_M | UART_RXFIFO_TOUT_INT_ST_M)) {
		take_bytes();
		wake = true;
	}
	if (status & UART_TXFIFO_EMPTY_INT_ST_M)
		wake = !give_bytes() || wake;
	if (wake)
		clock_wake_from_interrupt();
}

/* ---- the seam ---- */

static size_t uart_read(void *user, uint8_t *to, size_t room)
{
	size_t n = ring_read(&line.rx, to, room);

	(void)user;
	if (line.stopped && n > 0) {
		portENTER_CRITICAL();
		line.stopped = false;
		uart0.int_ena.val |= RX_INTERRUPTS;
		take_bytes(); /* a quiet line would not call for what is left */
		portEXIT_CRITICAL();
	}
	return n;
}

static size_t uart_write(void *user, const uint8_t *bytes, size_t n)
{
	size_t took = ring_write(&line.tx, bytes, n);

	(void)user;
	if (took > 0) {
		portENTER_CRITICAL();
		uart0.int_ena.txfifo_empty = 1;
		portEXIT_CRITICAL();
	}
	return took;
}

static size_t uart_queued(void *user)
{
	size_t n;

	(void)user;
	/* Together, or a byte that moves between the two is not seen. */
	portENTER_CRITICAL();
	n = ring_used(&line.tx) + uart0.status.txfifo_cnt;
	portEXIT_CRITICAL();
	return n;
}

static uint32_t uart_set_rate(void *user, uint32_t baud)
{
	uint32_t divider = divider_for(UART_CLK_FREQ, baud);
	uint32_t left = baud / 10 * TX_LEFT_US / 1000000u;

	(void)user;
	if (divider == 0)
		return 0;
	if (left > TX_LEFT)
		left = TX_LEFT;
	portENTER_CRITICAL();
	uart0.clk_div.val = divider;
	uart0.conf1.txfifo_empty_thrhd = left ? left : 1;
	portEXIT_CRITICAL();
	return UART_CLK_FREQ / divider;
}

static void uart_errors(void *user, struct ptl_uart_errors *errors)
{
	(void)user;
	errors->overruns = line.overruns;
	errors->framing = line.framing;
	errors->parity = line.parity;
}

static void purge_rx(void)
{
	uint8_t byte;

	while (ring_take(&line.rx, &byte))
		;
	portENTER_CRITICAL();
	uart0.conf0.rxfifo_rst = 1;
	uart0.conf0.rxfifo_rst = 0;
	line.stopped = false;
	uart0.int_ena.val |= RX_INTERRUPTS;
	portEXIT_CRITICAL();
}

static void purge_tx(void)
{
	uint8_t byte;

	portENTER_CRITICAL();
	while (ring_take(&line.tx, &byte))
		;
	uart0.conf0.txfifo_rst = 1;
	uart0.conf0.txfifo_rst = 0;
	portEXIT_CRITICAL();
}

void uart_purge(bool rx, bool tx)
{
	if (rx)
		purge_rx();
	if (tx)
		purge_tx();
}

/* ---- start ---- */

#ifdef CONFIG_PIGTAIL_SWAP_PINS
#define SWAP true
#else
#define SWAP false
#endif

#ifdef CONFIG_PIGTAIL_RTSCTS
#define FLOW UART_HW_FLOWCTRL_CTS_RTS
#else
#define FLOW UART_HW_FLOWCTRL_DISABLE
#endif

bool uart_start(struct ptl_uart_seam *seam, uint32_t *baud)
{
	uart_config_t config = {
		.baud_rate = CONFIG_PIGTAIL_BAUD,
		.data_bits = UART_DATA_8_BITS,
		.parity = UART_PARITY_DISABLE,
		.stop_bits = UART_STOP_BITS_1,
		.flow_ctrl = FLOW,
		.rx_flow_ctrl_thresh = RX_RTS,
	};
	uart_intr_config_t interrupts = {
		.intr_enable_mask = RX_INTERRUPTS,
		.rx_timeout_thresh = RX_PAUSE,
		.rxfifo_full_thresh = RX_FULL,
	};

	ring_init(&line.rx, line.rx_bytes, RX_BYTES);
	ring_init(&line.tx, line.tx_bytes, TX_BYTES);
	(void)uart_param_config(UART_NUM_0, &config);
	if (SWAP) {
		/* It complains that the vendor's driver is not there. */
		esp_log_level_set("uart", ESP_LOG_NONE);
		(void)uart_enable_swap();
	}
	*baud = uart_set_rate(NULL, CONFIG_PIGTAIL_BAUD);
	(void)uart_isr_register(UART_NUM_0, on_interrupt, NULL);
	(void)uart_intr_config(UART_NUM_0, &interrupts);
	*seam = (struct ptl_uart_seam){
		.read = uart_read,
		.write = uart_write,
		.queued = uart_queued,
		.set_rate = uart_set_rate,
		.errors = uart_errors,
	};
	return *baud != 0;
}
