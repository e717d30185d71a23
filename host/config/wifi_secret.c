/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * On the wire (see compat/esp8266_hosted.c) name and password are commands:
 * u16 length, a text with its NUL, AAh. Data frames end in 55h.
 */
#include "host/config/wifi_secret.h"

#include "host/base/log.h"
#include "host/base/secret.h"

#include <stdbool.h>
#include <string.h>

#define COMMAND_END   0xaa
#define COMMAND_BYTES 3	 /* length and end */
#define ADDRESS_BYTES 12 /* of the one command that is no text */

static int take(const char *path, const char *what, const char *value, size_t min, char *to,
		size_t size, char *error, size_t error_size)
{
	size_t n = strlen(value);

	if (n < min || n >= size)
		return complain(error, error_size,
				"%s: the %s has %zu bytes; it must have %zu to %zu", path, what,
				n, min, size - 1);
	memcpy(to, value, n + 1);
	return 0;
}

static int take_line(const char *path, const char *line, struct wifi_secret *secret,
		     char *error, size_t error_size)
{
	if (!*line || *line == '#')
		return 0;
	if (!strncmp(line, "ssid=", 5))
		return take(path, "ssid", line + 5, 1, secret->ssid, sizeof(secret->ssid),
			    error, error_size);
	if (!strncmp(line, "password=", 9))
		return take(path, "password", line + 9, 8, secret->password,
			    sizeof(secret->password), error, error_size);
	/* The line itself is not shown: it may be the password. */
	return complain(error, error_size,
			"%s: a line that is neither ssid=... nor password=..., nor a comment",
			path);
}

int wifi_secret_read(const char *path, struct wifi_secret *secret, char *error,
		     size_t error_size)
{
	char text[1024];
	char *next = text;
	char *line;
	int result;

	memset(secret, 0, sizeof(*secret));
	result = secret_text(path, text, sizeof(text), error, error_size);
	while (!result && (line = strsep(&next, "\n"))) {
		line[strcspn(line, "\r")] = 0;
		result = take_line(path, line, secret, error, error_size);
	}
	explicit_bzero(text, sizeof(text));
	if (!result && (!*secret->ssid || !*secret->password))
		result = complain(error, error_size,
				  "%s: there must be a line ssid=... and a line "
				  "password=...",
				  path);
	return result;
}

void wifi_secret_wipe(struct wifi_secret *secret)
{
	explicit_bzero(secret, sizeof(*secret));
}

static bool is_text(const uint8_t *payload, size_t n)
{
	return n && memchr(payload, 0, n) == payload + n - 1;
}

void wifi_secret_conceal(const uint8_t *frame, size_t n, uint8_t *shown)
{
	size_t payload = n < COMMAND_BYTES ? 0 : n - COMMAND_BYTES;

	memcpy(shown, frame, n);
	if (!payload || frame[n - 1] != COMMAND_END)
		return;
	if (payload != ADDRESS_BYTES || is_text(frame + 2, payload))
		memset(shown + 2, 0, payload);
}
