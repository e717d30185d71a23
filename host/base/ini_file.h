/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * INI files, read from their begin to the first error, which is told with file and line.
 *
 *	KEY = VALUE        before the first section: of all
 *	[SECTION]
 *	KEY = VALUE        # or ; begins a comment
 */
#ifndef PIGTAIL_HOST_INI_FILE_H
#define PIGTAIL_HOST_INI_FILE_H

#include <stddef.h>

/* Each returns 0; or -1 (failed) or -2 (the file is wrong) with what is wrong in why. */
struct ini_reader {
	void *user;
	/* A section begins, at that line. */
	int (*begin)(void *user, const char *section, unsigned int line, char *why,
		     size_t why_size);
	/* A key of the present section, or of none yet. */
	int (*pair)(void *user, const char *key, const char *value, char *why, size_t why_size);
	/* All keys of the section were read. */
	int (*end)(void *user, char *why, size_t why_size);
};

/* Returns 0, or with a line in error -1 (failed) or -2 (the file is wrong). */
int ini_file_read(const char *path, const struct ini_reader *reader, char *error,
		  size_t error_size);

#endif
