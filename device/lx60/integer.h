/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See integer.c. The names are the compiler's. */
#ifndef PIGTAIL_LX60_INTEGER_H
#define PIGTAIL_LX60_INTEGER_H

#include <stdint.h>

#ifdef INTEGER_TEST /* beside a compiler's own library */
#define __udivsi3   our_udivsi3
#define __umodsi3   our_umodsi3
#define __divsi3    our_divsi3
#define __muldi3    our_muldi3
#define __modsi3    our_modsi3
#define __umulsidi3 our_umulsidi3
#define __udivdi3   our_udivdi3
#define __umoddi3   our_umoddi3
#define __divdi3    our_divdi3
#define __moddi3    our_moddi3
#endif

uint32_t __udivsi3(uint32_t n, uint32_t by);
uint32_t __umodsi3(uint32_t n, uint32_t by);
int32_t __divsi3(int32_t n, int32_t by);
int32_t __modsi3(int32_t n, int32_t by);
uint64_t __umulsidi3(uint32_t a, uint32_t b);
uint64_t __muldi3(uint64_t a, uint64_t b);
uint64_t __udivdi3(uint64_t n, uint64_t by);
uint64_t __umoddi3(uint64_t n, uint64_t by);
int64_t __divdi3(int64_t n, int64_t by);
int64_t __moddi3(int64_t n, int64_t by);

#endif
