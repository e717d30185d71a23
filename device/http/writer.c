/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "writer.h"

#include <string.h>

static void add(struct writer *out, const char *what, size_t n)
{
	if (n > out->room - out->n)
		n = out->room - out->n;
	memcpy(out->at + out->n, what, n);
	out->n += n;
}

void write_text(struct writer *out, const char *what)
{
	add(out, what, strlen(what));
}

void write_string(struct writer *out, const char *what)
{
	write_text(out, "\"");
	for (; *what; what++) {
		if (*what == '"' || *what == '\\')
			add(out, "\\", 1);
		add(out, (unsigned char)*what < ' ' ? " " : what, 1);
	}
	write_text(out, "\"");
}

/* By subtraction: a CPU without division takes longer for one division by ten. */
void write_decimal(struct writer *out, uint64_t value)
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
	add(out, digits, n);
}

void write_hex(struct writer *out, uint32_t value)
{
	char digits[8];

	for (int i = 0; i < 8; i++)
		digits[i] = "0123456789abcdef"[(value >> (28 - 4 * i)) & 15];
	add(out, digits, sizeof(digits));
}

void write_key(struct writer *out, const char *name, unsigned int index)
{
	write_text(out, index ? ",\"" : "\"");
	write_text(out, name);
	write_text(out, "\":");
}
