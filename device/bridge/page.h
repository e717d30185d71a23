/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The console's page, made of web/ by web/bundle.cmake: the whole answer of HTTP, its head
 * included. It stays in flash, of which a chip reads whole words only: among the constants,
 * which the vendors' linkers put there, and by a name of its own for ours.
 */
#ifndef PIGTAIL_DEVICE_BRIDGE_PAGE_H
#define PIGTAIL_DEVICE_BRIDGE_PAGE_H

#include <stddef.h>
#include <stdint.h>

#define BRIDGE_PAGE_PLACE __attribute__((section(".rodata.bridge_page")))

extern const char bridge_page_etag[]; /* with its quotes */
extern const size_t bridge_page_size; /* bytes */
extern const uint32_t bridge_page[];  /* little endian */

#endif
