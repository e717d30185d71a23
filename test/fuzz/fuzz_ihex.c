// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hex file that somebody uploads. The first byte chooses the chunks; whatever they are,
 * the outcome is that of all bytes at once: the same data at the same addresses, the same
 * error in the same line. Bytes that are given are of the size that ihex.h promises, and an
 * error is final.
 */
#include "require.h"

#include <pigtail/ihex.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct outcome {
	enum ptl_ihex_error error;
	unsigned line;
	uint64_t hash; /* of all that was given */
	size_t calls, refuse_at;
};

static bool on_data(void *user, uint32_t address, const uint8_t *bytes, size_t n)
{
	struct outcome *outcome = user;

	REQUIRE(n >= 1 && n <= 255);
	REQUIRE(address + (n - 1) >= address || address > UINT32_MAX - 255);
	outcome->hash = (outcome->hash ^ address) * UINT64_C(1099511628211);
	for (size_t i = 0; i < n; i++)
		outcome->hash = (outcome->hash ^ bytes[i]) * UINT64_C(1099511628211);
	return ++outcome->calls != outcome->refuse_at;
}

/* Each chunk is a copy of its own size, so that the sanitizer sees each byte beyond it. */
static struct outcome read_all(const uint8_t *data, size_t n, size_t chunk, size_t refuse_at)
{
	struct outcome outcome = {.refuse_at = refuse_at};
	struct ptl_ihex ihex;

	ptl_ihex_init(&ihex);
	ihex.user = &outcome;
	ihex.data = on_data;
	for (size_t at = 0; at < n; at += chunk) {
		size_t part = n - at < chunk ? n - at : chunk;
		char *copy = malloc(part);
		enum ptl_ihex_error before = outcome.error;

		REQUIRE(copy);
		memcpy(copy, data + at, part);
		outcome.error = ptl_ihex_read(&ihex, copy, part);
		free(copy);
		REQUIRE(before == PTL_IHEX_OK || outcome.error == before);
	}
	outcome.error = ptl_ihex_finish(&ihex);
	REQUIRE(outcome.error < PTL_IHEX_ERRORS && ptl_ihex_error_name(outcome.error));
	outcome.line = ihex.line;
	return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct outcome whole, pieces;
	size_t chunk, refuse_at;

	if (n < 2)
		return 0;
	chunk = (size_t)data[0] % 70 + 1;
	refuse_at = data[1];
	whole = read_all(data + 2, n - 2, n, refuse_at);
	pieces = read_all(data + 2, n - 2, chunk, refuse_at);
	REQUIRE(whole.error == pieces.error && whole.line == pieces.line);
	REQUIRE(whole.calls == pieces.calls && whole.hash == pieces.hash);
	return 0;
}
