/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * How large records may be, and where they end. MicroPython's module tls calls mbedTLS as it
 * is; the linker leads some of these calls here (--wrap).
 *
 * A client asks for records of 4 KB (RFC 6066, 4), for which 12 KB less are held while a
 * connection is open. Many servers pass over that and send up to 16 KB; mbedTLS would hold
 * room for what it asked for all the same. So where the server did not agree, nothing was
 * asked for, as far as the end of the handshake knows.
 *
 * After the peer's close_notify nothing more is read, whatever the connection below does: a
 * reader who wants all would wait for ever.
 */
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_internal.h>

#include <stdbool.h>

#define ASKED MBEDTLS_SSL_MAX_FRAG_LEN_4096

int __real_mbedtls_ssl_read(mbedtls_ssl_context *ssl, unsigned char *to, size_t n);
int __wrap_mbedtls_ssl_read(mbedtls_ssl_context *ssl, unsigned char *to, size_t n);
int __real_mbedtls_ssl_check_pending(const mbedtls_ssl_context *ssl);
int __wrap_mbedtls_ssl_check_pending(const mbedtls_ssl_context *ssl);

/* ---- the size ---- */

void tls_records_ask(mbedtls_ssl_config *config)
{
	/* The function for it takes what fits the output only. */
	if (config->endpoint == MBEDTLS_SSL_IS_CLIENT)
		config->mfl_code = ASKED;
}

static unsigned two(const uint8_t *at)
{
	return (unsigned)(at[0] << 8 | at[1]);
}

/* The ServerHello (RFC 5246, 7.4.1.3) is still there, and mbedTLS has found it well-formed. */
static bool agreed(const mbedtls_ssl_context *ssl)
{
	const uint8_t *at = ssl->in_msg + mbedtls_ssl_hs_hdr_len(ssl);
	const uint8_t *end = ssl->in_msg + ssl->in_hslen;

	at += 2 + 32;
	at += 1 + *at;
	at += 2 + 1;
	if (end - at < 2)
		return false;
	for (at += 2; end - at >= 4; at += 4 + two(at + 2))
		if (two(at) == MBEDTLS_TLS_EXT_MAX_FRAGMENT_LENGTH)
			return true;
	return false;
}

/* On a client this member of the session is not used otherwise. */
static bool large(const mbedtls_ssl_context *ssl)
{
	return ssl->session_negotiate &&
	       ssl->session_negotiate->mfl_code == MBEDTLS_SSL_MAX_FRAG_LEN_NONE;
}

int tls_records_step(mbedtls_ssl_context *ssl, int (*step)(mbedtls_ssl_context *))
{
	mbedtls_ssl_config *config = (mbedtls_ssl_config *)ssl->conf;
	uint8_t asked = config->mfl_code;
	int state = ssl->state, result;

	if (state > MBEDTLS_SSL_SERVER_HELLO && large(ssl))
		config->mfl_code = MBEDTLS_SSL_MAX_FRAG_LEN_NONE;
	result = step(ssl);
	config->mfl_code = asked;
	/* What a session has agreed to holds when it is resumed. */
	if (result == 0 && state == MBEDTLS_SSL_SERVER_HELLO &&
	    ssl->state > MBEDTLS_SSL_SERVER_HELLO && agreed(ssl))
		ssl->session_negotiate->mfl_code = asked;
	return result;
}

/* ---- the end ---- */

static int nothing(void *user, unsigned char *to, size_t n)
{
	(void)user;
	(void)to;
	(void)n;
	return 0;
}

int __wrap_mbedtls_ssl_read(mbedtls_ssl_context *ssl, unsigned char *to, size_t n)
{
	int result = ssl->f_recv == nothing ? 0 : __real_mbedtls_ssl_read(ssl, to, n);

	if (result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
		ssl->f_recv = nothing;
	return result;
}

/* The end can be read. */
int __wrap_mbedtls_ssl_check_pending(const mbedtls_ssl_context *ssl)
{
	return ssl->f_recv == nothing || __real_mbedtls_ssl_check_pending(ssl);
}
