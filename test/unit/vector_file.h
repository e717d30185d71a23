/* SPDX-License-Identifier: GPL-2.0-only */
/* The files of test vectors: blocks of "field: value"; a value in hexadecimal
 * stands on the indented lines that follow its field. */
#ifndef TEST_VECTOR_FILE_H
#define TEST_VECTOR_FILE_H

#include "story.h"

#include <stdbool.h>

static inline void write_hex(FILE *out, const char *field, const uint8_t *bytes, size_t n)
{
	fprintf(out, "%s:", field);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%s%02x", i % 32 ? "" : "\n  ", bytes[i]);
	fprintf(out, "\n");
}

static inline unsigned hex_digit(int c)
{
	return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

static inline size_t read_hex(FILE *in, uint8_t *to, size_t room)
{
	size_t n = 0;
	int c;

	while ((c = fgetc(in)) != EOF && (c == '\n' || c == ' '))
		;
	for (;;) {
		int low = fgetc(in);

		assert_true(n < room && low != EOF && low != '\n');
		to[n++] = (uint8_t)(hex_digit(c) << 4 | hex_digit(low));
		c = fgetc(in);
		if (c == '\n') { /* goes on where the next line is indented */
			c = fgetc(in);
			if (c != ' ') {
				ungetc(c, in);
				return n;
			}
			while ((c = fgetc(in)) == ' ')
				;
		}
	}
}

/* Whether the field, whose name has been read, has bytes: without, it has no
 * second line. */
static inline bool has_hex(FILE *in)
{
	int c;

	while ((c = fgetc(in)) != '\n' && c != EOF)
		;
	c = fgetc(in);
	ungetc(c, in);
	return c == ' ';
}

/* The next field's name, up to its colon; comments are passed over. */
static inline bool read_field(FILE *in, char field[16])
{
	while (fscanf(in, " %15[a-z#]", field) == 1) {
		int c = fgetc(in);

		if (field[0] != '#' && c == ':')
			return true;
		while (c != '\n' && c != EOF)
			c = fgetc(in);
	}
	return false;
}

static inline unsigned one_of(const char *const *names, size_t count, const char *name)
{
	for (unsigned i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	fail_msg("no such name: %s", name);
	return 0;
}

/* The file that the environment's variable names, or else the usual one. */
static inline FILE *open_vector_file(const char *variable, const char *usual)
{
	const char *name = getenv(variable);
	FILE *in = fopen(name ? name : usual, "r");

	if (!in)
		fail_msg("no test vectors at %s", name ? name : usual);
	return in;
}

#endif
