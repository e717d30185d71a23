/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Passwords and keys on their way into the program: from a file that only its owner can
 * read, or from the terminal; never from the command line. Who holds one wipes it.
 */
#ifndef PIGTAIL_HOST_SECRET_H
#define PIGTAIL_HOST_SECRET_H

#include <stddef.h>

/* From now on there is a secret in memory: no core has it, no debugger of this user. */
void secret_guard(void);

/* Guards, and opens a regular file that nobody but its owner may access. The descriptor, or
 * -1 with a line in error. */
int secret_open(const char *path, char *error, size_t error_size);

/* Guards, and reads such a file of at most size - 1 bytes. Returns 0, or -1 with a line in
 * error. The caller wipes text. */
int secret_text(const char *path, char *text, size_t size, char *error, size_t error_size);

/* Guards, and asks on the terminal, without echo; what doesn't fit is cut. 1; 0: there is no
 * terminal; -1: interrupted. The caller wipes text. */
int secret_ask(const char *prompt, char *text, size_t size);

#endif
