/* SPDX-License-Identifier: GPL-2.0-only */
/* See known.h. Nobody else's file is trusted less than one's own: it is one's own. */
#include "host/bridge/known.h"

#include "host/base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *folder(void)
{
	static char path[384];
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	if (config && *config)
		(void)snprintf(path, sizeof(path), "%s/pigtail", config);
	else
		(void)snprintf(path, sizeof(path), "%s/.config/pigtail", home ? home : "");
	return path;
}

const char *known_file(void)
{
	static char path[416];

	(void)snprintf(path, sizeof(path), "%s/known_bridges", folder());
	return path;
}

enum known known_look(const char *server, const char *fingerprint)
{
	FILE *file = fopen(known_file(), "re");
	enum known known = KNOWN_NOT;
	char line[512];

	while (file && known == KNOWN_NOT && fgets(line, sizeof(line), file)) {
		char *space = strchr(line, ' ');

		line[strcspn(line, "\n")] = 0;
		if (!space)
			continue;
		*space = 0;
		if (!strcmp(line, server))
			known = strcmp(space + 1, fingerprint) ? KNOWN_OTHERWISE : KNOWN;
	}
	if (file)
		(void)fclose(file);
	return known;
}

/* The folder and the one above it. */
static void make_folder(void)
{
	char path[384], *slash;

	(void)snprintf(path, sizeof(path), "%s", folder());
	slash = strrchr(path, '/');
	*slash = 0;
	(void)mkdir(path, 0700);
	*slash = '/';
	(void)mkdir(path, 0700);
}

int known_add(const char *server, const char *fingerprint, char *error, size_t error_size)
{
	FILE *file;
	int failed;

	make_folder();
	file = fopen(known_file(), "ae");
	if (!file)
		return complain(error, error_size, "cannot write %s: %s", known_file(),
				strerror(errno));
	failed = fprintf(file, "%s %s\n", server, fingerprint) < 0;
	failed |= fclose(file) != 0;
	return failed ? complain(error, error_size, "cannot write %s: %s", known_file(),
				 strerror(errno))
		      : 0;
}
