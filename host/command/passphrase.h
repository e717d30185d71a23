/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a command gets a password from, which is never its command line: a file, the
 * environment (PIGTAIL_PASSPHRASE), or the terminal. It is 8 to 63 bytes, or 64 hex digits.
 */
#ifndef PIGTAIL_HOST_PASSPHRASE_H
#define PIGTAIL_HOST_PASSPHRASE_H

#include <stdbool.h>

#define PASSPHRASE_SIZE (64 + 1)

/* file: its path, "-" for standard input, or NULL: then the environment. Returns 1, 0 (there
 * is none), or -1 with a line on standard error. The caller wipes it. */
int passphrase_given(const char *file, char passphrase[PASSPHRASE_SIZE]);

/* Asks on the terminal, without echo. twice: a new one. Returns as above; 0: there is no
 * terminal. */
int passphrase_ask(const char *prompt, bool twice, char passphrase[PASSPHRASE_SIZE]);

#endif
