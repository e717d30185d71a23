/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See text.h. */
#include <pigtail/text.h>

static void put(struct ptl_text *text, char c)
{
	if (text->n >= PTL_LOG_MAX)
		return;
	text->at[text->n++] = c;
	text->at[text->n] = 0;
}

void ptl_text_clear(struct ptl_text *text)
{
	text->n = 0;
	text->at[0] = 0;
}

void ptl_text_add(struct ptl_text *text, const char *more)
{
	while (*more)
		put(text, *more++);
}

void ptl_text_add_hex(struct ptl_text *text, uint32_t number)
{
	for (int shift = 28; shift >= 0; shift -= 4)
		put(text, "0123456789abcdef"[number >> shift & 15]);
}

void ptl_text_add_number(struct ptl_text *text, uint32_t number)
{
	char digits[10];
	int n = 0;

	do {
		digits[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	while (n > 0)
		put(text, digits[--n]);
}
