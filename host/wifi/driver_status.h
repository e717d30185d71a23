/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `pigtail status` and `stats` say of links that the kernel driver has: of its netlink
 * family their ports and states, of ethtool their counters. The objects have the keys of
 * docs/control-socket.md, as far as there is such a thing in the driver; role is "driver".
 */
#ifndef PIGTAIL_HOST_DRIVER_STATUS_H
#define PIGTAIL_HOST_DRIVER_STATUS_H

#include <cjson/cJSON.h>
#include <stdbool.h>

/* Adds the answer ("status" or "stats") of the link whose interface is called name, or of
 * all (NULL). false: there may be some, but they are not for this user. */
bool driver_status_add(const char *name, const char *question, cJSON *answers);

#endif
