/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The registers of the board's 16550. */
#ifndef PIGTAIL_LX60_UART_REGISTERS_H
#define PIGTAIL_LX60_UART_REGISTERS_H

#include "chip.h"

#define UART(n) REGISTER(0x9d050020u + 4 * (n))
#define DATA	UART(0) /* divisor, low, when LCR_DLAB is set */
#define IER	UART(1) /* divisor, high */
#define IIR	UART(2) /* read */
#define FCR	UART(2) /* written */
#define LCR	UART(3)
#define MCR	UART(4)
#define LSR	UART(5)

#define IER_RX	    0x01
#define IER_TX	    0x02
#define IER_LINE    0x04
#define FCR_ENABLE  0x07 /* and clear both */
#define FCR_TRIGGER 0xc0 /* at TRIGGER of FIFO */
#define IIR_WHY	    0x0e
#define IIR_TRIGGER 0x04
#define TRIGGER	    14u
#define LCR_8N1	    0x03
#define LCR_DLAB    0x80
#define MCR_READY   0x0b
#define LSR_DATA    0x01
#define LSR_OVERRUN 0x02
#define LSR_PARITY  0x04
#define LSR_FRAMING 0x18 /* and break */
#define LSR_ROOM    0x20
#define LSR_IDLE    0x40 /* the shift register is empty too */
#define FIFO	    16u
#define MSR	    UART(6)

#define UART_CLOCK 115200u /* bit/s, with a divisor of 1 */

#endif
