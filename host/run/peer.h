/* SPDX-License-Identifier: GPL-2.0-only */
/* What a runner's endpoint tells of the other end; events of endpoint.h, whose user is
 * the runner. */
#ifndef PIGTAIL_HOST_PEER_H
#define PIGTAIL_HOST_PEER_H

#include <pigtail/endpoint.h>

/* It is there, or is gone. */
void peer_state(void *user, enum ptl_state state, enum ptl_reason reason);

/* What it says of itself; it may be any bytes. */
void peer_log(void *user, const uint8_t *text, size_t n);

#endif
