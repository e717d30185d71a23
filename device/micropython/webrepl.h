/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See webrepl.c. */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_WEBREPL_H
#define PIGTAIL_DEVICE_MICROPYTHON_WEBREPL_H

#include <pigtail/link.h>

/* In each turn; returns when it wants another one. */
ptl_time webrepl_poll(ptl_time now);

/* At a soft reset: nobody is there. */
void webrepl_reset(void);

#endif
