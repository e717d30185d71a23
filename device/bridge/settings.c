/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See pigtail/bridge_settings.h. Text is stored without its NUL; a certificate, which is too
 * long for a value, in pieces, of which the last one is shorter than a value can be, or
 * empty. */
#include <pigtail/bridge_settings.h>
#include <pigtail/stored_text.h>

#include <string.h>

#define KEY_PASSWORD ".bridge.word"
#define KEY_PLAIN    ".bridge.plain"
#define KEY_NAME     ".bridge.name"
#define KEY_FORMAT   ".bridge.format"
#define KEY_TARGET   ".bridge.target"
#define KEY_KEY	     ".bridge.key"
#define KEY_SEED     ".bridge.seed"

#define PIECES 4u /* of a certificate */

#define FORMAT_BYTES 7u /* u32 baud, little endian; data bits, parity, stop bits */

static void read_format(const struct ptl_store *store, struct ptl_serial_format *format)
{
	uint8_t is[FORMAT_BYTES];

	*format = PTL_SERIAL_FORMAT_DEFAULT;
	if (ptl_store_get(store, KEY_FORMAT, is, sizeof(is)) != FORMAT_BYTES)
		return;
	format->baud = (uint32_t)is[0] | (uint32_t)is[1] << 8 | (uint32_t)is[2] << 16 |
		       (uint32_t)is[3] << 24;
	format->data_bits = is[4];
	format->parity = is[5];
	format->stop = is[6];
}

static enum ptl_target target_of(const char *name)
{
	for (int i = 0; i < PTL_TARGETS; i++)
		if (strcmp(ptl_target_name((enum ptl_target)i), name) == 0)
			return (enum ptl_target)i;
	return PTL_TARGET_ANY;
}

bool bridge_name_ok(const char *name)
{
	size_t n = strlen(name);

	for (const char *at = name; *at; at++)
		if (!((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
		      (*at >= '0' && *at <= '9') || *at == '-'))
			return false;
	return n > 0 && n <= BRIDGE_NAME_MAX && *name != '-' && name[n - 1] != '-';
}

void bridge_settings_read(const struct ptl_store *store, struct bridge_settings *settings)
{
	char target[PTL_STORE_KEY_MAX + 1];

	stored_text_read(store, KEY_PASSWORD, settings->password, sizeof(settings->password));
	stored_text_read(store, KEY_PLAIN, settings->plain, sizeof(settings->plain));
	stored_text_read(store, KEY_NAME, settings->name, sizeof(settings->name));
	if (!bridge_name_ok(settings->name))
		settings->name[0] = 0;
	read_format(store, &settings->format);
	stored_text_read(store, KEY_TARGET, target, sizeof(target));
	settings->target = target_of(target);
}

bool bridge_settings_write(struct ptl_store *store, const struct bridge_settings *settings)
{
	const struct ptl_serial_format *format = &settings->format;
	const uint8_t is[FORMAT_BYTES] = {
		(uint8_t)format->baud,
		(uint8_t)(format->baud >> 8),
		(uint8_t)(format->baud >> 16),
		(uint8_t)(format->baud >> 24),
		format->data_bits,
		format->parity,
		format->stop,
	};

	return stored_text_write(store, KEY_PASSWORD, settings->password) &&
	       stored_text_write(store, KEY_PLAIN, settings->plain) &&
	       stored_text_write(store, KEY_NAME, settings->name) &&
	       stored_text_write(store, KEY_TARGET, ptl_target_name(settings->target)) &&
	       ptl_store_set(store, KEY_FORMAT, is, sizeof(is));
}

/* ---- of TLS ---- */

static const char *const pieces[PIECES] = {".bridge.cert.0", ".bridge.cert.1", ".bridge.cert.2",
					   ".bridge.cert.3"};

size_t bridge_settings_read_certificate(const struct ptl_store *store,
					uint8_t der[BRIDGE_CERTIFICATE_MAX])
{
	size_t all = 0;

	for (unsigned i = 0; i < PIECES; i++) {
		int n = ptl_store_get(store, pieces[i], der + all, PTL_STORE_VALUE_MAX);

		all += n > 0 ? (size_t)n : 0;
		if (n < (int)PTL_STORE_VALUE_MAX)
			break;
	}
	return all;
}

bool bridge_settings_write_certificate(struct ptl_store *store, const uint8_t *der, size_t n)
{
	if (n > BRIDGE_CERTIFICATE_MAX)
		return false;
	for (unsigned i = 0; i < PIECES; i++) {
		size_t part = n < PTL_STORE_VALUE_MAX ? n : PTL_STORE_VALUE_MAX;

		if (!ptl_store_set(store, pieces[i], der, part))
			return false;
		der += part;
		n -= part;
	}
	return true;
}

size_t bridge_settings_read_key(const struct ptl_store *store, uint8_t der[BRIDGE_KEY_MAX])
{
	int n = ptl_store_get(store, KEY_KEY, der, BRIDGE_KEY_MAX);

	return n > 0 ? (size_t)n : 0;
}

bool bridge_settings_write_key(struct ptl_store *store, const uint8_t *der, size_t n)
{
	return ptl_store_set(store, KEY_KEY, der, n);
}

bool bridge_settings_read_seed(const struct ptl_store *store, uint8_t seed[BRIDGE_SEED])
{
	return ptl_store_get(store, KEY_SEED, seed, BRIDGE_SEED) == BRIDGE_SEED;
}

bool bridge_settings_write_seed(struct ptl_store *store, const uint8_t seed[BRIDGE_SEED])
{
	return ptl_store_set(store, KEY_SEED, seed, BRIDGE_SEED);
}
