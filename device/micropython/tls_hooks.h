/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What tls_hooks.c calls at the events of a context and of a handshake. */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_TLS_HOOKS_H
#define PIGTAIL_DEVICE_MICROPYTHON_TLS_HOOKS_H

#include <mbedtls/ssl.h>

/* Handshakes that servers here have been through, wrapping. */
extern unsigned tls_served;

/* tls_records.c. A step of a handshake, with the size of records that goes for it. */
void tls_records_ask(mbedtls_ssl_config *config);
int tls_records_step(mbedtls_ssl_context *ssl, int (*step)(mbedtls_ssl_context *));

/* tls_resume.c. Of a context's life; of a client's connection before and after a handshake. */
int tls_resume_begin(mbedtls_ssl_config *config);
void tls_resume_forget(mbedtls_ssl_config *config);
void tls_resume_end(mbedtls_ssl_config *config);
void tls_resume_offer(mbedtls_ssl_context *ssl);
void tls_resume_keep(mbedtls_ssl_context *ssl);

/* tls_roots.c: the certificates of the file may have signed this one. */
int tls_roots_find(void *user, const mbedtls_x509_crt *child, mbedtls_x509_crt **found);

#endif
