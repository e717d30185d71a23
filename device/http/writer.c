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

/* Bytes of the character at the front; 0: it is none (RFC 3629, 4), or a control character. */
static size_t character(const uint8_t *at, size_t n)
{
	static const uint8_t rows[][5] = {
		/* first byte, from and to; second byte, from and to; bytes */
		{0x20, 0x7e, 0x00, 0xff, 1}, {0xc2, 0xc2, 0xa0, 0xbf, 2},
		{0xc3, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
		{0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
		{0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
		{0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const uint8_t *row = rows[i];

		if (at[0] < row[0] || at[0] > row[1] || n < row[4] ||
		    (row[4] > 1 && (at[1] < row[2] || at[1] > row[3])))
			continue;
		for (size_t more = 2; more < row[4]; more++)
			if ((at[more] & 0xc0) != 0x80)
				return 0;
		return row[4];
	}
	return 0;
}

bool write_bytes(struct writer *out, const uint8_t *bytes, size_t n)
{
	size_t at = 0, step;

	while (at < n && (step = character(bytes + at, n - at)) > 0)
		at += step;
	write_text(out, "\"");
	for (size_t i = 0; i < n; i++) {
		char byte = (char)bytes[i];

		if (at < n && (bytes[i] < ' ' || bytes[i] > '~'))
			byte = '.';
		if (byte == '"' || byte == '\\')
			add(out, "\\", 1);
		add(out, &byte, 1);
	}
	write_text(out, "\"");
	return at == n;
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
