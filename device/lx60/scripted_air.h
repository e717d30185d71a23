/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The air that the image wifi.elf has around it: see scripted_air.c. */
#ifndef PIGTAIL_LX60_SCRIPTED_AIR_H
#define PIGTAIL_LX60_SCRIPTED_AIR_H

#include "sim/air.h"

/* seed: of what is lost, and when. */
void scripted_air(struct air *air, uint32_t seed);

#endif
