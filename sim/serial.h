/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A simulated UART whose plug is in loop-back: TX leads to RX at the speed that is set,
 * RTS to CTS, DTR to DSR and CD; RI is off. It has formats, breaks and line errors, as the
 * loop-back mode of a 16550 has. The bytes travel on a wire (wire.h), which owns speed and
 * faults. Times are nanoseconds of any monotonic origin.
 */
#ifndef PIGTAIL_SIM_SERIAL_H
#define PIGTAIL_SIM_SERIAL_H

#include "sim/wire.h"

#include <pigtail/serial.h>

struct serial_config {
	uint64_t seed;
	uint32_t fifo; /* receive FIFO, bytes; 0: as good as endless */
	struct fault_rates faults;
};

struct serial;

/* At 115200 8N1, all lines off. NULL: a value is out of range, or no memory. */
struct serial *serial_new(const struct serial_config *config);
void serial_free(struct serial *serial);

/* Returns how many were taken; 0 while flow control stops it. */
size_t serial_write(struct serial *serial, uint64_t now, const uint8_t *bytes, size_t n);

/* Takes bytes that have arrived; in errors, PTL_SERIAL_* since the last call. */
size_t serial_read(struct serial *serial, uint64_t now, uint8_t *bytes, size_t room,
		   unsigned *errors);

/* When bytes will be there to read, or there is room to write again; WIRE_NEVER. */
uint64_t serial_next(const struct serial *serial);

/* Nothing is under way. */
bool serial_drained(const struct serial *serial);

/* Sets what it can, and puts what is in force into it. What is under way goes at the new
 * speed. */
void serial_set_format(struct serial *serial, uint64_t now, struct ptl_serial_format *format);

void serial_set_line(struct serial *serial, uint64_t now, enum ptl_serial_line line, bool on);
unsigned serial_modem(const struct serial *serial); /* PTL_MODEM_* */
void serial_purge(struct serial *serial, uint64_t now, unsigned what);

#endif
