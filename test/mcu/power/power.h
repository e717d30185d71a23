/* SPDX-License-Identifier: GPL-2.0-only */
/* See power.c. */
#ifndef TEST_POWER_H
#define TEST_POWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a script is told, and what of it outlives a loss of power: what it has promised. */
struct power {
	uint32_t chance;    /* for what it does */
	uint32_t cuts_each; /* of what follows one operation in so many loses power; 0: none */
	bool thorough;	    /* this is one of the few who fill the flash to its end */
	uint32_t most_blocks; /* that were in use where nothing but boot.py was left */
	char *kept;
	size_t kept_bytes;
};
extern struct power power;

#define POWER_KEPT_MAX (1u << 20)

#endif
