/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Why the chip started (boots.h), and its restart. */
#ifndef PIGTAIL_ESPRESSIF_LIFE_H
#define PIGTAIL_ESPRESSIF_LIFE_H

#include <pigtail/boots.h>

/* Once, at the start. */
enum ptl_boot life_begin(void);
uint32_t life_boots(void);
void life_well(void);

/* For the card. */
uint32_t life_heap(void *user);
void life_restart(void *user, uint8_t how);

#endif
