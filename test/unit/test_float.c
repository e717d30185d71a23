/* SPDX-License-Identifier: GPL-2.0-only */
/* The floating point that the lx106 lacks, against this CPU's. */
#include "story.h"

#define FLOAT_TEST
#include "device/lx60/float.c"

static const uint32_t edges[] = {
	0x00000000, 0x00000001, 0x00000002, 0x00400000, 0x007fffff, 0x00800000,
	0x00800001, 0x0d800000, 0x33800000, 0x3effffff, 0x3f000000, 0x3f7fffff,
	0x3f800000, 0x3f800001, 0x3fc00000, 0x40000000, 0x4b000000, 0x4b7fffff,
	0x4b800000, 0x4effffff, 0x4f000000, 0x4f7fffff, 0x4f800000, 0x7effffff,
	0x7f000000, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fc00000, 0x7fffffff,
};

static float of_bits(uint32_t bits)
{
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static uint32_t bits_of(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static double of_wide(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static uint64_t wide_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

/* Which NaN it is may differ. */
static void same(uint32_t ours, float theirs)
{
	if (theirs != theirs)
		assert_true((ours & 0x7fffffff) > 0x7f800000);
	else
		assert_int_equal(ours, bits_of(theirs));
}

static void check(uint32_t a, uint32_t b)
{
	same(our_addsf3(a, b), of_bits(a) + of_bits(b));
	same(our_subsf3(a, b), of_bits(a) - of_bits(b));
	same(our_mulsf3(a, b), of_bits(a) * of_bits(b));
}

static void check_one(uint32_t a)
{
	double wide = of_bits(a);

	same(our_floatunsisf(a), (float)a);
	same(our_floatsisf((int32_t)a), (float)(int32_t)a);
	assert_int_equal(our_floatunsidf(a), wide_of((double)a));
	assert_int_equal(our_floatsidf((int32_t)a), wide_of((double)(int32_t)a));
	if (wide != wide)
		assert_true(of_wide(our_extendsfdf2(a)) != of_wide(our_extendsfdf2(a)));
	else
		assert_int_equal(our_extendsfdf2(a), wide_of(wide));
	if (of_bits(a) > -1.0f && of_bits(a) < 4294967296.0f)
		assert_int_equal(our_fixunssfsi(a), (uint32_t)of_bits(a));
}

static void check_wide(uint64_t a)
{
	same(our_truncdfsf2(a), (float)of_wide(a));
}

static void edges_are_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(edges); i++) {
		check_one(edges[i]);
		check_one(edges[i] | 0x80000000);
		check_wide(wide_of((double)of_bits(edges[i])));
		for (size_t j = 0; j < COUNT(edges); j++)
			for (uint32_t signs = 0; signs < 4; signs++)
				check(edges[i] | signs << 31, edges[j] | (signs & 2) << 30);
	}
}

static void random_numbers_are_right(void **state)
{
	struct prng prng = story_seed("floats", 106);

	(void)state;
	for (int i = 0; i < 2000000; i++) {
		uint32_t a = (uint32_t)prng_next(&prng), b = (uint32_t)prng_next(&prng);

		check(a, b);
		/* Of nearly the same size: what is lost and what carries. */
		check(a, (a & 0xff800000) + (b & 0x01ffffff));
		check_one(a);
		check_one(a >> prng_below(&prng, 32));
		check_wide(prng_next(&prng));
		/* Where single precision is. */
		check_wide((prng_next(&prng) & 0x800fffffffffffff) |
			   (uint64_t)(860 + prng_below(&prng, 300)) << 52);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edges_are_right),
		cmocka_unit_test(random_numbers_are_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
