/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a UART's receiver makes of bytes that were sent at another rate than its
 * own: it waits for a low, samples ten bits in the middle of where it expects them,
 * and hands up what it saw. Nearly the same rate: some bits are wrong; far from it:
 * garbage of another length, as on a real line. A framing error and a break come as 00. Each
 * sample is off by up to 0.3 of a bit, for edges are slow and clocks jitter; so rates may be 2
 * % apart, not 4.
 */
#ifndef PIGTAIL_SIM_MISREAD_H
#define PIGTAIL_SIM_MISREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/prng.h"

#define MISREAD_MAX 256u /* bytes out of one; a receiver 250 times as fast */

struct misread {
	struct prng prng;
	double at;    /* next sample, in bits of the sender from the byte's start */
	unsigned bit; /* of ten; 0: waits for a low, or looks whether it stays */
	bool busy;
	bool low; /* since a stop bit that should have been high */
	uint8_t byte;
};

void misread_init(struct misread *misread, uint64_t seed);

/* One byte, sent and received at these rates (any unit; up to 250 times as
 * much); returns how many come out. */
size_t misread_byte(struct misread *misread, uint8_t byte, uint64_t sent, uint64_t received,
		    uint8_t out[MISREAD_MAX]);

/* The line is idle now: returns 1 if a byte was unfinished, which ends so. */
size_t misread_idle(struct misread *misread, uint8_t out[1]);

#endif
