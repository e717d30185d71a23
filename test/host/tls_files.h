/* SPDX-License-Identifier: GPL-2.0-only */
/* Certificates and their keys, in a folder of the test's: made here, so that some are expired,
 * or nobody's. */
#ifndef TEST_TLS_FILES_H
#define TEST_TLS_FILES_H

#include "story.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ecp.h>
#include <mbedtls/entropy.h>
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/pigtail-tls-XXXXXX";

static mbedtls_entropy_context entropy;
static mbedtls_ctr_drbg_context drbg;

static const char *path_of(const char *name)
{
	static char paths[8][128];
	static unsigned at;
	char *path = paths[at++ % 8];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path_of(name), 0600), 0);
}

/* NAME.crt and NAME.key, signed by the key of issuer. */
static void make(const char *name, const char *issuer, const char *until)
{
	static unsigned number;
	mbedtls_x509write_cert cert;
	mbedtls_pk_context key, signer;
	mbedtls_mpi serial;
	char subject[64], by[64], pem[4096], file[64];

	mbedtls_pk_init(&key);
	mbedtls_pk_init(&signer);
	mbedtls_mpi_init(&serial);
	mbedtls_x509write_crt_init(&cert);
	assert_int_equal(mbedtls_pk_setup(&key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)),
			 0);
	assert_int_equal(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(key),
					     mbedtls_ctr_drbg_random, &drbg),
			 0);
	assert_int_equal(mbedtls_pk_write_key_pem(&key, (unsigned char *)pem, sizeof(pem)), 0);
	(void)snprintf(file, sizeof(file), "%s.key", name);
	put(file, pem);
	(void)snprintf(file, sizeof(file), "%s.key", issuer);
	assert_int_equal(mbedtls_pk_parse_keyfile(&signer, path_of(file), NULL), 0);
	(void)snprintf(subject, sizeof(subject), "CN=%s", name);
	(void)snprintf(by, sizeof(by), "CN=%s", issuer);
	assert_int_equal(mbedtls_mpi_lset(&serial, (int)++number), 0);
	mbedtls_x509write_crt_set_version(&cert, MBEDTLS_X509_CRT_VERSION_3);
	mbedtls_x509write_crt_set_md_alg(&cert, MBEDTLS_MD_SHA256);
	assert_int_equal(mbedtls_x509write_crt_set_serial(&cert, &serial), 0);
	assert_int_equal(mbedtls_x509write_crt_set_subject_name(&cert, subject), 0);
	assert_int_equal(mbedtls_x509write_crt_set_issuer_name(&cert, by), 0);
	assert_int_equal(mbedtls_x509write_crt_set_validity(&cert, "20200101000000", until), 0);
	assert_int_equal(mbedtls_x509write_crt_set_basic_constraints(
				 &cert, strcmp(name, issuer) == 0, -1),
			 0);
	mbedtls_x509write_crt_set_subject_key(&cert, &key);
	mbedtls_x509write_crt_set_issuer_key(&cert, &signer);
	assert_int_equal(mbedtls_x509write_crt_pem(&cert, (unsigned char *)pem, sizeof(pem),
						   mbedtls_ctr_drbg_random, &drbg),
			 0);
	(void)snprintf(file, sizeof(file), "%s.crt", name);
	put(file, pem);
	mbedtls_x509write_crt_free(&cert);
	mbedtls_mpi_free(&serial);
	mbedtls_pk_free(&signer);
	mbedtls_pk_free(&key);
}

static int make_all(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	mbedtls_entropy_init(&entropy);
	mbedtls_ctr_drbg_init(&drbg);
	assert_int_equal(mbedtls_ctr_drbg_seed(&drbg, mbedtls_entropy_func, &entropy, NULL, 0),
			 0);
	make("ca", "ca", "20990101000000");
	make("other", "other", "20990101000000");
	make("bridge.lan", "ca", "20990101000000");
	make("old.lan", "ca", "20210101000000");
	make("mary", "ca", "20990101000000");
	make("late", "ca", "20210101000000");
	make("eve", "other", "20990101000000");
	return 0;
}

static int remove_all(void **state)
{
	char command[64];

	(void)state;
	mbedtls_ctr_drbg_free(&drbg);
	mbedtls_entropy_free(&entropy);
	(void)snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

#endif
