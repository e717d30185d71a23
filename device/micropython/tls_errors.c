/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Errors of mbedTLS by their names in its headers, from which the Makefile lists them. An error
 * has two parts, of which either may be 0: a module of TLS and certificates, and below that one
 * of ciphers and formats. MicroPython's own list is of mbedTLS 3.
 */
#include <mbedtls/error.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define HIGH 0xff80
#define LOW  0x007f

static const struct {
	uint16_t number;
	const char *name;
} errors[] = {
#include "tls_errors.inc"
};

static const char *name_of(unsigned number)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].number == number)
			return errors[i].name;
	return "MBEDTLS_ERR_UNKNOWN";
}

void mbedtls_strerror(int error, char *to, size_t room)
{
	unsigned number = (unsigned)(error < 0 ? -error : error);
	bool high = number & HIGH, low = number & LOW;

	(void)snprintf(to, room, "%s%s%s", high ? name_of(number & HIGH) : "",
		       high && low ? "+" : "", low ? name_of(number & LOW) : "");
}
