/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See text.h. */
#include <pigtail/text.h>

static void put(struct text *text, char c)
{
	if (text->n >= PTL_LOG_MAX)
		return;
	text->at[text->n++] = c;
	text->at[text->n] = 0;
}

void text_clear(struct text *text)
{
	text->n = 0;
	text->at[0] = 0;
}

void text_add(struct text *text, const char *more)
{
	while (*more)
		put(text, *more++);
}

void text_add_hex(struct text *text, uint32_t number)
{
	for (int shift = 28; shift >= 0; shift -= 4)
		put(text, "0123456789abcdef"[number >> shift & 15]);
}

void text_add_number(struct text *text, uint32_t number)
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
