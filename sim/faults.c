/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * next[] holds absolute positions on the line: bytes, for FAULT_BIT bits, ten a
 * byte: start bit, eight data bits from the lowest up, stop bit.
 *
 * A flipped start bit: the receiver sees no byte begin, it is lost. A flipped
 * stop bit: a framing error; Linux hands such a byte up as 00 unless the
 * program asked for marks (PARMRK), and so do we.
 */
#include "sim/faults.h"

#define BITS	    10u
#define BIT_START   0u
#define BIT_STOP    9u
#define BURST_BYTES 16u

static bool is_chance(double p)
{
	return p >= 0 && p <= 1;
}

static double rate_of(const struct fault_rates *rates, enum fault_kind kind)
{
	switch (kind) {
	case FAULT_BIT:
		return rates->ber;
	case FAULT_DROP:
		return rates->drop;
	case FAULT_DUP:
		return rates->dup;
	case FAULT_BURST:
		return rates->burst;
	case FAULT_KINDS:
		break;
	}
	return 0;
}

/* The next fault of this kind, looking from position on. */
static void draw(struct faults *faults, enum fault_kind kind, uint64_t position)
{
	uint64_t skip = prng_geometric(&faults->prng[kind], rate_of(&faults->rates, kind));

	faults->next[kind] = skip > PRNG_NEVER - position ? PRNG_NEVER : position + skip;
}

static uint64_t next_byte(const struct faults *faults)
{
	uint64_t next = faults->next[FAULT_BIT];

	if (next != PRNG_NEVER)
		next /= BITS;
	for (int kind = FAULT_DROP; kind < FAULT_KINDS; kind++)
		if (faults->next[kind] < next)
			next = faults->next[kind];
	return next;
}

bool faults_set_rates(struct faults *faults, const struct fault_rates *rates)
{
	if (!is_chance(rates->ber) || !is_chance(rates->drop) || !is_chance(rates->dup) ||
	    !is_chance(rates->burst))
		return false;
	faults->rates = *rates;
	if (!faults->rates.burst_bytes)
		faults->rates.burst_bytes = BURST_BYTES;
	draw(faults, FAULT_BIT, faults->at * BITS);
	draw(faults, FAULT_DROP, faults->at);
	draw(faults, FAULT_DUP, faults->at);
	draw(faults, FAULT_BURST, faults->at);
	return true;
}

bool faults_init(struct faults *faults, const struct fault_rates *rates, uint64_t seed)
{
	*faults = (struct faults){.at = 0};
	for (unsigned kind = 0; kind < FAULT_KINDS; kind++)
		faults->prng[kind] = prng_seed(seed, kind);
	return faults_set_rates(faults, rates);
}

size_t faults_clear(const struct faults *faults, size_t n)
{
	uint64_t clear;

	if (faults->burst_left)
		return 0;
	clear = next_byte(faults) - faults->at;
	return clear < n ? (size_t)clear : n;
}

void faults_skip(struct faults *faults, size_t n)
{
	faults->at += n;
}

static bool hit(struct faults *faults, enum fault_kind kind)
{
	if (faults->next[kind] != faults->at)
		return false;
	draw(faults, kind, faults->at + 1);
	return true;
}

/* All flips of the byte at this position, as a mask of its ten bits. */
static unsigned flips(struct faults *faults)
{
	uint64_t first = faults->at * BITS;
	unsigned mask = 0;

	while (faults->next[FAULT_BIT] < first + BITS) {
		uint64_t bit = faults->next[FAULT_BIT];

		mask |= 1u << (bit - first);
		faults->counters.bits_flipped++;
		draw(faults, FAULT_BIT, bit + 1);
	}
	return mask;
}

size_t faults_pass(struct faults *faults, uint8_t byte, uint8_t out[2])
{
	unsigned mask = flips(faults);
	bool drop = hit(faults, FAULT_DROP);
	bool dup = hit(faults, FAULT_DUP);

	if (hit(faults, FAULT_BURST)) {
		faults->counters.bursts++;
		faults->burst_left = 1 + prng_geometric(&faults->prng[FAULT_BURST],
							1.0 / faults->rates.burst_bytes);
	}
	faults->at++;

	if (faults->burst_left) {
		faults->burst_left--;
		faults->counters.burst_bytes++;
		byte = (uint8_t)prng_next(&faults->prng[FAULT_BURST]);
	}
	if (drop) {
		faults->counters.dropped++;
		return 0;
	}
	if (mask & 1u << BIT_START) {
		faults->counters.start_errors++;
		return 0;
	}
	byte ^= (uint8_t)(mask >> 1);
	if (mask & 1u << BIT_STOP) {
		faults->counters.framing_errors++;
		byte = 0;
	}
	out[0] = byte;
	if (!dup)
		return 1;
	faults->counters.duplicated++;
	out[1] = byte;
	return 2;
}
