/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Intel's hexadecimal object files (Intel, "Hexadecimal Object File Format Specification",
 * 1988), in any chunks, record by record. What it refuses it names with the line's number.
 */
#ifndef PIGTAIL_IHEX_H
#define PIGTAIL_IHEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PTL_IHEX_RECORD_MAX 260u /* bytes: 5 and at most 255 of data */

enum ptl_ihex_error {
	PTL_IHEX_OK,
	PTL_IHEX_NO_COLON, /* a line that is no record */
	PTL_IHEX_BAD_DIGIT,
	PTL_IHEX_BAD_LENGTH, /* the record is longer or shorter than it says */
	PTL_IHEX_BAD_SUM,
	PTL_IHEX_BAD_TYPE,
	PTL_IHEX_BAD_ADDRESS, /* beyond 32 bits */
	PTL_IHEX_AFTER_END,   /* something follows the end record */
	PTL_IHEX_NO_END,      /* there is none: the file was cut */
	PTL_IHEX_REFUSED,     /* data() returned false */
	PTL_IHEX_ERRORS,
};

struct ptl_ihex {
	void *user;
	/* Bytes at an address; n is 1 to 255. Returns whether they are welcome. */
	bool (*data)(void *user, uint32_t address, const uint8_t *bytes, size_t n);

	/* The line that is being read, or was refused; from 1. */
	unsigned line;

	/* Its own. */
	enum ptl_ihex_error error;
	bool ended, in_record, odd;
	uint32_t base;
	uint16_t n;
	uint8_t record[PTL_IHEX_RECORD_MAX];
};

/* user and data are set by the caller afterwards. */
void ptl_ihex_init(struct ptl_ihex *ihex);

/* The next bytes of the file. What is not PTL_IHEX_OK is final. */
enum ptl_ihex_error ptl_ihex_read(struct ptl_ihex *ihex, const char *bytes, size_t n);

/* The file is over. */
enum ptl_ihex_error ptl_ihex_finish(struct ptl_ihex *ihex);

/* "bad checksum" */
const char *ptl_ihex_error_name(enum ptl_ihex_error error);

#endif
