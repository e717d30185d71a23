/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON that a web server of a device reads. Whatever it is, nothing outside of the text is
 * touched; what is found lies within it, and a string decodes to no more than it was, also
 * where it lies.
 */
#include "require.h"

#include <stdlib.h>
#include <string.h>

#include "device/http/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void look_at(struct json all, struct json value)
{
	char *apart;
	uint32_t number;
	bool is;

	if (!value.at)
		return;
	REQUIRE(value.n && value.at > all.at && value.at + value.n < all.at + all.n);
	(void)json_number(value, &number);
	(void)json_bool(value, &is);
	apart = malloc(value.n);
	REQUIRE(apart);
	if (json_string(value, apart, value.n)) {
		/* The same in place, seen through a copy of the text. */
		char *copy = malloc(value.n);

		REQUIRE(copy);
		memcpy(copy, value.at, value.n);
		REQUIRE(json_string((struct json){copy, value.n}, copy, value.n));
		REQUIRE(!strcmp(copy, apart));
		free(copy);
	}
	free(apart);
	look_at(value, json_member(value, "id"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = malloc(n ? n : 1);
	struct json all;

	REQUIRE(text);
	if (n)
		memcpy(text, data, n);
	if (json_object(&all, text, n)) {
		look_at(all, json_member(all, "id"));
		look_at(all, json_member(all, "request"));
		look_at(all, json_member(json_member(all, "arguments"), "data"));
	}
	free(text);
	return 0;
}
