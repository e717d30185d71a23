// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of SPEC 8, and of the dissector (a FILE.lua), from those of control.h.
 *
 *	control_tables FILE            exit 1, and a word, when FILE has others
 *	control_tables --write FILE    puts them into FILE
 *
 * They stand between two marks, which are comments there.
 */
#define _GNU_SOURCE
#include <pigtail/control.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEGIN_MARK "made by test/control_tables.c from control/include/pigtail/control.h"
#define END_MARK   "end of control_tables"
#define TEXT_MAX   1000000u

static void print_fields(FILE *to, const uint8_t *tags)
{
	if (!*tags)
		fprintf(to, " ");
	for (; *tags; tags++)
		fprintf(to, "%s%s", ptl_field_info(*tags)->name, tags[1] ? ", " : "");
}

static void print_messages(FILE *to, enum ptl_message_kind kind, const char *title)
{
	fprintf(to, "\n| type | %s | has | may have | |\n|---|---|---|---|---|\n", title);
#define NO(field)
#define ROW(name, type, kind_of, has, may_have, what)                                          \
	if (kind == PTL_KIND_##kind_of) {                                                      \
		fprintf(to, "| %02x | " #name " | ", type);                                    \
		print_fields(to, ptl_message_info(type)->needs);                               \
		fprintf(to, " | ");                                                            \
		print_fields(to, ptl_message_info(type)->may);                                 \
		fprintf(to, " | %s |\n", what);                                                \
	}
	PTL_MESSAGES(ROW, NO, )
#undef ROW
#undef NO
}

static const char *kind_name(unsigned kind)
{
	static const char *const names[] = {
		[PTL_KIND_FLAG] = "flag",  [PTL_KIND_UINT] = "unsigned",
		[PTL_KIND_INT] = "signed", [PTL_KIND_BYTES] = "bytes",
		[PTL_KIND_TEXT] = "text",  [PTL_KIND_LONG] = "long",
	};

	return names[kind];
}

static void print_range(FILE *to, unsigned least, unsigned most)
{
	fprintf(to, "%u", least);
	if (most > least)
		fprintf(to, " to %u", most);
}

static void print_all_fields(FILE *to)
{
	fprintf(to, "\n| tag | field | kind | bytes | |\n|---|---|---|---|---|\n");
#define ROW(name, tag, kind, least, most, what)                                                \
	fprintf(to, "| %d | " #name " | %s | ", tag, kind_name(PTL_KIND_##kind));              \
	print_range(to, least, most);                                                          \
	fprintf(to, " | %s |\n", what);
	PTL_FIELDS(ROW)
#undef ROW
}

#define VALUE_ROW(name, value, what) fprintf(to, "| %x | " #name " | %s |\n", value, what);

static void values_head(FILE *to, const char *title)
{
	fprintf(to, "\n| %s | | |\n|---|---|---|\n", title);
}

static void print_values(FILE *to)
{
	values_head(to, "STATUS, hex");
	PTL_STATUSES(VALUE_ROW)
	values_head(to, "FAILURE");
	PTL_FAILURES(VALUE_ROW)
	values_head(to, "BY");
	PTL_BYS(VALUE_ROW)
	values_head(to, "AKM, bits");
	PTL_AKMS(VALUE_ROW)
	values_head(to, "CAPABILITIES, bits");
	PTL_CAPABILITIES(VALUE_ROW)
	values_head(to, "BOOT");
	PTL_BOOTS(VALUE_ROW)
	values_head(to, "PIN_MODE");
	PTL_PIN_MODES(VALUE_ROW)
}

static void print_page(FILE *to)
{
	print_messages(to, PTL_KIND_REQUEST, "request");
	print_messages(to, PTL_KIND_ANSWER, "answer");
	print_messages(to, PTL_KIND_EVENT, "event");
	print_messages(to, PTL_KIND_STREAM, "stream message");
	print_all_fields(to);
	print_values(to);
	fprintf(to, "\n");
}

/* Calls of the functions before the mark. */
static void print_lua(FILE *to)
{
#define NO(field)
#define MESSAGE(name, type, kind, has, may_have, what)                                         \
	fprintf(to, "message(0x%02x, \"%s\")\n", type, #name);
#define FIELD(name, tag, kind, least, most, what)                                              \
	fprintf(to, "field(%d, \"%s\", \"%s\", %d, \"%s\")\n", tag, #name,                     \
		kind_name(PTL_KIND_##kind), most, what);
#define VALUE(name, number, what) fprintf(to, "value(OF, %d, \"%s\")\n", number, what);
#define BIT(name, number, what)	  fprintf(to, "bit_of(OF, 0x%x, \"%s\")\n", number, what);
#define OF(field)		  fprintf(to, "local OF = \"" #field "\"\n")
	PTL_MESSAGES(MESSAGE, NO, )
	PTL_FIELDS(FIELD)
	OF(STATUS);
	PTL_STATUSES(VALUE)
	OF(FAILURE);
	PTL_FAILURES(VALUE)
	OF(BY);
	PTL_BYS(VALUE)
	OF(BOOT);
	PTL_BOOTS(VALUE)
	OF(PIN_MODE);
	PTL_PIN_MODES(VALUE)
	OF(AKM);
	PTL_AKMS(BIT)
	OF(CAPABILITIES);
	PTL_CAPABILITIES(BIT)
#undef NO
#undef MESSAGE
#undef FIELD
#undef VALUE
#undef BIT
#undef OF
}

/* How a comment looks, and what stands there, by the end of the file's name. */
static const struct form {
	const char *suffix, *begin, *end;
	void (*print)(FILE *to);
} forms[] = {
	{".md", "<!-- " BEGIN_MARK " -->\n", "<!-- " END_MARK " -->\n", print_page},
	{".lua", "-- " BEGIN_MARK "\n", "-- " END_MARK "\n", print_lua},
};

static const struct form *form_of(const char *path)
{
	size_t n = strlen(path);

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t suffix_n = strlen(forms[i].suffix);

		if (n > suffix_n && !strcmp(path + n - suffix_n, forms[i].suffix))
			return &forms[i];
	}
	fprintf(stderr, "%s: neither .md nor .lua\n", path);
	exit(2);
}

static char *tables(const struct form *form, size_t *n)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, n);

	if (!to)
		return NULL;
	form->print(to);
	fclose(to);
	return text;
}

static char *file_text(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = malloc(TEXT_MAX + 1);
	size_t n = file && text ? fread(text, 1, TEXT_MAX, file) : 0;

	if (n == 0) {
		perror(path);
		exit(2);
	}
	text[n] = 0;
	fclose(file);
	return text;
}

/* What main() returns. text: of the file at path; wanted: n bytes that it is to have. */
static int compare(const struct form *form, const char *path, const char *text,
		   const char *wanted, size_t n, bool write)
{
	const char *begin = strstr(text, form->begin);
	const char *end = begin ? strstr(begin, form->end) : NULL;
	FILE *file;

	if (!end) {
		fprintf(stderr, "%s: no place for the tables\n", path);
		return 2;
	}
	begin += strlen(form->begin);
	if ((size_t)(end - begin) == n && memcmp(begin, wanted, n) == 0)
		return 0;
	if (!write) {
		fprintf(stderr,
			"%s: its tables are not those of control.h; "
			"control_tables --write %s\n",
			path, path);
		return 1;
	}
	file = fopen(path, "w");
	if (!file) {
		perror(path);
		return 2;
	}
	fprintf(file, "%.*s%s%s", (int)(begin - text), text, wanted, end);
	return fclose(file) == 0 ? 0 : 2;
}

int main(int argc, char **argv)
{
	bool write = argc == 3 && strcmp(argv[1], "--write") == 0;
	const char *path = argv[argc - 1];
	const struct form *form;
	char *text, *wanted;
	int status = 2;
	size_t n;

	if (argc != 2 && !write) {
		fprintf(stderr, "usage: control_tables [--write] FILE\n");
		return 2;
	}
	form = form_of(path);
	text = file_text(path);
	wanted = tables(form, &n);
	if (wanted)
		status = compare(form, path, text, wanted, n, write);
	free(wanted);
	free(text);
	return status;
}
