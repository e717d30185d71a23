/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Files over WebREPL, as MicroPython's page sends and fetches them, in binary messages:
 *
 *	request  "WA" kind flags offset[8] size[4] name_n[2] name[64]	little endian, 82 bytes
 *	answer   "WB" code[2]						0: well
 *
 *	put      request, answer, SIZE bytes, answer
 *	get      request, answer, then for each byte of the client's n[2] and n bytes of the
 *	         file; n = 0 is the end, and the answer follows
 *	version  request, three bytes
 *
 * What is put goes to NAME.new, which takes the place of the file when it is whole. A name is
 * one in the flash, from its root, wherever the script is: that may be in a folder which a
 * host lends by the REPL, and is asked there for each name.
 */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_WEBREPL_FILES_H
#define PIGTAIL_DEVICE_MICROPYTHON_WEBREPL_FILES_H

#include "py/obj.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEBREPL_REQUEST 82u
#define WEBREPL_PART	1024u /* of a file, at once */
#define WEBREPL_ANSWER	(2u + WEBREPL_PART + 4u)

/* All 0 at first. Seen by the collector. */
struct webrepl_files {
	enum { WEBREPL_IDLE, WEBREPL_PUT, WEBREPL_GET } state;
	bool failed; /* to be put; the rest is thrown away */
	mp_obj_t file;
	uint32_t left; /* to be put */
	size_t n;      /* of the request, as far as it came */
	uint8_t request[WEBREPL_REQUEST];
	char name[1 + 64 + 1 + 4];
};

/* Takes some bytes of a client, at least one; says what it is to be sent, in one message or
 * two, WEBREPL_ANSWER bytes at most. Returns how many it took; 0: they cannot be understood. */
typedef void webrepl_say(void *user, const uint8_t *message, size_t n);
size_t webrepl_files_take(struct webrepl_files *files, const uint8_t *bytes, size_t n,
			  webrepl_say *say, void *user);

/* Whatever it was in the middle of. */
void webrepl_files_end(struct webrepl_files *files);

#endif
