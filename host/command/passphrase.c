/* SPDX-License-Identifier: GPL-2.0-only */
/* See passphrase.h. */
#include "host/command/passphrase.h"

#include "host/base/log.h"
#include "host/base/secret.h"
#include "host/wifi/networks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VARIABLE "PIGTAIL_PASSPHRASE"

static int judge(const char *from, const char *passphrase)
{
	if (network_key_ok(passphrase))
		return 1;
	log_line("%s: a password has 8 to 63 bytes, or is 64 hex digits", from);
	return -1;
}

/* The first line. */
static int read_file(const char *file, char passphrase[PASSPHRASE_SIZE])
{
	bool standard = !strcmp(file, "-");
	char text[256] = "", error[384];
	ssize_t n = 0;

	if (standard)
		n = read(STDIN_FILENO, text, sizeof(text) - 1);
	else if (secret_text(file, text, sizeof(text), error, sizeof(error)) < 0) {
		log_line("%s", error);
		return -1;
	}
	if (n < 0) {
		log_line("cannot read standard input: %s", strerror(errno));
		return -1;
	}
	text[strcspn(text, "\r\n")] = 0;
	(void)snprintf(passphrase, PASSPHRASE_SIZE, "%.64s", text);
	/* One that is too long stays wrong. */
	n = strlen(text) < PASSPHRASE_SIZE ? judge(file, passphrase) : judge(file, "");
	explicit_bzero(text, sizeof(text));
	return (int)n;
}

int passphrase_given(const char *file, char passphrase[PASSPHRASE_SIZE])
{
	const char *given = getenv(VARIABLE);

	secret_guard();
	if (file)
		return read_file(file, passphrase);
	if (!given)
		return 0;
	if (strlen(given) >= PASSPHRASE_SIZE)
		return judge(VARIABLE, "");
	(void)snprintf(passphrase, PASSPHRASE_SIZE, "%s", given);
	return judge(VARIABLE, passphrase);
}

int passphrase_ask(const char *prompt, bool twice, char passphrase[PASSPHRASE_SIZE])
{
	char again[PASSPHRASE_SIZE];
	int status = secret_ask(prompt, passphrase, PASSPHRASE_SIZE);

	if (!status)
		return 0;
	if (status < 0)
		log_line("interrupted");
	else
		status = judge("the terminal", passphrase);
	if (status > 0 && twice) {
		if (secret_ask("Again", again, sizeof(again)) < 1 ||
		    strcmp(again, passphrase) != 0) {
			log_line("these are two different ones");
			status = -1;
		}
		explicit_bzero(again, sizeof(again));
	}
	return status;
}
