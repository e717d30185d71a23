/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A user of a bridge, as Linux and the device keep it: one line
 *
 *	NAME:$pbkdf2-sha256$ITERATIONS$SALT$HASH
 *
 * SALT 16 and HASH 32 bytes as lower-case hex: PBKDF2-HMAC-SHA256 of the password (RFC
 * 8018). That is what a chip of 80 KB can compute, which the memory-hard functions are made
 * to prevent; so ITERATIONS is of each line, by who has to check it. The function is the
 * caller's, who has mbedTLS or another.
 */
#ifndef PIGTAIL_PASSWORD_H
#define PIGTAIL_PASSWORD_H

#include <pigtail/login.h>

#define PTL_PASSWORD_SALT 16u
#define PTL_PASSWORD_HASH 32u
#define PTL_PASSWORD_LINE 160u /* bytes of a line with its NUL, at most */

#define PTL_PASSWORD_ITERATIONS_MIN 1000u
#define PTL_PASSWORD_ITERATIONS_MAX 10000000u

struct ptl_password {
	char name[PTL_LOGIN_NAME];
	uint32_t iterations;
	uint8_t salt[PTL_PASSWORD_SALT];
	uint8_t hash[PTL_PASSWORD_HASH];
};

/* A name is 1 to 31 letters, digits, or of "._-@+". */
bool ptl_password_name_ok(const char *name, size_t n);

/* A line without its end; false: it is none. */
bool ptl_password_parse(struct ptl_password *password, const char *line, size_t n);

/* The line with a NUL, PTL_PASSWORD_LINE bytes at most. */
void ptl_password_format(const struct ptl_password *password, char line[PTL_PASSWORD_LINE]);

/* Whether two hashes are the same, in a time that doesn't tell where they differ. */
bool ptl_password_same(const uint8_t a[PTL_PASSWORD_HASH], const uint8_t b[PTL_PASSWORD_HASH]);

#endif
