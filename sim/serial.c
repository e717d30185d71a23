// SPDX-License-Identifier: GPL-2.0-only
/*
 * The looped UART. A byte of the wire takes ten bit times; here it has as many as the
 * format says, so the wire's rate is the UART's, scaled. Both ends of the line have the
 * same format, so all that a format changes is its speed and how many bits of a byte come
 * through.
 */
#include "sim/serial.h"

#include <stdlib.h>

struct serial {
	struct wire *wire;
	struct ptl_serial_format format;
	bool line[3]; /* enum ptl_serial_line */
	struct wire_counters told;
};

struct serial *serial_new(const struct serial_config *config)
{
	const struct wire_config wire = {
		.baud = 115200,
		.seed = config->seed,
		.fifo = config->fifo,
		.faults = config->faults,
	};
	struct serial *serial = calloc(1, sizeof(*serial));

	if (!serial)
		return NULL;
	serial->format = PTL_SERIAL_FORMAT_DEFAULT;
	serial->wire = wire_new(&wire);
	if (serial->wire)
		return serial;
	free(serial);
	return NULL;
}

void serial_free(struct serial *serial)
{
	if (serial)
		wire_free(serial->wire);
	free(serial);
}

/* By RTS of the other end, which is ours; by DTR for the others. */
static bool is_stopped(const struct serial *serial)
{
	switch (serial->format.flow_out) {
	case PTL_FLOW_HARDWARE:
		return !serial->line[PTL_LINE_RTS];
	case PTL_FLOW_DCD:
	case PTL_FLOW_DSR:
		return !serial->line[PTL_LINE_DTR];
	default:
		return false;
	}
}

size_t serial_write(struct serial *serial, uint64_t now, const uint8_t *bytes, size_t n)
{
	uint8_t masked[256];
	uint8_t mask = (uint8_t)(0xff >> (8 - serial->format.data_bits));
	size_t taken = 0;

	wire_run(serial->wire, now);
	while (taken < n && !is_stopped(serial)) {
		size_t piece = n - taken < sizeof(masked) ? n - taken : sizeof(masked);
		size_t went;

		for (size_t i = 0; i < piece; i++)
			masked[i] = bytes[taken + i] & mask;
		went = wire_offer(serial->wire, now, masked, piece);
		taken += went;
		if (went < piece)
			break;
	}
	return taken;
}

size_t serial_read(struct serial *serial, uint64_t now, uint8_t *bytes, size_t room,
		   unsigned *errors)
{
	size_t n = wire_take(serial->wire, now, bytes, room);
	struct wire_counters counters;

	wire_get_counters(serial->wire, &counters);
	*errors = (counters.overruns > serial->told.overruns ? PTL_SERIAL_OVERRUN : 0) |
		  (counters.breaks > serial->told.breaks ? PTL_SERIAL_BREAK : 0) |
		  (counters.faults.framing_errors > serial->told.faults.framing_errors
			   ? PTL_SERIAL_FRAMING
			   : 0);
	/* A flipped bit shows where there is parity. */
	if (serial->format.parity != PTL_PARITY_NONE &&
	    counters.faults.bits_flipped > serial->told.faults.bits_flipped)
		*errors |= PTL_SERIAL_PARITY;
	serial->told = counters;
	return n;
}

uint64_t serial_next(const struct serial *serial)
{
	return wire_arrival(serial->wire, 1);
}

bool serial_drained(const struct serial *serial)
{
	return !wire_queued(serial->wire) && wire_arrival(serial->wire, 1) == WIRE_NEVER;
}

void serial_set_format(struct serial *serial, uint64_t now, struct ptl_serial_format *format)
{
	uint32_t bits = 1u + format->data_bits + (format->parity != PTL_PARITY_NONE) +
			(format->stop == PTL_STOP_1 ? 1u : 2u);
	uint32_t scaled = (uint32_t)((uint64_t)format->baud * 10 / bits);

	if (scaled < WIRE_BAUD_MIN)
		scaled = WIRE_BAUD_MIN;
	serial->format = *format;
	(void)wire_set_baud(serial->wire, now, scaled);
	(void)wire_set_rx_baud(serial->wire, now, scaled);
}

void serial_set_line(struct serial *serial, uint64_t now, enum ptl_serial_line line, bool on)
{
	if (line == PTL_LINE_BREAK && on != serial->line[line])
		wire_set_line(serial->wire, now, on ? WIRE_LINE_BREAK : WIRE_LINE_OK);
	serial->line[line] = on;
}

unsigned serial_modem(const struct serial *serial)
{
	return (serial->line[PTL_LINE_RTS] ? PTL_MODEM_CTS : 0) |
	       (serial->line[PTL_LINE_DTR] ? PTL_MODEM_DSR | PTL_MODEM_CD : 0);
}

void serial_purge(struct serial *serial, uint64_t now, unsigned what)
{
	if (what & PTL_PURGE_TX)
		(void)wire_flush_sender(serial->wire, now);
	if (what & PTL_PURGE_RX)
		(void)wire_flush_receiver(serial->wire, now);
}
