/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail provision FILE IMAGE: what a bridge on a chip is to be, as the store of its flash;
 * and the same for `pigtail qemu --provision`. By the firmware's own store: the flash of one
 * in QEMU is changed in place, and outlives a loss of power at any moment.
 *
 * An image is one sector, which belongs at both places of the store: what else is there is
 * gone, so nothing that is older can win. It is made in memory, of the image that is there
 * (the key and the certificate stay), and becomes a file wholly or not at all.
 */
#include "host/command/provision.h"

#include "host/base/log.h"
#include "host/command/commands.h"
#include "host/command/flash_memory.h"
#include "host/command/parse.h"
#include "host/command/provision_file.h"

#include <pigtail/flash_map.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ERASED	    0xff
#define FILE_SECTOR 0x10000u
#define SECTOR	    PTL_STORE_ROOM /* of an image */

/* ---- a flash in a file ---- */

static bool file_read(void *user, uint32_t at, void *to, size_t n)
{
	return pread(*(int *)user, to, n, at) == (ssize_t)n;
}

static bool file_program(void *user, uint32_t at, const void *from, size_t n)
{
	return pwrite(*(int *)user, from, n, at) == (ssize_t)n;
}

static bool file_erase(void *user, uint32_t at)
{
	uint8_t erased[FILE_SECTOR];

	memset(erased, ERASED, sizeof(erased));
	return file_program(user, at, erased, sizeof(erased));
}

static int write_flash(const char *path, const struct provision *provision)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	const struct ptl_flash flash = {&fd,	   PTL_MAP_SIZE, FILE_SECTOR,
					file_read, file_program, file_erase};
	struct ptl_store store;
	bool well;

	if (fd < 0) {
		log_line("cannot open %s: %s", path, strerror(errno));
		return -1;
	}
	well = ptl_store_open(&store, &flash, PTL_MAP_STORE_0, PTL_MAP_STORE_1) &&
	       provision_put(&store, provision) && fsync(fd) == 0;
	(void)close(fd);
	if (!well)
		log_line("cannot write the settings into %s", path);
	return well ? 0 : -1;
}

int provision_flash(const char *flash, const char *path)
{
	struct provision provision;
	int status = provision_read(&provision, path);

	if (!status)
		status = write_flash(flash, &provision);
	provision_wipe(&provision);
	return status;
}

/* ---- an image ---- */

/* What is there is the first sector. -1 with a line on standard error: it is no image. */
static int read_image(const char *path, struct flash_memory *memory)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat stat;
	bool well;

	flash_memory_erase(memory);
	if (fd < 0 && errno == ENOENT)
		return 0;
	well = fd >= 0 && fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) &&
	       stat.st_size == SECTOR && read(fd, memory->bytes, SECTOR) == (ssize_t)SECTOR;
	if (fd >= 0)
		(void)close(fd);
	if (!well)
		log_line("%s is there, and is no image of a store (%u bytes)", path, SECTOR);
	return well ? 0 : -1;
}

static int make_image(const char *path, const struct provision *provision)
{
	uint8_t bytes[2 * SECTOR];
	struct flash_memory memory = {bytes, sizeof(bytes), SECTOR};
	const struct ptl_flash flash = flash_memory_seam(&memory);
	struct ptl_store store;
	int status = read_image(path, &memory);

	if (!status &&
	    !(ptl_store_open(&store, &flash, 0, SECTOR) && provision_put(&store, provision))) {
		log_line("the settings do not fit into a store");
		status = -1;
	}
	if (!status)
		status = flash_memory_write(&memory, store.sector[store.active], SECTOR, path);
	explicit_bzero(bytes, sizeof(bytes));
	return status;
}

/* ---- the command ---- */

struct command {
	const char *file, *image;
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct command *command = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (command->image)
			command_misused(state, "'%s' is one argument too many", text);
		*(command->file ? &command->image : &command->file) = text;
		return 0;
	case ARGP_KEY_END:
		if (!command->image)
			command_misused(state, "FILE and IMAGE are wanted");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int cmd_provision(int argc, char **argv)
{
	static const struct argp argp = {
		.parser = parse_option,
		.args_doc = "FILE IMAGE",
		.doc = "What a bridge on a chip is to be, of the lines KEY = VALUE in FILE, as "
		       "an image for its flash. An image that is there keeps its key and "
		       "certificate."
		       "\v"
		       "  pigtail provision bridge.ini store.bin\n"
		       "  esptool --port /dev/ttyUSB0 write_flash 0x100000 store.bin "
		       "0x200000 store.bin",
	};
	struct command command = {0};
	struct provision provision;
	int status;

	command_parse(&argp, argc, argv, &command);
	status = provision_read(&provision, command.file);
	if (!status)
		status = make_image(command.image, &provision);
	provision_wipe(&provision);
	return -status;
}
