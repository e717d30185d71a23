/* SPDX-License-Identifier: GPL-2.0-only */
/* A libuv loop as Avahi's client wants one: an AvahiPoll. */
#ifndef PIGTAIL_HOST_AVAHI_POLL_H
#define PIGTAIL_HOST_AVAHI_POLL_H

#include <avahi-common/watch.h>
#include <uv.h>

/* loop stays. After all that uses it: nothing to be done. */
void avahi_poll_init(AvahiPoll *poll, uv_loop_t *loop);

#endif
