/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "text.h"

#include <string.h>

static void add(struct text *text, const char *what, size_t n)
{
	if (n > text->room - text->n)
		n = text->room - text->n;
	memcpy(text->at + text->n, what, n);
	text->n += n;
}

void text_add(struct text *text, const char *what)
{
	add(text, what, strlen(what));
}

/* By subtraction: a CPU without division takes longer for one division by ten. */
void text_decimal(struct text *text, uint64_t value)
{
	static const uint64_t powers[] = {
		10000000000000000000u,
		1000000000000000000u,
		100000000000000000u,
		10000000000000000u,
		1000000000000000u,
		100000000000000u,
		10000000000000u,
		1000000000000u,
		100000000000u,
		10000000000u,
		1000000000u,
		100000000u,
		10000000u,
		1000000u,
		100000u,
		10000u,
		1000u,
		100u,
		10u,
		1u,
	};
	char digits[sizeof(powers) / sizeof(powers[0])];
	size_t n = 0;

	for (size_t i = 0; i < sizeof(powers) / sizeof(powers[0]); i++) {
		char digit = '0';

		while (value >= powers[i]) {
			value -= powers[i];
			digit++;
		}
		if (n > 0 || digit > '0' || powers[i] == 1)
			digits[n++] = digit;
	}
	add(text, digits, n);
}

void text_hex(struct text *text, uint32_t value)
{
	char digits[8];

	for (int i = 0; i < 8; i++)
		digits[i] = "0123456789abcdef"[(value >> (28 - 4 * i)) & 15];
	add(text, digits, sizeof(digits));
}

void text_key(struct text *text, const char *name, unsigned int index)
{
	text_add(text, index ? ",\"" : "\"");
	text_add(text, name);
	text_add(text, "\":");
}
