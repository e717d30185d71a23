/* SPDX-License-Identifier: GPL-2.0-only */
/* What link/ and compat/ take from <stdint.h> and linux/types.h doesn't have. */
#ifndef PIGTAIL_KERNEL_STDINT_NAMES_H
#define PIGTAIL_KERNEL_STDINT_NAMES_H

#include <linux/limits.h>

#define UINT64_C(value) value##ULL
#define UINT8_MAX	U8_MAX
#define UINT16_MAX	U16_MAX
#define UINT32_MAX	U32_MAX

#endif
