/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * IEEE 754 arithmetic that the compiler calls by name and Debian's libgcc for the lx106
 * lacks: single precision but for division and comparison, which it has; and of double what
 * turns one into the other. Rounds to the nearest, ties to even; knows subnormals,
 * infinities and NaN. Raises no flags.
 *
 * Numbers are bits here: the ABI passes them in integer registers. For the native test
 * float.h gives these functions other names.
 */
#include "float.h"

#define SIGN		  0x80000000u
#define MAGNITUDE	  0x7fffffffu
#define INFINITE	  0x7f800000u
#define QUIET		  0x00400000u
#define NOT_A		  0x7fc00000u
#define FRACTION	  0x007fffffu
#define ONE		  0x00800000u /* the bit that is not written */
#define BIAS		  127
#define EXPONENT_INFINITE 255

/* Inside a fraction stands GUARD bits higher, so that rounding sees what is below. */
#define GUARD	  7
#define GUARD_ALL 0x7fu
#define GUARD_TIE 0x40u
#define TOP	  30 /* the bit of the leading one */

#define D_BIAS	   1023
#define D_FRACTION 52
#define D_INFINITE 2047

/* value >> n, the last bit telling whether any was lost. */
static uint32_t shift_sticky(uint32_t value, int n)
{
	if (n == 0)
		return value;
	return n > 31 ? value != 0 : value >> n | (value << (32 - n) != 0);
}

/* fraction has its leading one at TOP; exponent is biased, of any size. */
static uint32_t pack(uint32_t sign, int exponent, uint32_t fraction)
{
	uint32_t below, bits;

	if (exponent <= 0) {
		fraction = shift_sticky(fraction, 1 - exponent);
		exponent = 0;
	}
	if (exponent >= EXPONENT_INFINITE)
		return sign | INFINITE;
	below = fraction & GUARD_ALL;
	bits = fraction >> GUARD;
	if (exponent > 0)
		bits &= FRACTION;
	bits += (uint32_t)exponent << 23;
	/* A carry goes into the exponent, and to infinity, as it should. */
	if (below > GUARD_TIE || (below == GUARD_TIE && bits & 1))
		bits++;
	return sign | bits;
}

/* Of a finite number; its biased exponent. Zero has a fraction of zero. */
static int unpack(uint32_t bits, uint32_t *fraction)
{
	int exponent = (int)(bits >> 23 & 0xff);
	uint32_t rest = bits & FRACTION;
	int shift;

	if (exponent != 0) {
		*fraction = (rest | ONE) << GUARD;
		return exponent;
	}
	if (rest == 0) {
		*fraction = 0;
		return 0;
	}
	shift = __builtin_clz(rest) - 8;
	*fraction = rest << shift << GUARD;
	return 1 - shift;
}

static int is_nan(uint32_t bits)
{
	return (bits & MAGNITUDE) > INFINITE;
}

static int is_infinite(uint32_t bits)
{
	return (bits & MAGNITUDE) == INFINITE;
}

uint32_t __addsf3(uint32_t a, uint32_t b)
{
	uint32_t larger, smaller, sum;
	int exponent, distance;

	if (is_nan(a))
		return a | QUIET;
	if (is_nan(b))
		return b | QUIET;
	if (is_infinite(a))
		return is_infinite(b) && a != b ? NOT_A : a;
	if (is_infinite(b))
		return b;
	if ((a & MAGNITUDE) < (b & MAGNITUDE)) {
		uint32_t other = a;

		a = b;
		b = other;
	}
	exponent = unpack(a, &larger);
	distance = exponent - unpack(b, &smaller);
	if (smaller == 0)
		return larger == 0 ? a & b & SIGN : a;
	smaller = shift_sticky(smaller, distance);
	if ((a ^ b) & SIGN) {
		int shift;

		sum = larger - smaller;
		if (sum == 0)
			return 0;
		shift = __builtin_clz(sum) - 1;
		return pack(a & SIGN, exponent - shift, sum << shift);
	}
	sum = larger + smaller;
	if (sum >> (TOP + 1)) {
		sum = shift_sticky(sum, 1);
		exponent++;
	}
	return pack(a & SIGN, exponent, sum);
}

uint32_t __subsf3(uint32_t a, uint32_t b)
{
	return is_nan(b) ? b | QUIET : __addsf3(a, b ^ SIGN);
}

uint32_t __mulsf3(uint32_t a, uint32_t b)
{
	uint32_t sign = (a ^ b) & SIGN, fraction_a, fraction_b;
	uint64_t product;
	int exponent;

	if (is_nan(a))
		return a | QUIET;
	if (is_nan(b))
		return b | QUIET;
	if (is_infinite(a) || is_infinite(b))
		return (a & MAGNITUDE) == 0 || (b & MAGNITUDE) == 0 ? NOT_A : sign | INFINITE;
	exponent = unpack(a, &fraction_a) + unpack(b, &fraction_b) - BIAS;
	if (fraction_a == 0 || fraction_b == 0)
		return sign;
	/* The leading one is at bit 60 or 61. */
	product = (uint64_t)fraction_a * fraction_b;
	if (product >> 61) {
		product = product >> 1 | (product & 1);
		exponent++;
	}
	return pack(sign, exponent,
		    (uint32_t)(product >> TOP) | ((product & ((1u << TOP) - 1)) != 0));
}

uint32_t __floatunsisf(uint32_t value)
{
	int shift;

	if (value == 0)
		return 0;
	shift = __builtin_clz(value);
	value <<= shift;
	return pack(0, BIAS + 31 - shift, shift_sticky(value, 1));
}

uint32_t __floatsisf(int32_t value)
{
	return value < 0 ? SIGN | __floatunsisf(-(uint32_t)value)
			 : __floatunsisf((uint32_t)value);
}

/* What does not fit gives what is nearest. */
uint32_t __fixunssfsi(uint32_t a)
{
	int exponent = (int)(a >> 23 & 0xff) - BIAS;
	uint32_t fraction = (a & FRACTION) | ONE;

	if (a & SIGN || exponent < 0)
		return 0;
	if (exponent > 31)
		return UINT32_MAX;
	return exponent >= 23 ? fraction << (exponent - 23) : fraction >> (23 - exponent);
}

/* ---- double, as far as packing and unpacking of bytes want it ---- */

uint64_t __extendsfdf2(uint32_t a)
{
	uint64_t sign = (uint64_t)(a >> 31) << 63;
	uint32_t fraction;
	int exponent;

	if ((a & INFINITE) == INFINITE)
		return sign | (uint64_t)D_INFINITE << D_FRACTION |
		       (uint64_t)(is_nan(a) ? (a | QUIET) & FRACTION : 0) << (D_FRACTION - 23);
	if ((a & MAGNITUDE) == 0)
		return sign;
	exponent = unpack(a, &fraction);
	fraction &= (1u << TOP) - 1;
	return sign | (uint64_t)(exponent - BIAS + D_BIAS) << D_FRACTION |
	       (uint64_t)fraction << (D_FRACTION - TOP);
}

uint32_t __truncdfsf2(uint64_t a)
{
	uint32_t sign = (uint32_t)(a >> 32) & SIGN;
	uint64_t fraction = a & (((uint64_t)1 << D_FRACTION) - 1);
	int exponent = (int)(a >> D_FRACTION & D_INFINITE);
	uint32_t lost;

	if (exponent == D_INFINITE)
		return sign | INFINITE |
		       (fraction ? QUIET | (uint32_t)(fraction >> (D_FRACTION - 23)) : 0);
	exponent += BIAS - D_BIAS;
	if (exponent < -32)
		return sign; /* less than half of the smallest */
	if (exponent >= EXPONENT_INFINITE)
		return sign | INFINITE;
	fraction |= (uint64_t)1 << D_FRACTION;
	lost = (fraction & (((uint64_t)1 << (D_FRACTION - TOP)) - 1)) != 0;
	return pack(sign, exponent, (uint32_t)(fraction >> (D_FRACTION - TOP)) | lost);
}

uint64_t __floatunsidf(uint32_t value)
{
	int shift;

	if (value == 0)
		return 0;
	shift = __builtin_clz(value);
	value <<= shift;
	return (uint64_t)(D_BIAS + 31 - shift) << D_FRACTION | (uint64_t)(value & MAGNITUDE)
								       << (D_FRACTION - 31);
}

uint64_t __floatsidf(int32_t value)
{
	return value < 0 ? (uint64_t)1 << 63 | __floatunsidf(-(uint32_t)value)
			 : __floatunsidf((uint32_t)value);
}
