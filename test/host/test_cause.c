/* SPDX-License-Identifier: GPL-2.0-only */
/* The cause of bad frames: found for what a telnet server and XON/XOFF do to the bytes of
 * a link, in any chunking; none for noise, lost and doubled bytes. */
#include "story.h"

#include "host/run/cause.h"

#include <pigtail/link.h>

#include "packets.h"

enum { FRAMES = 400 };

/* What damages a frame; returns its new length. */
typedef size_t damage_fn(uint8_t *frame, size_t n, uint32_t *seed);

static bool take(void *user, const uint8_t *packet, size_t n)
{
	(void)user;
	(void)packet;
	(void)n;
	return true;
}

static uint8_t wire[1 << 18];

static size_t hello(uint8_t *out, uint32_t nonce)
{
	static const struct ptl_events events = {.packet = take};
	struct ptl_endpoint *end;
	struct ptl_config config;
	size_t size, n;
	void *memory;

	ptl_config_default(&config, PTL_PROFILE_HOST);
	config.role = PTL_DEVICE;
	config.nonce = nonce;
	size = ptl_framing_pigtail.size(&config);
	memory = aligned_alloc(64, (size + 63) & ~(size_t)63);
	assert_non_null(memory);
	assert_int_equal(ptl_framing_pigtail.init(memory, size, &config, &events, 0, &end),
			 PTL_OK);
	ptl_framing_pigtail.wire_reset(end, 0);
	n = ptl_framing_pigtail.transmit(end, 0, out, 512);
	free(memory);
	return n;
}

static size_t double_ff(uint8_t *frame, size_t n, uint32_t *seed)
{
	(void)seed;
	for (size_t i = 0; i < n; i++)
		if (frame[i] == 0xff) {
			memmove(frame + i + 1, frame + i, n++ - i);
			i++;
		}
	return n;
}

static size_t swallow(uint8_t *frame, size_t n, uint32_t *seed)
{
	size_t kept = 0;

	(void)seed;
	for (size_t i = 0; i < n; i++)
		if (frame[i] != 0x11 && frame[i] != 0x13)
			frame[kept++] = frame[i];
	return kept;
}

static size_t insert(uint8_t *frame, size_t n, uint32_t *seed)
{
	size_t at = 2 + next_random(seed) % (n - 3);

	memmove(frame + at + 1, frame + at, n - at);
	frame[at] = next_random(seed) % 2 ? 0x11 : 0x13;
	return n + 1;
}

static size_t lose(uint8_t *frame, size_t n, uint32_t *seed)
{
	size_t at = 2 + next_random(seed) % (n - 3);

	memmove(frame + at, frame + at + 1, n - at - 1);
	return n - 1;
}

static size_t repeat(uint8_t *frame, size_t n, uint32_t *seed)
{
	size_t at = 2 + next_random(seed) % (n - 3);

	memmove(frame + at + 1, frame + at, n - at);
	return n + 1;
}

static size_t flip(uint8_t *frame, size_t n, uint32_t *seed)
{
	frame[2 + next_random(seed) % (n - 3)] ^= (uint8_t)(1 + next_random(seed) % 255);
	return n;
}

static void each_cause_is_named(void **state)
{
	static const struct {
		damage_fn *damage;
		const char *says;
	} rows[] = {
		{double_ff, "telnet"}, {swallow, "lack a byte"}, {insert, "too many"},
		{lose, NULL},	       {repeat, NULL},		 {flip, NULL},
	};
	struct prng prng = story_seed("causes", 51);
	uint32_t seed = (uint32_t)prng_next(&prng) | 1;

	(void)state;
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		struct cause cause;
		const char *what = NULL;

		cause_init(&cause, &ptl_framing_pigtail, PTL_HOST);
		for (unsigned i = 0; i < FRAMES; i++) {
			size_t n = hello(wire, next_random(&seed) | 1);
			size_t chunk = 1 + next_random(&seed) % 64;

			n = rows[row].damage(wire, n, &seed);
			for (size_t at = 0; at < n; at += chunk)
				cause_feed(&cause, wire + at, n - at < chunk ? n - at : chunk,
					   true);
			if (i % 8 == 7 && !what)
				what = cause_tick(&cause);
		}
		if (!rows[row].says)
			assert_null(what);
		else
			assert_non_null(what);
		if (what)
			assert_non_null(strstr(what, rows[row].says));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_cause_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
