/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The password of WebREPL, of any length: what is kept of it, in memory and in a file, is
 * "ROUNDS SALT HASH" in hexadecimal digits, HASH = PBKDF2-HMAC-SHA-256 (RFC 8018).
 */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_WEBREPL_PASSWORD_H
#define PIGTAIL_DEVICE_MICROPYTHON_WEBREPL_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#define WEBREPL_SALT 16u
#define WEBREPL_HASH 32u
#define WEBREPL_KEPT (8u + 1u + 2 * WEBREPL_SALT + 1u + 2 * WEBREPL_HASH) /* characters */

/* Of a new salt; raises OSError if there is no chance for one. */
void webrepl_password_hash(const char *password, size_t n, char kept[WEBREPL_KEPT + 1]);

/* Takes the time of all rounds; the link is served meanwhile. */
bool webrepl_password_is(const char *kept, const char *password, size_t n);

/* What a file has can be one. */
bool webrepl_password_kept(const char *kept, size_t n);

#endif
