/* SPDX-License-Identifier: GPL-2.0-only */
/* Pins for the host: the boards' tables, who is refused and why, and what a session that
 * ends leaves behind. */
#include "story.h"

#include <pigtail/pins.h>

#include <string.h>

/* A chip with pins; a pin that is no output reads what the world puts on it. */
struct chip {
	struct device_pins pins;
	struct ptl_radio_control control;
	struct ptl_share share;
	uint8_t modes[PINS_MAX];
	uint32_t latch, world;
	unsigned set_modes;
	uint32_t touched; /* pins whose mode or level was set */
	bool full;
	unsigned changes;
	uint8_t changed_pin, changed_level;
};

static bool set_mode(void *user, uint8_t pin, uint8_t mode)
{
	struct chip *chip = user;

	if (pin == 16 && mode == PTL_PIN_INPUT_PULLUP)
		return false;
	chip->modes[pin] = mode;
	chip->touched |= 1u << pin;
	chip->set_modes++;
	return true;
}

static void write_pin(void *user, uint8_t pin, bool level)
{
	struct chip *chip = user;

	chip->latch = (chip->latch & ~(1u << pin)) | (uint32_t)level << pin;
	chip->touched |= 1u << pin;
}

static bool read_pin(void *user, uint8_t pin)
{
	struct chip *chip = user;
	uint32_t from = chip->modes[pin] == PTL_PIN_OUTPUT ? chip->latch : chip->world;

	return from >> pin & 1;
}

/* A D1 mini whose link has its usual pins. */
static const char *refuses(void *user, uint8_t pin)
{
	const char *why = device_chip_refuses(pin);

	(void)user;
	if (why)
		return why;
	if (!device_board_pin(device_board("d1-mini"), pin))
		return "the board does not lead it out";
	return pin == 1 || pin == 3 ? "the link to this host" : NULL;
}

static bool hears(void *user, const uint8_t *bytes, size_t n)
{
	struct chip *chip = user;
	struct ptl_control message = {bytes, n};

	if (chip->full)
		return false;
	assert_int_equal(ptl_control_check(&message), PTL_STATUS_DONE);
	if (ptl_control_type(&message) != PTL_M_CHANGED)
		return true;
	assert_int_equal(ptl_control_uint(&message, PTL_F_SETTING, 0), PTL_F_LEVEL);
	chip->changes++;
	chip->changed_pin = (uint8_t)ptl_control_uint(&message, PTL_F_PIN, 255);
	chip->changed_level = (uint8_t)ptl_control_uint(&message, PTL_F_LEVEL, 255);
	return true;
}

static void no_info(void *user, struct ptl_control_writer *to)
{
	(void)user;
	ptl_put_bytes(to, PTL_F_MAC, "\2\0\0\0\0\1", 6);
}

static void no_reset(void *user)
{
	(void)user;
}

static void start(struct chip *chip)
{
	const struct ptl_radio_ops ops = {.user = chip,
					  .board = "d1-mini",
					  .firmware = "none",
					  .send = hears,
					  .info = no_info,
					  .reset = no_reset};
	const struct pins_config config = {
		.gpio = {.user = chip,
			 .set_mode = set_mode,
			 .write = write_pin,
			 .read = read_pin},
		.control = &chip->control,
		.refuses = refuses,
	};

	memset(chip, 0, sizeof(*chip));
	ptl_radio_init(&chip->control, &ops, &chip->share);
	ptl_radio_session(&chip->control, 0, true);
	device_pins_init(&chip->pins, &config);
}

#define NOT_SAID 255u

/* SET; mode and level NOT_SAID are left out. */
static enum ptl_status set(struct chip *chip, unsigned pin, unsigned mode, unsigned level,
			   const char **reason)
{
	struct device_owner owner = device_pins_owner(&chip->pins);
	struct ptl_control_writer to, answer;
	struct ptl_control message = {to.bytes, 0};

	ptl_control_begin(&to, PTL_M_SET, 1, PTL_IF_RADIO);
	ptl_put_uint(&to, PTL_F_PIN, pin);
	if (mode != NOT_SAID)
		ptl_put_uint(&to, PTL_F_PIN_MODE, mode);
	if (level != NOT_SAID)
		ptl_put_uint(&to, PTL_F_LEVEL, level);
	message.n = to.n;
	ptl_control_begin(&answer, PTL_M_ANSWER, 1, PTL_IF_RADIO);
	*reason = NULL;
	return owner.request(owner.user, &message, &answer, reason);
}

/* GET LEVEL; what the pin reads, or -1. */
static int get(struct chip *chip, unsigned pin)
{
	struct device_owner owner = device_pins_owner(&chip->pins);
	struct ptl_control_writer to, answer;
	struct ptl_control message = {to.bytes, 0}, answered = {answer.bytes, 0};
	const char *reason = NULL;

	ptl_control_begin(&to, PTL_M_GET, 1, PTL_IF_RADIO);
	ptl_put_uint(&to, PTL_F_SETTING, PTL_F_LEVEL);
	ptl_put_uint(&to, PTL_F_PIN, pin);
	message.n = to.n;
	ptl_control_begin(&answer, PTL_M_ANSWER, 1, PTL_IF_RADIO);
	ptl_put_uint(&answer, PTL_F_STATUS, PTL_STATUS_DONE);
	if (owner.request(owner.user, &message, &answer, &reason) != PTL_STATUS_DONE)
		return -1;
	answered.n = answer.n;
	assert_int_equal(ptl_control_check(&answered), PTL_STATUS_DONE);
	return (int)ptl_control_uint(&answered, PTL_F_LEVEL, 99);
}

static void poll_at(struct chip *chip, ptl_time now)
{
	struct device_owner owner = device_pins_owner(&chip->pins);

	(void)owner.poll(owner.user, now);
}

static void every_board_is_one_of_this_chip(void **state)
{
	(void)state;
	for (size_t i = 0; i < device_board_count; i++) {
		const struct device_board *board = &device_boards[i];
		uint32_t seen = 0;

		assert_ptr_equal(device_board(board->name), board);
		for (size_t j = 0; j < board->count; j++) {
			const struct board_pin *pin = &board->pins[j];

			if (device_chip_refuses(pin->pin) || seen >> pin->pin & 1)
				fail_msg("%s: GPIO%u", board->name, pin->pin);
			seen |= 1u << pin->pin;
			/* What a start depends on is said. */
			if (pin->pin <= 3 || pin->pin == 15)
				assert_non_null(pin->note);
		}
		assert_non_null(device_board_pin(board, 0));
		assert_non_null(device_board_pin(board, 1));
		assert_non_null(device_board_pin(board, 3));
	}
	assert_null(device_board("esp-32"));
	for (unsigned pin = 0; pin < 256; pin++)
		assert_int_equal(device_chip_refuses((uint8_t)pin) != NULL,
				 (pin >= 6 && pin <= 11) || pin > 16);
	/* The labels that people look for. */
	assert_string_equal(device_board_pin(device_board("nodemcu"), 5)->label, "D1");
	assert_string_equal(device_board_pin(device_board("d1-mini"), 14)->label, "D5");
	assert_null(device_board_pin(device_board("esp-01"), 4));
}

static void refusals_have_a_reason(void **state)
{
	static const struct {
		unsigned pin, mode, level;
		enum ptl_status status;
		const char *says;
	} cases[] = {
		{6, PTL_PIN_OUTPUT, 1, PTL_STATUS_DENIED, "flash"},
		{11, PTL_PIN_INPUT, NOT_SAID, PTL_STATUS_DENIED, "flash"},
		{1, PTL_PIN_OUTPUT, 0, PTL_STATUS_DENIED, "link"},
		{3, PTL_PIN_INPUT, NOT_SAID, PTL_STATUS_DENIED, "link"},
		{17, PTL_PIN_INPUT, NOT_SAID, PTL_STATUS_DENIED, "GPIO16"},
		{200, PTL_PIN_INPUT, NOT_SAID, PTL_STATUS_NO_SUCH, "no such pin"},
		{5, NOT_SAID, 1, PTL_STATUS_STATE, "mode"},
		{5, PTL_PIN_INPUT, 1, PTL_STATUS_STATE, "input"},
		{5, PTL_PIN_OUTPUT, 2, PTL_STATUS_BAD_VALUE, NULL},
		{5, 4, 0, PTL_STATUS_BAD_VALUE, NULL},
		{16, PTL_PIN_INPUT_PULLUP, NOT_SAID, PTL_STATUS_UNSUPPORTED, "cannot be that"},
	};
	static struct chip chip;
	const char *reason;

	(void)state;
	start(&chip);
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum ptl_status status =
			set(&chip, cases[i].pin, cases[i].mode, cases[i].level, &reason);

		if (status != cases[i].status ||
		    (cases[i].says && (!reason || !strstr(reason, cases[i].says))))
			fail_msg("case %zu: %u, %s", i, status, reason ? reason : "no reason");
	}
	assert_int_equal(chip.touched, 0); /* whatever was asked for */
	assert_int_equal(get(&chip, 7), -1);
}

static void a_pin_is_set_and_read(void **state)
{
	static struct chip chip;
	const char *reason;

	(void)state;
	start(&chip);
	chip.world = 1u << 4;
	assert_int_equal(get(&chip, 4), 1); /* reading sets nothing */
	assert_int_equal(chip.touched, 0);
	assert_int_equal(set(&chip, 5, PTL_PIN_OUTPUT, 1, &reason), PTL_STATUS_DONE);
	assert_int_equal(get(&chip, 5), 1);
	assert_int_equal(set(&chip, 5, NOT_SAID, 0, &reason), PTL_STATUS_DONE);
	assert_int_equal(get(&chip, 5), 0);
	/* Open drain, held down by another. */
	assert_int_equal(set(&chip, 12, PTL_PIN_OPEN_DRAIN, 1, &reason), PTL_STATUS_DONE);
	assert_int_equal(get(&chip, 12), 0);
}

static void changes_are_told_once_there_is_room(void **state)
{
	static struct chip chip;
	const char *reason;
	ptl_time now = PINS_LOOK_US;

	(void)state;
	start(&chip);
	chip.world = 1u << 4;
	assert_int_equal(set(&chip, 4, PTL_PIN_INPUT_PULLUP, NOT_SAID, &reason),
			 PTL_STATUS_DONE);
	poll_at(&chip, now);
	assert_int_equal(chip.changes, 0);
	chip.world = 1u << 14; /* the one that nobody asked for says nothing */
	poll_at(&chip, now += PINS_LOOK_US);
	assert_int_equal(chip.changes, 1);
	assert_int_equal(chip.changed_pin, 4);
	assert_int_equal(chip.changed_level, 0);
	poll_at(&chip, now += PINS_LOOK_US);
	assert_int_equal(chip.changes, 1);
	/* The link takes nothing for a while, and the outbox is full. */
	chip.full = true;
	for (unsigned i = 0; i < 20; i++) {
		chip.world ^= 1u << 4;
		poll_at(&chip, now += PINS_LOOK_US);
	}
	chip.world |= 1u << 4;
	chip.full = false;
	(void)ptl_radio_poll(&chip.control);
	poll_at(&chip, now += PINS_LOOK_US);
	assert_int_equal(chip.changed_level, 1); /* the last word is the truth */
}

static void a_session_that_ends_gives_its_pins_back(void **state)
{
	static struct chip chip;
	struct device_owner owner;
	const char *reason;

	(void)state;
	start(&chip);
	owner = device_pins_owner(&chip.pins);
	assert_int_equal(set(&chip, 5, PTL_PIN_OUTPUT, 1, &reason), PTL_STATUS_DONE);
	chip.touched = 0;
	owner.session(owner.user, 0, false);
	assert_int_equal(chip.modes[5], PTL_PIN_INPUT);
	assert_int_equal(chip.touched, 1u << 5); /* and no other */
	assert_int_equal(owner.poll(owner.user, 1), PTL_NEVER);
	owner.session(owner.user, 0, true);
	assert_int_equal(chip.set_modes, 2);
	assert_int_equal(set(&chip, 5, NOT_SAID, 1, &reason), PTL_STATUS_STATE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_board_is_one_of_this_chip),
		cmocka_unit_test(refusals_have_a_reason),
		cmocka_unit_test(a_pin_is_set_and_read),
		cmocka_unit_test(changes_are_told_once_there_is_room),
		cmocka_unit_test(a_session_that_ends_gives_its_pins_back),
	};

	return cmocka_run_group_tests_name("device, pins", tests, NULL, NULL);
}
