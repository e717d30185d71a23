/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What lwIP wants to know of the compiler and the target. Sizes and protocols are
 * in lwipopts.h.
 */
#ifndef PIGTAIL_DEVICE_STACK_ARCH_CC_H
#define PIGTAIL_DEVICE_STACK_ARCH_CC_H

#include <stdint.h>

/* Some C libraries have them too. */
#undef BYTE_ORDER
#undef LITTLE_ENDIAN
#undef BIG_ENDIAN
#define BYTE_ORDER    __BYTE_ORDER__
#define LITTLE_ENDIAN __ORDER_LITTLE_ENDIAN__
#define BIG_ENDIAN    __ORDER_BIG_ENDIAN__

/* Headers are read where they lie: every access to them may be unaligned. */
#define PACK_STRUCT_STRUCT __attribute__((packed))

/* The C library's is a table of 257 bytes. */
#define LWIP_NO_CTYPE_H 1

uint32_t stack_random(void);
#define LWIP_RAND() stack_random()

/* What lwIP holds impossible: programs stop; on a microcontroller its texts would
 * be 12 KB, and LWIP_NOASSERT leaves them out. */
void stack_impossible(const char *what);
#define LWIP_PLATFORM_ASSERT(what) stack_impossible(what)
#define LWIP_PLATFORM_DIAG(what)   ((void)0)

#endif
