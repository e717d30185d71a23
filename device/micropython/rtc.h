/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See rtc.c. */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_RTC_H
#define PIGTAIL_DEVICE_MICROPYTHON_RTC_H

#include "py/obj.h"

extern const mp_obj_type_t rtc_type;

#endif
