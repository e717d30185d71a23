/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the host sets and asks of the radio as a whole: address, country, power, groups.
 * What a session set goes with it. */
#ifndef PIGTAIL_ESPRESSIF_SETTINGS_H
#define PIGTAIL_ESPRESSIF_SETTINGS_H

#include <pigtail/groups.h>

/* The chip's own addresses; no driver is needed. */
void settings_init(void);

/* Requests SET and GET of these; idle: neither interface is in use, which a new address
 * wants. */
enum ptl_status settings_set(const struct ptl_control *message, bool idle, const char **reason);
enum ptl_status settings_get(const struct ptl_control *message,
			     struct ptl_control_writer *answer, const char **reason);

/* As they were at the start. */
void settings_reset(void);

/* That the station hears. */
const struct ptl_groups *settings_groups(void);

/* Of an interface (PTL_IF_STATION, PTL_IF_AP). */
const uint8_t *settings_mac(uint8_t interface);

#endif
