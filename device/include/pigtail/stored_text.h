/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Text in a store, without its NUL; "" is no key. */
#ifndef PIGTAIL_STORED_TEXT_H
#define PIGTAIL_STORED_TEXT_H

#include <pigtail/store.h>

/* Terminated. "" if there is none, and for one that does not fit: half a password is none. */
void stored_text_read(const struct ptl_store *store, const char *key, char *to, size_t room);

/* false: as of ptl_store_set(). */
bool stored_text_write(struct ptl_store *store, const char *key, const char *value);

#endif
