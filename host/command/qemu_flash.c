/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See qemu_flash.h. A new flash is put together in memory, with the firmware's own store
 * and slots, and comes into being as a file wholly or not at all.
 */
#include "host/command/qemu_flash.h"

#include "host/base/log.h"
#include "host/command/image_file.h"

#include <pigtail/flash_map.h>
#include <pigtail/slots.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERASED 0xff
#define SECTOR 0x10000u

/* ---- a flash in memory ---- */

static bool memory_read(void *user, uint32_t at, void *to, size_t n)
{
	memcpy(to, (const uint8_t *)user + at, n);
	return true;
}

static bool memory_program(void *user, uint32_t at, const void *from, size_t n)
{
	memcpy((uint8_t *)user + at, from, n);
	return true;
}

static bool memory_erase(void *user, uint32_t at)
{
	memset((uint8_t *)user + at, ERASED, SECTOR);
	return true;
}

static int put_factory(uint8_t *bytes, const char *factory)
{
	const struct ptl_flash flash = {bytes,	     PTL_MAP_SIZE,   SECTOR,
					memory_read, memory_program, memory_erase};
	struct ptl_store store;
	const struct ptl_slots slots = {.store = &store, .flash = &flash};
	struct image_file file;
	bool well;

	if (image_file_read(&file, factory))
		return -1;
	memcpy(bytes + PTL_MAP_SLOT_0, file.body, file.image.size);
	well = ptl_store_open(&store, &flash, PTL_MAP_STORE_0, PTL_MAP_STORE_1) &&
	       ptl_slots_set_image(&slots, 0, &file.image);
	image_file_drop(&file);
	return well ? 0 : -1;
}

/* ---- the file ---- */

static int write_file(const char *path, const uint8_t *bytes)
{
	char part[4096];
	size_t n = 0;
	int fd;

	(void)snprintf(part, sizeof(part), "%s.new", path);
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	while (fd >= 0 && n < PTL_MAP_SIZE) {
		ssize_t done = write(fd, bytes + n, PTL_MAP_SIZE - n);

		if (done <= 0)
			break;
		n += (size_t)done;
	}
	if (fd >= 0 && close(fd) == 0 && n == PTL_MAP_SIZE && rename(part, path) == 0)
		return 0;
	log_line("qemu: cannot make %s: %s", path, strerror(errno));
	if (fd >= 0)
		(void)unlink(part);
	return -1;
}

int qemu_flash_make(const char *path, const char *factory)
{
	struct stat status;
	uint8_t *bytes;
	int result;

	if (stat(path, &status) == 0) {
		if (status.st_size == PTL_MAP_SIZE)
			return 0;
		log_line("qemu: %s is no flash: it has to have %u bytes", path, PTL_MAP_SIZE);
		return -1;
	}
	bytes = malloc(PTL_MAP_SIZE);
	if (!bytes) {
		log_line("out of memory");
		return -1;
	}
	memset(bytes, ERASED, PTL_MAP_SIZE);
	result = factory ? put_factory(bytes, factory) : 0;
	if (!result)
		result = write_file(path, bytes);
	free(bytes);
	return result;
}
