/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The store (store.h) for the host: GET and SET of KEY and VALUE, as an owner of a card's
 * (card.h). SET without VALUE removes the key. The firmware's own keys, which begin with a
 * dot, are not the host's.
 */
#ifndef PIGTAIL_STORED_H
#define PIGTAIL_STORED_H

#include <pigtail/card.h>
#include <pigtail/store.h>

/* For device_card_config; store must stay. */
struct device_owner ptl_store_owner(struct ptl_store *store);

#endif
