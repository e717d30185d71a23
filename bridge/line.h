/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A bridge's UART: bytes for it, its format, its lines. See line.c. */
#ifndef PTL_BRIDGE_LINE_H
#define PTL_BRIDGE_LINE_H

#include "state.h"

#define PTL_BREAK_US 250000u /* a break that has no end of its own */

/* Takes at most n bytes for the UART; returns how many. */
size_t ptl_line_write(struct ptl_bridge *bridge, const uint8_t *bytes, size_t n);

/* How many it would take at least. */
size_t ptl_line_room(const struct ptl_bridge *bridge);

/* Hands over what waits, as much as the UART takes. Returns whether any was. */
bool ptl_line_flush(struct ptl_bridge *bridge);

/* Drops it, and what the UART has taken and not sent. */
void ptl_line_purge(struct ptl_bridge *bridge);

void ptl_line_set_format(struct ptl_bridge *bridge, const struct ptl_serial_format *format);
void ptl_line_set(struct ptl_bridge *bridge, enum ptl_serial_line line, bool on);

/* A break of PTL_BREAK_US. */
void ptl_line_break(struct ptl_bridge *bridge);

#endif
