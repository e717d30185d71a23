/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Seam: a NOR flash. Erasing sets all bits of a sector, programming clears some; power may
 * go in the middle of either, and then the bits under way are anything between before and
 * after. Called from the main loop only; an erase may block for 100 ms.
 */
#ifndef PIGTAIL_FLASH_H
#define PIGTAIL_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PTL_FLASH_WORD 4u /* bytes: at and n of program() are multiples of it */

struct ptl_flash {
	void *user;
	uint32_t size;	 /* bytes */
	uint32_t sector; /* bytes that erase() takes at once, a power of two */

	/* Each false: it failed, or at and n go beyond the end. */
	bool (*read)(void *user, uint32_t at, void *to, size_t n);
	bool (*program)(void *user, uint32_t at, const void *from, size_t n);
	bool (*erase)(void *user, uint32_t at); /* a multiple of sector */
};

#endif
