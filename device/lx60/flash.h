/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* QEMU's flash, if it was given one. See flash.c. */
#ifndef PIGTAIL_LX60_FLASH_H
#define PIGTAIL_LX60_FLASH_H

#include <pigtail/flash.h>

extern const struct ptl_flash lx60_flash;

/* The same, with sectors of 4 KB as the chip's flash has them, for a filesystem: what is
 * erased is programmed to ones, which QEMU's model allows. */
extern const struct ptl_flash lx60_files_flash;

/* Whether it is there, and as large as flash_map.h wants it. */
bool flash_is_there(void);

#endif
