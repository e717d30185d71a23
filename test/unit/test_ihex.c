// SPDX-License-Identifier: GPL-2.0-only
/* Intel hex files in every chunking; each refusal, with its line. */
#include "story.h"

#include <pigtail/ihex.h>

struct memory {
	uint32_t address[64];
	size_t n[64];
	size_t records, bytes;
	bool refuses;
};

static bool take(void *user, uint32_t address, const uint8_t *bytes, size_t n)
{
	struct memory *memory = user;

	(void)bytes;
	assert_true(n > 0 && n < 256);
	memory->address[memory->records] = address;
	memory->n[memory->records++] = n;
	memory->bytes += n;
	return !memory->refuses;
}

static enum ptl_ihex_error read_all(struct ptl_ihex *ihex, struct memory *memory,
				    const char *text, size_t chunk)
{
	bool refuses = memory->refuses;
	size_t n = strlen(text);

	*memory = (struct memory){.refuses = refuses};
	ptl_ihex_init(ihex);
	ihex->user = memory;
	ihex->data = take;
	for (size_t i = 0; i < n; i += chunk)
		(void)ptl_ihex_read(ihex, text + i, n - i < chunk ? n - i : chunk);
	return ptl_ihex_finish(ihex);
}

static void a_file_in_every_chunking(void **state)
{
	static const char text[] = ":020000040800F2\r\n"
				   ":0400100001020304E2\r\n"
				   "\r\n"
				   ":020000021000EC\n"
				   ":01fff000aa66\n"
				   ":0400000500000000F7\n"
				   ":00000001FF";
	struct ptl_ihex ihex;
	struct memory memory = {0};

	(void)state;
	for (size_t chunk = 1; chunk < sizeof(text); chunk++) {
		assert_int_equal(read_all(&ihex, &memory, text, chunk), PTL_IHEX_OK);
		assert_int_equal(memory.records, 2);
		assert_int_equal(memory.address[0], 0x08000010);
		assert_int_equal(memory.n[0], 4);
		assert_int_equal(memory.address[1], 0x1fff0);
	}
}

static void what_is_wrong_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text;
		enum ptl_ihex_error error;
		unsigned line;
	} cases[] = {
		{"", PTL_IHEX_NO_END, 1},
		{"\x7f"
		 "ELF",
		 PTL_IHEX_NO_COLON, 1},
		{":0400100001020304E2\n", PTL_IHEX_NO_END, 2},
		{":00000001FF\n:0400100001020304E2\n", PTL_IHEX_AFTER_END, 2},
		{":0400100001020304E2\n:0400100001020304E3\n", PTL_IHEX_BAD_SUM, 2},
		{"\n\n:04001000010203E6\n", PTL_IHEX_BAD_LENGTH, 3},
		{":040010000102030405DD\n", PTL_IHEX_BAD_LENGTH, 1},
		{":0400100001020304E\n", PTL_IHEX_BAD_LENGTH, 1},
		{":\n", PTL_IHEX_BAD_LENGTH, 1},
		{":0400100001O20304E2\n", PTL_IHEX_BAD_DIGIT, 1},
		{":00000006FA\n", PTL_IHEX_BAD_TYPE, 1},
		{":0100000400FB\n", PTL_IHEX_BAD_LENGTH, 1},
		{":02000004FFFFFC\n:02FFFF000102FD\n", PTL_IHEX_BAD_ADDRESS, 2},
	};
	struct ptl_ihex ihex;
	struct memory memory = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t chunk = 1; chunk < 50; chunk += 7) {
			assert_int_equal(read_all(&ihex, &memory, cases[i].text, chunk),
					 cases[i].error);
			assert_int_equal(ihex.line, cases[i].line);
			assert_non_null(ptl_ihex_error_name(cases[i].error));
		}
}

static void who_takes_the_bytes_can_refuse_them(void **state)
{
	struct ptl_ihex ihex;
	struct memory memory = {.refuses = true};

	(void)state;
	assert_int_equal(read_all(&ihex, &memory, "\n:0400100001020304E2\n:00000001FF\n", 5),
			 PTL_IHEX_REFUSED);
	assert_int_equal(ihex.line, 2);
	assert_int_equal(memory.records, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_in_every_chunking),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_line),
		cmocka_unit_test(who_takes_the_bytes_can_refuse_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
