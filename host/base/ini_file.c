/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inih takes the lines apart and calls on_pair() for each KEY = VALUE. It takes its
 * lines from next_line(), which counts them, and notes where a section begins: inih
 * tells neither, nor of sections without keys, nor of a line that it would cut. The
 * first error ends the file.
 */
#include "host/base/ini_file.h"

#include "host/base/log.h"

#include <errno.h>
#include <ini.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES	200	    /* inih takes no longer ones */
#define BLANKS		" \t\v\f\r" /* as inih takes them, but the end of line */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct file {
	FILE *in;
	const char *path;
	const struct ini_reader *reader;
	unsigned int line;
	unsigned int section; /* the line where it began; 0: before the first one */
	char *error;
	size_t error_size;
	int status;
};

static void wrong_at(struct file *file, unsigned int line, int status, const char *why)
{
	(void)complain(file->error, file->error_size, "%s:%u: %s", file->path, line, why);
	file->status = status;
}

/* What reader said of a line. */
static void judge(struct file *file, unsigned int line, int status, const char *why)
{
	if (status)
		wrong_at(file, line, status, why);
}

static void end_section(struct file *file)
{
	char why[256];

	if (file->section && !file->status)
		judge(file, file->section,
		      file->reader->end(file->reader->user, why, sizeof(why)), why);
}

/* line: "[NAME]", and maybe a comment, with its end of line. */
static void begin_section(struct file *file, const char *line)
{
	char name[LINE_MAX_BYTES];
	size_t n = strcspn(line + 1, "]\r\n");
	const char *rest = line + 1 + n + 1;
	char why[256];

	end_section(file);
	if (file->status)
		return;
	if (line[n + 1] == ']')
		rest += strspn(rest, BLANKS);
	if (line[n + 1] != ']' || !strchr("#;\r\n", *rest) || n >= sizeof(name)) {
		wrong_at(file, file->line, -2, "it is neither [NAME] nor KEY = VALUE");
		return;
	}
	file->section = file->line;
	memcpy(name, line + 1, n);
	name[n] = '\0';
	judge(file, file->line,
	      file->reader->begin(file->reader->user, name, file->line, why, sizeof(why)), why);
}

static char *next_line(char *line, int size, void *user)
{
	struct file *file = user;
	size_t blanks;
	size_t n;

	/* fgets() says not how much it read: what it did not write shows a NUL byte that
	 * is not its own. */
	memset(line, '\n', (size_t)size);
	if (file->status || !fgets(line, size, file->in))
		return NULL;
	file->line++;
	n = strlen(line);
	if (!n || (line[n - 1] != '\n' && (!feof(file->in) || line[n + 1] != '\n'))) {
		wrong_at(file, file->line, -2, "the line is too long, or has a NUL byte in it");
		return NULL;
	}
	/* Or inih would take it for more of the value before. Before the first line
	 * some editors put a byte order mark. */
	blanks = file->line == 1 && !strncmp(line, BYTE_ORDER_MARK, 3) ? 3 : 0;
	blanks += strspn(line + blanks, BLANKS);
	memmove(line, line + blanks, n - blanks + 1);
	if (*line == '[')
		begin_section(file, line);
	return file->status ? NULL : line;
}

static int on_pair(void *user, const char *section, const char *key, const char *value)
{
	struct file *file = user;
	char why[256];

	(void)section;
	judge(file, file->line,
	      file->reader->pair(file->reader->user, key, value, why, sizeof(why)), why);
	return !file->status;
}

int ini_file_read(const char *path, const struct ini_reader *reader, char *error,
		  size_t error_size)
{
	struct file file = {
		.path = path,
		.reader = reader,
		.error = error,
		.error_size = error_size,
	};
	int line;

	file.in = fopen(path, "re");
	if (!file.in)
		return complain(error, error_size, "cannot read %s: %s", path, strerror(errno));
	line = ini_parse_stream(next_line, &file, on_pair, &file);
	/* What inih itself did not understand came before the error of ours. */
	if (line > 0 && (!file.status || (unsigned int)line < file.line))
		wrong_at(&file, (unsigned int)line, -2, "it is neither [NAME] nor KEY = VALUE");
	end_section(&file);
	if (!file.status && ferror(file.in))
		file.status = complain(error, error_size, "cannot read %s: %s", path,
				       strerror(errno));
	(void)fclose(file.in);
	return file.status;
}
