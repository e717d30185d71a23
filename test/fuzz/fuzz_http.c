/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The endpoint's parser of HTTP heads. The first byte chooses the chunks; whatever they
 * are, the outcome is that of all bytes at once, and what it says of a request is in its
 * range.
 */
#include "require.h"

#include <stdlib.h>
#include <string.h>

#include "device/http/http_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Returns how many bytes were taken. Each chunk is a copy of its own size, so that the
 * sanitizer sees each byte beyond it. */
static size_t parse(struct http_parser *parser, const uint8_t *data, size_t n, size_t chunk)
{
	size_t done = 0;

	http_parser_init(parser);
	while (done < n && parser->status == HTTP_MORE) {
		size_t part = n - done < chunk ? n - done : chunk;
		uint8_t *copy = malloc(part);
		size_t took;

		REQUIRE(copy);
		memcpy(copy, data + done, part);
		took = http_parse(parser, copy, part);
		free(copy);
		REQUIRE(took <= part);
		REQUIRE(took == part || parser->status != HTTP_MORE);
		done += took;
	}
	return done;
}

static void check(const struct http_request *request)
{
	const char *end = memchr(request->target, 0, sizeof(request->target));
	size_t n = end ? (size_t)(end - request->target) : 0;

	REQUIRE(n >= 1 && n <= HTTP_TARGET_MAX);
	REQUIRE(request->target[0] == '/' || !strcmp(request->target, "*"));
	REQUIRE(request->method <= HTTP_OTHER && request->minor <= 9);
	REQUIRE(request->has_length || request->length == 0);
	for (size_t i = 0; i < n; i++)
		REQUIRE(request->target[i] > ' ' && request->target[i] <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct http_parser whole, pieces;
	size_t chunk, taken;

	if (n == 0)
		return 0;
	chunk = (size_t)data[0] % 70 + 1;
	data++;
	n--;
	taken = parse(&whole, data, n, n ? n : 1);
	REQUIRE(parse(&pieces, data, n, chunk) == taken);
	REQUIRE(whole.status == pieces.status);
	REQUIRE(taken <= HTTP_HEAD_MAX + 1u);
	REQUIRE(whole.status == HTTP_MORE || whole.status == HTTP_COMPLETE ||
		(whole.status >= 400 && whole.status <= 505));
	if (whole.status != HTTP_COMPLETE)
		return 0;
	check(&whole.request);
	REQUIRE(!memcmp(&whole.request, &pieces.request, sizeof(whole.request)));
	return 0;
}
