/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See qemu_flash.h. A new flash is put together in memory, with the firmware's own store
 * and slots.
 */
#include "host/command/qemu_flash.h"

#include "host/base/log.h"
#include "host/command/flash_memory.h"
#include "host/command/image_file.h"

#include <pigtail/flash_map.h>
#include <pigtail/slots.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SECTOR 0x10000u

static int put_factory(struct flash_memory *memory, const char *factory)
{
	const struct ptl_flash flash = flash_memory_seam(memory);
	struct ptl_store store;
	const struct ptl_slots slots = {.store = &store, .flash = &flash};
	struct image_file file;
	bool well;

	if (image_file_read(&file, factory))
		return -1;
	memcpy(memory->bytes + PTL_MAP_SLOT_0, file.body, file.image.size);
	well = ptl_store_open(&store, &flash, PTL_MAP_STORE_0, PTL_MAP_STORE_1) &&
	       ptl_slots_set_image(&slots, 0, &file.image);
	image_file_drop(&file);
	return well ? 0 : -1;
}

int qemu_flash_make(const char *path, const char *factory)
{
	struct flash_memory memory = {NULL, PTL_MAP_SIZE, SECTOR};
	struct stat status;
	int result;

	if (stat(path, &status) == 0) {
		if (status.st_size == PTL_MAP_SIZE)
			return 0;
		log_line("qemu: %s is no flash: it has to have %u bytes", path, PTL_MAP_SIZE);
		return -1;
	}
	memory.bytes = malloc(PTL_MAP_SIZE);
	if (!memory.bytes) {
		log_line("out of memory");
		return -1;
	}
	flash_memory_erase(&memory);
	result = factory ? put_factory(&memory, factory) : 0;
	if (!result)
		result = flash_memory_write(&memory, 0, PTL_MAP_SIZE, path);
	free(memory.bytes);
	return result;
}
