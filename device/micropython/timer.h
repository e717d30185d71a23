/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_TIMER_H
#define PIGTAIL_DEVICE_MICROPYTHON_TIMER_H

#include <pigtail/link.h>

/* Schedules the functions of machine.Timer that are due; called in each turn. When it wants
 * to be called again, or PTL_NEVER. */
ptl_time timer_poll(ptl_time now);

#endif
