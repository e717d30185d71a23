// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flasher in virtual time, with an Uno's boot loader as AVR061 says. (The real boot
 * loaders, and the ROMs of other chips, are in test/bridge.)
 */
#include "story.h"

#include <pigtail/flasher.h>

#define MS    1000u
#define FLASH 32768u
#define PAGE  128u

/* ---- the chip ---- */

static struct chip {
	bool reset, boot_loader, silent;
	ptl_time awake;
	unsigned starts, formats;
	uint8_t flash[FLASH];
	uint32_t address;
	uint8_t in[300];
	size_t in_n;
	uint8_t out[1000];
	size_t out_n;
	size_t written; /* pages */
	uint8_t signature[3];
	uint32_t flips;	     /* a byte whose bit 0 cannot be written; 0: none */
	size_t mute_after;   /* pages; 0: never */
	bool wakes;	     /* from its silence, by a reset */
	size_t leaves_after; /* pages, into its program; 0: never */
} chip;

static ptl_time now;

static void say(const uint8_t *bytes, size_t n)
{
	memcpy(chip.out + chip.out_n, bytes, n);
	chip.out_n += n;
}

static size_t command_size(void)
{
	switch (chip.in[0]) {
	case 0x55:
		return 4;
	case 0x64:
		return chip.in_n < 3 ? sizeof(chip.in)
				     : ((unsigned int)chip.in[1] << 8 | chip.in[2]) + 5u;
	case 0x74:
		return 5;
	default:
		return 2;
	}
}

static void obey(void)
{
	const uint8_t *in = chip.in;
	size_t size = (size_t)(in[1] << 8 | in[2]);

	say((const uint8_t[]){0x14}, 1);
	if (in[0] == 0x75) {
		say(chip.signature, 3);
	} else if (in[0] == 0x55) {
		chip.address = 2u * (in[1] | (uint32_t)in[2] << 8);
	} else if (in[0] == 0x64) {
		memcpy(chip.flash + chip.address, in + 4, size);
		if (chip.flips && chip.flips >= chip.address &&
		    chip.flips < chip.address + size)
			chip.flash[chip.flips] ^= 1;
		chip.silent |= ++chip.written == chip.mute_after;
		if (chip.written == chip.leaves_after) {
			chip.boot_loader = false;
			chip.out_n = 0;
			say((const uint8_t *)"Hello!\r\n", 8);
			return;
		}
	} else if (in[0] == 0x74) {
		say(chip.flash + chip.address, size);
	} else if (in[0] == 0x51) {
		chip.boot_loader = false;
	}
	say((const uint8_t[]){0x10}, 1);
}

static size_t uart_write(void *user, const uint8_t *bytes, size_t n)
{
	(void)user;
	for (size_t i = 0; i < n; i++) {
		if (chip.reset || !chip.boot_loader || now < chip.awake || chip.silent)
			continue;
		chip.in[chip.in_n++] = bytes[i];
		if (chip.in_n < command_size())
			continue;
		obey();
		chip.in_n = 0;
	}
	return n;
}

static void uart_format(void *user, struct ptl_serial_format *format)
{
	(void)user;
	(void)format;
	chip.formats++;
}

static void uart_purge(void *user, unsigned what)
{
	(void)user;
	(void)what;
}

static void set_pin(void *user, enum ptl_target_pin pin, bool active)
{
	(void)user;
	if (pin != PTL_TARGET_RESET)
		return;
	if (chip.reset && !active) {
		chip.starts++;
		chip.boot_loader = true;
		chip.awake = now + 300 * MS;
		chip.in_n = 0;
		chip.silent &= !chip.wakes;
	}
	chip.reset = active;
}

/* ---- the image ---- */

static uint8_t image[FLASH];

static void read_image(void *user, uint32_t address, uint8_t *bytes, size_t n)
{
	(void)user;
	memcpy(bytes, image + address, n);
}

static const struct ptl_flasher_segment two_runs[] = {{0x0000, 1000}, {0x2010, 300}};

static struct ptl_flasher *flash;
static struct ptl_flasher_state state_now;

static void begin(const struct ptl_flasher_segment *segments, size_t n)
{
	struct prng prng = story_seed("an image", 1);
	struct ptl_flasher_config config = {
		.target = PTL_TARGET_AVR,
		.serial = {.write = uart_write, .set_format = uart_format, .purge = uart_purge},
		.format = PTL_SERIAL_FORMAT_DEFAULT,
		.pins = {.set = set_pin, .has = {true, false}},
		.segment = segments,
		.segments = n,
		.read = read_image,
	};

	random_bytes(&prng, image, sizeof(image));
	chip = (struct chip){.signature = {0x1e, 0x95, 0x0f}};
	memset(chip.flash, 0xff, sizeof(chip.flash));
	now = 1;
	free(flash);
	flash = ptl_flasher_init(malloc(ptl_flasher_size()), &config, now);
	assert_non_null(flash);
}

static int stop(void **state)
{
	(void)state;
	free(flash);
	flash = NULL;
	return 0;
}

/* Until it is done, or so long. */
static void run(ptl_time us)
{
	for (ptl_time end = now + us; now < end && !ptl_flasher_done(flash); now += MS) {
		size_t n = chip.out_n;
		uint8_t bytes[sizeof(chip.out)];

		memcpy(bytes, chip.out, n);
		chip.out_n = 0;
		ptl_flasher_uart(flash, now, bytes, n);
		(void)ptl_flasher_poll(flash, now);
	}
	ptl_flasher_get_state(flash, &state_now);
}

static void both_runs_are_written_and_verified(void **state)
{
	(void)state;
	begin(two_runs, 2);
	run(20000 * MS);
	assert_true(ptl_flasher_done(flash));
	assert_int_equal(state_now.error, PTL_FLASHER_OK);
	assert_int_equal(state_now.written, 1300);
	assert_int_equal(state_now.verified, 1300);
	assert_string_equal(state_now.chip, "ATmega328P");
	assert_memory_equal(chip.flash, image, 1000);
	assert_memory_equal(chip.flash + 0x2010, image + 0x2010, 300);
	assert_int_equal(chip.written, 8 + 3);
	assert_int_equal(chip.starts, 1);
	assert_false(chip.boot_loader); /* it starts the program by itself */
}

static void a_bit_that_does_not_take_is_found(void **state)
{
	(void)state;
	begin(two_runs, 2);
	chip.flips = 0x2100;
	run(20000 * MS);
	assert_int_equal(state_now.error, PTL_FLASHER_DIFFERS);
	assert_int_equal(state_now.address, 0x2100);
	assert_int_equal(chip.starts, 2);
}

static void an_image_for_another_chip_changes_nothing(void **state)
{
	static const struct ptl_flasher_segment far[] = {{0, 128}, {0x7e00, 16}};
	static const struct ptl_flasher_segment arm[] = {{0x08000000, 128}};

	(void)state;
	begin(far, 2);
	run(20000 * MS);
	assert_int_equal(state_now.error, PTL_FLASHER_RANGE);
	assert_int_equal(state_now.address, 0x7e00);
	assert_int_equal(state_now.chip_to, 0x7e00);
	assert_int_equal(chip.written, 0);
	assert_int_equal(chip.starts, 2);
	begin(arm, 1);
	run(20000 * MS);
	assert_int_equal(state_now.error, PTL_FLASHER_RANGE);
	assert_int_equal(chip.written, 0);
}

static void an_unknown_chip_is_left_alone(void **state)
{
	(void)state;
	begin(two_runs, 2);
	chip.signature[2] = 0x99;
	run(20000 * MS);
	assert_int_equal(state_now.error, PTL_FLASHER_UNKNOWN_CHIP);
	assert_int_equal(chip.written, 0);
}

static void a_boot_loader_that_falls_silent_is_told_and_reset(void **state)
{
	(void)state;
	begin(two_runs, 2);
	chip.mute_after = 5;
	run(20000 * MS);
	assert_true(ptl_flasher_done(flash));
	assert_int_equal(state_now.phase, PTL_FLASHER_DONE);
	assert_int_equal(state_now.error, PTL_FLASHER_NO_ANSWER);
	assert_int_equal(state_now.address, 5 * PAGE);
	assert_false(chip.reset);
}

static void assert_done_anew(enum ptl_flasher_error why, uint32_t at)
{
	assert_true(ptl_flasher_done(flash));
	assert_int_equal(state_now.error, PTL_FLASHER_OK);
	assert_int_equal(state_now.broke, why);
	assert_int_equal(state_now.broke_at, at);
	assert_int_equal(state_now.written, 1300);
	assert_int_equal(state_now.verified, 1300);
	assert_memory_equal(chip.flash, image, 1000);
	assert_memory_equal(chip.flash + 0x2010, image + 0x2010, 300);
	assert_int_equal(chip.starts, 2);
}

static void what_breaks_off_is_done_anew(void **state)
{
	(void)state;
	begin(two_runs, 2);
	chip.mute_after = 5;
	chip.wakes = true;
	run(20000 * MS);
	assert_done_anew(PTL_FLASHER_NO_ANSWER, 5 * PAGE);
	assert_int_equal(chip.written, 5 + 11);
	begin(two_runs, 2);
	chip.leaves_after = 3;
	run(20000 * MS);
	assert_done_anew(PTL_FLASHER_REFUSED, 2 * PAGE);
	assert_int_equal(chip.written, 3 + 11);
}

static void what_breaks_off_again_is_told(void **state)
{
	(void)state;
	begin(two_runs, 2);
	chip.mute_after = 5;
	chip.wakes = true;
	chip.leaves_after = 5 + 2;
	run(20000 * MS);
	assert_true(ptl_flasher_done(flash));
	assert_int_equal(state_now.broke, PTL_FLASHER_NO_ANSWER);
	assert_int_equal(state_now.error, PTL_FLASHER_REFUSED);
	assert_int_equal(state_now.address, PAGE);
	assert_false(chip.reset);
	assert_int_equal(chip.starts, 3);
}

static void nobody_there_is_told(void **state)
{
	(void)state;
	begin(two_runs, 2);
	chip.silent = true;
	run(60000 * MS);
	assert_int_equal(state_now.error, PTL_FLASHER_NO_TARGET);
	assert_false(chip.reset);
}

/* At any moment: the target is never left in reset. */
static void an_abort_leaves_a_target_that_runs(void **state)
{
	unsigned moments = 0;

	(void)state;
	for (ptl_time moment = 0; moment < 1000 * MS; moment += 13 * MS, moments++) {
		begin(two_runs, 2);
		run(moment);
		if (ptl_flasher_done(flash))
			break;
		ptl_flasher_abort(flash, now);
		run(1000 * MS);
		assert_true(ptl_flasher_done(flash));
		assert_int_equal(state_now.error, PTL_FLASHER_ABORTED);
		assert_false(chip.reset);
		assert_true(chip.starts >= 1);
	}
	assert_true(moments > 20);
}

static void not_every_target_can_be_flashed(void **state)
{
	struct ptl_flasher_config config = {.target = PTL_TARGET_NONE};
	void *memory = malloc(ptl_flasher_size());

	(void)state;
	assert_null(ptl_flasher_init(memory, &config, 0));
	free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(both_runs_are_written_and_verified, stop),
		cmocka_unit_test_teardown(a_bit_that_does_not_take_is_found, stop),
		cmocka_unit_test_teardown(an_image_for_another_chip_changes_nothing, stop),
		cmocka_unit_test_teardown(an_unknown_chip_is_left_alone, stop),
		cmocka_unit_test_teardown(a_boot_loader_that_falls_silent_is_told_and_reset,
					  stop),
		cmocka_unit_test_teardown(what_breaks_off_is_done_anew, stop),
		cmocka_unit_test_teardown(what_breaks_off_again_is_told, stop),
		cmocka_unit_test_teardown(nobody_there_is_told, stop),
		cmocka_unit_test_teardown(an_abort_leaves_a_target_that_runs, stop),
		cmocka_unit_test(not_every_target_can_be_flashed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
