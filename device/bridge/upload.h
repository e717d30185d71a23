/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * An image that comes in pieces, waits in the device's own flash, and goes into the target.
 * As the requests of the program for Linux are (docs/control-socket.md):
 *
 *	image.begin ... image.write ... image.write ... flash
 *
 * Memory for it is taken from TLS's at image.begin, as much again at flash, and given back when
 * that has ended or another one begins: there is one image, as there is one target.
 */
#ifndef PIGTAIL_DEVICE_BRIDGE_UPLOAD_H
#define PIGTAIL_DEVICE_BRIDGE_UPLOAD_H

#include "programming.h"

#include <pigtail/flash.h>

#define UPLOAD_NAME  48u  /* characters of a file's name */
#define UPLOAD_PIECE 360u /* bytes of a piece, at most */
#define UPLOAD_WHY   112u

struct upload_file;

struct upload {
	struct programming *programming;
	const struct ptl_flash *flash; /* PTL_MAP_FILES of it; NULL: no image can be taken */
	void (*make_room)(void);       /* when memory is short */
	struct upload_file *file;      /* NULL: none was begun */
	void *flasher;
	enum ptl_target target;
	struct ptl_flasher_state state;
	char name[UPLOAD_NAME + 1];
	uint32_t size, have;  /* bytes of the file */
	bool running, tried;  /* it is written; it was */
	char why[UPLOAD_WHY]; /* the last thing that was refused or failed; "": nothing */
	unsigned changes;     /* counts up when the state is another one */
	uint8_t percent;
};

struct upload_begin {
	uint32_t size;
	uint8_t sha256[32];
	const char *name;
	bool has_offset, append;
	uint32_t offset;
};

/* Each false: the reason is in why. The file goes on where it was, if it is the same. */
bool upload_begin(struct upload *upload, const struct upload_begin *begin);

/* A piece for another place is not taken, and that is well. */
bool upload_write(struct upload *upload, uint32_t offset, const uint8_t *bytes, size_t n);
bool upload_flash(struct upload *upload, ptl_time now, enum ptl_target target);
void upload_abort(struct upload *upload, ptl_time now);

/* After programming_poll(): looks how it goes. */
void upload_poll(struct upload *upload, ptl_time now);

/* "none", "uploading", "running", "verified", "failed" */
const char *upload_state(const struct upload *upload);

#endif
