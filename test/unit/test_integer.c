/* SPDX-License-Identifier: GPL-2.0-only */
/* The arithmetic that the lx106 lacks, against the compiler's. */
#include "story.h"

#define INTEGER_TEST
#include "device/lx60/integer.c"

static const uint32_t edges[] = {0,	     1,		 2,	     3,		 7,
				 10,	     0x7fff,	 0x8000,     0xffff,	 0x10000,
				 0x10001,    0x7fffffff, 0x80000000, 0x80000001, 0xaaaaaaaa,
				 0xfffffffe, 0xffffffff};

static void check(uint32_t a, uint32_t b)
{
	int64_t wide = (int32_t)a;

	assert_int_equal(our_muldi3(a, b), (uint64_t)a * b);
	if (b == 0) {
		assert_int_equal(our_udivsi3(a, b), UINT32_MAX);
		assert_int_equal(our_umodsi3(a, b), a);
		(void)our_divsi3((int32_t)a, 0);
		return;
	}
	assert_int_equal(our_udivsi3(a, b), a / b);
	assert_int_equal(our_umodsi3(a, b), a % b);
	assert_int_equal(our_divsi3((int32_t)a, (int32_t)b), (int32_t)(wide / (int32_t)b));
	assert_int_equal(our_modsi3((int32_t)a, (int32_t)b), (int32_t)(wide % (int32_t)b));
}

static void check_wide(uint64_t a, uint64_t b)
{
	assert_int_equal(our_umulsidi3((uint32_t)a, (uint32_t)b),
			 (uint64_t)(uint32_t)a * (uint32_t)b);
	if (b == 0) {
		assert_int_equal(our_udivdi3(a, b), UINT64_MAX);
		assert_int_equal(our_umoddi3(a, b), a);
		return;
	}
	assert_int_equal(our_udivdi3(a, b), a / b);
	assert_int_equal(our_umoddi3(a, b), a % b);
	if ((int64_t)a == INT64_MIN && (int64_t)b == -1)
		return;
	assert_int_equal(our_divdi3((int64_t)a, (int64_t)b), (int64_t)a / (int64_t)b);
	assert_int_equal(our_moddi3((int64_t)a, (int64_t)b), (int64_t)a % (int64_t)b);
}

static void edges_are_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(edges); i++)
		for (size_t j = 0; j < COUNT(edges); j++) {
			uint64_t a = (uint64_t)edges[i] << 32 | edges[j];
			uint64_t b = (uint64_t)edges[j] << 32 | edges[i];

			check(edges[i], edges[j]);
			check_wide(a, b);
			check_wide(a, edges[j]);
			assert_int_equal(our_muldi3(a, b), a * b);
		}
}

static void random_numbers_are_right(void **state)
{
	struct prng prng = story_seed("integers", 106);

	(void)state;
	for (int i = 0; i < 1000000; i++) {
		uint64_t a = prng_next(&prng) >> prng_below(&prng, 64);
		uint64_t b = prng_next(&prng) >> prng_below(&prng, 64);

		check((uint32_t)a, (uint32_t)b);
		check_wide(a, b);
		assert_int_equal(our_muldi3(a, b), a * b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edges_are_right),
		cmocka_unit_test(random_numbers_are_right),
	};

	return cmocka_run_group_tests_name("integer", tests, NULL, NULL);
}
