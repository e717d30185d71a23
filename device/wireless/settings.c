/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * See pigtail/wireless_settings.h. Text is stored without its NUL.
 *
 * A name with another one's passphrase joins nothing, and who set it by the network is locked
 * out. So the two are written together first, which power can't cut in half; that value goes
 * before the two while it is there.
 */
#include <pigtail/stored_text.h>
#include <pigtail/wireless_settings.h>

#include <stddef.h>
#include <string.h>

#define BOTH ".wifi.both" /* the name, a NUL, the passphrase */

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

static bool write_both(struct ptl_store *store, const struct wireless_settings *settings)
{
	char both[sizeof(settings->ssid) + WIRELESS_PASSPHRASE_MAX];
	size_t name = strlen(settings->ssid) + 1, word = strlen(settings->passphrase);
	bool well;

	memcpy(both, settings->ssid, name);
	memcpy(both + name, settings->passphrase, word);
	well = ptl_store_set(store, BOTH, both, name + word);
	wireless_wipe(both, sizeof(both));
	return well;
}

static void read_both(const struct ptl_store *store, struct wireless_settings *settings)
{
	char both[sizeof(settings->ssid) + sizeof(settings->passphrase)] = "";
	int n = ptl_store_get(store, BOTH, both, sizeof(both) - 1);
	size_t name = strlen(both) + 1;

	if (n > 0 && name <= sizeof(settings->ssid) && name <= (size_t)n) {
		memcpy(settings->ssid, both, name);
		memset(settings->passphrase, 0, sizeof(settings->passphrase));
		strncpy(settings->passphrase, both + name, sizeof(settings->passphrase) - 1);
	}
	wireless_wipe(both, sizeof(both));
}

void wireless_settings_read(const struct ptl_store *store, struct wireless_settings *settings)
{
	for (size_t i = 0; i < TEXTS; i++)
		stored_text_read(store, texts[i].key, (char *)settings + texts[i].at,
				 texts[i].size);
	read_both(store, settings);
}

bool wireless_settings_write(struct ptl_store *store, const struct wireless_settings *settings)
{
	if (!write_both(store, settings))
		return false;
	for (size_t i = 0; i < TEXTS; i++)
		if (!stored_text_write(store, texts[i].key,
				       (const char *)settings + texts[i].at))
			return false;
	return ptl_store_remove(store, BOTH);
}

void wireless_wipe(void *what, size_t n)
{
	volatile uint8_t *bytes = what;

	for (size_t i = 0; i < n; i++)
		bytes[i] = 0;
}
