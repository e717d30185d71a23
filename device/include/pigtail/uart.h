/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Seam: the UART of a target, with its ring buffers or its driver behind it.
 * Called from the main loop only; nothing blocks.
 */
#ifndef PIGTAIL_UART_H
#define PIGTAIL_UART_H

#include <pigtail/pacer.h>

struct ptl_uart_errors {
	uint32_t overruns; /* bytes or FIFOs lost because nobody took them */
	uint32_t framing;  /* stop bits that were none; breaks */
	uint32_t parity;
};

struct ptl_uart_seam {
	void *user;

	/* Takes at most room bytes that have arrived; 0: none now. */
	size_t (*read)(void *user, uint8_t *to, size_t room);

	/* Hands over at most n bytes; returns how many were taken. */
	size_t (*write)(void *user, const uint8_t *bytes, size_t n);

	/* Bytes taken by write() that have not left, the FIFO's included; or
	 * PTL_PACER_UNKNOWN: then the line rate tells. May be NULL: unknown. */
	size_t (*queued)(void *user);

	/* All that write() took has left, out of the shift register as well. Asked before
	 * another rate is set. May be NULL: queued() and the line rate tell. */
	bool (*drained)(void *user);

	/* Changes the line rate, bits/s, when all has left. Returns the rate
	 * that the divider really makes; 0: it cannot be changed. May be NULL:
	 * the rate stays. It is called for rate negotiation (config.link's
	 * rate_auto and uart), and never otherwise. */
	uint32_t (*set_rate)(void *user, uint32_t baud);

	/* What went wrong since the start. May be NULL. */
	void (*errors)(void *user, struct ptl_uart_errors *errors);
};

#endif
