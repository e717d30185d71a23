/* SPDX-License-Identifier: GPL-2.0-only */
/* What link/, compat/ and control/ take from <stdint.h> and linux/types.h doesn't have. */
#ifndef PIGTAIL_KERNEL_STDINT_NAMES_H
#define PIGTAIL_KERNEL_STDINT_NAMES_H

#define UINT64_C(value) value##ULL
#define UINT32_MAX	U32_MAX

#endif
