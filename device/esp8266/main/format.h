/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Which formats the UART has: 5 to 8 bits; no, odd or even parity; 1, 1.5 or 2 stop bits;
 * RTS and CTS together, where they are wired. What it has not becomes what is in force in its
 * place; a rate that is made to within 2 % is the one that was asked for, as every UART calls
 * it (clients of RFC 2217 take another one for a refusal). Knows no chip, but for the lowest
 * six bits of CONF0.
 */
#ifndef PIGTAIL_ESP8266_FORMAT_H
#define PIGTAIL_ESP8266_FORMAT_H

#include <pigtail/serial.h>

#include "divider.h"

#define FORMAT_BITS 0x3fu /* of CONF0 */

static inline uint32_t format_divider(uint32_t clock, uint32_t baud)
{
	if (baud > clock / DIVIDER_MIN)
		return DIVIDER_MIN;
	if (baud <= clock / DIVIDER_MAX)
		return DIVIDER_MAX;
	return divider_for(clock, baud);
}

static inline uint32_t format_rate(uint32_t clock, uint32_t baud)
{
	uint32_t made = clock / format_divider(clock, baud);
	uint32_t off = made > baud ? made - baud : baud - made;

	return off <= baud / 50 ? baud : made;
}

/* wires: of RTS and CTS. */
static inline void format_make_possible(struct ptl_serial_format *format, uint32_t clock,
					bool wires)
{
	bool flow = wires && (format->flow_out == PTL_FLOW_HARDWARE ||
			      format->flow_in == PTL_FLOW_HARDWARE);

	format->baud = format_rate(clock, format->baud);
	if (format->data_bits < 5 || format->data_bits > 8)
		format->data_bits = 8;
	if (format->parity != PTL_PARITY_ODD && format->parity != PTL_PARITY_EVEN)
		format->parity = PTL_PARITY_NONE;
	if (format->stop != PTL_STOP_1_5 && format->stop != PTL_STOP_2)
		format->stop = PTL_STOP_1;
	format->flow_out = format->flow_in = flow ? PTL_FLOW_HARDWARE : PTL_FLOW_NONE;
}

/* Of one that is possible. */
static inline uint32_t format_bits(const struct ptl_serial_format *format)
{
	uint32_t stop = format->stop == PTL_STOP_1     ? 1u
			: format->stop == PTL_STOP_1_5 ? 2u
						       : 3u;
	uint32_t parity = format->parity == PTL_PARITY_ODD    ? 3u
			  : format->parity == PTL_PARITY_EVEN ? 2u
							      : 0u;

	return parity | (format->data_bits - 5u) << 2 | stop << 4;
}

/* Bits of one character. */
static inline uint32_t format_character(const struct ptl_serial_format *format)
{
	return 3u + format->data_bits + (format->parity != PTL_PARITY_NONE);
}

#endif
