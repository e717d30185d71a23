/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Of mbedTLS 2.28 a server of TLS 1.2 with one suite, ECDHE-ECDSA on P-256 with AES-128-GCM,
 * and PBKDF2; and what the pages need, none of which TLS would use: its hashes are SHA-2. A
 * record may be 4 KB on its way in and 576 bytes on its way out, so that four connections fit;
 * that is enough for our certificate.
 */
#ifndef PIGTAIL_DEVICE_BRIDGE_TLS_CONFIG_H
#define PIGTAIL_DEVICE_BRIDGE_TLS_CONFIG_H

#define MBEDTLS_NO_UDBL_DIVISION /* the compiler's library has none */
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_PLATFORM_MEMORY
#define MBEDTLS_MEMORY_BUFFER_ALLOC_C
#define MBEDTLS_DEPRECATED_REMOVED
#define MBEDTLS_X509_REMOVE_INFO

/* Nothing of the C library's that wants a system; what the heap's checks find is the end. */
#define MBEDTLS_PLATFORM_NO_STD_FUNCTIONS
#define MBEDTLS_PLATFORM_EXIT_MACRO tls_impossible
void tls_impossible(int status);

#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_SRV_C
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET
#define MBEDTLS_SSL_MAX_FRAGMENT_LENGTH
#define MBEDTLS_SSL_IN_CONTENT_LEN  4096
#define MBEDTLS_SSL_OUT_CONTENT_LEN 576
#define MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA_ENABLED
#define MBEDTLS_SSL_CIPHERSUITES MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256

#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_OID_C

#define MBEDTLS_BIGNUM_C
#define MBEDTLS_MPI_MAX_SIZE 64
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECP_WINDOW_SIZE	      2
#define MBEDTLS_ECP_FIXED_POINT_OPTIM 0
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECDSA_C

#define MBEDTLS_AES_C
#define MBEDTLS_AES_ROM_TABLES
#define MBEDTLS_AES_FEWER_TABLES
#define MBEDTLS_AES_SETKEY_DEC_ALT /* GCM only encrypts: tls_stream.c has none of it */
#define MBEDTLS_AES_DECRYPT_ALT
#define MBEDTLS_GCM_C
#define MBEDTLS_CIPHER_C
#define MBEDTLS_MD_C
#define MBEDTLS_SHA224_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA256_SMALLER
#define MBEDTLS_PKCS5_C
#define MBEDTLS_SHA1_C	 /* a WebSocket's beginning (RFC 6455) */
#define MBEDTLS_MD5_C	 /* an ESP's ROM tells it of its flash */
#define MBEDTLS_BASE64_C /* images, and a WebSocket's beginning */
#define MBEDTLS_CTR_DRBG_C
#define MBEDTLS_CTR_DRBG_USE_128_BIT_KEY

#include "mbedtls/check_config.h"

#endif
