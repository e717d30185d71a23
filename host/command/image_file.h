/* SPDX-License-Identifier: GPL-2.0-only */
/* A file with a firmware image (pigtail/image.h). */
#ifndef PIGTAIL_HOST_IMAGE_FILE_H
#define PIGTAIL_HOST_IMAGE_FILE_H

#include <pigtail/image.h>

struct image_file {
	struct ptl_image image;
	uint8_t *bytes;	     /* of the file */
	const uint8_t *body; /* image.size of them */
};

/* Returns 0; -1 with a line on standard error when the file cannot be read, is no image, or
 * is not whole. Who signed it is for the radio to say. */
int image_file_read(struct image_file *file, const char *path);
void image_file_drop(struct image_file *file);

#endif
