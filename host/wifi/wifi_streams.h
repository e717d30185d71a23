/* SPDX-License-Identifier: GPL-2.0-only */
/* The streams of a link (wifi.h), for wifi.c. */
#ifndef PIGTAIL_HOST_WIFI_STREAMS_H
#define PIGTAIL_HOST_WIFI_STREAMS_H

#include "host/wifi/wifi.h"

/* Before all else that is done with them. */
void wifi_streams_begin(struct wifi *wifi);

#endif
