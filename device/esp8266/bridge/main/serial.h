/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* UART0 with a format and a break, over the rings of ../../main/uart.c. See serial.c. */
#ifndef PIGTAIL_ESP8266_SERIAL_H
#define PIGTAIL_ESP8266_SERIAL_H

#include <pigtail/serial.h>

#include "target.h"

/* After uart_start(), with what that made; both stay. */
struct ptl_serial_seam serial_start(const struct ptl_uart_seam *uart,
				    const struct ptl_clock *clock);

#endif
