/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See pigtail/wireless_settings.h. Text is stored without its NUL. */
#include <pigtail/stored_text.h>
#include <pigtail/wireless_settings.h>

#include <stddef.h>

static const struct {
	const char *key;
	size_t at, size;
} texts[] = {
#define TEXT(key, name)                                                                        \
	{                                                                                      \
		key, offsetof(struct wireless_settings, name),                                 \
			sizeof(((struct wireless_settings *)0)->name)                          \
	}
	TEXT(".wifi.ssid", ssid),
	TEXT(".wifi.word", passphrase),
	TEXT(".wifi.country", country),
	TEXT(".wifi.address", address),
#undef TEXT
};
#define TEXTS (sizeof(texts) / sizeof(texts[0]))

void wireless_settings_read(const struct ptl_store *store, struct wireless_settings *settings)
{
	for (size_t i = 0; i < TEXTS; i++)
		stored_text_read(store, texts[i].key, (char *)settings + texts[i].at,
				 texts[i].size);
}

bool wireless_settings_write(struct ptl_store *store, const struct wireless_settings *settings)
{
	for (size_t i = 0; i < TEXTS; i++)
		if (!stored_text_write(store, texts[i].key,
				       (const char *)settings + texts[i].at))
			return false;
	return true;
}
