/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a request in JSON (RFC 8259) says, read where it lies: no tree, no memory. A text is
 * checked as a whole once; after that its members are looked for by name.
 */
#ifndef PIGTAIL_DEVICE_JSON_H
#define PIGTAIL_DEVICE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_DEPTH 4u /* of objects and arrays within each other */

/* A value, with no space around it. at NULL: there is none. */
struct json {
	const char *at;
	size_t n;
};

/* false: the text is no object, or more than one value, or deeper than JSON_DEPTH. */
bool json_object(struct json *object, const char *text, size_t n);

/* The first member of that name, without escapes in it; .at NULL: there is none, or it is no
 * object. Any value that came out of json_object() or this will do. */
struct json json_member(struct json object, const char *name);

/* Each false, and nothing is changed: the value is none of that kind. */
bool json_number(struct json value, uint32_t *number); /* a whole one, 0 to UINT32_MAX */
bool json_bool(struct json value, bool *is);

/* Its bytes (UTF-8) with a NUL; false as well, and to is "": longer than that, or a NUL is
 * among them. to may be where the value lies. */
bool json_string(struct json value, char *to, size_t room);

#endif
