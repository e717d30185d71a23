/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See integer.c. The names are the compiler's. */
#ifndef PIGTAIL_LX60_INTEGER_H
#define PIGTAIL_LX60_INTEGER_H

#include <stdint.h>

#ifdef INTEGER_TEST /* beside a compiler's own library */
#define __udivsi3 our_udivsi3
#define __umodsi3 our_umodsi3
#define __divsi3  our_divsi3
#define __muldi3  our_muldi3
#endif

uint32_t __udivsi3(uint32_t n, uint32_t by);
uint32_t __umodsi3(uint32_t n, uint32_t by);
int32_t __divsi3(int32_t n, int32_t by);
uint64_t __muldi3(uint64_t a, uint64_t b);

#endif
