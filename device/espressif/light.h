/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the light says, as flashes to count: the first thing that is missing.
 * README.md has the same table for people.
 */
#ifndef PIGTAIL_ESPRESSIF_LIGHT_H
#define PIGTAIL_ESPRESSIF_LIGHT_H

#include <pigtail/endpoint.h>

enum light_code {
	LIGHT_ALL_WELL, /* on */
	LIGHT_NO_HOST,	/* one flash: nobody on the wire */
	LIGHT_NO_WIFI,	/* two: host is there, nothing joined, no access point */
	LIGHT_FAILED,	/* flickers: it could not start; the log says why */
};

#define LIGHT_FLASH_US	120000u
#define LIGHT_PERIOD_US 2000000u

/* Is it on, `now` after any fixed moment; *next: when that changes. */
bool light_is_on(enum light_code code, ptl_time now, ptl_time *next);

#endif
