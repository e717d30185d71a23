/* SPDX-License-Identifier: GPL-2.0-only */
/* Between uart.c and the two kinds of UART. */
#ifndef PIGTAIL_HOST_BRIDGE_UART_KIND_H
#define PIGTAIL_HOST_BRIDGE_UART_KIND_H

#include "host/bridge/uart.h"

/* Each makes data for its kind, which is that. As uart_open(). */
int uart_port_open(uv_loop_t *loop, const char *spec, const struct uart_events *events,
		   struct uart *uart, char *error, size_t error_size);
int uart_loop_open(uv_loop_t *loop, const struct uart_events *events, struct uart *uart,
		   char *error, size_t error_size);

#endif
