/* SPDX-License-Identifier: GPL-2.0-only */
#include "host/command/flash_memory.h"

#include "host/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ERASED 0xff

static bool on_read(void *user, uint32_t at, void *to, size_t n)
{
	const struct flash_memory *memory = user;

	memcpy(to, memory->bytes + at, n);
	return true;
}

static bool on_program(void *user, uint32_t at, const void *from, size_t n)
{
	const struct flash_memory *memory = user;

	memcpy(memory->bytes + at, from, n);
	return true;
}

static bool on_erase(void *user, uint32_t at)
{
	const struct flash_memory *memory = user;

	memset(memory->bytes + at, ERASED, memory->sector);
	return true;
}

void flash_memory_erase(struct flash_memory *memory)
{
	memset(memory->bytes, ERASED, memory->size);
}

struct ptl_flash flash_memory_seam(struct flash_memory *memory)
{
	return (struct ptl_flash){memory,  memory->size, memory->sector,
				  on_read, on_program,	 on_erase};
}

static bool write_all(int fd, const uint8_t *bytes, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, bytes, n);

		if (done <= 0)
			return false;
		bytes += done;
		n -= (size_t)done;
	}
	return fsync(fd) == 0;
}

int flash_memory_write(const struct flash_memory *memory, uint32_t at, uint32_t n,
		       const char *path)
{
	char part[4096];
	bool well;
	int fd;

	(void)snprintf(part, sizeof(part), "%s.new", path);
	(void)unlink(part);
	fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	well = fd >= 0 && write_all(fd, memory->bytes + at, n);
	if (fd >= 0 && close(fd) < 0)
		well = false;
	if (well && rename(part, path) == 0)
		return 0;
	log_line("cannot make %s: %s", path, strerror(errno));
	if (fd >= 0)
		(void)unlink(part);
	return -1;
}
