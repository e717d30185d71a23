/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See pigtail/stored_text.h. */
#include <pigtail/stored_text.h>

#include <string.h>

void stored_text_read(const struct ptl_store *store, const char *key, char *to, size_t room)
{
	int n = ptl_store_get(store, key, to, room - 1);

	to[n < 0 || (size_t)n >= room ? 0 : n] = 0;
}

bool stored_text_write(struct ptl_store *store, const char *key, const char *value)
{
	return *value ? ptl_store_set(store, key, value, strlen(value))
		      : ptl_store_remove(store, key);
}
