/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Integer arithmetic that the compiler calls by name and Debian's libgcc for the
 * lx106 lacks: the CPU has no divide, and multiplies to 32 bits only. Division by
 * zero gives all ones and the dividend, and traps nowhere.
 *
 * For the native test integer.h gives these functions other names.
 */
#include "integer.h"

/* Shift and subtract, from the first bit that can matter. */
static uint32_t divide(uint32_t n, uint32_t by, uint32_t *rest)
{
	uint32_t quotient = 0;
	int shift;

	if (by == 0) {
		*rest = n;
		return UINT32_MAX;
	}
	if (n >= by) {
		shift = __builtin_clz(by) - __builtin_clz(n);
		for (by <<= shift; shift >= 0; shift--, by >>= 1) {
			quotient <<= 1;
			if (n >= by) {
				n -= by;
				quotient |= 1;
			}
		}
	}
	*rest = n;
	return quotient;
}

uint32_t __udivsi3(uint32_t n, uint32_t by)
{
	uint32_t rest;

	return divide(n, by, &rest);
}

uint32_t __umodsi3(uint32_t n, uint32_t by)
{
	uint32_t rest;

	(void)divide(n, by, &rest);
	return rest;
}

static uint32_t magnitude(int32_t n)
{
	return n < 0 ? -(uint32_t)n : (uint32_t)n;
}

int32_t __divsi3(int32_t n, int32_t by)
{
	uint32_t rest;
	uint32_t quotient = divide(magnitude(n), magnitude(by), &rest);

	return (int32_t)((n < 0) != (by < 0) ? -quotient : quotient);
}

int32_t __modsi3(int32_t n, int32_t by)
{
	uint32_t rest;

	(void)divide(magnitude(n), magnitude(by), &rest);
	return (int32_t)(n < 0 ? -rest : rest);
}

/* Four products of 16 by 16 bits. */
uint64_t __umulsidi3(uint32_t a, uint32_t b)
{
	uint32_t low = (a & 0xffff) * (b & 0xffff);
	uint32_t high = (a >> 16) * (b >> 16);
	uint32_t one = (a >> 16) * (b & 0xffff);
	uint32_t other = (a & 0xffff) * (b >> 16);
	uint32_t middle = (low >> 16) + (one & 0xffff) + (other & 0xffff);

	high += (one >> 16) + (other >> 16) + (middle >> 16);
	return (uint64_t)high << 32 | (middle << 16 | (low & 0xffff));
}

uint64_t __muldi3(uint64_t a, uint64_t b)
{
	uint32_t cross = (uint32_t)(a >> 32) * (uint32_t)b + (uint32_t)a * (uint32_t)(b >> 32);

	return __umulsidi3((uint32_t)a, (uint32_t)b) + ((uint64_t)cross << 32);
}

static uint64_t divide_wide(uint64_t n, uint64_t by, uint64_t *rest)
{
	uint64_t quotient = 0;
	int shift;

	if (n >> 32 == 0 && by >> 32 == 0) {
		uint32_t low_rest;

		quotient = divide((uint32_t)n, (uint32_t)by, &low_rest);
		*rest = low_rest;
		return by == 0 ? UINT64_MAX : quotient;
	}
	if (by == 0) {
		*rest = n;
		return UINT64_MAX;
	}
	if (n >= by) {
		shift = __builtin_clzll(by) - __builtin_clzll(n);
		for (by <<= shift; shift >= 0; shift--, by >>= 1) {
			quotient <<= 1;
			if (n >= by) {
				n -= by;
				quotient |= 1;
			}
		}
	}
	*rest = n;
	return quotient;
}

uint64_t __udivdi3(uint64_t n, uint64_t by)
{
	uint64_t rest;

	return divide_wide(n, by, &rest);
}

uint64_t __umoddi3(uint64_t n, uint64_t by)
{
	uint64_t rest;

	(void)divide_wide(n, by, &rest);
	return rest;
}

static uint64_t magnitude_wide(int64_t n)
{
	return n < 0 ? -(uint64_t)n : (uint64_t)n;
}

int64_t __divdi3(int64_t n, int64_t by)
{
	uint64_t rest;
	uint64_t quotient = divide_wide(magnitude_wide(n), magnitude_wide(by), &rest);

	return (int64_t)((n < 0) != (by < 0) ? -quotient : quotient);
}

int64_t __moddi3(int64_t n, int64_t by)
{
	uint64_t rest;

	(void)divide_wide(magnitude_wide(n), magnitude_wide(by), &rest);
	return (int64_t)(n < 0 ? -rest : rest);
}
