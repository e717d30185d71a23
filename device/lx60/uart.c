/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A ring each way between the interrupt and the main loop. Each index has one writer,
 * so neither side has to stop the other; they count on without wrapping.
 *
 *	FIFO --interrupt--> rx ring --read()-->
 *	FIFO <--interrupt-- tx ring <--write()--
 *
 * Received bytes that find the ring full either stay in the FIFO, with their interrupt
 * off until read() has made room (QEMU then holds the sender up, as RTS would), or are
 * lost and counted, as on a line without RTS.
 *
 * QEMU's UART has no pace of its own. Its divisor matters only for how long it waits
 * before it tells of a FIFO that is not full enough: the shortest is taken. (It also sets
 * the rate of a tty that QEMU was given: uart_serial.c.)
 */
#include "uart.h"
#include "chip.h"
#include "clock.h"
#include "interrupt.h"
#include "uart_registers.h"

#include <string.h>

#define RX_RING 1024u /* powers of two */
#define TX_RING 512u

static struct {
	volatile uint32_t rx_head, rx_tail; /* written by interrupt, by read() */
	volatile uint32_t tx_head, tx_tail; /* written by write(), by interrupt */
	volatile bool rx_held;		    /* its interrupt is off */
	bool lossy;
	volatile struct ptl_uart_errors errors;
	uint8_t rx[RX_RING];
	uint8_t tx[TX_RING];
} uart;

/* ---- the interrupt ---- */

static void count_errors(uint32_t status)
{
	if (status & LSR_OVERRUN)
		uart.errors.overruns++;
	if (status & LSR_PARITY)
		uart.errors.parity++;
	if (status & LSR_FRAMING)
		uart.errors.framing++;
}

IN_IRAM static void receive(void)
{
	uint32_t head = uart.rx_head;
	uint32_t tail = uart.rx_tail;
	uint32_t status;

	/* Then so many are there, without an error: no need to ask for each. */
	if ((IIR & IIR_WHY) == IIR_TRIGGER && head - tail <= RX_RING - TRIGGER)
		for (unsigned i = 0; i < TRIGGER; i++)
			uart.rx[head++ % RX_RING] = (uint8_t)DATA;
	while ((status = LSR) & LSR_DATA) {
		if (status & (LSR_OVERRUN | LSR_PARITY | LSR_FRAMING))
			count_errors(status);
		if (head - tail < RX_RING) {
			uart.rx[head++ % RX_RING] = (uint8_t)DATA;
		} else if (uart.lossy) {
			(void)DATA;
			uart.errors.overruns++;
		} else {
			uart.rx_held = true;
			IER &= ~(uint32_t)IER_RX;
			break;
		}
	}
	if (head == uart.rx_head)
		return;
	chip_barrier();
	uart.rx_head = head;
	clock_wake();
}

IN_IRAM static void transmit(void)
{
	uint32_t tail = uart.tx_tail;
	uint32_t n = uart.tx_head - tail;

	if (n == 0) {
		IER &= ~(uint32_t)IER_TX;
		clock_wake(); /* there is room for more */
		return;
	}
	if (n > FIFO)
		n = FIFO;
	while (n-- > 0)
		DATA = uart.tx[tail++ % TX_RING];
	uart.tx_tail = tail;
}

IN_IRAM static void on_interrupt(const struct frame *frame)
{
	(void)frame;
	receive();
	if (IER & IER_TX && LSR & LSR_ROOM)
		transmit();
}

void uart_start(bool lossy)
{
	uart.lossy = lossy;
	IER = 0;
	LCR = LCR_8N1 | LCR_DLAB;
	DATA = 1;
	IER = 0;
	LCR = LCR_8N1;
	FCR = FCR_ENABLE | FCR_TRIGGER;
	MCR = MCR_READY;
	(void)LSR;
	IER = IER_RX | IER_LINE;
	interrupt_attach(INTERRUPT_UART, on_interrupt);
}

/* ---- the seam ---- */

/* Its bits in IER, against the interrupt. */
static void allow(uint32_t what)
{
	uint32_t ps = chip_irq_off();

	IER |= what;
	chip_irq_restore(ps);
}

static size_t uart_read(void *user, uint8_t *to, size_t room)
{
	uint32_t tail = uart.rx_tail;
	uint32_t n = uart.rx_head - tail;
	uint32_t first = RX_RING - tail % RX_RING;

	(void)user;
	if (n > room)
		n = (uint32_t)room;
	if (first > n)
		first = n;
	chip_barrier();
	memcpy(to, uart.rx + tail % RX_RING, first);
	memcpy(to + first, uart.rx, n - first);
	chip_barrier();
	uart.rx_tail = tail + n;
	if (uart.rx_held && n > 0) {
		uart.rx_held = false;
		allow(IER_RX);
	}
	return n;
}

static size_t uart_write(void *user, const uint8_t *bytes, size_t n)
{
	uint32_t head = uart.tx_head;
	uint32_t room = TX_RING - (head - uart.tx_tail);
	uint32_t first = TX_RING - head % TX_RING;

	(void)user;
	if (n > room)
		n = room;
	if (n == 0)
		return 0;
	if (first > n)
		first = (uint32_t)n;
	memcpy(uart.tx + head % TX_RING, bytes, first);
	memcpy(uart.tx, bytes + first, n - first);
	chip_barrier();
	uart.tx_head = head + (uint32_t)n;
	allow(IER_TX);
	return n;
}

static size_t uart_queued(void *user)
{
	(void)user;
	return uart.tx_head - uart.tx_tail;
}

static void uart_errors(void *user, struct ptl_uart_errors *errors)
{
	(void)user;
	errors->overruns = uart.errors.overruns;
	errors->framing = uart.errors.framing;
	errors->parity = uart.errors.parity;
}

void uart_purge(bool rx, bool tx)
{
	uint32_t ps = chip_irq_off();

	if (rx)
		uart.rx_tail = uart.rx_head;
	if (tx)
		uart.tx_tail = uart.tx_head;
	if (rx && uart.rx_held) {
		uart.rx_held = false;
		IER |= IER_RX;
	}
	chip_irq_restore(ps);
}

const struct ptl_uart_seam lx60_uart = {
	.read = uart_read,
	.write = uart_write,
	.queued = uart_queued,
	.errors = uart_errors,
};

void uart_write_now(const uint8_t *bytes, size_t n)
{
	IER = 0;
	while (n-- > 0) {
		while (!(LSR & LSR_ROOM))
			;
		DATA = *bytes++;
	}
}
