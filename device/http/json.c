/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Whatever the text is, nothing behind its end is read; all that moves is a cursor. */
#include "json.h"

#include <string.h>

struct cursor {
	const char *at, *end;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_space(struct cursor *text)
{
	while (text->at < text->end && is_space(*text->at))
		text->at++;
}

static bool take(struct cursor *text, char c)
{
	if (text->at == text->end || *text->at != c)
		return false;
	text->at++;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool take_digits(struct cursor *text)
{
	const char *from = text->at;

	while (text->at < text->end && is_digit(*text->at))
		text->at++;
	return text->at > from;
}

static bool take_number(struct cursor *text)
{
	(void)take(text, '-');
	if (!take(text, '0') && !take_digits(text))
		return false;
	if (take(text, '.') && !take_digits(text))
		return false;
	if (!take(text, 'e') && !take(text, 'E'))
		return true;
	if (!take(text, '+'))
		(void)take(text, '-');
	return take_digits(text);
}

static bool take_word(struct cursor *text, const char *word)
{
	while (*word && take(text, *word))
		word++;
	return !*word;
}

static int hex_of(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits of \uXXXX; -1: they are none. */
static int32_t take_unit(struct cursor *text)
{
	int32_t unit = 0;

	for (int i = 0; i < 4; i++) {
		int digit = text->at < text->end ? hex_of(*text->at++) : -1;

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

static bool take_escape(struct cursor *text)
{
	if (text->at == text->end)
		return false;
	if (*text->at == 'u') {
		text->at++;
		return take_unit(text) >= 0;
	}
	return memchr("\"\\/bfnrt", *text->at++, 8);
}

static bool take_string(struct cursor *text)
{
	if (!take(text, '"'))
		return false;
	while (text->at < text->end) {
		char c = *text->at++;

		if (c == '"')
			return true;
		if ((unsigned char)c < 0x20 || (c == '\\' && !take_escape(text)))
			return false;
	}
	return false;
}

static bool take_value(struct cursor *text, unsigned depth);

/* After its opening bracket. */
static bool take_members(struct cursor *text, char closing, unsigned depth)
{
	skip_space(text);
	if (take(text, closing))
		return true;
	do {
		skip_space(text);
		if (closing == '}') {
			if (!take_string(text))
				return false;
			skip_space(text);
			if (!take(text, ':'))
				return false;
			skip_space(text);
		}
		if (!take_value(text, depth))
			return false;
		skip_space(text);
	} while (take(text, ','));
	return take(text, closing);
}

static bool take_value(struct cursor *text, unsigned depth)
{
	if (text->at == text->end)
		return false;
	switch (*text->at) {
	case '{':
	case '[':
		return depth < JSON_DEPTH &&
		       take_members(text, *text->at++ == '{' ? '}' : ']', depth + 1);
	case '"':
		return take_string(text);
	case 't':
		return take_word(text, "true");
	case 'f':
		return take_word(text, "false");
	case 'n':
		return take_word(text, "null");
	default:
		return take_number(text);
	}
}

bool json_object(struct json *object, const char *text, size_t n)
{
	struct cursor cursor = {text, text + n};
	const char *from;

	skip_space(&cursor);
	from = cursor.at;
	if (from == cursor.end || *from != '{' || !take_value(&cursor, 0))
		return false;
	*object = (struct json){from, (size_t)(cursor.at - from)};
	skip_space(&cursor);
	return cursor.at == cursor.end;
}

/* Of nothing: nothing. */
static struct cursor within(struct json value)
{
	if (!value.at)
		return (struct cursor){0};
	return (struct cursor){value.at, value.at + value.n};
}

struct json json_member(struct json object, const char *name)
{
	struct cursor text = within(object);
	size_t n = strlen(name);

	if (!take(&text, '{'))
		return (struct json){0};
	do {
		const char *from;
		bool same;

		skip_space(&text);
		from = text.at + 1;
		if (!take_string(&text))
			break;
		same = (size_t)(text.at - 1 - from) == n && !memcmp(from, name, n);
		skip_space(&text);
		(void)take(&text, ':');
		skip_space(&text);
		from = text.at;
		if (!take_value(&text, 0))
			break;
		if (same)
			return (struct json){from, (size_t)(text.at - from)};
		skip_space(&text);
	} while (take(&text, ','));
	return (struct json){0};
}

bool json_number(struct json value, uint32_t *number)
{
	uint64_t all = 0;

	if (!value.at || !value.n)
		return false;
	for (size_t i = 0; i < value.n; i++) {
		if (!is_digit(value.at[i]))
			return false;
		all = all * 10 + (uint64_t)(value.at[i] - '0');
		if (all > UINT32_MAX)
			return false;
	}
	*number = (uint32_t)all;
	return true;
}

bool json_bool(struct json value, bool *is)
{
	if (!value.at || (*value.at != 't' && *value.at != 'f'))
		return false;
	*is = *value.at == 't';
	return true;
}

/* ---- strings ---- */

struct bytes {
	char *at;
	size_t n, room;
};

static bool put(struct bytes *to, uint32_t byte)
{
	if (!byte || to->n + 1 >= to->room)
		return false;
	to->at[to->n++] = (char)byte;
	return true;
}

/* As UTF-8 (RFC 3629). */
static bool put_code(struct bytes *to, uint32_t code)
{
	if (code < 0x80)
		return put(to, code);
	if (code < 0x800)
		return put(to, 0xc0 | code >> 6) && put(to, 0x80 | (code & 0x3f));
	if (code < 0x10000)
		return put(to, 0xe0 | code >> 12) && put(to, 0x80 | (code >> 6 & 0x3f)) &&
		       put(to, 0x80 | (code & 0x3f));
	return put(to, 0xf0 | code >> 18) && put(to, 0x80 | (code >> 12 & 0x3f)) &&
	       put(to, 0x80 | (code >> 6 & 0x3f)) && put(to, 0x80 | (code & 0x3f));
}

static bool put_unit(struct bytes *to, struct cursor *text)
{
	uint32_t high = (uint32_t)take_unit(text), low;

	if ((high & 0xf800) != 0xd800)
		return put_code(to, high);
	if (!take_word(text, "\\u"))
		return false;
	low = (uint32_t)take_unit(text);
	if ((high & 0xfc00) != 0xd800 || (low & 0xfffffc00) != 0xdc00)
		return false;
	return put_code(to, 0x10000 + ((high & 0x3ff) << 10 | (low & 0x3ff)));
}

static bool put_escape(struct bytes *to, struct cursor *text)
{
	static const char from[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	char c = *text->at++;

	if (c == 'u')
		return put_unit(to, text);
	return put(to, (unsigned char)means[strchr(from, c) - from]);
}

bool json_string(struct json value, char *to, size_t room)
{
	struct cursor text = within(value);
	struct bytes bytes = {to, 0, room};
	bool well = take(&text, '"');

	while (well && text.at + 1 < text.end) {
		char c = *text.at++;

		well = c == '\\' ? put_escape(&bytes, &text) : put(&bytes, (unsigned char)c);
	}
	to[well ? bytes.n : 0] = 0;
	return well;
}
