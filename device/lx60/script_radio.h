/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The Ethernet MAC behind the scripted air, as the interpreter's radio. */
#ifndef PIGTAIL_LX60_SCRIPT_RADIO_H
#define PIGTAIL_LX60_SCRIPT_RADIO_H

#include "wlan.h"

/* seed: of the air. mac: of the radio, for good. */
const struct wlan_radio *script_radio(uint32_t seed, const uint8_t mac[6]);

#endif
