/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A visitor's bytes, to and from TLS: what requests and a console share. */
#include "visitor.h"

#include <mbedtls/platform_util.h>

bool visitor_flush(struct visitor *visitor)
{
	while (visitor->out_at < visitor->out_n) {
		size_t taken = tls_stream_write(visitor->tls, visitor->out + visitor->out_at,
						(size_t)(visitor->out_n - visitor->out_at));

		if (!taken)
			return false;
		visitor->out_at = (uint16_t)(visitor->out_at + taken);
	}
	visitor->out_at = visitor->out_n = 0;
	return true;
}

bool visitor_has_bytes(struct visitor *visitor)
{
	if (visitor->in_at == visitor->in_n) {
		visitor->in_at = 0;
		visitor->in_n = (uint16_t)tls_stream_read(visitor->tls, visitor->in,
							  sizeof(visitor->in));
	}
	return visitor->in_at < visitor->in_n;
}

void visitor_wipe(struct visitor *visitor)
{
	mbedtls_platform_zeroize(visitor->text, sizeof(visitor->text));
	mbedtls_platform_zeroize(visitor->in, visitor->in_at);
}

struct writer visitor_out(struct visitor *visitor)
{
	return writer_on((char *)visitor->out + visitor->out_n,
			 sizeof(visitor->out) - visitor->out_n);
}
