/* SPDX-License-Identifier: GPL-2.0-only */
/* See bridge_password.h. A byte more than may be shows that it is too long. */
#include "host/command/bridge_password.h"

#include "host/base/log.h"
#include "host/base/secret.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VARIABLE "PIGTAIL_BRIDGE_PASSWORD"

static int from_file(const char *file, char *text, size_t size, char *error, size_t error_size)
{
	ssize_t n;

	if (strcmp(file, "-") != 0)
		return secret_text(file, text, size, error, error_size);
	n = read(STDIN_FILENO, text, size - 1);
	if (n < 0)
		return complain(error, error_size, "cannot read standard input: %s",
				strerror(errno));
	text[n] = 0;
	return 0;
}

static int from_terminal(const char *prompt, bool twice, char *text, size_t size, char *error,
			 size_t error_size)
{
	char again[256];
	int status = secret_ask(prompt, text, size);

	if (!status)
		return complain(error, error_size,
				"no terminal to ask for the password; give --password-file "
				"FILE, or " VARIABLE " in the environment");
	if (status < 0)
		return complain(error, error_size, "interrupted");
	if (!twice)
		return 0;
	status =
		secret_ask("Again", again, sizeof(again)) == 1 && !strcmp(text, again) ? 0 : -1;
	explicit_bzero(again, sizeof(again));
	return status ? complain(error, error_size, "these are two different ones") : 0;
}

int bridge_password(const char *file, const char *prompt, bool twice,
		    char password[PTL_LOGIN_PASSWORD], char *error, size_t error_size)
{
	const char *given = getenv(VARIABLE);
	char text[256] = "";
	int status = 0;

	secret_guard();
	if (file)
		status = from_file(file, text, sizeof(text), error, error_size);
	else if (given)
		(void)snprintf(text, sizeof(text), "%s", given);
	else
		status = from_terminal(prompt, twice, text, sizeof(text), error, error_size);
	text[strcspn(text, "\r\n")] = 0;
	if (!status && (!*text || strlen(text) >= PTL_LOGIN_PASSWORD))
		status = complain(error, error_size, "a password has 1 to %u bytes",
				  PTL_LOGIN_PASSWORD - 1);
	(void)snprintf(password, PTL_LOGIN_PASSWORD, "%.*s", (int)PTL_LOGIN_PASSWORD - 1, text);
	explicit_bzero(text, sizeof(text));
	return status;
}
