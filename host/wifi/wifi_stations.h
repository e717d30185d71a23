/* SPDX-License-Identifier: GPL-2.0-only */
/* wifi.stations of the control socket: who is in the radio's own network. */
#ifndef PIGTAIL_HOST_WIFI_STATIONS_H
#define PIGTAIL_HOST_WIFI_STATIONS_H

#include "host/control/request.h"
#include "host/wifi/wifi.h"

/* Answers the call, now or later. wifi stays until the call is over. */
void wifi_stations(struct wifi *wifi, struct control_call *call);

#endif
