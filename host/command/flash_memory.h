/* SPDX-License-Identifier: GPL-2.0-only */
/* A flash that is put together in memory, and comes into being as a file wholly or not at all.
 */
#ifndef PIGTAIL_HOST_FLASH_MEMORY_H
#define PIGTAIL_HOST_FLASH_MEMORY_H

#include <pigtail/flash.h>

struct flash_memory {
	uint8_t *bytes;
	uint32_t size, sector; /* bytes; a size is of whole sectors */
};

/* Nothing is programmed. */
void flash_memory_erase(struct flash_memory *memory);

/* As a seam; memory must stay. */
struct ptl_flash flash_memory_seam(struct flash_memory *memory);

/* The first n of its bytes from at on, as a new file that only its owner reads. -1 with a line
 * on standard error. */
int flash_memory_write(const struct flash_memory *memory, uint32_t at, uint32_t n,
		       const char *path);

#endif
