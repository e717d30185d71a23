/* SPDX-License-Identifier: GPL-2.0-only */
/* See access.h. TLS and a way to show who one is go together: neither is of use alone. */
#include "host/bridge/access.h"

#include "host/base/log.h"

#include <string.h>

int access_parse_pair(struct access_options *options, const char *option, char *text,
		      char *error, size_t error_size)
{
	char *comma = strchr(text, ',');

	if (!comma || comma == text || !comma[1])
		return complain_usage(error, error_size,
				      "%s '%s': it must be CERT,KEY, two files", option, text);
	*comma = 0;
	options->certificate = text;
	options->key = comma + 1;
	return 0;
}

int access_open(uv_loop_t *loop, const struct access_options *options, struct access *access,
		char *error, size_t error_size)
{
	*access = (struct access){.by_certificate = options->client_ca != NULL};
	if (!options->certificate) {
		if (!options->users && !options->client_ca)
			return 0;
		return complain_usage(error, error_size,
				      "--users and --client-ca want --tls CERT,KEY: a password "
				      "in the clear is none");
	}
	if (!options->users && !options->client_ca)
		return complain_usage(error, error_size,
				      "--tls wants --users FILE or --client-ca FILE: whom to "
				      "let in");
	if (tls_server(options->certificate, options->key, options->client_ca, &access->tls,
		       error, error_size) < 0)
		return -1;
	if (!options->users ||
	    !users_open(loop, options->users, &access->users, error, error_size))
		return 0;
	access_close(access);
	return -1;
}

void access_close(struct access *access)
{
	users_close(access->users);
	tls_context_free(access->tls);
	*access = (struct access){0};
}
