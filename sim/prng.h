/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers that a seed repeats: splitmix64 (Steele, Lea, Flood 2014).
 * Eight bytes of state, so everything that draws has a generator of its own
 * and none disturbs another's sequence. Not for secrets.
 */
#ifndef PIGTAIL_SIM_PRNG_H
#define PIGTAIL_SIM_PRNG_H

#include <math.h>
#include <stdint.h>

#define PRNG_NEVER UINT64_MAX

struct prng {
	uint64_t state;
};

static inline uint64_t prng_mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* Generators of one seed and different streams are unrelated. */
static inline struct prng prng_seed(uint64_t seed, uint64_t stream)
{
	return (struct prng){prng_mix(seed + UINT64_C(0x632be59bd9b4e019)) ^
			     prng_mix(stream * UINT64_C(0x9e3779b97f4a7c15) + 1)};
}

static inline uint64_t prng_next(struct prng *prng)
{
	prng->state += UINT64_C(0x9e3779b97f4a7c15);
	return prng_mix(prng->state);
}

/* 0 to n-1; n is 1 to 2^32. */
static inline uint32_t prng_below(struct prng *prng, uint64_t n)
{
	return (uint32_t)(((prng_next(prng) >> 32) * n) >> 32);
}

/* From 0 up to but not including 1. */
static inline double prng_unit(struct prng *prng)
{
	return (double)(prng_next(prng) >> 11) * 0x1p-53;
}

/* How many trials fail before the first that succeeds, each with chance p. */
static inline uint64_t prng_geometric(struct prng *prng, double p)
{
	double skip;

	if (!(p > 0))
		return PRNG_NEVER;
	if (p >= 1)
		return 0;
	skip = floor(log1p(-prng_unit(prng)) / log1p(-p));
	return skip < 0x1p62 ? (uint64_t)skip : PRNG_NEVER;
}

#endif
