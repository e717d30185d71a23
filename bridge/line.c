/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The UART's side of a bridge: a ring of bytes that wait until it takes them, the format
 * in force, and the lines as they were asked for (a UART without modem lines has them all
 * the same: who set DTR is told that it is on). Nothing here knows of clients.
 */
#include "line.h"

#include <string.h>

size_t ptl_line_write(struct ptl_bridge *bridge, const uint8_t *bytes, size_t n)
{
	size_t size = bridge->config.output, taken = 0;

	while (n > taken && bridge->output_n < size) {
		size_t at = (bridge->output_from + bridge->output_n) % size;
		size_t room = size - bridge->output_n;
		size_t run = size - at < room ? size - at : room;

		if (run > n - taken)
			run = n - taken;
		memcpy(bridge->output + at, bytes + taken, run);
		bridge->output_n += run;
		taken += run;
		if (bridge->output_n == size)
			(void)ptl_line_flush(bridge);
	}
	return taken;
}

size_t ptl_line_room(const struct ptl_bridge *bridge)
{
	return bridge->config.output - bridge->output_n;
}

bool ptl_line_flush(struct ptl_bridge *bridge)
{
	const struct ptl_serial_seam *serial = &bridge->config.serial;
	bool any = false;

	while (bridge->output_n) {
		size_t to_end = bridge->config.output - bridge->output_from;
		size_t run = to_end < bridge->output_n ? to_end : bridge->output_n;
		size_t taken =
			serial->write(serial->user, bridge->output + bridge->output_from, run);

		bridge->output_from = (bridge->output_from + taken) % bridge->config.output;
		bridge->output_n -= taken;
		bridge->counters.to_uart += taken;
		any |= taken != 0;
		if (taken < run)
			break;
	}
	return any;
}

void ptl_line_purge(struct ptl_bridge *bridge)
{
	bridge->output_n = 0;
	bridge->config.serial.purge(bridge->config.serial.user, PTL_PURGE_TX);
}

void ptl_line_set_format(struct ptl_bridge *bridge, const struct ptl_serial_format *format)
{
	bridge->format = *format;
	bridge->config.serial.set_format(bridge->config.serial.user, &bridge->format);
	ptl_history_set_format(&bridge->history, &bridge->format);
}

void ptl_line_set(struct ptl_bridge *bridge, enum ptl_serial_line line, bool on)
{
	bridge->line[line] = on;
	if (line == PTL_LINE_BREAK)
		bridge->break_ends = PTL_NEVER;
	if (!(bridge->config.programmer.lines & (1u << line)))
		bridge->config.serial.set_line(bridge->config.serial.user, line, on);
}

void ptl_line_break(struct ptl_bridge *bridge)
{
	ptl_line_set(bridge, PTL_LINE_BREAK, true);
	bridge->break_ends = bridge->now + PTL_BREAK_US;
}
