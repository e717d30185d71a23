/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See webrepl_password.h. */
#include "webrepl_password.h"
#include "chance.h"
#include "script.h"

#include "py/runtime.h"

#include <mbedtls/md.h>
#include <mbedtls/platform_util.h>

#include <string.h>

#define ROUNDS	   2000u
#define ROUNDS_MAX 1000000u
#define DIGITS	   8u /* of the rounds */

/* ---- digits ---- */

static char *put_digits(char *to, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < 2 * n; i++)
		*to++ = "0123456789abcdef"[bytes[i / 2] >> (i % 2 ? 0 : 4) & 15];
	return to;
}

static int value(char digit)
{
	return digit >= '0' && digit <= '9'   ? digit - '0'
	       : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
					      : -1;
}

static bool take_digits(const char *from, uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int high = value(from[2 * i]), low = value(from[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

struct kept {
	uint32_t rounds;
	uint8_t salt[WEBREPL_SALT], hash[WEBREPL_HASH];
};

static bool read_kept(const char *text, size_t n, struct kept *kept)
{
	const char *salt = text + DIGITS + 1, *hash = salt + 2 * WEBREPL_SALT + 1;
	uint8_t rounds[4];

	if (n != WEBREPL_KEPT || salt[-1] != ' ' || hash[-1] != ' ' ||
	    !take_digits(text, rounds, 4) || !take_digits(salt, kept->salt, WEBREPL_SALT) ||
	    !take_digits(hash, kept->hash, WEBREPL_HASH))
		return false;
	kept->rounds = (uint32_t)rounds[0] << 24 | (uint32_t)rounds[1] << 16 |
		       (uint32_t)rounds[2] << 8 | rounds[3];
	return kept->rounds > 0 && kept->rounds <= ROUNDS_MAX;
}

/* ---- PBKDF2, one block ---- */

static void rounds_of(mbedtls_md_context_t *hmac, struct kept *kept)
{
	static const uint8_t block[4] = {0, 0, 0, 1};
	uint8_t u[WEBREPL_HASH];

	(void)mbedtls_md_hmac_update(hmac, kept->salt, sizeof(kept->salt));
	(void)mbedtls_md_hmac_update(hmac, block, sizeof(block));
	(void)mbedtls_md_hmac_finish(hmac, u);
	memcpy(kept->hash, u, sizeof(u));
	for (uint32_t i = 1; i < kept->rounds; i++) {
		(void)mbedtls_md_hmac_reset(hmac);
		(void)mbedtls_md_hmac_update(hmac, u, sizeof(u));
		(void)mbedtls_md_hmac_finish(hmac, u);
		for (unsigned j = 0; j < sizeof(u); j++)
			kept->hash[j] ^= u[j];
		script_poll();
	}
	mbedtls_platform_zeroize(u, sizeof(u));
}

/* Fills kept->hash. false: no memory. */
static bool stretch(const char *password, size_t n, struct kept *kept)
{
	mbedtls_md_context_t hmac;
	bool well;

	mbedtls_md_init(&hmac);
	well = mbedtls_md_setup(&hmac, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1) == 0 &&
	       mbedtls_md_hmac_starts(&hmac, (const uint8_t *)password, n) == 0;
	if (well)
		rounds_of(&hmac, kept);
	mbedtls_md_free(&hmac);
	return well;
}

void webrepl_password_hash(const char *password, size_t n, char text[WEBREPL_KEPT + 1])
{
	const uint8_t rounds[4] = {0, 0, ROUNDS >> 8, ROUNDS & 0xff};
	struct kept kept = {.rounds = ROUNDS};

	chance_bytes(kept.salt, sizeof(kept.salt));
	if (!stretch(password, n, &kept))
		mp_raise_type(&mp_type_MemoryError);
	text = put_digits(text, rounds, sizeof(rounds));
	*text++ = ' ';
	text = put_digits(text, kept.salt, sizeof(kept.salt));
	*text++ = ' ';
	text = put_digits(text, kept.hash, sizeof(kept.hash));
	*text = '\0';
}

bool webrepl_password_is(const char *text, const char *password, size_t n)
{
	struct kept kept, tried;
	uint8_t differs = 0;

	if (!read_kept(text, strlen(text), &kept))
		return false;
	tried = kept;
	if (!stretch(password, n, &tried))
		return false;
	for (unsigned i = 0; i < sizeof(kept.hash); i++)
		differs |= kept.hash[i] ^ tried.hash[i];
	return differs == 0;
}

bool webrepl_password_kept(const char *text, size_t n)
{
	struct kept kept;

	return read_kept(text, n, &kept);
}
