/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the link have in common: cmocka, and a seed for what is
 * random. Every random test prints its seed; PIGTAIL_SEED=N replays it.
 */
#ifndef TEST_STORY_H
#define TEST_STORY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sim/prng.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static inline struct prng story_seed(const char *story, uint64_t usual)
{
	const char *fixed = getenv("PIGTAIL_SEED");
	uint64_t seed = fixed ? strtoull(fixed, NULL, 0) : usual;

	print_message("             %s, PIGTAIL_SEED=%llu\n", story, (unsigned long long)seed);
	return prng_seed(seed, 1);
}

static inline void random_bytes(struct prng *prng, uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(prng_next(prng) >> 24);
}

static inline size_t random_from(struct prng *prng, size_t least, size_t most)
{
	return least + prng_below(prng, most - least + 1);
}

#endif
