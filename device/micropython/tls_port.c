/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What mbedTLS asks of its platform (tls_config.h): the time; and, since a handshake takes the
 * CPU for long, turns of the link within it. The linker leads the multiplications of its
 * curves here (--wrap), of which a handshake has tens of thousands.
 */
#include "script.h"

#include "py/mpconfig.h"
#include "shared/timeutils/timeutils.h"

#include <mbedtls/bignum.h>
#include <mbedtls/platform_time.h>
#include <mbedtls/platform_util.h>

time_t tls_time(time_t *at)
{
	time_t now = (time_t)(script_utc() / 1000000u);

	if (at)
		*at = now;
	return now;
}

struct tm *mbedtls_platform_gmtime_r(const mbedtls_time_t *at, struct tm *to)
{
	timeutils_struct_time_t now;

	timeutils_seconds_since_2000_to_struct_time(
		(mp_uint_t)(*at - (time_t)TIMEUTILS_SECONDS_1970_TO_2000), &now);
	*to = (struct tm){
		.tm_sec = now.tm_sec,
		.tm_min = now.tm_min,
		.tm_hour = now.tm_hour,
		.tm_mday = now.tm_mday,
		.tm_mon = now.tm_mon - 1,
		.tm_year = now.tm_year - 1900,
	};
	return to;
}

int __real_mbedtls_mpi_mul_mpi(mbedtls_mpi *to, const mbedtls_mpi *a, const mbedtls_mpi *b);
int __wrap_mbedtls_mpi_mul_mpi(mbedtls_mpi *to, const mbedtls_mpi *a, const mbedtls_mpi *b);

int __wrap_mbedtls_mpi_mul_mpi(mbedtls_mpi *to, const mbedtls_mpi *a, const mbedtls_mpi *b)
{
	script_poll();
	return __real_mbedtls_mpi_mul_mpi(to, a, b);
}
