/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mbedTLS calls our seam and returns MBEDTLS_ERR_SSL_WANT_* where that says "not now";
 * what it began goes on at the next call. Of a record that could not be sent all of it owns
 * the rest: it is `blocked` by that, and until it has left nothing else is written.
 *
 * Which certificate will do:
 *
 *	server, client_ca	none, or one of that authority that is valid; a bad one ends
 *				the handshake
 *	client, ca		one of that authority, valid, for the server's name
 *	client without		one that is valid now; who it belongs to the caller decides
 *
 * mbedTLS has no lock here: contexts and connections are of one thread.
 */
#include "host/base/tls.h"

#include "host/base/log.h"
#include "host/base/secret.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/error.h>
#include <mbedtls/oid.h>
#include <mbedtls/sha256.h>
#include <mbedtls/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE 4096u /* bytes of one record of ours, at most */

static const int suites[] = {
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	0,
};

struct tls_context {
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context random;
	mbedtls_x509_crt own, authority;
	mbedtls_pk_context key;
	mbedtls_ssl_config config;
	bool trusts; /* only what the authority has signed */
};

struct tls {
	mbedtls_ssl_context ssl;
	const struct tls_context *context;
	struct tls_seam seam;
	enum tls_state state;
	bool blocked;	/* the seam didn't send all of a record */
	char name[128]; /* of the peer */
	char why[160];
};

/* ---- contexts ---- */

static int complain_of(const char *what, int status, char *error, size_t error_size)
{
	char text[120];

	mbedtls_strerror(status, text, sizeof(text));
	return complain(error, error_size, "%s: %s", what, text);
}

static int load_certificates(mbedtls_x509_crt *into, const char *path, char *error,
			     size_t error_size)
{
	int status = mbedtls_x509_crt_parse_file(into, path);

	if (status > 0)
		return complain(error, error_size, "%s: %d of its certificates cannot be read",
				path, status);
	return status ? complain_of(path, status, error, error_size) : 0;
}

static int load_own(struct tls_context *context, const char *certificate, const char *key,
		    char *error, size_t error_size)
{
	int fd, status;

	if (load_certificates(&context->own, certificate, error, error_size) < 0)
		return -1;
	fd = secret_open(key, error, error_size);
	if (fd < 0)
		return -1;
	(void)close(fd);
	status = mbedtls_pk_parse_keyfile(&context->key, key, NULL);
	if (status)
		return complain_of(key, status, error, error_size);
	if (mbedtls_pk_check_pair(&context->own.pk, &context->key))
		return complain(error, error_size, "%s is not the key of the certificate %s",
				key, certificate);
	status = mbedtls_ssl_conf_own_cert(&context->config, &context->own, &context->key);
	return status ? complain_of(certificate, status, error, error_size) : 0;
}

static int load_authority(struct tls_context *context, const char *path, char *error,
			  size_t error_size)
{
	if (load_certificates(&context->authority, path, error, error_size) < 0)
		return -1;
	mbedtls_ssl_conf_ca_chain(&context->config, &context->authority, NULL);
	context->trusts = true;
	return 0;
}

/* NULL with a line in error. */
static struct tls_context *begin(int side, char *error, size_t error_size)
{
	struct tls_context *context = calloc(1, sizeof(*context));
	int status;

	if (!context) {
		(void)complain(error, error_size, "out of memory");
		return NULL;
	}
	mbedtls_entropy_init(&context->entropy);
	mbedtls_ctr_drbg_init(&context->random);
	mbedtls_x509_crt_init(&context->own);
	mbedtls_x509_crt_init(&context->authority);
	mbedtls_pk_init(&context->key);
	mbedtls_ssl_config_init(&context->config);
	status = mbedtls_ctr_drbg_seed(&context->random, mbedtls_entropy_func,
				       &context->entropy, NULL, 0);
	if (!status)
		status = mbedtls_ssl_config_defaults(&context->config, side,
						     MBEDTLS_SSL_TRANSPORT_STREAM,
						     MBEDTLS_SSL_PRESET_DEFAULT);
	if (status) {
		tls_context_free(context);
		(void)complain_of("cannot set up TLS", status, error, error_size);
		return NULL;
	}
	mbedtls_ssl_conf_rng(&context->config, mbedtls_ctr_drbg_random, &context->random);
	mbedtls_ssl_conf_ciphersuites(&context->config, suites);
	mbedtls_ssl_conf_min_version(&context->config, MBEDTLS_SSL_MAJOR_VERSION_3,
				     MBEDTLS_SSL_MINOR_VERSION_3);
	/* Also without an authority: whether it is valid now is of interest. */
	mbedtls_ssl_conf_authmode(&context->config, MBEDTLS_SSL_VERIFY_OPTIONAL);
	return context;
}

int tls_server(const char *certificate, const char *key, const char *client_ca,
	       struct tls_context **out, char *error, size_t error_size)
{
	struct tls_context *context = begin(MBEDTLS_SSL_IS_SERVER, error, error_size);

	if (!context)
		return -1;
	if (!client_ca)
		mbedtls_ssl_conf_authmode(&context->config, MBEDTLS_SSL_VERIFY_NONE);
	if (load_own(context, certificate, key, error, error_size) < 0 ||
	    (client_ca && load_authority(context, client_ca, error, error_size) < 0)) {
		tls_context_free(context);
		return -1;
	}
	*out = context;
	return 0;
}

int tls_client(const char *ca, const char *certificate, const char *key,
	       struct tls_context **out, char *error, size_t error_size)
{
	struct tls_context *context = begin(MBEDTLS_SSL_IS_CLIENT, error, error_size);

	if (!context)
		return -1;
	if ((ca && load_authority(context, ca, error, error_size) < 0) ||
	    (certificate && load_own(context, certificate, key, error, error_size) < 0)) {
		tls_context_free(context);
		return -1;
	}
	/* A bridge on a chip takes no longer records (RFC 6066, 4). */
	(void)mbedtls_ssl_conf_max_frag_len(&context->config, MBEDTLS_SSL_MAX_FRAG_LEN_4096);
	*out = context;
	return 0;
}

void tls_context_free(struct tls_context *context)
{
	if (!context)
		return;
	mbedtls_ssl_config_free(&context->config);
	mbedtls_pk_free(&context->key);
	mbedtls_x509_crt_free(&context->authority);
	mbedtls_x509_crt_free(&context->own);
	mbedtls_ctr_drbg_free(&context->random);
	mbedtls_entropy_free(&context->entropy);
	free(context);
}

static void fingerprint(const mbedtls_x509_crt *certificate, char text[TLS_FINGERPRINT])
{
	unsigned char hash[32] = {0};

	(void)mbedtls_sha256_ret(certificate->raw.p, certificate->raw.len, hash, 0);
	for (size_t i = 0; i < sizeof(hash); i++)
		(void)snprintf(text + 3 * i, TLS_FINGERPRINT - 3 * i, "%02X:", hash[i]);
}

void tls_own_fingerprint(const struct tls_context *context, char text[TLS_FINGERPRINT])
{
	fingerprint(&context->own, text);
}

/* ---- the seam ---- */

static int on_send(void *user, const unsigned char *bytes, size_t n)
{
	struct tls *tls = user;
	ssize_t sent = tls->seam.send(tls->seam.user, bytes, n);

	tls->blocked = sent >= 0 && (size_t)sent < n;
	if (sent < 0)
		return MBEDTLS_ERR_SSL_CONN_EOF;
	return sent ? (int)sent : MBEDTLS_ERR_SSL_WANT_WRITE;
}

static int on_receive(void *user, unsigned char *bytes, size_t n)
{
	struct tls *tls = user;
	ssize_t got = tls->seam.receive(tls->seam.user, bytes, n);

	if (got < 0)
		return MBEDTLS_ERR_SSL_CONN_EOF;
	return got ? (int)got : MBEDTLS_ERR_SSL_WANT_READ;
}

/* ---- connections ---- */

struct tls *tls_new(struct tls_context *context, const char *name, const struct tls_seam *seam)
{
	struct tls *tls = calloc(1, sizeof(*tls));

	if (!tls)
		return NULL;
	mbedtls_ssl_init(&tls->ssl);
	tls->context = context;
	tls->seam = *seam;
	if (mbedtls_ssl_setup(&tls->ssl, &context->config) ||
	    (name && context->trusts && mbedtls_ssl_set_hostname(&tls->ssl, name))) {
		tls_free(tls);
		return NULL;
	}
	mbedtls_ssl_set_bio(&tls->ssl, tls, on_send, on_receive, NULL);
	return tls;
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	mbedtls_ssl_free(&tls->ssl);
	free(tls);
}

static enum tls_state fail(struct tls *tls, const char *why)
{
	tls->state = TLS_FAILED;
	(void)snprintf(tls->why, sizeof(tls->why), "%.*s", (int)sizeof(tls->why) - 1, why);
	return tls->state;
}

/* What a call came to that is not done. */
static enum tls_state judge(struct tls *tls, int status)
{
	static const struct reason {
		int status;
		const char *text;
	} reasons[] = {
		{MBEDTLS_ERR_SSL_CONN_EOF, "it hung up during the handshake"},
		{MBEDTLS_ERR_SSL_INVALID_RECORD, "it doesn't speak TLS"},
		{MBEDTLS_ERR_SSL_BAD_HS_CLIENT_HELLO, "it doesn't speak TLS"},
		{MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION, "it speaks no TLS 1.2"},
		{MBEDTLS_ERR_SSL_NO_CIPHER_CHOSEN, "no cipher that both know"},
		{MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE, "it refused us by an alert of TLS"},
	};
	char text[120];

	if (status == MBEDTLS_ERR_SSL_WANT_READ || status == MBEDTLS_ERR_SSL_WANT_WRITE)
		return tls->state;
	if (tls->state == TLS_OPEN && (!status || status == MBEDTLS_ERR_SSL_CONN_EOF ||
				       status == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)) {
		tls->state = TLS_ENDED;
		return tls->state;
	}
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (status == reasons[i].status)
			return fail(tls, reasons[i].text);
	mbedtls_strerror(status, text, sizeof(text));
	return fail(tls, text);
}

static void remember_name(struct tls *tls, const mbedtls_x509_crt *certificate)
{
	const mbedtls_x509_name *name = &certificate->subject;

	while (name && MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &name->oid))
		name = name->next;
	if (!name || name->val.len >= sizeof(tls->name) ||
	    memchr(name->val.p, 0, name->val.len))
		return;
	memcpy(tls->name, name->val.p, name->val.len);
}

/* The handshake is over: is the peer who it must be? */
static enum tls_state look_at_peer(struct tls *tls)
{
	const mbedtls_x509_crt *certificate = mbedtls_ssl_get_peer_cert(&tls->ssl);
	bool trusts = tls->context->trusts;
	uint32_t flags = mbedtls_ssl_get_verify_result(&tls->ssl);
	char text[512], *end;

	tls->state = TLS_OPEN;
	if (!certificate)
		return tls->state;
	if (!trusts)
		flags &= ~(uint32_t)MBEDTLS_X509_BADCERT_NOT_TRUSTED;
	if (flags) {
		(void)mbedtls_x509_crt_verify_info(text, sizeof(text), "", flags);
		end = strchr(text, '\n');
		if (end)
			*end = 0;
		(void)mbedtls_ssl_send_alert_message(&tls->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL,
						     MBEDTLS_SSL_ALERT_MSG_BAD_CERT);
		return fail(tls, text);
	}
	if (trusts)
		remember_name(tls, certificate);
	return tls->state;
}

static bool may_write(const struct tls *tls)
{
	return tls->state == TLS_OPEN || tls->state == TLS_ENDED;
}

/* A write came to nothing, now or for good. */
static void judge_write(struct tls *tls, int status)
{
	if (status == MBEDTLS_ERR_SSL_CONN_EOF)
		(void)fail(tls, "it hung up");
	else
		(void)judge(tls, status);
}

/* The rest of a record, ours or an alert, of which it holds a copy. */
static void pay(struct tls *tls)
{
	static const uint8_t nothing[1];
	int status;

	if (!tls->blocked)
		return;
	status = mbedtls_ssl_write(&tls->ssl, nothing, 0);
	if (status < 0)
		judge_write(tls, status);
}

enum tls_state tls_go_on(struct tls *tls)
{
	if (may_write(tls))
		pay(tls);
	if (tls->state == TLS_HANDSHAKE) {
		int status = mbedtls_ssl_handshake(&tls->ssl);

		return status ? judge(tls, status) : look_at_peer(tls);
	}
	return tls->state;
}

enum tls_state tls_state(const struct tls *tls)
{
	return tls->state;
}

const char *tls_why(const struct tls *tls)
{
	return tls->why;
}

size_t tls_read(struct tls *tls, uint8_t *bytes, size_t n)
{
	int status;

	if (tls_go_on(tls) != TLS_OPEN || !n)
		return 0;
	status = mbedtls_ssl_read(&tls->ssl, bytes, n);
	if (status > 0)
		return (size_t)status;
	(void)judge(tls, status);
	return 0;
}

size_t tls_write(struct tls *tls, const uint8_t *bytes, size_t n)
{
	size_t taken = 0;

	(void)tls_go_on(tls);
	while (may_write(tls) && taken < n && !tls->blocked) {
		size_t piece = n - taken < PIECE ? n - taken : PIECE;
		int status = mbedtls_ssl_write(&tls->ssl, bytes + taken, piece);

		if (status == MBEDTLS_ERR_SSL_WANT_WRITE) {
			taken += piece;
		} else if (status > 0) {
			taken += (size_t)status;
		} else {
			judge_write(tls, status);
			break;
		}
	}
	return taken;
}

bool tls_has_input(const struct tls *tls)
{
	return tls->state == TLS_OPEN && mbedtls_ssl_check_pending(&tls->ssl);
}

bool tls_has_output(const struct tls *tls)
{
	return tls->state <= TLS_ENDED && tls->blocked;
}

void tls_end(struct tls *tls)
{
	if (may_write(tls) && !tls->blocked)
		(void)mbedtls_ssl_close_notify(&tls->ssl);
}

bool tls_peer_fingerprint(const struct tls *tls, char text[TLS_FINGERPRINT])
{
	const mbedtls_x509_crt *certificate = mbedtls_ssl_get_peer_cert(&tls->ssl);

	if (certificate)
		fingerprint(certificate, text);
	return certificate != NULL;
}

const char *tls_peer_name(const struct tls *tls)
{
	return *tls->name ? tls->name : NULL;
}
