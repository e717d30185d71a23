/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Keys and their values in two sectors of flash. What ptl_store_set() or ptl_store_remove()
 * returned true for is there after any loss of power; one that power interrupted is there
 * wholly or not at all.
 *
 * Keys are 1 to 15 printable characters, values 0 to 255 bytes. Keys that begin with a dot
 * are the firmware's own (slots.h); those that the host sets and gets have none.
 *
 * No allocation; the owner serialises calls.
 */
#ifndef PIGTAIL_STORE_H
#define PIGTAIL_STORE_H

#include <pigtail/flash.h>

#define PTL_STORE_KEY_MAX   15u
#define PTL_STORE_VALUE_MAX 255u
#define PTL_STORE_ROOM	    4096u /* bytes of a sector that are used, if it has so many */

struct ptl_store {
	const struct ptl_flash *flash;
	uint32_t sector[2]; /* where they begin */
	unsigned active;    /* which of them counts */
	uint32_t sequence;  /* of the active one: one more with each change of sectors */
	uint32_t erases;    /* of the two together */
	uint32_t room;	    /* bytes of a sector that are used */
	uint32_t end;	    /* of its records */
	bool torn;	    /* nothing more can be written behind them */
};

/* Finds what is stored; makes an empty store where there is none. false: the flash fails. */
bool ptl_store_open(struct ptl_store *store, const struct ptl_flash *flash, uint32_t one,
		    uint32_t other);

/* Copies as much of a value as there is room for; returns its length, -1: no such key. */
int ptl_store_get(const struct ptl_store *store, const char *key, void *to, size_t room);

/* false: a bad key or length, no room for it, or the flash fails; then the old value is. */
bool ptl_store_set(struct ptl_store *store, const char *key, const void *value, size_t n);

/* Also true when there is no such key. */
bool ptl_store_remove(struct ptl_store *store, const char *key);

#endif
