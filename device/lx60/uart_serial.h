/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The board's 16550 as the UART of a bridge. See uart_serial.c. */
#ifndef PIGTAIL_LX60_UART_SERIAL_H
#define PIGTAIL_LX60_UART_SERIAL_H

#include <pigtail/serial.h>

extern const struct ptl_serial_seam lx60_serial;

#endif
