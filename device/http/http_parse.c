/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Line by line into a buffer that holds every line that matters here. A longer header
 * line is cut; it is an error only if its name is one of those that matter. A longer
 * request line is one always.
 */
#include "http_parse.h"

#include <string.h>

static char lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c + 'a' - 'A');
	return c;
}

bool http_is_word(const char *text, const char *word)
{
	while (*word && lower(*text) == *word) {
		text++;
		word++;
	}
	return !*word && !*text;
}

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (; *text; text++) {
		size_t i = 0;

		while (i < n && lower(text[i]) == word[i])
			i++;
		if (i == n)
			return true;
	}
	return false;
}

static enum http_method method_of(const char *name)
{
	static const char *const names[] = {
		[HTTP_GET] = "GET",
		[HTTP_HEAD] = "HEAD",
		[HTTP_PUT] = "PUT",
		[HTTP_POST] = "POST",
	};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return (enum http_method)i;
	return HTTP_OTHER;
}

/* Returns a status, HTTP_MORE if all is well. */
static int take_request_line(struct http_parser *parser)
{
	struct http_request *request = &parser->request;
	char *target, *version;

	if (parser->long_line)
		return 414;
	target = strchr(parser->line, ' ');
	version = target ? strchr(target + 1, ' ') : NULL;
	if (!version || target == parser->line)
		return 400;
	*target++ = 0;
	*version++ = 0;
	for (const char *c = parser->line; *c; c++)
		if (*c <= ' ' || *c > '~')
			return 400;
	if (*target != '/' && strcmp(target, "*") != 0)
		return 400;
	if (strlen(target) > HTTP_TARGET_MAX)
		return 414;
	for (const char *c = target; *c; c++)
		if (*c <= ' ' || *c > '~')
			return 400;
	if (strncmp(version, "HTTP/", 5) != 0 || strlen(version) != 8 || version[6] != '.')
		return 400;
	if (version[5] != '1')
		return 505;
	if (version[7] < '0' || version[7] > '9')
		return 400;
	request->method = method_of(parser->line);
	request->minor = (uint8_t)(version[7] - '0');
	request->close = request->minor == 0;
	memcpy(request->target, target, strlen(target) + 1);
	return HTTP_MORE;
}

static int take_length(struct http_request *request, const char *value)
{
	uint64_t length = 0;

	if (!*value)
		return 400;
	for (; *value; value++) {
		if (*value < '0' || *value > '9')
			return 400;
		if (length > UINT64_MAX / 16)
			return 413;
		length = length * 10 + (uint64_t)(*value - '0');
	}
	if (request->has_length && request->length != length)
		return 400;
	request->has_length = true;
	request->length = length;
	return HTTP_MORE;
}

static int take_header(struct http_parser *parser)
{
	struct http_request *request = &parser->request;
	char *name = parser->line;
	char *value = strchr(name, ':');
	char *end;

	if (!value)
		return parser->long_line ? 431 : 400;
	if (value == name || *name == ' ' || *name == '\t' || value[-1] == ' ')
		return 400;
	*value++ = 0;
	while (*value == ' ' || *value == '\t')
		value++;
	for (end = value + strlen(value); end > value && (end[-1] == ' ' || end[-1] == '\t');)
		*--end = 0;

	if (http_is_word(name, "content-length"))
		return parser->long_line ? 400 : take_length(request, value);
	if (http_is_word(name, "transfer-encoding"))
		request->chunked = true;
	else if (http_is_word(name, "expect"))
		request->expects_continue = http_is_word(value, "100-continue");
	else if (http_is_word(name, "connection") && has_word(value, "close"))
		request->close = true;
	else if (http_is_word(name, "connection") && has_word(value, "keep-alive"))
		request->close = false;
	else if (parser->header)
		return parser->header(parser->user, name, value, parser->long_line);
	return HTTP_MORE;
}

static int take_line(struct http_parser *parser)
{
	if (parser->n > 0 && parser->line[parser->n - 1] == '\r')
		parser->n--;
	parser->line[parser->n] = 0;
	if (parser->n == 0 && !parser->long_line)
		return parser->first ? HTTP_MORE : HTTP_COMPLETE;
	if (memchr(parser->line, 0, parser->n))
		return 400;
	if (!parser->first)
		return take_header(parser);
	parser->first = false;
	return take_request_line(parser);
}

void http_parser_init(struct http_parser *parser)
{
	memset(parser, 0, sizeof(*parser));
	parser->first = true;
}

size_t http_parse(struct http_parser *parser, const uint8_t *bytes, size_t n)
{
	size_t i;

	for (i = 0; i < n && parser->status == HTTP_MORE; i++) {
		if (++parser->seen > HTTP_HEAD_MAX) {
			parser->status = 431;
		} else if (bytes[i] == '\n') {
			parser->status = take_line(parser);
			parser->n = 0;
			parser->long_line = false;
		} else if (parser->n < sizeof(parser->line) - 1) {
			parser->line[parser->n++] = (char)bytes[i];
		} else {
			parser->long_line = true;
		}
	}
	return i;
}
