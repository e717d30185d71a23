/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What is where in a radio's 4 MB of flash. An ESP8266 maps one megabyte of it for code, so
 * a slot is at the same place of its megabyte as the other; QEMU's flash erases 64 KB at
 * once, so everything begins at a multiple of that.
 *
 *	000000  BOOT     64 KB  chip: the vendor's loader, partition table and calibration
 *	010000  SLOT 0  960 KB  an image of the firmware
 *	100000  STORE    64 KB  one half of the store (store.h): its first sector
 *	110000  SLOT 1  960 KB  the other image
 *	200000  STORE    64 KB  the other half
 *	210000  FILES  1920 KB  a filesystem, for scripts
 *	3f0000           64 KB  chip: the SDK's own parameters
 */
#ifndef PIGTAIL_FLASH_MAP_H
#define PIGTAIL_FLASH_MAP_H

#define PTL_MAP_SIZE	   0x400000u
#define PTL_MAP_SLOT_0	   0x010000u
#define PTL_MAP_SLOT_1	   0x110000u
#define PTL_MAP_SLOT_SIZE  0x0f0000u
#define PTL_MAP_STORE_0	   0x100000u
#define PTL_MAP_STORE_1	   0x200000u
#define PTL_MAP_STORE_SIZE 0x010000u
#define PTL_MAP_FILES	   0x210000u
#define PTL_MAP_FILES_SIZE 0x1e0000u

#define PTL_MAP_SLOT(slot) ((slot) ? PTL_MAP_SLOT_1 : PTL_MAP_SLOT_0)

#endif
