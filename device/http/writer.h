/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Text into a buffer, without printf(), which would cost 5 KB of code. What doesn't fit
 * is left out; a buffer is made for the longest piece.
 */
#ifndef PIGTAIL_DEVICE_WRITER_H
#define PIGTAIL_DEVICE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct writer {
	char *at;
	size_t n, room;
};

static inline struct writer writer_on(char *buffer, size_t room)
{
	return (struct writer){buffer, 0, room};
}

void write_text(struct writer *out, const char *what);
/* As JSON, in quotes. */
void write_string(struct writer *out, const char *what);
/* The same of bytes that a stranger chose. false: they are no UTF-8 that can be printed, and
 * those that are no ASCII became dots. */
bool write_bytes(struct writer *out, const uint8_t *bytes, size_t n);
void write_decimal(struct writer *out, uint64_t value);
/* Eight digits. */
void write_hex(struct writer *out, uint32_t value);

/* `"name":`, with a comma before it unless it is the first. */
void write_key(struct writer *out, const char *name, unsigned int index);

#endif
