/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The begin and the end of a connection; see tls_hooks.c for how this comes to be called.
 *
 * After the peer's close_notify nothing more is read, whatever the connection below does: a
 * reader who wants all would wait for ever.
 *
 * A socket that is closed says so (RFC 5246, 7.2.1), or its peer would take what it got for
 * cut off. MicroPython frees mbedTLS's part when it has forgotten the socket below already, so
 * that is noted here too.
 */
#include "py/runtime.h"

#include <mbedtls/platform.h>
#include <mbedtls/ssl.h>

#include <stdbool.h>

int __real_mbedtls_ssl_read(mbedtls_ssl_context *ssl, unsigned char *to, size_t n);
int __wrap_mbedtls_ssl_read(mbedtls_ssl_context *ssl, unsigned char *to, size_t n);
int __real_mbedtls_ssl_check_pending(const mbedtls_ssl_context *ssl);
int __wrap_mbedtls_ssl_check_pending(const mbedtls_ssl_context *ssl);
void __real_mbedtls_ssl_set_bio(mbedtls_ssl_context *ssl, void *below, mbedtls_ssl_send_t *send,
				mbedtls_ssl_recv_t *receive,
				mbedtls_ssl_recv_timeout_t *receive_timeout);
void __wrap_mbedtls_ssl_set_bio(mbedtls_ssl_context *ssl, void *below, mbedtls_ssl_send_t *send,
				mbedtls_ssl_recv_t *receive,
				mbedtls_ssl_recv_timeout_t *receive_timeout);
void __real_mbedtls_ssl_free(mbedtls_ssl_context *ssl);
void __wrap_mbedtls_ssl_free(mbedtls_ssl_context *ssl);

/* ---- the peer's ---- */

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

/* The end can be read. So can the begin: nothing comes before a client has spoken, and the
 * attempt to read makes it speak. */
int __wrap_mbedtls_ssl_check_pending(const mbedtls_ssl_context *ssl)
{
	bool begins = ssl->conf->endpoint == MBEDTLS_SSL_IS_CLIENT &&
		      ssl->state == MBEDTLS_SSL_HELLO_REQUEST;

	return begins || ssl->f_recv == nothing || __real_mbedtls_ssl_check_pending(ssl);
}

/* ---- our own ---- */

void __wrap_mbedtls_ssl_set_bio(mbedtls_ssl_context *ssl, void *below, mbedtls_ssl_send_t *send,
				mbedtls_ssl_recv_t *receive,
				mbedtls_ssl_recv_timeout_t *receive_timeout)
{
	mp_obj_t *noted = mbedtls_calloc(1, sizeof(*noted));

	if (noted)
		*noted = *(mp_obj_t *)below;
	else
		m_malloc_fail(sizeof(*noted));
	__real_mbedtls_ssl_set_bio(ssl, noted, send, receive, receive_timeout);
}

/* Waits for nothing: this may be the collector. */
static void say(mbedtls_ssl_context *ssl, mp_obj_t below)
{
	nlr_buf_t raised;
	mp_obj_t call[3];

	if (nlr_push(&raised))
		return;
	mp_load_method(below, MP_QSTR_setblocking, call);
	call[2] = mp_const_false;
	(void)mp_call_method_n_kw(1, 0, call);
	(void)mbedtls_ssl_close_notify(ssl);
	nlr_pop();
}

void __wrap_mbedtls_ssl_free(mbedtls_ssl_context *ssl)
{
	mp_obj_t *noted = ssl->p_bio;

	if (noted && ssl->state == MBEDTLS_SSL_HANDSHAKE_OVER)
		say(ssl, *noted);
	__real_mbedtls_ssl_free(ssl);
	mbedtls_free(noted);
}
