/* SPDX-License-Identifier: GPL-2.0-only */
/* See known.h. Nobody else's file is trusted less than one's own: it is one's own. */
#include "host/bridge/known.h"

#include "host/base/log.h"
#include "host/base/secret.h"

#include <ctype.h>
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

static const char *file_name(void)
{
	static char path[416];

	(void)snprintf(path, sizeof(path), "%s/known_bridges", folder());
	return path;
}

enum known {
	KNOWN,
	KNOWN_NOT,
	KNOWN_OTHERWISE, /* by another certificate */
};

static enum known look(const char *server, const char *fingerprint)
{
	FILE *file = fopen(file_name(), "re");
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

static int add(const char *server, const char *fingerprint, char *error, size_t error_size)
{
	FILE *file;
	int failed;

	make_folder();
	file = fopen(file_name(), "ae");
	if (!file)
		return complain(error, error_size, "cannot write %s: %s", file_name(),
				strerror(errno));
	failed = fprintf(file, "%s %s\n", server, fingerprint) < 0;
	failed |= fclose(file) != 0;
	return failed ? complain(error, error_size, "cannot write %s: %s", file_name(),
				 strerror(errno))
		      : 0;
}

static bool trust_first(const char *server, const char *fingerprint)
{
	char prompt[512], answer[8] = "", error[256];
	bool trusts;

	(void)snprintf(prompt, sizeof(prompt),
		       "%s is new here. Its certificate is SHA256 %s\nTrust it from now on? "
		       "(yes or no)",
		       server, fingerprint);
	trusts = secret_ask(prompt, answer, sizeof(answer)) == 1 && !strcmp(answer, "yes");
	if (trusts && add(server, fingerprint, error, sizeof(error)) < 0)
		log_line("%s", error);
	return trusts;
}

static bool is_same(const char *a, const char *b)
{
	while (*a || *b) {
		a += strspn(a, ":");
		b += strspn(b, ":");
		if (toupper((unsigned char)*a) != toupper((unsigned char)*b))
			return false;
		a += *a != 0;
		b += *b != 0;
	}
	return true;
}

bool known_trust(const char *server, const char *pin, const char *fingerprint, char *why,
		 size_t why_size)
{
	enum known known;

	if (pin)
		known = is_same(pin, fingerprint) ? KNOWN : KNOWN_OTHERWISE;
	else
		known = look(server, fingerprint);
	if (known == KNOWN || (known == KNOWN_NOT && trust_first(server, fingerprint)))
		return true;
	if (known == KNOWN_NOT)
		(void)snprintf(
			why, why_size,
			"its certificate is not known here; if it is SHA256 %s, say so by "
			"--pin",
			fingerprint);
	else
		(void)snprintf(
			why, why_size,
			"its certificate is ANOTHER ONE than it was: SHA256 %s. Somebody "
			"may be in between; if not, take the old one out of %s",
			fingerprint, pin ? "--pin" : file_name());
	return false;
}
