/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Whom a client trusts that was not told whom to: the certificates in the file /ca.pem. There
 * may be all that a Linux system has, 200 KB, so they are not held in memory: the file is read
 * when a chain is to be verified, and of what is in it only those are kept that have the name
 * that is asked for.
 */
#include "script.h"
#include "tls_hooks.h"

#include "extmod/vfs.h"
#include "py/runtime.h"
#include "py/stream.h"

#include <mbedtls/base64.h>
#include <mbedtls/platform.h>

#include <string.h>

#define FILE_NAME "/ca.pem"
#define PART	  512u
#define LINE	  80u
#define TEXT	  4096u /* of one certificate, in base64; the largest in use have 2900 */
#define DER	  (TEXT / 4 * 3)

struct search {
	const mbedtls_x509_crt *child;
	mbedtls_x509_crt *found;
	char line[LINE];
	unsigned line_n;
	bool within;   /* a certificate */
	size_t text_n; /* above TEXT: it is too large */
	uint8_t text[TEXT], der[DER];
};

/* The name is looked for before all is parsed. */
static bool may_be(const struct search *search, size_t n)
{
	const mbedtls_x509_buf *name = &search->child->issuer_raw;

	for (size_t at = 0; at + name->len <= n; at++)
		if (memcmp(search->der + at, name->p, name->len) == 0)
			return true;
	return false;
}

static void keep(struct search *search, size_t n)
{
	mbedtls_x509_crt *one = mbedtls_calloc(1, sizeof(*one));

	if (!one)
		return;
	mbedtls_x509_crt_init(one);
	if (mbedtls_x509_crt_parse_der(one, search->der, n)) {
		mbedtls_x509_crt_free(one);
		mbedtls_free(one);
		return;
	}
	one->next = search->found;
	search->found = one;
}

static void end_certificate(struct search *search)
{
	size_t n;

	script_poll();
	if (search->text_n <= TEXT &&
	    mbedtls_base64_decode(search->der, DER, &n, search->text, search->text_n) == 0 &&
	    may_be(search, n))
		keep(search, n);
}

static void end_line(struct search *search)
{
	size_t n = search->line_n;

	search->line[n] = '\0';
	search->line_n = 0;
	if (strcmp(search->line, "-----BEGIN CERTIFICATE-----") == 0) {
		search->within = true;
		search->text_n = 0;
	} else if (search->within && search->line[0] == '-') {
		search->within = false;
		end_certificate(search);
	} else if (search->within && search->text_n + n <= TEXT) {
		memcpy(search->text + search->text_n, search->line, n);
		search->text_n += n;
	} else if (search->within) {
		search->text_n = TEXT + 1;
	}
}

static void read_file(struct search *search)
{
	mp_obj_t how[] = {mp_obj_new_str(FILE_NAME, strlen(FILE_NAME)),
			  MP_OBJ_NEW_QSTR(MP_QSTR_rb)};
	mp_obj_t file = mp_vfs_open(MP_ARRAY_SIZE(how), how, (mp_map_t *)&mp_const_empty_map);
	char part[PART];
	ssize_t n;

	while ((n = mp_stream_posix_read(file, part, sizeof(part))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (part[i] == '\n')
				end_line(search);
			else if (part[i] != '\r' && search->line_n < LINE - 1)
				search->line[search->line_n++] = part[i];
		}
	}
	mp_stream_close(file);
}

int tls_roots_find(void *user, const mbedtls_x509_crt *child, mbedtls_x509_crt **found)
{
	struct search *search = mbedtls_calloc(1, sizeof(*search));
	nlr_buf_t raised;

	(void)user;
	*found = NULL;
	if (!search)
		return MBEDTLS_ERR_X509_ALLOC_FAILED;
	search->child = child;
	/* Nothing may fly through mbedTLS. Without the file nobody is trusted. */
	if (nlr_push(&raised) == 0) {
		read_file(search);
		nlr_pop();
	} else if (!mp_obj_is_subclass_fast(
			   MP_OBJ_FROM_PTR(((mp_obj_base_t *)raised.ret_val)->type),
			   MP_OBJ_FROM_PTR(&mp_type_OSError))) {
		mp_sched_exception(MP_OBJ_FROM_PTR(raised.ret_val));
	}
	*found = search->found;
	mbedtls_free(search);
	return 0;
}
