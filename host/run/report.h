/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a link says of itself, as JSON with stable keys; pigtail(1) lists
 * them. The caller frees the answers by cJSON_Delete().
 */
#ifndef PIGTAIL_HOST_REPORT_H
#define PIGTAIL_HOST_REPORT_H

#include "host/run/runner.h"

#include <cjson/cJSON.h>

cJSON *report_status(const struct runner *runner);
cJSON *report_stats(const struct runner *runner);

/* A net, as the status has it. */
cJSON *report_net(const struct net *net, uint16_t mtu);

/* The same for a link that could not be opened yet, and why. */
cJSON *report_failed_status(const char *name, enum ptl_role role, const char *why);
cJSON *report_failed_stats(const char *name);

#endif
