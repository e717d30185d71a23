/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The light of a board: see light.h for what it says. Options are those of Kconfig. */
#ifndef PIGTAIL_ESP_IDF_LAMP_H
#define PIGTAIL_ESP_IDF_LAMP_H

#include <pigtail/endpoint.h>

#include "light.h"

void lamp_start(void);

/* Returns when it is to be called again. */
ptl_time lamp_show(enum light_code code, ptl_time now);

/* What could not start, and why: in the log; the light flickers for 10 s, then the chip
 * restarts. */
_Noreturn void lamp_failed(const char *what, const char *why);

#endif
