// SPDX-License-Identifier: GPL-2.0-only
/*
 * The web port's requests: however the bytes are cut, the same comes of them, within its
 * bounds; and who may ask is judged without harm.
 */
#include "host/web/guard.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct http *http)
{
	static const struct guard_config config = {.host = "bridge.example"};
	static struct guard guard;
	const char *reason = NULL;
	int status;

	assert(strlen(http->path) < sizeof(http->path) && http->path[0] == '/');
	assert(http->body_n <= HTTP_BODY_MAX && http->body[http->body_n] == 0);
	for (int i = 0; i < HTTP_HEADERS; i++)
		assert(memchr(http->header[i], 0, sizeof(http->header[i])));
	guard_init(&guard, &config);
	status = guard_judge(&guard, http, &reason);
	assert(!status == !reason);
	/* Nothing that changes anything goes without this. */
	if (!status && !strncmp(http->path, "/api/", 5) && http->method != HTTP_GET)
		assert(http->header[HTTP_PIGTAIL][0]);
	assert(!guard_session(&guard, http, 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http *whole, *pieces;
	size_t step, used = 0, at = 0;

	if (size < 2)
		return 0;
	step = 1 + data[0] % 16;
	whole = malloc(sizeof(*whole));
	pieces = malloc(sizeof(*pieces));
	http_init(whole);
	http_init(pieces);
	while (used < size - 1 && whole->state == HTTP_MORE)
		used += http_read(whole, (const char *)data + 1 + used, size - 1 - used);
	while (at < size - 1 && pieces->state == HTTP_MORE) {
		size_t n = size - 1 - at;

		at += http_read(pieces, (const char *)data + 1 + at, n < step ? n : step);
	}
	assert(whole->state == pieces->state);
	if (whole->state == HTTP_DONE) {
		assert(used == at && !strcmp(whole->path, pieces->path));
		assert(whole->body_n == pieces->body_n &&
		       !memcmp(whole->body, pieces->body, whole->body_n));
		check(whole);
	}
	free(whole);
	free(pieces);
	return 0;
}
