/* SPDX-License-Identifier: GPL-2.0-only */
/* The settings of a bridge in a flash: what was written is read, also what makes no sense. */
#include "story.h"

#include "nor.h"

#include <pigtail/bridge_settings.h>

#define SECTOR 4096u

static struct nor nor;
static struct ptl_store store;

static int open_flash(void **state)
{
	(void)state;
	assert_true(nor_open(&nor, 2 * SECTOR, SECTOR, 1));
	assert_true(ptl_store_open(&store, &nor.seam, 0, SECTOR));
	return 0;
}

static int close_flash(void **state)
{
	(void)state;
	nor_close(&nor);
	return 0;
}

static void an_empty_store_lets_nobody_in(void **state)
{
	struct bridge_settings settings;

	(void)state;
	memset(&settings, 0xa5, sizeof(settings));
	bridge_settings_read(&store, &settings);
	assert_string_equal(settings.password, "");
	assert_string_equal(settings.plain, "");
	assert_string_equal(settings.name, "");
	assert_int_equal(settings.format.baud, 115200);
	assert_int_equal(settings.format.data_bits, 8);
	assert_int_equal(settings.target, PTL_TARGET_ANY);
}

static void what_is_written_is_read_after_a_restart(void **state)
{
	struct bridge_settings written = {
		.password = "admin:$pbkdf2-sha256$1000$00$11",
		.plain = "2001:db8:1111:2222:3333:4444:5555:6666",
		.name = "bench-2",
		.format = {57600, 7, PTL_PARITY_EVEN, PTL_STOP_2, PTL_FLOW_NONE, PTL_FLOW_NONE},
		.target = PTL_TARGET_STM32,
	};
	struct bridge_settings read;
	struct ptl_store again;

	(void)state;
	assert_true(bridge_settings_write(&store, &written));
	assert_true(ptl_store_open(&again, &nor.seam, 0, SECTOR));
	bridge_settings_read(&again, &read);
	assert_string_equal(read.password, written.password);
	assert_string_equal(read.plain, written.plain);
	assert_string_equal(read.name, written.name);
	assert_int_equal(read.format.baud, 57600);
	assert_int_equal(read.format.data_bits, 7);
	assert_int_equal(read.format.parity, PTL_PARITY_EVEN);
	assert_int_equal(read.format.stop, PTL_STOP_2);
	assert_int_equal(read.target, PTL_TARGET_STM32);

	*written.plain = 0;
	assert_true(bridge_settings_write(&store, &written));
	bridge_settings_read(&store, &read);
	assert_string_equal(read.plain, "");
}

static void what_makes_no_sense_is_as_if_not_set(void **state)
{
	struct bridge_settings read;
	char text[PTL_STORE_VALUE_MAX];

	(void)state;
	memset(text, '7', sizeof(text));
	assert_true(ptl_store_set(&store, ".bridge.plain", text, sizeof(text)));
	assert_true(ptl_store_set(&store, ".bridge.target", text, sizeof(text)));
	assert_true(ptl_store_set(&store, ".bridge.name", "-bench", 6));
	assert_true(ptl_store_set(&store, ".bridge.format", text, 3));
	bridge_settings_read(&store, &read);
	assert_string_equal(read.name, "");
	assert_string_equal(read.plain, "");
	assert_int_equal(read.target, PTL_TARGET_ANY);
	assert_int_equal(read.format.baud, 115200);
}

static void a_certificate_of_any_length_comes_back(void **state)
{
	static const size_t sizes[] = {1, 254, 255, 256, 510, 700, BRIDGE_CERTIFICATE_MAX};
	uint8_t der[BRIDGE_CERTIFICATE_MAX + 1], read[BRIDGE_CERTIFICATE_MAX];

	(void)state;
	assert_int_equal(bridge_settings_read_certificate(&store, read), 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		memset(der, (int)i + 1, sizeof(der));
		assert_true(bridge_settings_write_certificate(&store, der, sizes[i]));
		assert_int_equal(bridge_settings_read_certificate(&store, read), sizes[i]);
		assert_memory_equal(read, der, sizes[i]);
	}
	assert_false(bridge_settings_write_certificate(&store, der, sizeof(der)));
}

static void no_seed_is_none(void **state)
{
	uint8_t seed[BRIDGE_SEED] = {1, 2, 3}, read[BRIDGE_SEED];

	(void)state;
	assert_false(bridge_settings_read_seed(&store, read));
	assert_true(ptl_store_set(&store, ".bridge.seed", seed, sizeof(seed) - 1));
	assert_false(bridge_settings_read_seed(&store, read));
	assert_true(bridge_settings_write_seed(&store, seed));
	assert_true(bridge_settings_read_seed(&store, read));
	assert_memory_equal(read, seed, sizeof(seed));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_empty_store_lets_nobody_in, open_flash,
						close_flash),
		cmocka_unit_test_setup_teardown(what_is_written_is_read_after_a_restart,
						open_flash, close_flash),
		cmocka_unit_test_setup_teardown(a_certificate_of_any_length_comes_back,
						open_flash, close_flash),
		cmocka_unit_test_setup_teardown(no_seed_is_none, open_flash, close_flash),
		cmocka_unit_test_setup_teardown(what_makes_no_sense_is_as_if_not_set,
						open_flash, close_flash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
