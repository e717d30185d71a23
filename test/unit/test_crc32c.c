/* SPDX-License-Identifier: GPL-2.0-only */
/* CRC-32C against RFC 3720, and in pieces. */
#include "story.h"
#include "reference_wire.h"

#include "link/crc32c.h"

/* Both tables, whatever this CPU would choose. */
uint32_t crc32c_add_again(uint32_t crc, const uint8_t *bytes, size_t n);
uint32_t crc32c_add_small(uint32_t crc, const uint8_t *bytes, size_t n);

#pragma push_macro("ptl_crc32c_add")
#undef ptl_crc32c_add
#define ptl_crc32c_add crc32c_add_again
#define add_by_table   add_by_large_table
#include "link/crc32c.c"
#undef ptl_crc32c_add
#undef add_by_table
#define PTL_SMALL_CRC
#define ptl_crc32c_add crc32c_add_small
#define add_by_table   add_by_small_table
#define add_by_sse     add_by_sse_again
#include "link/crc32c.c"
#undef ptl_crc32c_add
#pragma pop_macro("ptl_crc32c_add")

static uint32_t crc_of(const uint8_t *bytes, size_t n)
{
	return crc32c_end(ptl_crc32c_add(CRC32C_START, bytes, n));
}

static void the_vectors_of_rfc3720(void **state)
{
	static const uint8_t read_command[48] = {
		0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,    0, 0, 0, 0,
		0x14, 0,    0, 0, 0, 0, 4, 0, 0, 0, 0, 0x14, 0, 0, 0, 0x18,
		0x28, 0,    0, 0, 0, 0, 0, 0, 2, 0, 0, 0,    0, 0, 0, 0,
	};
	uint8_t zeros[32] = {0}, ones[32], up[32], down[32];

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	for (uint8_t i = 0; i < 32; i++) {
		up[i] = i;
		down[i] = (uint8_t)(31 - i);
	}
	assert_int_equal(crc_of(zeros, 32), 0x8a9136aau);
	assert_int_equal(crc_of(ones, 32), 0x62a8ab43u);
	assert_int_equal(crc_of(up, 32), 0x46dd794eu);
	assert_int_equal(crc_of(down, 32), 0x113fdb5cu);
	assert_int_equal(crc_of(read_command, 48), 0xd9963a56u);
	assert_int_equal(crc_of((const uint8_t *)"123456789", 9), 0xe3069283u);
	assert_int_equal(crc_of(NULL, 0), 0);
}

static void in_any_pieces_it_is_the_same(void **state)
{
	struct prng prng = story_seed("crc in pieces", 3720);
	uint8_t bytes[700];

	(void)state;
	for (int round = 0; round < 200; round++) {
		size_t n = random_from(&prng, 0, sizeof(bytes));
		uint32_t crc = CRC32C_START;
		size_t done = 0;

		random_bytes(&prng, bytes, n);
		while (done < n) {
			size_t part = random_from(&prng, 1, n - done);

			crc = ptl_crc32c_add(crc, bytes + done, part);
			done += part;
		}
		assert_int_equal(crc32c_end(crc), ref_crc(bytes, n));
		assert_int_equal(crc_of(bytes, n), ref_crc(bytes, n));
		assert_int_equal(~add_by_large_table(CRC32C_START, bytes, n),
				 ref_crc(bytes, n));
		assert_int_equal(~add_by_small_table(CRC32C_START, bytes, n),
				 ref_crc(bytes, n));
	}
}

static bool is_an_ending(uint32_t difference)
{
	static const uint32_t xors[] = PTL_CHECK_XORS;

	for (size_t i = 0; i < COUNT(xors); i++)
		for (size_t j = 0; j < i; j++)
			if (difference == (xors[i] ^ xors[j]))
				return true;
	return false;
}

/* What the endings rely on: no wrong byte, and no two wrong bits, turn "the packet
 * ends here" into "it goes on", or any ending into another. A CRC is linear: only
 * the places of the errors count. */
static void no_small_error_changes_the_ending(void **state)
{
	uint8_t bytes[1600] = {0};
	uint32_t zero;

	(void)state;
	zero = crc_of(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++) {
		for (unsigned wrong = 1; wrong < 256; wrong++) {
			if (i > 0 && i + 64 < sizeof(bytes) && wrong & (wrong - 1))
				continue; /* all bytes at the ends, bits elsewhere */
			bytes[i] = (uint8_t)wrong;
			assert_false(is_an_ending(crc_of(bytes, sizeof(bytes)) ^ zero));
		}
		bytes[i] = 0;
	}
}

static void no_two_wrong_bits_do_either(void **state)
{
	enum { BITS = 1640 * 8 };
	static uint32_t effect[BITS]; /* of a wrong bit, on the check */
	uint8_t bytes[1640] = {0};
	uint32_t zero;

	(void)state;
	zero = crc_of(bytes, sizeof(bytes));
	for (size_t i = 0; i < BITS; i++) {
		bytes[i / 8] = (uint8_t)(1u << i % 8);
		effect[i] = crc_of(bytes, sizeof(bytes)) ^ zero;
		bytes[i / 8] = 0;
		/* One may be in the check itself. */
		for (unsigned bit = 0; bit < 32; bit++)
			assert_false(is_an_ending(effect[i] ^ 1u << bit));
	}
	for (size_t step = 1; step < BITS; step++)
		assert_false(is_an_ending(effect[BITS - 1] ^ effect[BITS - 1 - step]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_rfc3720),
		cmocka_unit_test(in_any_pieces_it_is_the_same),
		cmocka_unit_test(no_small_error_changes_the_ending),
		cmocka_unit_test(no_two_wrong_bits_do_either),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
