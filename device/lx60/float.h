/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See float.c. The names are the compiler's; numbers are passed as their bits. */
#ifndef PIGTAIL_LX60_FLOAT_H
#define PIGTAIL_LX60_FLOAT_H

#include <stdint.h>

#ifdef FLOAT_TEST /* beside a compiler's own library */
#define __addsf3      our_addsf3
#define __subsf3      our_subsf3
#define __mulsf3      our_mulsf3
#define __floatunsisf our_floatunsisf
#define __floatsisf   our_floatsisf
#define __fixunssfsi  our_fixunssfsi
#define __extendsfdf2 our_extendsfdf2
#define __truncdfsf2  our_truncdfsf2
#define __floatunsidf our_floatunsidf
#define __floatsidf   our_floatsidf
#endif

uint32_t __addsf3(uint32_t a, uint32_t b);
uint32_t __subsf3(uint32_t a, uint32_t b);
uint32_t __mulsf3(uint32_t a, uint32_t b);
uint32_t __floatunsisf(uint32_t value);
uint32_t __floatsisf(int32_t value);
uint32_t __fixunssfsi(uint32_t a);
uint64_t __extendsfdf2(uint32_t a);
uint32_t __truncdfsf2(uint64_t a);
uint64_t __floatunsidf(uint32_t value);
uint64_t __floatsidf(int32_t value);

#endif
