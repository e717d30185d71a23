/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A NOR flash in memory, for what has to outlive a loss of power at any moment: bits only
 * fall, an erase raises all of a sector, and power goes in the middle of an operation.
 * A program under way has then cleared some of its bits, an erase has left anything at
 * all. From then on nothing works until nor_power_up().
 *
 * It counts what a flash would forgive once and a reader should not: bits that a program
 * wanted to raise.
 */
#ifndef TEST_NOR_H
#define TEST_NOR_H

#include "sim/prng.h"

#include <pigtail/flash.h>

#define NOR_PAGE 256u /* bytes that are programmed at once */

struct nor {
	struct ptl_flash seam; /* for the code under test */
	struct prng prng;
	uint8_t *bytes;
	uint64_t operations;   /* pages programmed, sectors erased */
	uint64_t power_cut_at; /* this operation tears; PRNG_NEVER: none */
	uint64_t forbidden;    /* programs that wanted to raise bits */
	uint32_t *erases;      /* of each */
	bool dead;
};

/* All ff. Returns false: no memory. */
bool nor_open(struct nor *nor, uint32_t size, uint32_t sector, uint64_t seed);
void nor_close(struct nor *nor);

void nor_power_up(struct nor *nor);

#endif
