/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * How large records may be. A client asks for 4 KB at most (RFC 6066, 4), for which 12 KB less
 * are held while a connection is open. Many servers pass over that and send up to 16 KB, and
 * so do most clients to a server; mbedTLS however, once a handshake is done, would hold no more
 * than it sends itself (4 KB). So at that moment it is not to see how large its room is.
 */
#include "tls_hooks.h"

#include <mbedtls/ssl_internal.h>

#include <stdbool.h>

#define ASKED MBEDTLS_SSL_MAX_FRAG_LEN_4096

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

/* On a client mbedTLS does not use this member of a session. */
static bool large(const mbedtls_ssl_context *ssl)
{
	return ssl->session_negotiate &&
	       ssl->session_negotiate->mfl_code == MBEDTLS_SSL_MAX_FRAG_LEN_NONE;
}

int tls_records_step(mbedtls_ssl_context *ssl, int (*step)(mbedtls_ssl_context *))
{
	bool keep = ssl->state == MBEDTLS_SSL_HANDSHAKE_WRAPUP && large(ssl);
	size_t room = ssl->in_buf_len;
	int state = ssl->state, result;

	if (keep)
		ssl->in_buf_len = 0;
	result = step(ssl);
	if (keep)
		ssl->in_buf_len = room;
	/* What was agreed to holds when the session is resumed. */
	if (result == 0 && ssl->conf->endpoint == MBEDTLS_SSL_IS_CLIENT &&
	    state == MBEDTLS_SSL_SERVER_HELLO && ssl->state > state && !ssl->handshake->resume)
		ssl->session_negotiate->mfl_code =
			agreed(ssl) ? ASKED : MBEDTLS_SSL_MAX_FRAG_LEN_NONE;
	return result;
}
