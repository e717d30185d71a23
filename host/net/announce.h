/* SPDX-License-Identifier: GPL-2.0-only */
/* Says to the other end's network where this interface's addresses are. See announce.c. */
#ifndef PIGTAIL_HOST_NET_ANNOUNCE_H
#define PIGTAIL_HOST_NET_ANNOUNCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct announce;

/* interface: its name; it exists, and is an Ethernet. send() is called from the loop, once
 * for each frame, and then with none (NULL, 0). NULL: out of memory or descriptors. */
struct announce *announce_new(uv_loop_t *loop, const char *interface,
			      void (*send)(void *user, const uint8_t *frame, size_t n),
			      void *user);

/* The other end is there: it hears of all addresses, soon, and of each change from now on.
 * Gone: of none. */
void announce_heard(struct announce *announce, bool heard);

/* NULL does nothing. */
void announce_free(struct announce *announce);

#endif
