/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ports without a password that a user has opened for one address, for a while: for avrdude
 * and others that know neither TLS nor login.
 */
#ifndef PIGTAIL_HOST_ARMING_H
#define PIGTAIL_HOST_ARMING_H

#include "host/bridge/listener.h"

struct arming;

/* listener: those that are LISTENER_ARMED will be. ended: it is over, or another one begins.
 * NULL with errno. */
struct arming *arming_new(uv_loop_t *loop, struct listener *const *listener, size_t n,
			  void (*ended)(void *user), void *user);

/* NULL does nothing. */
void arming_free(struct arming *arming);

/* For the address, and so many minutes; what became of it goes to text, and to the log. */
bool arming_begin(struct arming *arming, const char *who, const struct sockaddr *address,
		  unsigned minutes, char *text, size_t size);

/* Seconds that are left, 0: none; and for whom. */
unsigned arming_left(const struct arming *arming, char *address, size_t size);

#endif
