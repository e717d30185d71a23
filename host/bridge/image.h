/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An image for a target's flash: an Intel hex file, or bytes with an address. Read as a
 * whole, and refused as a whole: a bad record, bytes that are given twice, an empty file.
 */
#ifndef PIGTAIL_HOST_IMAGE_H
#define PIGTAIL_HOST_IMAGE_H

#include <pigtail/flasher.h>

#define IMAGE_MAX (64u * 1024 * 1024) /* bytes of a file */

struct image;

/* FILE[@OFFSET]: with an OFFSET (0x10000, 65536) the file is bytes; without, it is Intel
 * hex if its first line that is not blank begins with ':', else bytes that go to base. Another
 * file is added to *image; NULL at first. Returns -1, and why, with the file's name and line,
 * in error; then *image is as it was. */
int image_add(struct image **image, const char *text, uint32_t base, char *error,
	      size_t error_size);

/* FILE[@OFFSET] into the path, to be freed by g_free(), and the offset, if there is one. */
char *image_split(const char *text, bool *has_offset, uint32_t *offset);

/* The same of bytes that are here. name: for errors; with an offset (not NULL) they are bytes
 * for it whatever they begin with. */
int image_add_bytes(struct image **image, const char *name, const char *bytes, size_t n,
		    const uint32_t *offset, uint32_t base, char *error, size_t error_size);
void image_free(struct image *image);

/* Where bytes without an address go on a chip of that kind. */
uint32_t image_base(enum ptl_target target);

/* In order; what touches is one. */
const struct ptl_flasher_segment *image_segments(const struct image *image, size_t *n);

/* For a flasher's configuration; user is the image. */
void image_read(void *user, uint32_t address, uint8_t *bytes, size_t n);
void image_md5(void *user, const struct ptl_flasher_segment *segment, uint8_t sum[16]);

#endif
