/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See pin.c. The values are those of the ESP8266's port. */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_PIN_H
#define PIGTAIL_DEVICE_MICROPYTHON_PIN_H

#include "py/obj.h"

#define PIN_IN	       0
#define PIN_OUT	       1
#define PIN_OPEN_DRAIN 2
#define PIN_PULL_UP    1

extern const mp_obj_type_t pin_type;

#endif
