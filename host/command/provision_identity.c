/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A key on P-256 and a certificate that it signs itself, valid as long as the device has no
 * clock to tell: from 2020 to 2099. Clients know it by its fingerprint.
 */
#include "host/command/provision_identity.h"

#include "host/base/log.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ecp.h>
#include <mbedtls/entropy.h>
#include <mbedtls/sha256.h>
#include <mbedtls/x509_crt.h>
#include <pigtail/bridge_settings.h>

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#define NAME	"CN=pigtail bridge"
#define FROM	"20200101000000"
#define TO	"20991231235959"
#define DER_MAX 1024u
#define SHA256	32u
#define SERIAL	16u

struct maker {
	mbedtls_entropy_context entropy;
	mbedtls_ctr_drbg_context chance;
	mbedtls_pk_context key;
	mbedtls_x509write_cert certificate;
	mbedtls_mpi serial;
};

static int make_key(struct maker *maker)
{
	int status = mbedtls_ctr_drbg_seed(&maker->chance, mbedtls_entropy_func,
					   &maker->entropy, NULL, 0);

	if (!status)
		status = mbedtls_pk_setup(&maker->key,
					  mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
	if (!status)
		status =
			mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(maker->key),
					    mbedtls_ctr_drbg_random, &maker->chance);
	return status;
}

/* Bytes of the certificate at the end of der; < 0: an error. */
static int make_certificate(struct maker *maker, uint8_t der[DER_MAX])
{
	mbedtls_x509write_cert *certificate = &maker->certificate;

	mbedtls_x509write_crt_set_version(certificate, MBEDTLS_X509_CRT_VERSION_3);
	mbedtls_x509write_crt_set_md_alg(certificate, MBEDTLS_MD_SHA256);
	mbedtls_x509write_crt_set_subject_key(certificate, &maker->key);
	mbedtls_x509write_crt_set_issuer_key(certificate, &maker->key);
	if (mbedtls_mpi_fill_random(&maker->serial, SERIAL, mbedtls_ctr_drbg_random,
				    &maker->chance) ||
	    mbedtls_mpi_set_bit(&maker->serial, SERIAL * 8 - 1, 0) ||
	    mbedtls_x509write_crt_set_serial(certificate, &maker->serial) ||
	    mbedtls_x509write_crt_set_subject_name(certificate, NAME) ||
	    mbedtls_x509write_crt_set_issuer_name(certificate, NAME) ||
	    mbedtls_x509write_crt_set_validity(certificate, FROM, TO))
		return -1;
	return mbedtls_x509write_crt_der(certificate, der, DER_MAX, mbedtls_ctr_drbg_random,
					 &maker->chance);
}

static void tell_fingerprint(const uint8_t *der, size_t n)
{
	uint8_t sum[SHA256];
	char text[3 * SHA256 + 1] = "";

	if (mbedtls_sha256_ret(der, n, sum, 0))
		return;
	for (size_t i = 0; i < SHA256; i++)
		(void)snprintf(text + 3 * i, 4, "%02X:", sum[i]);
	log_line("the bridge has a new certificate, fingerprint %.*s", (int)(3 * SHA256 - 1),
		 text);
}

static int make(struct ptl_store *store)
{
	struct maker maker;
	uint8_t der[DER_MAX], key[DER_MAX], seed[BRIDGE_SEED];
	int status = -1, n, key_n;

	mbedtls_entropy_init(&maker.entropy);
	mbedtls_ctr_drbg_init(&maker.chance);
	mbedtls_pk_init(&maker.key);
	mbedtls_x509write_crt_init(&maker.certificate);
	mbedtls_mpi_init(&maker.serial);
	if (make_key(&maker) == 0 && (n = make_certificate(&maker, der)) > 0 &&
	    (key_n = mbedtls_pk_write_key_der(&maker.key, key, sizeof(key))) > 0 &&
	    getrandom(seed, sizeof(seed), 0) == sizeof(seed) &&
	    bridge_settings_write_certificate(store, der + DER_MAX - n, (size_t)n) &&
	    bridge_settings_write_key(store, key + DER_MAX - key_n, (size_t)key_n) &&
	    bridge_settings_write_seed(store, seed)) {
		tell_fingerprint(der + DER_MAX - n, (size_t)n);
		status = 0;
	}
	explicit_bzero(key, sizeof(key));
	explicit_bzero(seed, sizeof(seed));
	mbedtls_mpi_free(&maker.serial);
	mbedtls_x509write_crt_free(&maker.certificate);
	mbedtls_pk_free(&maker.key);
	mbedtls_ctr_drbg_free(&maker.chance);
	mbedtls_entropy_free(&maker.entropy);
	return status;
}

int provision_identity_put(struct ptl_store *store)
{
	uint8_t certificate[BRIDGE_CERTIFICATE_MAX], key[BRIDGE_KEY_MAX], seed[BRIDGE_SEED];
	bool there = bridge_settings_read_certificate(store, certificate) &&
		     bridge_settings_read_key(store, key) &&
		     bridge_settings_read_seed(store, seed);

	explicit_bzero(key, sizeof(key));
	explicit_bzero(seed, sizeof(seed));
	return there ? 0 : make(store);
}
