/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps the station in a network: the one that the user joined last, or that of the known
 * ones (networks.h) with the highest priority that a scan finds.
 */
#ifndef PIGTAIL_HOST_REJOIN_H
#define PIGTAIL_HOST_REJOIN_H

#include "host/wifi/networks.h"

#define REJOIN_BAD_US 600000000u /* a network with a wrong key is left alone for so long */

struct rejoin;

/* networks stays the caller's. name: of the link, for the log; may change and must stay. NULL
 * with errno: out of memory or descriptors. */
struct rejoin *rejoin_new(uv_loop_t *loop, struct wifi *wifi, const struct networks *networks,
			  const char *name);

/* The user joins a network himself: it is kept to once it has been joined. */
void rejoin_user_joins(struct rejoin *rejoin, const struct wifi_network *network);

/* The user wants to be in none, until he joins one. */
void rejoin_user_leaves(struct rejoin *rejoin);

/* Before the wifi's end. NULL does nothing. */
void rejoin_free(struct rejoin *rejoin);

#endif
