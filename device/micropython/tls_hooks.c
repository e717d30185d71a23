/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * MicroPython's module tls calls mbedTLS as it is, and makes one configuration for each
 * SSLContext. The linker leads some of these calls here (--wrap), where a context and a
 * handshake get what the module does not know of.
 */
#include "tls_hooks.h"

#include <mbedtls/ssl_internal.h>

int __real_mbedtls_ssl_config_defaults(mbedtls_ssl_config *config, int endpoint, int transport,
				       int preset);
int __wrap_mbedtls_ssl_config_defaults(mbedtls_ssl_config *config, int endpoint, int transport,
				       int preset);
void __real_mbedtls_ssl_config_free(mbedtls_ssl_config *config);
void __wrap_mbedtls_ssl_config_free(mbedtls_ssl_config *config);
void __real_mbedtls_ssl_conf_authmode(mbedtls_ssl_config *config, int mode);
void __wrap_mbedtls_ssl_conf_authmode(mbedtls_ssl_config *config, int mode);
void __real_mbedtls_ssl_conf_ca_chain(mbedtls_ssl_config *config, mbedtls_x509_crt *chain,
				      mbedtls_x509_crl *revoked);
void __wrap_mbedtls_ssl_conf_ca_chain(mbedtls_ssl_config *config, mbedtls_x509_crt *chain,
				      mbedtls_x509_crl *revoked);
int __real_mbedtls_ssl_set_hostname(mbedtls_ssl_context *ssl, const char *name);
int __wrap_mbedtls_ssl_set_hostname(mbedtls_ssl_context *ssl, const char *name);
int __real_mbedtls_ssl_handshake_client_step(mbedtls_ssl_context *ssl);
int __wrap_mbedtls_ssl_handshake_client_step(mbedtls_ssl_context *ssl);
int __real_mbedtls_ssl_handshake_server_step(mbedtls_ssl_context *ssl);
int __wrap_mbedtls_ssl_handshake_server_step(mbedtls_ssl_context *ssl);

unsigned tls_served;

/* ---- a context ---- */

/* The quick one first, of the two that there are. */
static const mbedtls_ecp_group_id curves[] = {
	MBEDTLS_ECP_DP_SECP256R1,
	MBEDTLS_ECP_DP_SECP384R1,
	MBEDTLS_ECP_DP_NONE,
};

int __wrap_mbedtls_ssl_config_defaults(mbedtls_ssl_config *config, int endpoint, int transport,
				       int preset)
{
	int result = __real_mbedtls_ssl_config_defaults(config, endpoint, transport, preset);

	if (result)
		return result;
	mbedtls_ssl_conf_curves(config, curves);
	if (transport != MBEDTLS_SSL_TRANSPORT_STREAM)
		return 0;
	tls_records_ask(config);
	mbedtls_ssl_conf_ca_cb(config, tls_roots_find, NULL);
	return tls_resume_begin(config);
}

void __wrap_mbedtls_ssl_config_free(mbedtls_ssl_config *config)
{
	tls_resume_end(config);
	__real_mbedtls_ssl_config_free(config);
}

/* Whoever was let in by other rules is looked at again. */
void __wrap_mbedtls_ssl_conf_authmode(mbedtls_ssl_config *config, int mode)
{
	tls_resume_forget(config);
	__real_mbedtls_ssl_conf_authmode(config, mode);
}

void __wrap_mbedtls_ssl_conf_ca_chain(mbedtls_ssl_config *config, mbedtls_x509_crt *chain,
				      mbedtls_x509_crl *revoked)
{
	tls_resume_forget(config);
	__real_mbedtls_ssl_conf_ca_chain(config, chain, revoked);
}

/* ---- a connection ---- */

int __wrap_mbedtls_ssl_set_hostname(mbedtls_ssl_context *ssl, const char *name)
{
	int result = __real_mbedtls_ssl_set_hostname(ssl, name);

	if (result == 0)
		tls_resume_offer(ssl);
	return result;
}

int __wrap_mbedtls_ssl_handshake_client_step(mbedtls_ssl_context *ssl)
{
	int result = tls_records_step(ssl, __real_mbedtls_ssl_handshake_client_step);

	if (result == 0 && ssl->state == MBEDTLS_SSL_HANDSHAKE_OVER)
		tls_resume_keep(ssl);
	else if (result && result != MBEDTLS_ERR_SSL_WANT_READ &&
		 result != MBEDTLS_ERR_SSL_WANT_WRITE)
		tls_resume_forget((mbedtls_ssl_config *)ssl->conf);
	return result;
}

int __wrap_mbedtls_ssl_handshake_server_step(mbedtls_ssl_context *ssl)
{
	int result = tls_records_step(ssl, __real_mbedtls_ssl_handshake_server_step);

	if (result == 0 && ssl->state == MBEDTLS_SSL_HANDSHAKE_OVER)
		tls_served++;
	return result;
}
