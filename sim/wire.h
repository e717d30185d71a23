/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A UART cable, one direction of it: the model that both drivers share. The
 * virtual-time driver (sim/sim.h) and the real-time one (sim/relay.h, under
 * `pigtail wire`) offer it bytes and take them out when they have arrived. No
 * clock and no globals; memory is taken in wire_new() only.
 *
 *	wire_offer() -> buffer -> shift register -> line -> FIFO -> wire_take()
 *	                 |  stopped by CTS           |        |
 *	                 wire_queued()            faults   overruns
 *
 * Sender and receiver may have rates and clocks of their own: bytes that come at
 * another rate than the receiver's are misread (misread.h). Above max_baud the line
 * itself spoils one bit in 50 and more.
 *
 * A byte takes ten bit times (8N1) and arrives with the end of its stop bit,
 * plus the delay. Times are nanoseconds of any monotonic origin, since a byte
 * at 4 Mbaud takes 2500 of them; the rate is kept exactly, without rounding
 * from byte to byte.
 *
 * The same seed and the same bytes give the same faults in any chunking, as
 * long as the FIFO doesn't overrun. Calls that take a time may not go back
 * in it, except the time of wire_offer().
 */
#ifndef PIGTAIL_SIM_WIRE_H
#define PIGTAIL_SIM_WIRE_H

#include "sim/faults.h"
#include "sim/misread.h"

#define WIRE_BAUD_MIN	  50u
#define WIRE_BAUD_MAX	  10000000u
#define WIRE_DELAY_MAX_NS UINT64_C(10000000000)
#define WIRE_BUFFER_MAX	  (1u << 20)
#define WIRE_NEVER	  UINT64_MAX

struct wire_config {
	uint32_t baud;	   /* bits/s, of the sender */
	int32_t ppm;	   /* sender's clock error, parts per million */
	uint32_t rx_baud;  /* of the receiver; 0: the sender's, exactly */
	int32_t rx_ppm;	   /* receiver's clock error */
	uint32_t max_baud; /* above it bits get lost; 0: there is no such rate */
	uint64_t seed;	   /* of the faults of this direction */
	uint64_t delay_ns; /* propagation, from last stop bit to receiver */
	uint32_t buffer;   /* sender's buffer, bytes; 0: 4096, as in Linux */
	uint32_t fifo;	   /* receive FIFO, bytes; 0: 65536, as good as endless */
	bool rtscts;	   /* FIFO 3/4 full stops the sender, 1/2 lets it go on */
	struct fault_rates faults;
};

enum wire_line {
	WIRE_LINE_OK,
	WIRE_LINE_STUCK, /* cut: stays at idle, nothing is heard */
	WIRE_LINE_BREAK, /* pulled low: one 00, then nothing is heard */
};

struct wire_counters {
	uint64_t bytes_in;  /* put on the line */
	uint64_t bytes_out; /* taken by the reader */
	struct fault_counters faults;
	uint64_t overruns; /* lost because the FIFO was full */
	uint64_t stuck;	   /* lost to a line that was stuck or at break */
	uint64_t breaks;
	uint64_t misread; /* received at a rate that does not fit */
	uint64_t stops;	  /* times that RTS/CTS stopped the sender */
};

struct wire;

/* NULL: a value is out of range, or no memory. */
struct wire *wire_new(const struct wire_config *config);
void wire_free(struct wire *wire);

/* Lets time pass: bytes start and arrive. Every call with a time does so. */
void wire_run(struct wire *wire, uint64_t now);

/*
 * The sender hands over n bytes at a moment; returns how many the buffer took.
 * They follow what is queued without a gap. A moment that has passed counts as
 * such: the driver was late, and the bytes start then if the line was free.
 */
size_t wire_offer(struct wire *wire, uint64_t at, const uint8_t *bytes, size_t n);

/* Bytes that wire_offer() would take; bytes in the buffer, not begun yet. */
size_t wire_room(const struct wire *wire);
size_t wire_queued(const struct wire *wire);

/* When the line runs dry, if nothing more is offered and nothing stops it. */
uint64_t wire_dry(const struct wire *wire);

/* RTS/CTS holds the sender. */
bool wire_stopped(const struct wire *wire);

/* The receiver takes at most room bytes that have arrived. */
size_t wire_take(struct wire *wire, uint64_t now, uint8_t *out, size_t room);

/* The same in place: what is there in one piece, and how much of it is done
 * with. */
size_t wire_peek(struct wire *wire, uint64_t now, const uint8_t **bytes);
void wire_consume(struct wire *wire, uint64_t now, size_t n);

/* Bytes in the FIFO, and how many it holds. */
size_t wire_level(const struct wire *wire);
size_t wire_fifo(const struct wire *wire);

/* When the k-th byte from now will arrive, or the last one of the line if
 * there are fewer; WIRE_NEVER if nothing is underway. k is at least 1. */
uint64_t wire_arrival(const struct wire *wire, size_t k);

/* Time of n bytes at the line's rate; n up to 2^20. */
uint64_t wire_bytes_ns(const struct wire *wire, size_t n);
/* Bytes that fit in a time, up to 2^20 of them. */
size_t wire_ns_bytes(const struct wire *wire, uint64_t ns);

/* Changes at run time. False: out of range, nothing changed. */
bool wire_set_baud(struct wire *wire, uint64_t now, uint32_t baud);
bool wire_set_rx_baud(struct wire *wire, uint64_t now, uint32_t baud);
void wire_set_max_baud(struct wire *wire, uint64_t now, uint32_t baud);
bool wire_set_faults(struct wire *wire, uint64_t now, const struct fault_rates *rates);
void wire_set_line(struct wire *wire, uint64_t now, enum wire_line line);

/* The sender was reset: what has not begun is gone. Returns how much. */
size_t wire_flush_sender(struct wire *wire, uint64_t now);
/* The receiver was reset: its FIFO is empty. Returns how much there was. */
size_t wire_flush_receiver(struct wire *wire, uint64_t now);

void wire_get_counters(const struct wire *wire, struct wire_counters *counters);

#endif
