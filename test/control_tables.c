// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of SPEC 8, from those of control.h.
 *
 *	control_tables FILE            exit 1, and a word, when FILE has others
 *	control_tables --write FILE    puts them into FILE
 *
 * They stand between the two marks below.
 */
#define _GNU_SOURCE
#include <pigtail/control.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEGIN_MARK                                                                             \
	"<!-- made by test/control_tables.c from control/include/pigtail/control.h -->\n"
#define END_MARK "<!-- end of control_tables -->\n"

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

static char *tables(size_t *n)
{
	char *text = NULL;
	FILE *to = open_memstream(&text, n);

	if (!to)
		return NULL;
	print_messages(to, PTL_KIND_REQUEST, "request");
	print_messages(to, PTL_KIND_ANSWER, "answer");
	print_messages(to, PTL_KIND_EVENT, "event");
	print_messages(to, PTL_KIND_STREAM, "stream message");
	print_all_fields(to);
	print_values(to);
	fprintf(to, "\n");
	fclose(to);
	return text;
}

static char *file_text(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t room = 0;

	if (!file || getdelim(&text, &room, '\0', file) < 0) {
		perror(path);
		exit(2);
	}
	fclose(file);
	return text;
}

/* What main() returns. text: of the file at path; wanted: n bytes that it is to have. */
static int compare(const char *path, const char *text, const char *wanted, size_t n, bool write)
{
	const char *begin = strstr(text, BEGIN_MARK);
	const char *end = begin ? strstr(begin, END_MARK) : NULL;
	FILE *file;

	if (!end) {
		fprintf(stderr, "%s: no place for the tables\n", path);
		return 2;
	}
	begin += strlen(BEGIN_MARK);
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
	char *text, *wanted;
	int status = 2;
	size_t n;

	if (argc != 2 && !write) {
		fprintf(stderr, "usage: control_tables [--write] FILE\n");
		return 2;
	}
	text = file_text(path);
	wanted = tables(&n);
	if (wanted)
		status = compare(path, text, wanted, n, write);
	free(wanted);
	free(text);
	return status;
}
