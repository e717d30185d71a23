/* SPDX-License-Identifier: GPL-2.0-only */
/* The radio side over made-up seams: frames both ways, a radio that is stuck, floods,
 * restarts, a UART that loses bytes, and a device that sleeps when it can. */
#include "device_bench.h"

#include <pigtail/compat.h>

static void start(struct bench *bench)
{
	struct device_config config;

	bench_open(bench, 1);
	config = bench_config(bench);
	bench_start_host(bench);
	bench_start_device(bench, &config);
	bench_meet(bench);
}

static const struct device_counters *counted(const struct bench *bench)
{
	return device_counters(bench->device);
}

static void frames_go_both_ways(void **state)
{
	struct bench bench;

	(void)state;
	start(&bench);
	bench.keeps = true;
	bench.to_give = 200;
	bench_send(&bench, 0, 200);
	bench_run(&bench, 2000000);
	assert_int_equal(bench.taken, 200);
	assert_int_equal(bench.jumps, 0);
	assert_int_equal(bench.host_packets, 200);
	assert_int_equal(counted(&bench)->radio_tx, 200);
	assert_int_equal(counted(&bench)->radio_rx, 200);
	assert_int_equal(counted(&bench)->radio_tx_waits, 0);
	bench_close(&bench);
}

static void the_radio_hears_of_the_host(void **state)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 0x11};
	static const uint8_t nobody[6];
	struct bench bench;
	struct ptl_info info;

	(void)state;
	start(&bench);
	assert_int_equal(bench.host_ups, 1);
	assert_memory_equal(bench.host_mac, mac, 6);
	device_link_info(bench.device, &info);
	assert_memory_equal(info.peer_mac, mac, 6);
	bench.cut = true;
	bench_run(&bench, 5000000);
	assert_false(device_host_up(bench.device));
	assert_int_equal(bench.host_downs, 1);
	assert_memory_equal(bench.host_mac, nobody, 6);
	bench.to_give = 3;
	bench_run(&bench, 1000);
	assert_int_equal(counted(&bench)->radio_rx_dropped, 3);
	bench.cut = false;
	bench_meet(&bench);
	assert_int_equal(bench.host_ups, 2);
	bench_close(&bench);
}

static void a_radio_that_pauses_loses_nothing(void **state)
{
	struct bench bench;
	uint32_t next = 0;

	(void)state;
	start(&bench);
	for (int i = 0; i < 20; i++, next += 10) {
		bench.stuck = true;
		bench_send(&bench, next, 10);
		bench_run(&bench, DEVICE_RADIO_PATIENCE_US / 2);
		bench.stuck = false;
		device_radio_room(bench.device);
		bench.wake = 0;
		bench_run(&bench, 100000);
	}
	assert_int_equal(bench.taken, 200);
	assert_int_equal(counted(&bench)->radio_tx_waits, 20);
	assert_int_equal(counted(&bench)->radio_tx_dropped, 0);
	bench_close(&bench);
}

/* The reference's chip deadlocks here. */
static void a_stuck_radio_does_not_stop_the_link(void **state)
{
	struct bench bench;
	unsigned last;

	(void)state;
	start(&bench);
	bench.stuck = bench.keeps = true;
	for (unsigned second = 0; second < 60; second++) {
		bench.to_give = 20; /* in the other direction all goes on */
		bench_send(&bench, second * 50, 50);
		bench_run(&bench, 1000000);
		assert_int_equal(bench.host_state, PTL_STATE_UP);
		assert_int_equal(bench.host_packets, (second + 1) * 20);
	}
	assert_int_equal(bench.taken, 0);
	assert_int_equal(counted(&bench)->radio_tx_dropped, 60 * 50);
	assert_int_equal(ptl_link_counters(bench.host)->sessions, 1);

	/* Whether it tells that it has room again, or not. */
	for (unsigned told = 0; told < 2; told++) {
		last = bench.taken;
		bench.stuck = false;
		if (told) {
			device_radio_room(bench.device);
			bench.wake = 0;
		}
		bench_send(&bench, 3000 + told * 100, 10);
		bench_run(&bench, 100000);
		assert_int_equal(bench.taken - last, 10);
		bench.stuck = true;
		bench_send(&bench, 3010 + told * 100, 10);
		bench_run(&bench, 1000000);
		assert_int_equal(counted(&bench)->radio_tx_dropped, 3010 + told * 10);
	}
	bench_close(&bench);
}

static void a_flood_from_the_radio_is_dropped_and_counted(void **state)
{
	struct device_config config;
	struct bench bench;
	unsigned all = 0;

	(void)state;
	bench_open(&bench, 1);
	config = bench_config(&bench);
	config.link.drop_when_full = true;
	config.link.contexts = 4; /* so small that all can be on its way at once */
	config.link.history[0] = config.link.history[1] = 11;
	bench_start_host(&bench);
	bench_start_device(&bench, &config);
	bench_meet(&bench);
	bench.keeps = true; /* it would wait for room, if it were told to */
	for (int i = 0; i < 1000; i++) {
		bench.to_give = 20;
		all += 20;
		bench_run(&bench, 5000);
		assert_int_equal(bench.to_give, 0);
		bench.uart_stopped = i % 100 > 90;
		if (i % 50 == 0)
			bench_send(&bench, (uint32_t)i / 50, 1); /* and the other way */
	}
	bench.uart_stopped = false;
	bench_run(&bench, 1000000);
	assert_int_equal(bench.taken, 20);
	assert_int_equal(counted(&bench)->radio_rx, all);
	assert_true(bench.host_packets > 1000);
	assert_int_equal(bench.host_packets +
				 device_link_counters(bench.device)->drop_overflow +
				 device_link_counters(bench.device)->drop_codel,
			 all);
	assert_int_equal(bench.host_state, PTL_STATE_UP);
	bench_close(&bench);
}

static void a_radio_that_keeps_its_frames_is_told_of_room(void **state)
{
	struct bench bench;
	struct device_config config;

	(void)state;
	bench_open(&bench, 1);
	config = bench_config(&bench);
	config.link.codel = false;
	bench_start_host(&bench);
	bench_start_device(&bench, &config);
	bench_meet(&bench);
	bench.keeps = true;
	bench.to_give = 1000;
	bench_run(&bench, 5000000);
	assert_int_equal(bench.host_packets, 1000);
	assert_true(bench.rooms > 10);
	assert_true(counted(&bench)->radio_rx_full >= bench.rooms);
	assert_int_equal(counted(&bench)->radio_rx_dropped, 0);
	bench_close(&bench);
}

static void either_end_may_restart_at_any_time(void **state)
{
	struct prng prng = story_seed("device, restarts", 11);
	struct device_config config;
	struct bench bench;

	(void)state;
	start(&bench);
	config = bench_config(&bench);
	for (int i = 0; i < 100; i++) {
		uint32_t next = bench.next > bench.host_next ? bench.next : bench.host_next;

		next += 100;
		bench_send(&bench, next, (unsigned)random_from(&prng, 0, 12));
		bench.give_next = next;
		bench.to_give = (unsigned)random_from(&prng, 0, 8);
		bench_run(&bench, random_from(&prng, 0, 20000));
		if (prng_below(&prng, 2))
			bench_start_host(&bench);
		else
			bench_start_device(&bench, &config);
		bench_meet(&bench);
		bench_run(&bench, 200000);
	}
	bench.next = bench.host_next = 1000000;
	bench.jumps = bench.taken = bench.host_packets = 0;
	bench.give_next = 1000000;
	bench.to_give = 5;
	bench_send(&bench, 1000000, 20);
	bench_run(&bench, 1000000);
	assert_int_equal(bench.taken, 20);
	assert_int_equal(bench.host_packets, 5);
	bench_close(&bench);
}

/* Its loop hangs for 30 ms: three times what the UART holds. */
static void a_uart_that_overran_is_repaired_and_told(void **state)
{
	struct bench bench;
	ptl_time began;
	uint32_t lost;

	(void)state;
	start(&bench);
	began = bench.now;
	for (unsigned i = 0; i < 10; i++) {
		bench_send(&bench, i * 40, 40);
		bench.asleep = true;
		bench_run(&bench, 30000);
		bench.asleep = false;
		bench_run(&bench, 500000);
	}
	lost = bench.errors.overruns;
	assert_true(lost > 1000);
	assert_int_equal(bench.taken, 400);
	assert_int_equal(bench.jumps, 0);
	assert_int_equal(counted(&bench)->uart_overruns, lost);
	assert_in_range(bench.host_logs, 2, (bench.now - began) / 1000000 + 1);
	assert_non_null(strstr(bench.host_log, "lost bytes"));
	bench_close(&bench);
}

static void after_noise_it_answers_within_a_second(void **state)
{
	struct bench bench;
	uint32_t next = 0;

	(void)state;
	start(&bench);
	for (unsigned i = 0; i < 10; i++, next += 20) {
		/* Shorter and longer than the patience with a silent peer. */
		bench.garbage = true;
		bench_run(&bench, 500000 * i);
		bench.garbage = false;
		bench_meet(&bench);
		bench.next = next;
		bench_send(&bench, next, 20);
		bench_run(&bench, 500000);
		assert_int_equal(bench.taken, next + 20);
	}
	bench_close(&bench);
}

static void a_stopped_line_costs_no_time(void **state)
{
	struct bench bench;
	unsigned before;

	(void)state;
	start(&bench);
	bench.uart_stopped = bench.keeps = true;
	bench.to_give = 10;
	bench_run(&bench, 100000);
	before = bench.polls;
	bench_run(&bench, 1000000);
	assert_in_range(bench.polls - before, 1, 2100);
	bench.uart_stopped = false;
	bench_run(&bench, 1000000);
	assert_int_equal(bench.host_packets, 10);
	bench_close(&bench);
}

static void idle_it_sleeps(void **state)
{
	struct bench bench;
	unsigned before;

	(void)state;
	start(&bench);
	bench_run(&bench, 10000000);
	before = bench.polls;
	bench_run(&bench, 60000000);
	/* A keep-alive each second from either side, and its answer. */
	assert_in_range(bench.polls - before, 60, 1500);
	bench_close(&bench);
}

static void the_light_tells(void **state)
{
	struct device_config config;
	struct bench bench;
	unsigned before;

	(void)state;
	bench_open(&bench, 1);
	config = bench_config(&bench);
	bench_start_host(&bench);
	bench.cut = true;
	bench_start_device(&bench, &config);
	bench_run(&bench, 10000000);
	assert_in_range(bench.led_changes, 19, 21); /* a second each */
	bench.cut = false;
	bench_meet(&bench);
	bench_run(&bench, 1000000);
	before = bench.led_changes;
	bench_run(&bench, 10000000);
	assert_int_equal(bench.led_changes, before);
	assert_true(bench.led);
	bench_send(&bench, 0, 1);
	bench_run(&bench, 1000000);
	assert_int_equal(bench.led_changes, before + 2);
	assert_true(bench.led);
	bench.stuck = true;
	bench_send(&bench, 1, 1);
	bench_run(&bench, 1000000);
	assert_in_range(bench.led_changes, before + 9, before + 13);
	bench_close(&bench);

	/* A target may have none. */
	bench_open(&bench, 1);
	config = bench_config(&bench);
	config.gpio.led = NULL;
	config.radio.room = NULL;
	config.radio.host_up = NULL;
	config.uart.errors = NULL;
	bench_start_host(&bench);
	bench_start_device(&bench, &config);
	bench_meet(&bench);
	bench.to_give = 50;
	bench_run(&bench, 1000000);
	assert_true(counted(&bench)->radio_rx_full > 0);
	bench_close(&bench);
}

static void a_line_for_the_log_has_a_limit(void **state)
{
	struct bench bench;
	char text[300];

	(void)state;
	start(&bench);
	device_log(bench.device, "");
	bench.wake = 0;
	bench_run(&bench, 100000);
	assert_int_equal(bench.host_logs, 0);
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = 0;
	device_log(bench.device, text);
	bench.wake = 0;
	bench_run(&bench, 100000);
	assert_int_equal(bench.host_logs, 1);
	assert_int_equal(strlen(bench.host_log), PTL_LOG_MAX);
	bench_close(&bench);
}

static void bad_configs_are_refused(void **state)
{
	struct device_config config, good;
	struct device *device;
	struct bench bench;
	uint8_t memory[64];

	(void)state;
	bench_open(&bench, 1);
	config = good = bench_config(&bench);
	config.framing = NULL;
	assert_int_equal(device_size(&config), 0);
	config.framing = &ptl_framing_slip; /* bare IP */
	assert_int_equal(device_size(&config), 0);
	config = good;
	config.link.max_packet = 3;
	assert_int_equal(device_size(&config), 0);
	assert_int_equal(device_init(memory, sizeof(memory), &config, &device), PTL_BAD_CONFIG);
	assert_int_equal(device_init(memory, sizeof(memory), &good, &device), PTL_NO_MEMORY);
}

/* What docs/porting.md says of the functions that may be missing. */
static void six_functions_are_enough(void **state)
{
	struct device_config config;
	struct bench bench;

	(void)state;
	bench_open(&bench, 1);
	config = bench_config(&bench);
	config.uart =
		(struct ptl_uart_seam){.user = &bench, .read = uart_read, .write = uart_write};
	config.radio.room = NULL;
	config.radio.host_up = NULL;
	config.clock.entropy = NULL;
	config.gpio = (struct ptl_gpio){0};
	bench_start_host(&bench);
	config.link.nonce = 7;
	bench_start_device(&bench, &config);
	config.link.nonce = 0;
	assert_int_equal(
		device_init(bench.memory, device_size(&config), &config, &bench.device),
		PTL_BAD_CONFIG);
	config.link.nonce = 8;
	bench_start_device(&bench, &config);
	bench_meet(&bench);
	bench.to_give = 30;
	bench_send(&bench, 0, 200);
	bench_run(&bench, 2000000);
	assert_int_equal(bench.taken, 200);
	assert_true(bench.host_packets > 0);
	bench_close(&bench);
}

static void the_rate_follows_the_link(void **state)
{
	struct device_config config;
	struct bench bench;
	struct ptl_info info;

	(void)state;
	bench_open(&bench, 1);
	bench.rate_auto = true;
	config = bench_config(&bench);
	bench_start_host(&bench);
	bench_start_device(&bench, &config);
	bench_meet(&bench);
	bench_run(&bench, 3000000);
	assert_int_equal(bench.uart_rate, BENCH_RATE_MAX);
	assert_int_equal(bench.host_rate, BENCH_RATE_MAX);
	device_link_info(bench.device, &info);
	assert_int_equal(info.rate, BENCH_RATE_MAX);

	/* And the pacer: this would take two seconds at the first rate. */
	bench.keeps = true;
	bench.to_give = 600;
	bench_run(&bench, 1000000);
	assert_int_equal(bench.host_packets, 600);

	/* It restarts with the first rate, and is heard all the same. */
	bench_start_device(&bench, &config);
	bench_meet(&bench);
	bench_run(&bench, 3000000);
	assert_int_equal(bench.uart_rate, BENCH_RATE_MAX);
	assert_int_equal(bench.host_rate, BENCH_RATE_MAX);

	/* A UART that can't: the rate stays. */
	config.uart.set_rate = NULL;
	bench_start_device(&bench, &config);
	bench_start_host(&bench);
	bench_meet(&bench);
	bench_run(&bench, 3000000);
	assert_int_equal(bench.uart_rate, BAUD);
	assert_int_equal(bench.host_rate, BAUD);
	bench_close(&bench);
}

/* Without flow control nothing waits; there is no log, and no handshake. */
static void len16_drops_at_once(void **state)
{
	struct device_config config;
	struct bench bench;
	uint8_t wire[2 + FRAME_BYTES] = {FRAME_BYTES >> 8, FRAME_BYTES & 0xff};

	(void)state;
	bench_open(&bench, 1);
	config = bench_config(&bench);
	config.framing = &ptl_framing_len16;
	bench_start_device(&bench, &config);
	(void)device_poll(bench.device);
	assert_true(device_host_up(bench.device));
	assert_int_equal(bench.host_ups, 1);
	device_log(bench.device, "nobody hears this");
	for (uint32_t i = 0; i < 10; i++) {
		bench_frame(wire + 2, i);
		bench.stuck = i >= 5;
		assert_int_equal(put(&bench.uart_rx, wire, sizeof(wire)), sizeof(wire));
		bench.now += 5000;
		assert_true(device_poll(bench.device) > bench.now);
	}
	assert_int_equal(bench.taken, 5);
	assert_int_equal(counted(&bench)->radio_tx_dropped, 5);
	bench.to_give = 1;
	(void)device_poll(bench.device);
	assert_int_equal(bench.uart_tx.n, 184); /* 2 ms of the line */
	bench_close(&bench);
}

/* Nothing is under way any more. */
static void drain(struct bench *bench)
{
	for (int i = 0; i < 50; i++) {
		struct ptl_info host, device;

		bench_run(bench, 100000);
		ptl_link_info(bench->host, &host);
		device_link_info(bench->device, &device);
		if (host.queued + device.queued == 0)
			return;
	}
	fail_msg("frames still under way after 5 s");
}

/* All at once, at random; at the end all is well again. */
static void whatever_happens_it_comes_back(void **state)
{
	struct prng prng = story_seed("device, whatever happens", 12);
	struct device_config config;
	struct bench bench;

	(void)state;
	start(&bench);
	config = bench_config(&bench);
	for (unsigned i = 0; i < 300; i++) {
		uint8_t frame[FRAME_BYTES];
		unsigned frames = prng_below(&prng, 10);

		switch (prng_below(&prng, 10)) {
		case 0:
			bench_start_host(&bench);
			break;
		case 1:
			bench_start_device(&bench, &config);
			break;
		default:
			break;
		}
		bench.garbage = prng_below(&prng, 8) == 0;
		bench.cut = prng_below(&prng, 8) == 0;
		bench.uart_stopped = prng_below(&prng, 8) == 0;
		bench.asleep = prng_below(&prng, 8) == 0;
		bench.stuck = prng_below(&prng, 4) == 0;
		bench.next = bench.host_next = bench.give_next = i * 1000;
		bench.to_give = prng_below(&prng, 10);
		for (unsigned j = 0; j < frames; j++) {
			bench_frame(frame, i * 1000 + j);
			(void)ptl_link_send(bench.host, bench.now, frame, sizeof(frame));
		}
		bench_run(&bench, random_from(&prng, 1000, 1000000));
		/* Nothing of this turn comes in the next. */
		bench.garbage = bench.cut = bench.uart_stopped = bench.asleep = bench.stuck =
			false;
		bench.to_give = 0;
		bench_meet(&bench);
		drain(&bench);
	}
	bench.next = 1000000;
	bench.taken = bench.jumps = 0;
	bench_send(&bench, 1000000, 20);
	bench_run(&bench, 500000);
	assert_int_equal(bench.taken, 20);
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_go_both_ways),
		cmocka_unit_test(the_radio_hears_of_the_host),
		cmocka_unit_test(a_radio_that_pauses_loses_nothing),
		cmocka_unit_test(a_stuck_radio_does_not_stop_the_link),
		cmocka_unit_test(a_flood_from_the_radio_is_dropped_and_counted),
		cmocka_unit_test(a_radio_that_keeps_its_frames_is_told_of_room),
		cmocka_unit_test(either_end_may_restart_at_any_time),
		cmocka_unit_test(a_uart_that_overran_is_repaired_and_told),
		cmocka_unit_test(after_noise_it_answers_within_a_second),
		cmocka_unit_test(a_stopped_line_costs_no_time),
		cmocka_unit_test(idle_it_sleeps),
		cmocka_unit_test(the_light_tells),
		cmocka_unit_test(a_line_for_the_log_has_a_limit),
		cmocka_unit_test(bad_configs_are_refused),
		cmocka_unit_test(six_functions_are_enough),
		cmocka_unit_test(the_rate_follows_the_link),
		cmocka_unit_test(len16_drops_at_once),
		cmocka_unit_test(whatever_happens_it_comes_back),
	};

	return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
