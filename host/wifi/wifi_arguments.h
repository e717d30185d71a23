/* SPDX-License-Identifier: GPL-2.0-only */
/* What the requests of a control socket about a radio take: tables for those who answer
 * them, wifi_part.c and driver_part.c. */
#ifndef PIGTAIL_HOST_WIFI_ARGUMENTS_H
#define PIGTAIL_HOST_WIFI_ARGUMENTS_H

#include "host/control/arguments.h"

extern const struct control_argument wifi_scan_arguments[];
extern const struct control_argument wifi_join_arguments[];
extern const struct control_argument wifi_ap_arguments[];
extern const struct control_argument wifi_kick_arguments[];
extern const struct control_argument wifi_set_arguments[];
extern const struct control_argument wifi_get_arguments[];
extern const struct control_argument wifi_restart_arguments[];

#endif
