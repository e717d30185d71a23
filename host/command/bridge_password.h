/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the password for a bridge comes from, which is never the command line: a file, the
 * environment (PIGTAIL_BRIDGE_PASSWORD), or the terminal.
 */
#ifndef PIGTAIL_HOST_BRIDGE_PASSWORD_H
#define PIGTAIL_HOST_BRIDGE_PASSWORD_H

#include <pigtail/login.h>

/* file: its path, "-" for standard input, or NULL. twice: a new one, asked again on a
 * terminal. -1 with a line in error. The caller wipes it. */
int bridge_password(const char *file, const char *prompt, bool twice,
		    char password[PTL_LOGIN_PASSWORD], char *error, size_t error_size);

#endif
