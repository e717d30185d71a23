/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A line of text for the log, put together without a C library's printf. What does
 * not fit is left out.
 */
#ifndef PIGTAIL_TEXT_H
#define PIGTAIL_TEXT_H

#include <pigtail/wire.h>

#include <stddef.h>
#include <stdint.h>

struct ptl_text {
	size_t n;
	char at[PTL_LOG_MAX + 1]; /* ends with a NUL */
};

void ptl_text_clear(struct ptl_text *text);
void ptl_text_add(struct ptl_text *text, const char *more);
void ptl_text_add_hex(struct ptl_text *text, uint32_t number);
void ptl_text_add_number(struct ptl_text *text, uint32_t number);

#endif
