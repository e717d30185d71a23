/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The header Cookie (RFC 6265, 4.2.1), and tokens in it. */
#ifndef PIGTAIL_DEVICE_HTTP_COOKIE_H
#define PIGTAIL_DEVICE_HTTP_COOKIE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* What follows name, which ends with '=', of the cookie that has this name and not one that
 * ends so; to the end of all cookies. NULL: there is none. */
static inline const char *cookie_value(const char *cookies, const char *name)
{
	for (const char *at = cookies; at; at = strchr(at, ';')) {
		at += strspn(at, "; ");
		if (!strncmp(at, name, strlen(name)))
			return at + strlen(name);
	}
	return NULL;
}

/* Whether the first n bytes are these, in the same time wherever they differ. */
static inline bool cookie_is(const char *value, const char *token, size_t n)
{
	unsigned differs = 0;

	for (size_t i = 0; i < n; i++)
		differs |= (unsigned)(value[i] ^ token[i]);
	return !differs;
}

#endif
