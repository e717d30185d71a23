/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The board's pins: 0 to 7 are its lights, which are outputs; 8 to 15 its switches, which
 * are inputs. Light 0 is the device's own. See gpio.c. */
#ifndef PIGTAIL_LX60_GPIO_H
#define PIGTAIL_LX60_GPIO_H

#include <pigtail/gpio.h>

/* The device's light as well. */
extern const struct ptl_gpio lx60_gpio;

/* Why the host may not have a pin; NULL: it may. */
const char *lx60_pin_refused(void *user, uint8_t pin);

#endif
