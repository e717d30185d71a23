/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory by the line's rate: a config that the link takes, at every rate and MTU, and
 * never more memory at a slower one. */
#include "story.h"

#include "host/run/sizing.h"

#include <pigtail/link.h>

static const uint32_t rates[] = {50,	 9600,	 57600,	  115200,  230400,
				 460800, 921600, 3000000, 10000000};
static const uint16_t packets[] = {64, 594, 1518, 4018, 9018};

static size_t size_at(uint32_t baud, uint16_t max_packet)
{
	struct ptl_config config;

	ptl_config_default(&config, PTL_PROFILE_HOST);
	config.max_packet = max_packet;
	config.baud = baud;
	sizing_by_rate(&config, baud);
	return ptl_link_size(&config);
}

static void memory_grows_with_the_rate(void **state)
{
	(void)state;
	for (size_t p = 0; p < COUNT(packets); p++)
		for (size_t i = 0; i < COUNT(rates); i++) {
			size_t size = size_at(rates[i], packets[p]);

			assert_true(size > 0);
			if (i)
				assert_true(size >= size_at(rates[i - 1], packets[p]));
		}
	assert_true(2 * size_at(115200, 1518) < size_at(921600, 1518));
}

static void a_fast_line_has_the_whole_profile(void **state)
{
	struct ptl_config config;

	(void)state;
	ptl_config_default(&config, PTL_PROFILE_HOST);
	assert_int_equal(size_at(921600, config.max_packet), ptl_link_size(&config));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_grows_with_the_rate),
		cmocka_unit_test(a_fast_line_has_the_whole_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
