/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * See chance.h. One generator (CTR_DRBG of mbedTLS) for all: the host's bytes of each session
 * are mixed into what it has, with the little that the clock gives. It outlives a soft reset.
 */
#include "chance.h"
#include "script.h"

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/entropy_poll.h>

#define WAIT_MS 5000u

static struct {
	mbedtls_ctr_drbg_context drbg;
	bool there;
} chance;

int __real_mbedtls_ctr_drbg_seed(mbedtls_ctr_drbg_context *drbg,
				 int (*entropy)(void *, unsigned char *, size_t), void *user,
				 const unsigned char *custom, size_t n);
int __wrap_mbedtls_ctr_drbg_seed(mbedtls_ctr_drbg_context *drbg,
				 int (*entropy)(void *, unsigned char *, size_t), void *user,
				 const unsigned char *custom, size_t n);

/* ---- from the host ---- */

static int of_clock(void *user, unsigned char *to, size_t n)
{
	(void)user;
	for (size_t i = 0; i < n; i++)
		to[i] = (unsigned char)(script_random() >> 13);
	return 0;
}

static bool mix(const uint8_t *bytes, size_t n)
{
	if (chance.there)
		return mbedtls_ctr_drbg_reseed(&chance.drbg, bytes, n) == 0;
	mbedtls_ctr_drbg_init(&chance.drbg);
	chance.there =
		__real_mbedtls_ctr_drbg_seed(&chance.drbg, of_clock, NULL, bytes, n) == 0;
	return chance.there;
}

static enum ptl_status request(void *user, const struct ptl_control *message,
			       struct ptl_control_writer *answer, const char **reason)
{
	const uint8_t *bytes;
	size_t n;

	(void)user;
	(void)answer;
	if (ptl_control_type(message) == PTL_M_GET) {
		*reason = "it is not told";
		return PTL_STATUS_DENIED;
	}
	bytes = ptl_control_bytes(message, PTL_F_CHANCE, &n);
	return mix(bytes, n) ? PTL_STATUS_DONE : PTL_STATUS_FAILED;
}

static const uint8_t settings[] = {PTL_F_CHANCE, 0};

const struct device_owner chance_owner = {
	.settings = settings,
	.capabilities = PTL_CAN_CHANCE,
	.request = request,
};

/* ---- to scripts ---- */

void chance_want(void)
{
	mp_uint_t began = mp_hal_ticks_ms();

	while (!chance.there) {
		if (mp_hal_ticks_ms() - began > WAIT_MS)
			mp_raise_msg(&mp_type_OSError,
				     MP_ERROR_TEXT("no random bytes: the host sent none"));
		mp_event_wait_ms(10);
	}
}

void chance_bytes(uint8_t *to, size_t n)
{
	chance_want();
	while (n) {
		size_t part =
			n < MBEDTLS_CTR_DRBG_MAX_REQUEST ? n : MBEDTLS_CTR_DRBG_MAX_REQUEST;

		if (mbedtls_ctr_drbg_random(&chance.drbg, to, part))
			mp_raise_OSError(MP_EIO);
		to += part;
		n -= part;
	}
}

/* mbedTLS would give a number for a reason. */
int __wrap_mbedtls_ctr_drbg_seed(mbedtls_ctr_drbg_context *drbg,
				 int (*entropy)(void *, unsigned char *, size_t), void *user,
				 const unsigned char *custom, size_t n)
{
	chance_want();
	return __real_mbedtls_ctr_drbg_seed(drbg, entropy, user, custom, n);
}

int mbedtls_hardware_poll(void *user, unsigned char *to, size_t n, size_t *drawn)
{
	(void)user;
	if (!chance.there || mbedtls_ctr_drbg_random(&chance.drbg, to, n))
		return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
	*drawn = n;
	return 0;
}
