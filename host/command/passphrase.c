/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * While the terminal is asked, its signals are off: Control-C comes as a byte, so that it
 * never stays without an echo.
 */
#include "host/command/passphrase.h"

#include "host/base/log.h"
#include "host/config/wifi_secret.h"
#include "host/wifi/networks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define VARIABLE    "PIGTAIL_PASSPHRASE"
#define INTERRUPT   3
#define END_OF_FILE 4
#define RUBOUT	    127
#define BACKSPACE   8

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
	else if (wifi_secret_text(file, text, sizeof(text), error, sizeof(error)) < 0) {
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

	wifi_secret_guard();
	if (file)
		return read_file(file, passphrase);
	if (!given)
		return 0;
	if (strlen(given) >= PASSPHRASE_SIZE)
		return judge(VARIABLE, "");
	(void)snprintf(passphrase, PASSPHRASE_SIZE, "%s", given);
	return judge(VARIABLE, passphrase);
}

/* Up to the end of the line; false: interrupted, or the terminal is gone. */
static bool read_line(int tty, char passphrase[PASSPHRASE_SIZE])
{
	size_t n = 0;
	char c;

	for (;;) {
		if (read(tty, &c, 1) != 1 || c == INTERRUPT || c == END_OF_FILE)
			return false;
		if (c == '\n' || c == '\r')
			break;
		if ((c == RUBOUT || c == BACKSPACE) && n > 0)
			n--;
		else if (c != RUBOUT && c != BACKSPACE && n < PASSPHRASE_SIZE - 1)
			passphrase[n++] = c;
	}
	passphrase[n] = 0;
	return true;
}

static bool ask_once(int tty, const char *prompt, char passphrase[PASSPHRASE_SIZE])
{
	struct termios before, quiet;
	bool ok;

	if (tcgetattr(tty, &before) < 0)
		return false;
	quiet = before;
	quiet.c_lflag &= (tcflag_t) ~(ECHO | ICANON | ISIG);
	(void)dprintf(tty, "%s: ", prompt);
	(void)tcsetattr(tty, TCSAFLUSH, &quiet);
	ok = read_line(tty, passphrase);
	(void)tcsetattr(tty, TCSAFLUSH, &before);
	(void)dprintf(tty, "\n");
	return ok;
}

int passphrase_ask(const char *prompt, bool twice, char passphrase[PASSPHRASE_SIZE])
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	char again[PASSPHRASE_SIZE];
	int status = -1;

	if (tty < 0)
		return 0;
	wifi_secret_guard();
	if (!ask_once(tty, prompt, passphrase))
		log_line("interrupted");
	else
		status = judge("the terminal", passphrase);
	if (status > 0 && twice) {
		if (!ask_once(tty, "Again", again) || strcmp(again, passphrase) != 0) {
			log_line("these are two different ones");
			status = -1;
		}
		explicit_bzero(again, sizeof(again));
	}
	(void)close(tty);
	return status;
}
