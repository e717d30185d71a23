/* SPDX-License-Identifier: GPL-2.0-only */
/* See image_file.h. */
#include "host/command/image_file.h"

#include "host/base/log.h"

#include <pigtail/flash_map.h>

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BYTES_MOST (PTL_IMAGE_HEAD + PTL_MAP_SLOT_SIZE)

/* As much of the file as an image can have; -1 with errno. */
static ssize_t read_all(const char *path, uint8_t *to, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t part = 0;

	if (fd < 0)
		return -1;
	while (n < room && (part = read(fd, to + n, room - n)) > 0)
		n += (size_t)part;
	(void)close(fd);
	return part < 0 ? -1 : (ssize_t)n;
}

static int check(struct image_file *file, const char *path, size_t n)
{
	uint8_t digest[PTL_IMAGE_DIGEST];
	size_t body = n - PTL_IMAGE_HEAD;

	if (n < PTL_IMAGE_HEAD || !ptl_image_read(&file->image, file->bytes)) {
		log_line("%s is no firmware image; script/sign makes one", path);
		return -1;
	}
	if (file->image.size > PTL_MAP_SLOT_SIZE) {
		log_line("%s has %u bytes, and a radio has room for %u", path, file->image.size,
			 PTL_MAP_SLOT_SIZE);
		return -1;
	}
	if (body < file->image.size) {
		log_line("%s is cut off: it has %zu bytes of %u", path, body, file->image.size);
		return -1;
	}
	if (body > file->image.size) {
		log_line("%s is longer than it says", path);
		return -1;
	}
	(void)crypto_hash_sha256(digest, file->body, body);
	if (memcmp(digest, file->image.digest, sizeof(digest)) != 0) {
		log_line("%s is damaged: its SHA-256 is not the one that was signed", path);
		return -1;
	}
	return 0;
}

int image_file_read(struct image_file *file, const char *path)
{
	ssize_t n;

	file->bytes = malloc(BYTES_MOST + 1);
	if (!file->bytes) {
		log_line("out of memory");
		return -1;
	}
	file->body = file->bytes + PTL_IMAGE_HEAD;
	n = read_all(path, file->bytes, BYTES_MOST + 1);
	if (n < 0)
		log_line("cannot read %s: %s", path, strerror(errno));
	if (n < 0 || check(file, path, (size_t)n)) {
		image_file_drop(file);
		return -1;
	}
	return 0;
}

void image_file_drop(struct image_file *file)
{
	free(file->bytes);
	*file = (struct image_file){0};
}
