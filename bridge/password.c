/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Lines of users, read with every bound checked: they come from a file, or from a store. */
#include <pigtail/password.h>

#include <string.h>

static const char scheme[] = ":$pbkdf2-sha256$";
static const char digits[] = "0123456789abcdef";

struct text {
	const char *at, *end;
};

static bool read_number(struct text *text, uint32_t *value)
{
	const char *from = text->at;

	*value = 0;
	while (text->at < text->end && *text->at >= '0' && *text->at <= '9' &&
	       *value <= PTL_PASSWORD_ITERATIONS_MAX)
		*value = *value * 10 + (uint32_t)(*text->at++ - '0');
	return text->at > from && *value >= PTL_PASSWORD_ITERATIONS_MIN &&
	       *value <= PTL_PASSWORD_ITERATIONS_MAX;
}

static bool read_dollar(struct text *text)
{
	return text->at < text->end && *text->at++ == '$';
}

static bool read_hex(struct text *text, uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < 2 * n; i++) {
		size_t digit = 0;

		while (digit < 16 && text->at < text->end && digits[digit] != *text->at)
			digit++;
		if (text->at == text->end || digit == 16)
			return false;
		text->at++;
		bytes[i / 2] = (uint8_t)((unsigned)bytes[i / 2] << 4 | digit);
	}
	return true;
}

bool ptl_password_name_ok(const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char c = name[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '@' ||
		      c == '+'))
			return false;
	}
	return n > 0 && n < PTL_LOGIN_NAME;
}

bool ptl_password_parse(struct ptl_password *password, const char *line, size_t n)
{
	struct text text = {line, line + n};
	size_t name_n = 0;

	while (name_n < n && line[name_n] != ':')
		name_n++;
	text.at += name_n;
	memset(password, 0, sizeof(*password));
	if (!ptl_password_name_ok(line, name_n) || n - name_n < sizeof(scheme) ||
	    memcmp(text.at, scheme, sizeof(scheme) - 1) != 0)
		return false;
	memcpy(password->name, line, name_n);
	text.at += sizeof(scheme) - 1;
	return read_number(&text, &password->iterations) && read_dollar(&text) &&
	       read_hex(&text, password->salt, sizeof(password->salt)) && read_dollar(&text) &&
	       read_hex(&text, password->hash, sizeof(password->hash)) && text.at == text.end;
}

static char *put(char *to, const char *text)
{
	while (*text)
		*to++ = *text++;
	return to;
}

static char *put_hex(char *to, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		*to++ = digits[bytes[i] >> 4];
		*to++ = digits[bytes[i] & 15];
	}
	return to;
}

void ptl_password_format(const struct ptl_password *password, char line[PTL_PASSWORD_LINE])
{
	char number[12], *digit = number + sizeof(number) - 1;
	uint32_t rest = password->iterations;
	char *to = put(put(line, password->name), scheme);

	*digit = 0;
	do {
		*--digit = digits[rest % 10];
		rest /= 10;
	} while (rest);
	to = put(put(to, digit), "$");
	to = put(put_hex(to, password->salt, sizeof(password->salt)), "$");
	*put_hex(to, password->hash, sizeof(password->hash)) = 0;
}

bool ptl_password_same(const uint8_t a[PTL_PASSWORD_HASH], const uint8_t b[PTL_PASSWORD_HASH])
{
	volatile uint8_t differs = 0;

	for (size_t i = 0; i < PTL_PASSWORD_HASH; i++)
		differs = (uint8_t)(differs | (a[i] ^ b[i]));
	return differs == 0;
}
