/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See files.c. */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_FILES_H
#define PIGTAIL_DEVICE_MICROPYTHON_FILES_H

#include <pigtail/services.h>

#define FILES_SERVICES 3
extern const struct device_service files_services[FILES_SERVICES];

/* In each turn of the main loop. */
void files_poll(void);

/* The interpreter begins anew: what was under way is gone. */
void files_reset(void);

#endif
