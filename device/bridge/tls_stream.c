/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A chip in QEMU has no source of chance worth that name, and one at the end of a wire that
 * an attacker may hold has little. So what is unpredictable comes from outside, once: a seed
 * in the flash, of which each start makes the next one (SHA-256 of it and of what the clock
 * has, each with a word of its own before it), and writes that before it uses any.
 */
#include "tls_stream.h"

#include <arch/cc.h>

#include <mbedtls/aes.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/md.h>
#include <mbedtls/memory_buffer_alloc.h>
#include <mbedtls/pkcs5.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/sha256.h>
#include <mbedtls/x509_crt.h>
#include <pigtail/password.h>

#include <string.h>

#define SHA256 32u

static struct {
	mbedtls_ssl_config config;
	mbedtls_x509_crt certificate;
	mbedtls_pk_context key;
	mbedtls_ctr_drbg_context chance;
	uint8_t seed[SHA256];
	uint32_t drawn; /* times that the seed was drawn from */
} tls;

void tls_impossible(int status)
{
	(void)status;
	stack_impossible("the memory of TLS is damaged");
}

/* AES backwards, which GCM never asks for, would be a table more. */
int mbedtls_aes_setkey_dec(mbedtls_aes_context *aes, const unsigned char *key, unsigned bits)
{
	(void)aes;
	(void)key;
	(void)bits;
	return MBEDTLS_ERR_AES_BAD_INPUT_DATA;
}

int mbedtls_internal_aes_decrypt(mbedtls_aes_context *aes, const unsigned char in[16],
				 unsigned char out[16])
{
	(void)aes;
	(void)in;
	(void)out;
	return MBEDTLS_ERR_AES_BAD_INPUT_DATA;
}

/* ---- chance ---- */

static bool derive(uint8_t to[SHA256], const char *word, uint32_t count,
		   const struct ptl_clock *clock)
{
	uint32_t now[5] = {count};
	mbedtls_sha256_context hash;
	bool well;

	for (int i = 1; i < 5 && clock; i++)
		now[i] = clock->entropy(clock->user);
	mbedtls_sha256_init(&hash);
	well = mbedtls_sha256_starts_ret(&hash, 0) == 0 &&
	       mbedtls_sha256_update_ret(&hash, (const uint8_t *)word, strlen(word)) == 0 &&
	       mbedtls_sha256_update_ret(&hash, tls.seed, sizeof(tls.seed)) == 0 &&
	       mbedtls_sha256_update_ret(&hash, (const uint8_t *)now, sizeof(now)) == 0 &&
	       mbedtls_sha256_finish_ret(&hash, to) == 0;
	mbedtls_sha256_free(&hash);
	return well;
}

/* For mbedTLS, as a source of entropy. */
static int draw(void *user, unsigned char *to, size_t n)
{
	uint8_t piece[SHA256];

	(void)user;
	while (n > 0) {
		size_t part = n < sizeof(piece) ? n : sizeof(piece);

		if (!derive(piece, "draw", ++tls.drawn, NULL))
			return MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
		memcpy(to, piece, part);
		to += part;
		n -= part;
	}
	mbedtls_platform_zeroize(piece, sizeof(piece));
	return 0;
}

static bool start_chance(struct ptl_store *store, const struct ptl_clock *clock)
{
	uint8_t next[SHA256], used[SHA256];
	bool well = bridge_settings_read_seed(store, tls.seed) &&
		    derive(next, "next", 0, clock) && derive(used, "used", 0, clock) &&
		    bridge_settings_write_seed(store, next);

	memcpy(tls.seed, used, sizeof(used));
	mbedtls_platform_zeroize(next, sizeof(next));
	mbedtls_platform_zeroize(used, sizeof(used));
	mbedtls_ctr_drbg_init(&tls.chance);
	return well && mbedtls_ctr_drbg_seed(&tls.chance, draw, NULL, NULL, 0) == 0;
}

bool tls_random(uint8_t *to, size_t n)
{
	return mbedtls_ctr_drbg_random(&tls.chance, to, n) == 0;
}

/* ---- the server ---- */

static bool read_key(const struct ptl_store *store)
{
	uint8_t der[BRIDGE_KEY_MAX];
	int status;

	mbedtls_pk_init(&tls.key);
	status = mbedtls_pk_parse_key(&tls.key, der, bridge_settings_read_key(store, der), NULL,
				      0);
	mbedtls_platform_zeroize(der, sizeof(der));
	return status == 0;
}

static bool read_certificate(const struct ptl_store *store)
{
	uint8_t der[BRIDGE_CERTIFICATE_MAX];

	mbedtls_x509_crt_init(&tls.certificate);
	return mbedtls_x509_crt_parse_der(&tls.certificate, der,
					  bridge_settings_read_certificate(store, der)) == 0;
}

bool tls_stream_start(struct ptl_store *store, const struct ptl_clock *clock, void *memory,
		      size_t size)
{
	mbedtls_ssl_config *config = &tls.config;

	mbedtls_memory_buffer_alloc_init(memory, size);
	if (!read_key(store) || !read_certificate(store) || !start_chance(store, clock))
		return false;
	mbedtls_ssl_config_init(config);
	if (mbedtls_ssl_config_defaults(config, MBEDTLS_SSL_IS_SERVER,
					MBEDTLS_SSL_TRANSPORT_STREAM,
					MBEDTLS_SSL_PRESET_DEFAULT) ||
	    mbedtls_ssl_conf_own_cert(config, &tls.certificate, &tls.key))
		return false;
	mbedtls_ssl_conf_rng(config, mbedtls_ctr_drbg_random, &tls.chance);
	mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3,
				     MBEDTLS_SSL_MINOR_VERSION_3);
	return true;
}

/* ---- a connection ---- */

static int on_send(void *user, const unsigned char *bytes, size_t n)
{
	size_t taken = tcp_stream_write(user, bytes, n);

	return taken ? (int)taken : MBEDTLS_ERR_SSL_WANT_WRITE;
}

static int on_receive(void *user, unsigned char *to, size_t room)
{
	size_t n = tcp_stream_read(user, to, room);

	if (!n && tcp_stream_ended(user))
		return 0;
	return n ? (int)n : MBEDTLS_ERR_SSL_WANT_READ;
}

bool tls_stream_begin(struct tls_stream *stream, struct tcp_stream *tcp)
{
	memset(stream, 0, sizeof(*stream));
	stream->tcp = tcp;
	mbedtls_ssl_init(&stream->ssl);
	if (mbedtls_ssl_setup(&stream->ssl, &tls.config)) {
		mbedtls_ssl_free(&stream->ssl);
		return false;
	}
	mbedtls_ssl_set_bio(&stream->ssl, tcp, on_send, on_receive, NULL);
	return true;
}

/* Bytes that it came to; what stands in the way for good ends the stream. */
static size_t outcome(struct tls_stream *stream, int result)
{
	if (result > 0)
		return (size_t)result;
	if (result != MBEDTLS_ERR_SSL_WANT_READ && result != MBEDTLS_ERR_SSL_WANT_WRITE)
		stream->ended = true;
	return 0;
}

bool tls_stream_shake(struct tls_stream *stream)
{
	int result = mbedtls_ssl_handshake(&stream->ssl);

	stream->shaken = result == 0;
	if (result)
		(void)outcome(stream, result);
	return stream->shaken;
}

size_t tls_stream_read(struct tls_stream *stream, uint8_t *to, size_t room)
{
	if (stream->ended)
		return 0;
	return outcome(stream, mbedtls_ssl_read(&stream->ssl, to, room));
}

size_t tls_stream_write(struct tls_stream *stream, const uint8_t *bytes, size_t n)
{
	if (stream->ended)
		return 0;
	return outcome(stream, mbedtls_ssl_write(&stream->ssl, bytes, n));
}

void tls_stream_end(struct tls_stream *stream)
{
	if (stream->shaken && !stream->ended)
		(void)mbedtls_ssl_close_notify(&stream->ssl);
	mbedtls_ssl_free(&stream->ssl);
}

/* ---- passwords ---- */

bool tls_password_is(const char *line, const char *name, const char *password)
{
	uint8_t hash[PTL_PASSWORD_HASH] = {0};
	struct ptl_password entry;
	mbedtls_md_context_t md;
	bool same;

	if (!ptl_password_parse(&entry, line, strlen(line)))
		return false;
	mbedtls_md_init(&md);
	same = mbedtls_md_setup(&md, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 1) == 0 &&
	       mbedtls_pkcs5_pbkdf2_hmac(&md, (const uint8_t *)password, strlen(password),
					 entry.salt, sizeof(entry.salt), entry.iterations,
					 sizeof(hash), hash) == 0 &&
	       ptl_password_same(hash, entry.hash);
	mbedtls_md_free(&md);
	mbedtls_platform_zeroize(hash, sizeof(hash));
	return strcmp(name, entry.name) == 0 && same;
}
