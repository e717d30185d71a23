/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A UART of pigtail_uart.h with a format and a break. See serial.c. */
#ifndef PIGTAIL_ESP_IDF_SERIAL_H
#define PIGTAIL_ESP_IDF_SERIAL_H

#include <pigtail/serial.h>

#include "pigtail_uart.h"

/* After pigtail_uart_start(), with what that made; both stay. wires: of RTS and CTS. */
struct ptl_serial_seam serial_start(struct pigtail_uart *uart, const struct ptl_uart_seam *seam,
				    bool wires);

#endif
