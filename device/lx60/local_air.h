/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The Ethernet MAC behind the scripted air, as the radio of the program itself. */
#ifndef PIGTAIL_LX60_LOCAL_AIR_H
#define PIGTAIL_LX60_LOCAL_AIR_H

#include <pigtail/local_radio.h>

/* seed: of the air. mac: of the radio, for good. */
const struct local_radio *local_air(uint32_t seed, const uint8_t mac[6]);

#endif
