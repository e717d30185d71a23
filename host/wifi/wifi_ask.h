/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests of the control socket that are one question to the radio, and its answer. */
#ifndef PIGTAIL_HOST_WIFI_ASK_H
#define PIGTAIL_HOST_WIFI_ASK_H

#include "host/control/request.h"
#include "host/wifi/wifi.h"

struct wifi_ask;

/* NULL: out of memory. */
struct wifi_ask *wifi_ask_new(struct wifi *wifi);
/* When its calls have been cancelled. NULL does nothing. */
void wifi_ask_free(struct wifi_ask *asks);

/* arguments: as the tables in wifi_part.c say. Each answers the call, now or later. */
void wifi_ask_info(struct wifi_ask *asks, struct control_call *call);
void wifi_ask_set(struct wifi_ask *asks, const cJSON *arguments, struct control_call *call);
void wifi_ask_get(struct wifi_ask *asks, const cJSON *arguments, struct control_call *call);
void wifi_ask_kick(struct wifi_ask *asks, const cJSON *arguments, struct control_call *call);
void wifi_ask_restart(struct wifi_ask *asks, const cJSON *arguments, struct control_call *call);

/* Refuses a call as the radio did, or wifi.c. text: the radio's, or "". */
void wifi_ask_refuse(const struct wifi *wifi, struct control_call *call, enum ptl_status status,
		     const char *text);

#endif
