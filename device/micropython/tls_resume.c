/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Sessions are resumed, which spares most of a handshake: a client's context keeps the last
 * one that it had, for the next connection to the same name; a server's keeps a few. Each
 * context has its own, as it is what the other end was let in by; they go with it, or when
 * its rules change, or a handshake fails.
 *
 * mbedTLS uses the pointer p_cache of a configuration on servers only.
 */
#include "tls_hooks.h"

#include <mbedtls/platform.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/ssl_cache.h>

#include <stdbool.h>
#include <string.h>

#define SERVER_SESSIONS 4
#define SECONDS_MOST	86400 /* RFC 5246, F.1.4 */

struct kept {
	mbedtls_ssl_session session;
	mbedtls_time_t until;
	char name[];
};

static bool is_client(const mbedtls_ssl_config *config)
{
	return config->endpoint == MBEDTLS_SSL_IS_CLIENT;
}

static int begin_server(mbedtls_ssl_config *config)
{
	mbedtls_ssl_cache_context *cache = mbedtls_calloc(1, sizeof(*cache));

	if (!cache)
		return MBEDTLS_ERR_SSL_ALLOC_FAILED;
	mbedtls_ssl_cache_init(cache);
	mbedtls_ssl_cache_set_max_entries(cache, SERVER_SESSIONS);
	mbedtls_ssl_conf_session_cache(config, cache, mbedtls_ssl_cache_get,
				       mbedtls_ssl_cache_set);
	return 0;
}

int tls_resume_begin(mbedtls_ssl_config *config)
{
	return is_client(config) ? 0 : begin_server(config);
}

static void forget_server(mbedtls_ssl_config *config)
{
	mbedtls_ssl_cache_free(config->p_cache);
	mbedtls_ssl_cache_init(config->p_cache);
	mbedtls_ssl_cache_set_max_entries(config->p_cache, SERVER_SESSIONS);
}

static void forget_client(mbedtls_ssl_config *config)
{
	struct kept *kept = config->p_cache;

	mbedtls_ssl_session_free(&kept->session);
	mbedtls_free(kept);
	config->p_cache = NULL;
}

void tls_resume_forget(mbedtls_ssl_config *config)
{
	if (config->p_cache)
		(is_client(config) ? forget_client : forget_server)(config);
}

void tls_resume_end(mbedtls_ssl_config *config)
{
	tls_resume_forget(config);
	mbedtls_free(config->p_cache);
	config->p_cache = NULL;
}

/* ---- of a client ---- */

void tls_resume_offer(mbedtls_ssl_context *ssl)
{
	const struct kept *kept = ssl->conf->p_cache;

	/* If it cannot be offered there is a whole handshake. */
	if (is_client(ssl->conf) && kept && ssl->hostname &&
	    strcmp(kept->name, ssl->hostname) == 0 && mbedtls_time(NULL) < kept->until)
		(void)mbedtls_ssl_set_session(ssl, &kept->session);
}

static mbedtls_time_t seconds(const mbedtls_ssl_session *session)
{
	uint32_t said = session->ticket_lifetime; /* 0: nothing */

	return said && said < SECONDS_MOST ? (mbedtls_time_t)said : SECONDS_MOST;
}

void tls_resume_keep(mbedtls_ssl_context *ssl)
{
	mbedtls_ssl_config *config = (mbedtls_ssl_config *)ssl->conf;
	struct kept *kept;

	if (!ssl->hostname || config->transport != MBEDTLS_SSL_TRANSPORT_STREAM)
		return;
	tls_resume_forget(config);
	kept = mbedtls_calloc(1, sizeof(*kept) + strlen(ssl->hostname) + 1);
	if (!kept)
		return;
	mbedtls_ssl_session_init(&kept->session);
	config->p_cache = kept;
	strcpy(kept->name, ssl->hostname);
	if (mbedtls_ssl_get_session(ssl, &kept->session))
		forget_client(config);
	else
		kept->until = mbedtls_time(NULL) + seconds(&kept->session);
}
