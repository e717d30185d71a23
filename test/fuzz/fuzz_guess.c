/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guess of the other end's framing: two guesses that get the same bytes, one of
 * them a byte at a time, must stay the same to the last bit. First byte: chunk.
 */
#include "require.h"

#include <pigtail/guess.h>

#include <stdlib.h>
#include <string.h>

static void check_name(const char *name)
{
	static const char *const names[] = {"SLIP",	      "PPP",	      "len16",
					    "esp8266-hosted", PTL_GUESS_TEXT, PTL_GUESS_TELNET,
					    PTL_GUESS_CONTIKI};

	if (!name)
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return;
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct ptl_guess *whole = malloc(sizeof(*whole));
	struct ptl_guess *bytewise = malloc(sizeof(*bytewise));
	size_t chunk = 1;

	REQUIRE(whole && bytewise);
	ptl_guess_init(whole);
	ptl_guess_init(bytewise);
	if (n) {
		chunk += *data++;
		n--;
	}
	while (n) {
		size_t part = chunk < n ? chunk : n;
		uint8_t *copy = malloc(part);

		REQUIRE(copy);
		memcpy(copy, data, part);
		check_name(ptl_guess_feed(whole, copy, part));
		for (size_t i = 0; i < part; i++)
			check_name(ptl_guess_feed(bytewise, copy + i, 1));
		REQUIRE(!memcmp(whole, bytewise, sizeof(*whole)));
		free(copy);
		data += part;
		n -= part;
	}
	free(bytewise);
	free(whole);
	return 0;
}
