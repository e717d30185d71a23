/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The board's 16550. See uart.c. */
#ifndef PIGTAIL_LX60_UART_H
#define PIGTAIL_LX60_UART_H

#include <pigtail/uart.h>

/* lossy: what finds its buffer full is lost, as on three wires; else the sender is
 * held up, as by RTS. */
void uart_start(bool lossy);

/* The seam. */
extern const struct ptl_uart_seam lx60_uart;

/* Drops what has come and was not read, or was written and is not in the FIFO yet. */
void uart_purge(bool rx, bool tx);

/* Writes without buffer and interrupts, and waits for it: for a panic. */
void uart_write_now(const uint8_t *bytes, size_t n);

#endif
