// SPDX-License-Identifier: GPL-2.0-only
/* Programmers of a bridge: clients that ask at avrdude's, stm32flash's and esptool's pace. */
#include "proxy_bench.h"

static const struct board mega = {"\x1b\x01\x00\x01\x0e\x01\x14",
				  "\x1b\x01\x00\x0b\x0e\x01\x00\x08"
				  "AVRISP_2\x74",
				  7,
				  17,
				  1,
				  150 * MS,
				  0,
				  false};
static const struct board stm32 = {"\x7f", "\x79", 1, 1, 1, 20 * MS, 0, true};
static const struct board lpc = {"?", "Synchronized\r\n", 1, 14, 1, 20 * MS, 0, true};
static const char esp_ask[] = "\xc0\x00\x08\x24\x00\x00\x00\x00\x00\x07\x07\x12 "
			      "UUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUU\xc0";
static const struct board esp = {
	esp_ask, "\xc0\x01\x08\x04\x00\x07\x07\x12 \x00\x00\x00\x00\xc0", 46, 14, 8, 60 * MS, 0,
	false};

/* avrdude with an Uno: three questions, of which it throws away what is said to two. */
static void avrdude_gets_one_answer_and_only_when_it_waits(void **state)
{
	unsigned console, a;

	(void)state;
	begin_with(PTL_TARGET_ANY, &uno, false);
	console = bench_connect(&bench, PTL_SERVICE_RAW);
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	for (int i = 0; i < 3; i++) {
		BENCH_SAY(&bench, a, "0 ");
		pass(250 * MS);
		assert_int_equal(bench.client[a].got_n, 0);
	}
	pass(1000 * MS);
	assert_true(got(a, "\x14\x10", 2));
	assert_int_equal(world.starts, 1);
	assert_int_equal(world.target, PTL_TARGET_AVR);
	assert_true(bench.client[console].got_n > 0); /* a console sees it all */

	/* From now on all is passed on. */
	bench.client[a].got_n = 0;
	bench.wrote_n = 0;
	BENCH_SAY(&bench, a, "A\x81 ");
	BENCH_WROTE(&bench, "A\x81 ");
	BENCH_UART(&bench, "\x14\x04\x10");
	pass(10 * MS);
	assert_true(got(a, "\x14\x04\x10", 3));
}

/* However long its way is, it gets one answer to its last question. */
static void a_late_client_gets_one_answer(void **state)
{
	unsigned a;

	(void)state;
	begin_with(PTL_TARGET_AVR, &uno, false);
	a = bench_connect(&bench, PTL_SERVICE_PROGRAM);
	pass(900 * MS);
	BENCH_SAY(&bench, a, "0");
	pass(3 * MS);
	BENCH_SAY(&bench, a, " 0 0 ");
	pass(200 * MS);
	BENCH_SAY(&bench, a, "0 ");
	pass(3000 * MS);
	assert_true(got(a, "\x14\x10", 2));
}

/* A boot loader that leaves after a second of silence is asked in between, and only then. */
static void a_boot_loader_does_not_leave_between_commands_from_far_away(void **state)
{
	unsigned a, asked;

	(void)state;
	begin_with(PTL_TARGET_AVR, &uno, false);
	a = bench_connect(&bench, PTL_SERVICE_PROGRAM);
	BENCH_SAY(&bench, a, "0 ");
	pass(3000 * MS);
	assert_true(got(a, "\x14\x10", 2));
	asked = world.asked;
	pass(3000 * MS);
	assert_true(board_is_awake());
	assert_in_range(world.asked - asked, 5, 8);
	assert_true(got(a, "\x14\x10", 2));

	/* What comes meanwhile waits for the answer. */
	for (bench.wrote_n = 0; !bench.wrote_n;)
		bench_pass(&bench, MS);
	BENCH_WROTE(&bench, "0 ");
	assert_int_equal(
		ptl_bridge_receive(bench.bridge, bench.now, a, (const uint8_t *)"P ", 2), 0);
	BENCH_UART(&bench, "\x14\x10");
	bench_pass(&bench, 10 * MS);
	BENCH_SAY(&bench, a, "P ");
	BENCH_WROTE(&bench, "P ");
	pass(900 * MS); /* it has a command, and is not disturbed */
	BENCH_WROTE(&bench, "");
	BENCH_UART(&bench, "\x14\x10");
	pass(10 * MS);
	assert_true(got(a, "\x14\x10\x14\x10", 4));
	bench.wrote_n = 0;
	BENCH_SAY(&bench, a, "Q ");
	BENCH_UART(&bench, "\x14\x10");
	bench_pass(&bench, 900 * MS); /* it has left for the program */
	BENCH_WROTE(&bench, "Q ");
}

static void a_board_that_starts_late_is_waited_for(void **state)
{
	struct board late = uno;
	unsigned a;

	(void)state;
	late.awake_after = 1200 * MS;
	begin_with(PTL_TARGET_AVR, &late, false);
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	BENCH_SAY(&bench, a, "0 ");
	pass(4000 * MS);
	assert_true(got(a, "\x14\x10", 2));
	assert_int_equal(bench.client[a].dropped, false);
}

static void a_mega_answers_with_the_number_of_the_last_question(void **state)
{
	unsigned a;

	(void)state;
	begin_with(PTL_TARGET_ANY, &mega, false);
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	BENCH_SAY(&bench, a, "\x1b\x05\x00\x01\x0e\x01\x10");
	pass(100 * MS);
	BENCH_SAY(&bench, a, "\x1b\x06\x00\x01\x0e\x01\x13");
	pass(2000 * MS);
	assert_true(got(a,
			"\x1b\x06\x00\x0b\x0e\x01\x00\x08"
			"AVRISP_2\x73",
			17));
	assert_int_equal(world.target, PTL_TARGET_MEGA);
}

static void an_stm32_is_asked_once_and_with_even_parity(void **state)
{
	unsigned a;

	(void)state;
	begin_with(PTL_TARGET_STM32, &stm32, true);
	a = bench_connect(&bench, PTL_SERVICE_PROGRAM);
	BENCH_SAY(&bench, a, "\x7f");
	assert_int_equal(bench.format.parity, PTL_PARITY_EVEN);
	pass(2000 * MS);
	assert_true(got(a, "\x79", 1));
	assert_int_equal(world.errors, 0);
	assert_true(world.active[PTL_TARGET_BOOT]);

	ptl_bridge_disconnect(bench.bridge, bench.now, a);
	pass(1000 * MS);
	assert_int_equal(bench.format.parity, PTL_PARITY_NONE);
	assert_false(world.active[PTL_TARGET_BOOT]);
	assert_false(world.active[PTL_TARGET_RESET]);
	assert_int_equal(world.starts, 2);
}

static void an_lpc_is_asked_once(void **state)
{
	unsigned a;

	(void)state;
	begin_with(PTL_TARGET_LPC, &lpc, true);
	a = bench_connect(&bench, PTL_SERVICE_PROGRAM);
	BENCH_SAY(&bench, a, "?");
	pass(1200 * MS);
	assert_true(got(a, "Synchronized\r\n", 14));
	assert_int_equal(world.errors, 0);
}

/* esptool asks each 150 ms, and wants eight answers to one of them. */
static void esptool_gets_an_answer_to_each_question(void **state)
{
	unsigned a;

	(void)state;
	begin_with(PTL_TARGET_ANY, &esp, true);
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	for (int i = 0; i < 10; i++) {
		bench.client[a].got_n = 0;
		bench_say(&bench, a, esp_ask, 46);
		pass(150 * MS);
	}
	assert_int_equal(bench.client[a].got_n, 8 * 14);
	assert_int_equal(world.target, PTL_TARGET_ESP);
	bench.wrote_n = 0;
	BENCH_SAY(&bench, a, "\xc0\x00\x0a\x04");
	BENCH_WROTE(&bench, "\xc0\x00\x0a\x04");
}

/* It tells the chip, then the UART; after it the rate is as it was. */
static void esptool_takes_a_faster_rate(void **state)
{
	static const char sets_baud[] = "\xff\xfa\x2c\x01\x00\x0e\x10\x00\xff\xf0";
	unsigned a;

	(void)state;
	begin_with(PTL_TARGET_ESP, &esp, true);
	a = bench_connect(&bench, PTL_SERVICE_RFC2217);
	BENCH_SAY(&bench, a, "\xff\xfb\x2c\xff\xfd\x00\xff\xfb\x00");
	bench_say(&bench, a, esp_ask, 46);
	BENCH_SAY(&bench, a, sets_baud); /* too early: it is not in step */
	assert_int_equal(bench.format.baud, 115200);
	pass(2000 * MS);
	bench_say(&bench, a, esp_ask, 46);
	pass(100 * MS);
	BENCH_SAY(&bench, a, "\xc0\x00\x0f\x08\x00");
	BENCH_SAY(&bench, a, sets_baud);
	assert_int_equal(bench.format.baud, 921600);
	ptl_bridge_disconnect(bench.bridge, bench.now, a);
	pass(1000 * MS);
	assert_int_equal(bench.format.baud, 115200);
	assert_int_equal(ptl_bridge_format(bench.bridge)->baud, 115200);
}

static void what_people_type_is_no_programmer_on_a_console(void **state)
{
	static const char *const typed[] = {"?", "\x7f", "0\r", "01", "\xc0\x01"};

	(void)state;
	for (size_t i = 0; i < COUNT(typed); i++) {
		unsigned a;

		begin_with(PTL_TARGET_ANY, &uno, true);
		a = bench_connect(&bench, PTL_SERVICE_AUTO);
		bench_say(&bench, a, typed[i], strlen(typed[i]));
		pass(1000 * MS);
		assert_int_equal(world.starts, 0);
		assert_int_equal(world.events, 0);
		if (i + 1 < COUNT(typed))
			bench_stop(&bench);
	}
}

static void without_a_target_nobody_is_a_programmer(void **state)
{
	unsigned a;

	(void)state;
	begin_with(PTL_TARGET_NONE, &uno, false);
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	BENCH_SAY(&bench, a, "0 ");
	pass(100 * MS);
	BENCH_WROTE(&bench, "0 ");
	assert_int_equal(world.events, 0);
}

static void a_dead_target_costs_the_programmer_its_connection(void **state)
{
	unsigned a;

	(void)state;
	begin_with(PTL_TARGET_AVR, NULL, false);
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	BENCH_SAY(&bench, a, "0 ");
	pass(30000 * MS);
	assert_true(bench.client[a].dropped);
	assert_true(bench.client[a].reset);
	assert_int_equal(bench.client[a].why, PTL_DROP_PROGRAMMER);
	assert_int_equal(world.event, PTL_PROXY_NO_TARGET);
	assert_false(world.active[PTL_TARGET_RESET]);
}

/* At any moment of its work, the target runs its program afterwards. */
static void a_programmer_that_leaves_leaves_a_target_that_runs(void **state)
{
	(void)state;
	for (ptl_time moment = 0; moment < 1500 * MS; moment += 7 * MS) {
		unsigned a, starts;

		begin_with(PTL_TARGET_STM32, &stm32, true);
		a = bench_connect(&bench, PTL_SERVICE_PROGRAM);
		BENCH_SAY(&bench, a, "\x7f");
		pass(moment);
		starts = world.starts;
		ptl_bridge_disconnect(bench.bridge, bench.now, a);
		pass(200 * MS);
		assert_false(world.active[PTL_TARGET_RESET]);
		assert_false(world.active[PTL_TARGET_BOOT]);
		assert_true(world.starts > starts);
		bench_stop(&bench);
	}
	begin_with(PTL_TARGET_NONE, NULL, false);
}

/* After its last command the boot loader starts the program by itself. */
static void one_that_has_finished_costs_no_reset(void **state)
{
	unsigned a;

	(void)state;
	begin_with(PTL_TARGET_AVR, &uno, false);
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	BENCH_SAY(&bench, a, "0 ");
	pass(2000 * MS);
	BENCH_SAY(&bench, a, "Q ");
	pass(10 * MS);
	ptl_bridge_disconnect(bench.bridge, bench.now, a);
	pass(1000 * MS);
	assert_int_equal(world.starts, 1);
	assert_int_equal(world.event, PTL_PROXY_ENDS);
}

/* Over a lasting connection (a virtual tty) one flash follows another. */
static void one_connection_can_program_twice(void **state)
{
	unsigned a;

	(void)state;
	begin_with(PTL_TARGET_AVR, &uno, false);
	a = bench_connect(&bench, PTL_SERVICE_PROGRAM);
	for (unsigned i = 1; i <= 2; i++) {
		bench.client[a].got_n = 0;
		BENCH_SAY(&bench, a, "0 ");
		pass(2000 * MS);
		assert_true(got(a, "\x14\x10", 2));
		BENCH_SAY(&bench, a, "Q ");
		pass(2000 * MS);
		assert_int_equal(world.starts, i);
		assert_int_equal(world.event, PTL_PROXY_ENDS);
	}
}

static void a_tty_that_comes_back_ends_the_programmer(void **state)
{
	unsigned a;

	(void)state;
	begin_with(PTL_TARGET_AVR, &uno, false);
	a = bench_connect(&bench, PTL_SERVICE_AUTO);
	BENCH_SAY(&bench, a, "0 ");
	pass(30 * MS);
	ptl_bridge_uart_renewed(bench.bridge, bench.now);
	assert_true(bench.client[a].reset);
	pass(500 * MS);
	assert_false(world.active[PTL_TARGET_RESET]);
}

/* ---- DTR and RTS by RFC 2217 ---- */

static void set_line(enum ptl_serial_line line, bool on)
{
	struct ptl_programmer_seam seam = ptl_proxy_seam(proxy);

	(void)seam.line(seam.user, bench.now, 0, line, on);
	bench.now++;
	bench_pass(&bench, 0);
	(void)seam.poll(seam.user, bench.now);
}

static void idle(ptl_time us)
{
	struct ptl_programmer_seam seam = ptl_proxy_seam(proxy);

	for (ptl_time end = bench.now + us; bench.now < end; bench.now += MS)
		(void)seam.poll(seam.user, bench.now);
}

static void dtr_is_a_pulse_for_an_arduino(void **state)
{
	(void)state;
	begin_with(PTL_TARGET_ANY, &uno, false);
	set_line(PTL_LINE_DTR, true);
	idle(500 * MS);
	assert_int_equal(world.starts, 1);
	set_line(PTL_LINE_DTR, true);
	set_line(PTL_LINE_DTR, false);
	idle(500 * MS);
	assert_int_equal(world.starts, 1);
	assert_false(world.active[PTL_TARGET_RESET]);
}

static bool boots; /* BOOT was active at the end of reset */

static void note_boot(void *user, enum ptl_target_pin pin, bool active)
{
	if (pin == PTL_TARGET_RESET && world.active[pin] && !active)
		boots = world.active[PTL_TARGET_BOOT];
	set_pin(user, pin, active);
}

static void begin_esp(void)
{
	struct ptl_proxy_config own = {.target = PTL_TARGET_ESP};

	begin_with(PTL_TARGET_ESP, &esp, true);
	own.serial = bench_config(&bench).serial;
	own.pins = (struct ptl_target_pins_seam){NULL, note_boot, {true, true}, 0, 0, false};
	(void)ptl_proxy_init(proxy, &own);
	ptl_proxy_attach(proxy, bench.bridge);
	boots = false;
}

/* esptool 2.8 over RFC 2217, as it was captured. */
static void esptools_moves_lead_into_the_boot_loader_whatever_their_delay(void **state)
{
	(void)state;
	for (ptl_time apart = 1 * MS; apart < 800 * MS; apart *= 2) {
		begin_esp();
		set_line(PTL_LINE_DTR, true);
		set_line(PTL_LINE_RTS, true);
		idle(apart);
		assert_int_equal(world.starts, 0);
		set_line(PTL_LINE_DTR, false);
		set_line(PTL_LINE_RTS, true);
		idle(200 * MS);
		set_line(PTL_LINE_DTR, true);
		idle(apart);
		set_line(PTL_LINE_RTS, false);
		idle(400 * MS);
		set_line(PTL_LINE_DTR, false);
		idle(apart);
		assert_int_equal(world.starts, 1);
		assert_true(boots);
		assert_false(world.active[PTL_TARGET_RESET]);
		assert_false(world.active[PTL_TARGET_BOOT]);
		if (apart < 400 * MS)
			bench_stop(&bench);
	}
}

static void begin_levels(enum ptl_target target)
{
	struct ptl_proxy_config own = {.target = target};

	begin_with(target, &uno, true);
	own.serial = bench_config(&bench).serial;
	own.pins = (struct ptl_target_pins_seam){NULL, set_pin, {true, true}, 0, 0, true};
	(void)ptl_proxy_init(proxy, &own);
	ptl_proxy_attach(proxy, bench.bridge);
}

static void a_line_holds_its_pin_where_levels_are_wanted(void **state)
{
	struct ptl_programmer_seam seam;

	(void)state;
	begin_levels(PTL_TARGET_STM32);
	seam = ptl_proxy_seam(proxy);
	set_line(PTL_LINE_DTR, true);
	idle(60000 * MS);
	assert_true(world.active[PTL_TARGET_RESET] && !world.active[PTL_TARGET_BOOT]);
	set_line(PTL_LINE_RTS, true);
	assert_true(world.active[PTL_TARGET_RESET] && world.active[PTL_TARGET_BOOT]);
	set_line(PTL_LINE_DTR, false);
	assert_true(!world.active[PTL_TARGET_RESET] && world.active[PTL_TARGET_BOOT]);
	seam.left(seam.user, bench.now, 1);
	assert_true(world.active[PTL_TARGET_BOOT]);
	seam.left(seam.user, bench.now, 0);
	assert_false(world.active[PTL_TARGET_BOOT]);
	set_line(PTL_LINE_DTR, true);
	seam.end(seam.user, bench.now); /* of the bridge */
	assert_false(world.active[PTL_TARGET_RESET]);
}

static void an_esps_lines_go_by_two_transistors(void **state)
{
	(void)state;
	begin_levels(PTL_TARGET_ESP);
	set_line(PTL_LINE_DTR, true);
	assert_true(!world.active[PTL_TARGET_RESET] && world.active[PTL_TARGET_BOOT]);
	set_line(PTL_LINE_RTS, true);
	assert_true(!world.active[PTL_TARGET_RESET] && !world.active[PTL_TARGET_BOOT]);
	set_line(PTL_LINE_DTR, false);
	assert_true(world.active[PTL_TARGET_RESET] && !world.active[PTL_TARGET_BOOT]);
}

/* Who holds a pin has no part in what a programmer does. */
static void a_programmer_is_not_disturbed_by_who_held_a_pin(void **state)
{
	struct ptl_programmer_seam seam;
	unsigned a;

	(void)state;
	begin_levels(PTL_TARGET_AVR);
	seam = ptl_proxy_seam(proxy);
	(void)seam.line(seam.user, bench.now, 3, PTL_LINE_DTR, true);
	assert_true(world.active[PTL_TARGET_RESET]);
	a = bench_connect(&bench, PTL_SERVICE_PROGRAM);
	BENCH_SAY(&bench, a, "0 ");
	(void)seam.line(seam.user, bench.now, 3, PTL_LINE_DTR, true);
	seam.left(seam.user, bench.now, 3);
	pass(3000 * MS);
	assert_true(got(a, "\x14\x10", 2));
	assert_false(world.active[PTL_TARGET_RESET]);
}

static void rts_alone_is_a_reset_of_an_esp(void **state)
{
	(void)state;
	begin_esp();
	set_line(PTL_LINE_RTS, true);
	idle(100 * MS);
	set_line(PTL_LINE_RTS, false);
	idle(400 * MS);
	assert_int_equal(world.starts, 1);
	assert_false(boots);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(avrdude_gets_one_answer_and_only_when_it_waits, stop),
		cmocka_unit_test_teardown(a_late_client_gets_one_answer, stop),
		cmocka_unit_test_teardown(
			a_boot_loader_does_not_leave_between_commands_from_far_away, stop),
		cmocka_unit_test_teardown(a_board_that_starts_late_is_waited_for, stop),
		cmocka_unit_test_teardown(a_mega_answers_with_the_number_of_the_last_question,
					  stop),
		cmocka_unit_test_teardown(an_stm32_is_asked_once_and_with_even_parity, stop),
		cmocka_unit_test_teardown(an_lpc_is_asked_once, stop),
		cmocka_unit_test_teardown(esptool_gets_an_answer_to_each_question, stop),
		cmocka_unit_test_teardown(esptool_takes_a_faster_rate, stop),
		cmocka_unit_test_teardown(what_people_type_is_no_programmer_on_a_console, stop),
		cmocka_unit_test_teardown(without_a_target_nobody_is_a_programmer, stop),
		cmocka_unit_test_teardown(a_dead_target_costs_the_programmer_its_connection,
					  stop),
		cmocka_unit_test_teardown(a_programmer_that_leaves_leaves_a_target_that_runs,
					  stop),
		cmocka_unit_test_teardown(one_that_has_finished_costs_no_reset, stop),
		cmocka_unit_test_teardown(one_connection_can_program_twice, stop),
		cmocka_unit_test_teardown(a_tty_that_comes_back_ends_the_programmer, stop),
		cmocka_unit_test_teardown(dtr_is_a_pulse_for_an_arduino, stop),
		cmocka_unit_test_teardown(
			esptools_moves_lead_into_the_boot_loader_whatever_their_delay, stop),
		cmocka_unit_test_teardown(rts_alone_is_a_reset_of_an_esp, stop),
		cmocka_unit_test_teardown(a_line_holds_its_pin_where_levels_are_wanted, stop),
		cmocka_unit_test_teardown(an_esps_lines_go_by_two_transistors, stop),
		cmocka_unit_test_teardown(a_programmer_is_not_disturbed_by_who_held_a_pin,
					  stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
