/* SPDX-License-Identifier: GPL-2.0-only */
/* A runner's control channel; events of endpoint.h, whose user is the runner. */
#ifndef PIGTAIL_HOST_CHANNEL_H
#define PIGTAIL_HOST_CHANNEL_H

#include <pigtail/endpoint.h>

struct runner;

bool channel_message(void *user, const uint8_t *message, size_t n);
void channel_lost(void *user, uint32_t first, uint32_t count);
void channel_room(void *user);

/* Outside of the endpoint: tells the owner of the channel that there is room again. */
void channel_tell_room(struct runner *runner);

#endif
