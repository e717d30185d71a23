/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Text into a buffer, without printf(), which would cost 5 KB of code. What doesn't fit
 * is left out; a buffer is made for the longest piece.
 */
#ifndef PIGTAIL_DEVICE_ENDPOINT_TEXT_H
#define PIGTAIL_DEVICE_ENDPOINT_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct text {
	char *at;
	size_t n, room;
};

static inline struct text text_in(char *buffer, size_t room)
{
	return (struct text){buffer, 0, room};
}

void text_add(struct text *text, const char *what);
void text_decimal(struct text *text, uint64_t value);
/* Eight digits. */
void text_hex(struct text *text, uint32_t value);

/* `"name":`, with a comma before it unless it is the first. */
void text_key(struct text *text, const char *name, unsigned int index);

#endif
