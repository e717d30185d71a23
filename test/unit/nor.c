// SPDX-License-Identifier: GPL-2.0-only
/* See nor.h. */
#include "nor.h"

#include <stdlib.h>
#include <string.h>

static bool within(const struct nor *nor, uint32_t at, size_t n)
{
	return !nor->dead && at <= nor->seam.size && n <= nor->seam.size - at;
}

/* Whether this operation is done to its end; power is gone if not. */
static bool whole(struct nor *nor)
{
	nor->dead = nor->operations++ == nor->power_cut_at;
	return !nor->dead;
}

static bool nor_read(void *user, uint32_t at, void *to, size_t n)
{
	const struct nor *nor = user;

	if (!within(nor, at, n))
		return false;
	memcpy(to, nor->bytes + at, n);
	return true;
}

static bool program_page(struct nor *nor, uint32_t at, const uint8_t *from, size_t n)
{
	bool done = whole(nor);
	/* It may be done all the same. */
	bool torn = !done && prng_below(&nor->prng, 4) > 0;

	for (size_t i = 0; i < n; i++) {
		uint8_t *byte = &nor->bytes[at + i];
		/* Bits that have not been cleared yet. */
		uint8_t late = torn ? (uint8_t)prng_next(&nor->prng) : 0;

		nor->forbidden += (from[i] & ~*byte) != 0;
		*byte &= (uint8_t)(from[i] | late);
	}
	return done;
}

static bool nor_program(void *user, uint32_t at, const void *from, size_t n)
{
	const uint8_t *bytes = from;
	struct nor *nor = user;

	if (!within(nor, at, n) || at % PTL_FLASH_WORD || n % PTL_FLASH_WORD)
		return false;
	while (n > 0) {
		size_t part = NOR_PAGE - at % NOR_PAGE;

		if (part > n)
			part = n;
		if (!program_page(nor, at, bytes, part))
			return false;
		at += (uint32_t)part;
		bytes += part;
		n -= part;
	}
	return true;
}

/* Half erased: bytes as they were, ff, or neither. */
static void tear(struct nor *nor, uint32_t at)
{
	uint32_t kind = prng_below(&nor->prng, 3);

	for (uint32_t i = 0; i < nor->seam.sector; i++) {
		uint8_t noise = (uint8_t)prng_next(&nor->prng);

		nor->bytes[at + i] |= kind == 0 ? 0 : kind == 1 ? 0xff : noise;
	}
}

static bool nor_erase(void *user, uint32_t at)
{
	struct nor *nor = user;
	uint32_t sector = at / nor->seam.sector;

	if (!within(nor, at, nor->seam.sector) || at % nor->seam.sector)
		return false;
	nor->erases[sector]++;
	if (!whole(nor)) {
		tear(nor, at);
		return false;
	}
	memset(nor->bytes + at, 0xff, nor->seam.sector);
	return true;
}

bool nor_open(struct nor *nor, uint32_t size, uint32_t sector, uint64_t seed)
{
	*nor = (struct nor){
		.seam = {.user = nor,
			 .size = size,
			 .sector = sector,
			 .read = nor_read,
			 .program = nor_program,
			 .erase = nor_erase},
		.prng = prng_seed(seed, 1),
		.power_cut_at = PRNG_NEVER,
		.bytes = malloc(size),
		.erases = calloc(size / sector, sizeof(*nor->erases)),
	};
	if (!nor->bytes || !nor->erases) {
		nor_close(nor);
		return false;
	}
	memset(nor->bytes, 0xff, size);
	return true;
}

void nor_close(struct nor *nor)
{
	free(nor->bytes);
	free(nor->erases);
	*nor = (struct nor){.dead = true};
}

void nor_power_up(struct nor *nor)
{
	nor->dead = false;
	nor->power_cut_at = PRNG_NEVER;
}
