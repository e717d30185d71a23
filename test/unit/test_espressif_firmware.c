/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two slots on Espressif's chips: firmware.c between the vendor's loader and slots.h. A
 * firmware here is what it does after a start, and the chip starts until nothing changes.
 */
#include "story.h"

#include <setjmp.h>

#include "device/espressif/firmware.h"
#include "espressif_chip.h"

enum firmware {
	GOOD,	      /* meets its host, which keeps it */
	ALONE,	      /* runs, but no host comes until somebody resets it */
	CRASHES,      /* after it has opened its flash */
	CRASHES_EARLY /* before */
};

static enum firmware in_slot[2];
static struct device_firmware *opened;

/* One start, of whatever the loader chooses. false: it crashed, or restarted. */
static bool start(void)
{
	chip_boot();
	if (in_slot[chip.running] == CRASHES_EARLY)
		return false;
	if (setjmp(chip.restart))
		return false;
	opened = firmware_open();
	assert_non_null(opened);
	if (in_slot[chip.running] == GOOD)
		assert_true(ptl_slots_keep(&opened->slots, (unsigned)chip.running));
	return in_slot[chip.running] != CRASHES;
}

/* Until one stays up, or `most` starts. Returns how many there were. */
static unsigned starts_until_it_runs(unsigned most)
{
	unsigned n = 1;

	while (!start() && n < most)
		n++;
	return n;
}

static void begin(enum firmware first, enum firmware second)
{
	chip_make();
	in_slot[0] = first;
	in_slot[1] = second;
	assert_true(start());
	assert_int_equal(chip.running, 0);
}

static void update(unsigned slot)
{
	assert_true(ptl_slots_activate(&opened->slots, slot));
}

static void a_new_firmware_that_meets_its_host_stays(void **state)
{
	(void)state;
	begin(GOOD, GOOD);
	update(1);
	assert_int_equal(starts_until_it_runs(10), 2); /* the old one hands over */
	assert_int_equal(chip.running, 1);
	for (int i = 0; i < 5; i++) {
		assert_true(start());
		assert_int_equal(chip.running, 1);
	}
	update(0);
	assert_int_equal(starts_until_it_runs(10), 2);
	assert_int_equal(chip.running, 0);
}

static void one_that_crashes_gives_the_old_one_back(void **state)
{
	(void)state;
	begin(GOOD, CRASHES);
	update(1);
	assert_in_range(starts_until_it_runs(20), 4, 6); /* three of them its own */
	assert_int_equal(chip.running, 0);
	assert_true(start());
	assert_int_equal(chip.running, 0);
}

static void one_that_no_host_meets_gives_the_old_one_back(void **state)
{
	(void)state;
	begin(GOOD, ALONE);
	update(1);
	(void)starts_until_it_runs(10);
	for (int i = 0; i < 3 && chip.running == 1; i++)
		(void)starts_until_it_runs(10);
	assert_int_equal(chip.running, 0);
}

/* ESP-IDF's loader sees that; with the ESP8266's that firmware has to be flashed over. */
static void one_that_crashes_at_once(void **state)
{
	(void)state;
	begin(GOOD, CRASHES_EARLY);
	update(1);
	if (ESP8266) {
		assert_int_equal(starts_until_it_runs(20), 20);
		assert_int_equal(chip.running, 1);
		return;
	}
	assert_int_equal(starts_until_it_runs(20), 3);
	assert_int_equal(chip.running, 0);
	assert_int_equal(ptl_slots_chosen(&opened->slots), 0);
	assert_true(start());
	assert_int_equal(chip.running, 0);

	/* What the loader knew of that slot does not stand in the way of the next. */
	in_slot[1] = GOOD;
	update(1);
	assert_int_equal(starts_until_it_runs(20), 2);
	assert_int_equal(chip.running, 1);
	in_slot[0] = CRASHES_EARLY;
	update(0);
	assert_int_equal(starts_until_it_runs(20), 3);
	assert_int_equal(chip.running, 1);
}

static void the_usual_partitions_have_no_room_for_it(void **state)
{
	(void)state;
	chip_make();
	chip.no_table = true;
	chip_boot();
	assert_null(firmware_open());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_firmware_that_meets_its_host_stays),
		cmocka_unit_test(one_that_crashes_gives_the_old_one_back),
		cmocka_unit_test(one_that_no_host_meets_gives_the_old_one_back),
		cmocka_unit_test(one_that_crashes_at_once),
		cmocka_unit_test(the_usual_partitions_have_no_room_for_it),
	};

	return cmocka_run_group_tests_name(FAMILY ", firmware", tests, NULL, NULL);
}
