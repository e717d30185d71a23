/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Seam: the pins besides the UART: a light, and later the button. A target
 * without any leaves the pointers NULL.
 */
#ifndef PIGTAIL_GPIO_H
#define PIGTAIL_GPIO_H

#include <pigtail/endpoint.h>

struct ptl_gpio {
	void *user;
	void (*led)(void *user, bool on);
};

#endif
