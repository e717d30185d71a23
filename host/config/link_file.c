/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inih takes the lines apart and calls on_pair() for each KEY = VALUE. It takes its
 * lines from next_line(), which counts them, and notes where a section begins: inih
 * tells neither, nor of sections without keys, nor of a line that it would cut. The
 * first error ends the file.
 */
#include "host/config/link_file.h"

#include "host/base/log.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct reader {
	FILE *in;
	const char *path;
	enum ptl_role role;
	unsigned int line;
	unsigned int section; /* the line where it began; 0: before the first one */
	struct link_options *shared;
	struct link_options *link; /* of this section; NULL: no key yet */
	struct link_options *first;
	struct link_options **end;
	char *error;
	size_t error_size;
	int status;
};

/* Puts FILE:LINE before what is in why. */
static int wrong_at(struct reader *reader, unsigned int line, int status, const char *why)
{
	(void)complain(reader->error, reader->error_size, "%s:%u: %s", reader->path, line, why);
	reader->status = status;
	return status;
}

/* All keys of the section were read. */
static void end_section(struct reader *reader)
{
	struct link_options *link = reader->link;
	char why[256];
	int status = 0;

	if (!reader->section || reader->status)
		return;
	if (!link) {
		(void)wrong_at(reader, reader->section, -2, "this section has no port and net");
		return;
	}
	for (int i = 0; !status && i < LINK_OPTION_COUNT; i++)
		if (reader->shared->values[i] && !link->values[i])
			status = link_options_set(link, (enum link_option)i,
						  reader->shared->values[i], why, sizeof(why));
	if (!status)
		status = link_options_finish(link, why, sizeof(why));
	if (status)
		(void)wrong_at(reader, reader->section, status, why);
	reader->link = NULL;
}

static char *next_line(char *line, int size, void *user)
{
	struct reader *reader = user;
	size_t blanks;
	size_t n;

	if (reader->status || !fgets(line, size, reader->in))
		return NULL;
	reader->line++;
	n = strlen(line);
	if (!n || (line[n - 1] != '\n' && !feof(reader->in))) {
		(void)wrong_at(reader, reader->line, -2,
			       "the line is too long, or has a NUL byte in it");
		return NULL;
	}
	/* Or inih would take it for more of the value before. Before the first line
	 * some editors put a byte order mark. */
	blanks = reader->line == 1 && !strncmp(line, BYTE_ORDER_MARK, 3) ? 3 : 0;
	blanks += strspn(line + blanks, " \t");
	memmove(line, line + blanks, n - blanks + 1);
	if (*line == '[') {
		end_section(reader);
		reader->section = reader->line;
	}
	return reader->status ? NULL : line;
}

/* NULL: it was said what is wrong. */
static struct link_options *begin_link(struct reader *reader, const char *name)
{
	const struct link_options *other;
	struct link_options *link;
	char why[256];
	int status;

	for (other = reader->first; other; other = other->next) {
		if (strcmp(other->values[LINK_NAME], name) != 0)
			continue;
		(void)snprintf(why, sizeof(why), "the name %s is that of line %u", name,
			       other->line);
		(void)wrong_at(reader, reader->section, -2, why);
		return NULL;
	}
	link = link_options_new(reader->role);
	if (!link) {
		(void)wrong_at(reader, reader->section, -1, "out of memory");
		return NULL;
	}
	link->line = reader->section;
	*reader->end = link;
	reader->end = &link->next;
	status = link_options_set(link, LINK_NAME, name, why, sizeof(why));
	if (!status)
		return link;
	(void)wrong_at(reader, reader->section, status, why);
	return NULL;
}

static int take_pair(const struct reader *reader, struct link_options *to, const char *key,
		     const char *value, char *why, size_t why_size)
{
	int i = 0;

	while (i < LINK_OPTION_COUNT && strcmp(link_option_rows[i].name, key) != 0)
		i++;
	if (i == LINK_OPTION_COUNT || i == LINK_NAME)
		return complain_usage(why, why_size,
				      "no such key '%s'; see pigtail(1), CONFIGURATION FILE",
				      key);
	if (to == reader->shared && !link_option_rows[i].shared)
		return complain_usage(why, why_size,
				      "'%s' is of one link; put it into the link's section",
				      key);
	if (to->values[i])
		return complain_usage(why, why_size, "'%s' is set already", key);
	return link_options_set(to, (enum link_option)i, value, why, why_size);
}

static int on_pair(void *user, const char *section, const char *key, const char *value)
{
	struct reader *reader = user;
	struct link_options *to = reader->shared;
	char why[256];
	int status;

	if (reader->section) {
		if (!reader->link)
			reader->link = begin_link(reader, section);
		to = reader->link;
	}
	if (!to)
		return 0;
	status = take_pair(reader, to, key, value, why, sizeof(why));
	if (status)
		(void)wrong_at(reader, reader->line, status, why);
	return !status;
}

static void parse(struct reader *reader)
{
	int line = ini_parse_stream(next_line, reader, on_pair, reader);

	/* What inih itself did not understand came before the error of ours. */
	if (line > 0 && (!reader->status || (unsigned int)line < reader->line))
		(void)wrong_at(reader, (unsigned int)line, -2,
			       "it is neither [NAME] nor KEY = VALUE");
	end_section(reader);
	if (reader->status)
		return;
	if (ferror(reader->in))
		reader->status = complain(reader->error, reader->error_size,
					  "cannot read %s: %s", reader->path, strerror(errno));
	else if (!reader->first)
		reader->status = complain_usage(reader->error, reader->error_size,
						"%s has no section, so no link", reader->path);
}

int link_file_read(const char *path, enum ptl_role role, struct link_options **first,
		   char *error, size_t error_size)
{
	struct reader reader = {
		.path = path,
		.role = role,
		.error = error,
		.error_size = error_size,
	};

	reader.end = &reader.first;
	reader.in = fopen(path, "re");
	if (!reader.in)
		return complain(error, error_size, "cannot read %s: %s", path, strerror(errno));
	reader.shared = link_options_new(role);
	if (reader.shared)
		parse(&reader);
	else
		reader.status = complain(error, error_size, "out of memory");
	(void)fclose(reader.in);
	link_options_free(reader.shared);
	if (reader.status)
		link_options_free_all(reader.first);
	else
		*first = reader.first;
	return reader.status;
}
