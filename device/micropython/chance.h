/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What nobody can guess: random bytes for keys. This board has none of its own, so they are
 * made of what the host sends (SPEC 8, CHANCE), and there are none before.
 */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_CHANCE_H
#define PIGTAIL_DEVICE_MICROPYTHON_CHANCE_H

#include <pigtail/card.h>

/* For the card. */
extern const struct device_owner chance_owner;

/* Waits a while for the host, as a script may ask before it is there; raises OSError. */
void chance_want(void);
void chance_bytes(uint8_t *to, size_t n);

#endif
