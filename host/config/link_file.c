/* SPDX-License-Identifier: GPL-2.0-only */
/* What a file of links means; how it is read, ini_file.h knows. */
#include "host/config/link_file.h"

#include "host/base/ini_file.h"
#include "host/base/log.h"

#include <stdbool.h>
#include <string.h>

struct reader {
	enum ptl_role role;
	struct link_options *shared;
	struct link_options *link; /* of this section; NULL: before the first one */
	bool empty;		   /* it has no key yet */
	struct link_options *first;
	struct link_options **end;
};

static int begin_link(void *user, const char *name, unsigned int line, char *why,
		      size_t why_size)
{
	struct reader *reader = user;
	const struct link_options *other;
	struct link_options *link;

	for (other = reader->first; other; other = other->next)
		if (strcmp(other->values[LINK_NAME], name) == 0)
			return complain_usage(why, why_size, "the name %s is that of line %u",
					      name, other->line);
	link = link_options_new(reader->role);
	if (!link)
		return complain(why, why_size, "out of memory");
	link->line = line;
	*reader->end = link;
	reader->end = &link->next;
	reader->link = link;
	reader->empty = true;
	return link_options_set(link, LINK_NAME, name, why, why_size);
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

static int on_pair(void *user, const char *key, const char *value, char *why, size_t why_size)
{
	struct reader *reader = user;

	reader->empty = false;
	return take_pair(reader, reader->link ? reader->link : reader->shared, key, value, why,
			 why_size);
}

static int end_link(void *user, char *why, size_t why_size)
{
	struct reader *reader = user;
	struct link_options *link = reader->link;
	int status = 0;

	if (reader->empty)
		return complain_usage(why, why_size, "this section has no port and net");
	for (int i = 0; !status && i < LINK_OPTION_COUNT; i++)
		if (reader->shared->values[i] && !link->values[i])
			status = link_options_set(link, (enum link_option)i,
						  reader->shared->values[i], why, why_size);
	return status ? status : link_options_finish(link, why, why_size);
}

int link_file_read(const char *path, enum ptl_role role, struct link_options **first,
		   char *error, size_t error_size)
{
	struct reader reader = {.role = role};
	const struct ini_reader ini = {&reader, begin_link, on_pair, end_link};
	int status;

	reader.end = &reader.first;
	reader.shared = link_options_new(role);
	if (!reader.shared)
		return complain(error, error_size, "out of memory");
	status = ini_file_read(path, &ini, error, error_size);
	if (!status && !reader.first)
		status = complain_usage(error, error_size, "%s has no section, so no link",
					path);
	link_options_free(reader.shared);
	if (status)
		link_options_free_all(reader.first);
	else
		*first = reader.first;
	return status;
}
