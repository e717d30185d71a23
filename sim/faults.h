/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a bad line does to the bytes on it. Every kind of fault is a chance per
 * bit or byte; the distance to the next one is drawn, not a die per byte, so
 * that the bytes between two faults cost nothing.
 *
 * A fault hits the k-th byte of the line whatever the chunks are in which the
 * bytes pass: same seed, same bytes, same faults. Each kind has its own random
 * sequence: adding drops doesn't move the bit errors.
 */
#ifndef PIGTAIL_SIM_FAULTS_H
#define PIGTAIL_SIM_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/prng.h"

struct fault_rates {
	double ber;	      /* chance that a bit (any of the 10 of a byte) flips */
	double drop;	      /* chance that a byte vanishes */
	double dup;	      /* chance that a byte comes twice */
	double burst;	      /* chance per byte that a burst begins with it */
	uint32_t burst_bytes; /* mean length of a burst of random bytes; 0: 16 */
};

struct fault_counters {
	uint64_t bits_flipped;	 /* start and stop bits included */
	uint64_t start_errors;	 /* start bit lost: the byte was not seen */
	uint64_t framing_errors; /* stop bit read as 0: the byte came as 00 */
	uint64_t dropped;
	uint64_t duplicated;
	uint64_t bursts;
	uint64_t burst_bytes;
};

enum fault_kind {
	FAULT_BIT,
	FAULT_DROP,
	FAULT_DUP,
	FAULT_BURST,
	FAULT_KINDS,
};

struct faults {
	struct fault_rates rates;
	struct fault_counters counters;
	uint64_t at;		    /* bytes that have passed */
	uint64_t next[FAULT_KINDS]; /* byte (FAULT_BIT: bit) of the next one */
	uint64_t burst_left;
	struct prng prng[FAULT_KINDS];
};

/* False: a rate is no chance (0 to 1). */
bool faults_init(struct faults *faults, const struct fault_rates *rates, uint64_t seed);

/* Other rates from the next byte on. */
bool faults_set_rates(struct faults *faults, const struct fault_rates *rates);

/* How many of the next n bytes pass unharmed; call faults_skip() with them. */
size_t faults_clear(const struct faults *faults, size_t n);
void faults_skip(struct faults *faults, size_t n);

/* Passes one byte; returns how many come out: 0, 1 or 2. */
size_t faults_pass(struct faults *faults, uint8_t byte, uint8_t out[2]);

#endif
