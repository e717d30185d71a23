/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One direction of a cable in real time: takes bytes from an input that must
 * feel the line's back-pressure, puts them on a wire, and gives them to an
 * output as they arrive. No clock and no system calls of its own, so that tests
 * can run it in virtual time, with a process that is scheduled late.
 *
 * Rules:
 *  - At most about 1 ms of the line (not under 16 bytes) is read ahead of it.
 *    What is not read yet stays in the pty or socket, and stops its writer.
 *  - A line that had bytes until T goes on at T if bytes are there when we look
 *    for them, however late we are (up to RELAY_LATE_NS): being scheduled late
 *    costs a saturated line nothing. Only a look that found nothing makes the
 *    line idle; then the next byte begins at the moment when it is seen.
 *  - Bytes are delivered when their stop bit has arrived, or up to 300 us later
 *    together with those behind them.
 *  - While the output takes nothing, bytes fill the FIFO: they overrun, or RTS
 *    stops the sender.
 */
#ifndef PIGTAIL_SIM_RELAY_H
#define PIGTAIL_SIM_RELAY_H

#include "sim/wire.h"

#define RELAY_AHEAD_NS	UINT64_C(1000000)
#define RELAY_AHEAD_MIN 16u
#define RELAY_BATCH_NS	UINT64_C(300000)
#define RELAY_LATE_NS	UINT64_C(500000000)

struct relay {
	struct wire *wire;
	void *user;
	/* At most n bytes of the input; 0: none there. */
	size_t (*read)(void *user, uint8_t *bytes, size_t n);
	/* To the output; returns how many it took. */
	size_t (*write)(void *user, const uint8_t *bytes, size_t n);

	/* Of the relay's own. */
	bool idle;    /* looked after the line had run dry, found nothing */
	bool blocked; /* the output took less than it was given */
};

/* What the relay waits for after a turn. */
struct relay_wish {
	bool read;     /* tell when the input has bytes */
	bool write;    /* tell when the output takes bytes again */
	uint64_t wake; /* latest next turn; WIRE_NEVER: none */
};

/* The owner sets wire, user, read and write first. */
void relay_init(struct relay *relay);

/* Does all that is due. */
struct relay_wish relay_turn(struct relay *relay, uint64_t now);

#endif
