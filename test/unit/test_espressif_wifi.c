/* SPDX-License-Identifier: GPL-2.0-only */
/* The radio of Espressif's chips, wifi.c, between a made-up Wi-Fi driver and the real device,
 * link and host: frames both ways, a driver without buffers, a flood from the air, a host with
 * the wrong address. Every frame that the driver lends it gets back once. */
#include "espressif_bench.h"

static const struct device_counters *counted(void)
{
	return device_counters(bench.device);
}

/* ---- the stories, in the life of one chip ---- */

static void frames_go_both_ways(void **state)
{
	(void)state;
	power_up();
	go_online();
	bench_send(&bench, 0, 100);
	for (int i = 0; i < 100; i++) {
		offer();
		bench_run(&bench, 10000);
	}
	bench_run(&bench, 1000000);
	assert_int_equal(driver.sent[0], 100);
	assert_int_equal(bench.host_packets, 100);
	assert_int_equal(lent_now(), 0);
	assert_int_equal(counted()->radio_rx_missed, 0);
}

static void a_driver_without_buffers_is_asked_again(void **state)
{
	(void)state;
	driver.sent[0] = 0;
	driver.no_buffers = true;
	bench_send(&bench, 1000, 1);
	bench_run(&bench, 50000);
	assert_in_range(driver.refused, 5, 40); /* every 2 ms, not in a circle */
	driver.no_buffers = false;
	bench_run(&bench, 50000);
	assert_int_equal(driver.sent[0], 1);
	assert_int_equal(counted()->radio_tx_dropped, 0);

	/* For long: dropped, and the link goes on. */
	driver.no_buffers = true;
	bench_send(&bench, 1001, 5);
	bench_run(&bench, 1000000);
	assert_in_range(counted()->radio_tx_dropped, 1, 5);
	assert_true(device_host_up(bench.device));
	driver.no_buffers = false;
	bench_run(&bench, 50000);
	driver.sent[0] = 0;
	bench_send(&bench, 2000, 20);
	bench_run(&bench, 200000);
	assert_int_equal(driver.sent[0], 20);
}

/* The air brings ten times what the wire takes. */
static void a_flood_from_the_air_does_not_stop_the_wire(void **state)
{
	unsigned polls = bench.polls;

	(void)state;
	driver.sent[0] = 0;
	bench.host_packets = 0;
	bench_send(&bench, 3000, 10);
	for (int i = 0; i < 4000; i++) {
		offer();
		if (i % 7 == 0)
			for (int j = 0; j < 8; j++)
				offer(); /* while the loop is busy */
		bench_run(&bench, 250);
		assert_in_range(lent_now(), 0, 4);
	}
	bench_run(&bench, 1000000);
	assert_int_equal(lent_now(), 0);
	assert_int_equal(driver.sent[0], 10);
	assert_true(counted()->radio_rx_missed > 100);
	assert_true(bench.host_packets > 200); /* a second of the line is 300 */
	assert_in_range(bench.polls - polls, 4000, 80000);
}

static void a_hung_loop_loses_frames_but_no_buffers(void **state)
{
	(void)state;
	bench.asleep = true;
	for (int i = 0; i < 1000; i++)
		offer();
	assert_int_equal(lent_now(), 4);
	bench.asleep = false;
	bench_run(&bench, 100000);
	assert_int_equal(lent_now(), 0);
}

static void a_host_with_another_address_is_told(void **state)
{
	uint8_t frame[FRAME_BYTES];

	(void)state;
	bench_run(&bench, 11000000);
	bench.host_log[0] = 0;
	driver.sent[0] = 0;
	bench_frame(frame, 6000);
	frame[11] ^= 1;
	assert_int_equal(ptl_link_send(bench.host, bench.now, frame, sizeof(frame)), PTL_OK);
	bench_run(&bench, 100000);
	assert_int_equal(driver.sent[0], 0);
	assert_non_null(strstr(bench.host_log, "02:02:02:02:02:02"));
	assert_non_null(strstr(bench.host_log, "--mac"));
}

/* Any of these at once, for a while; then all is well again. */
static void trouble(struct prng *prng, uint32_t number)
{
	switch (prng_below(prng, 5)) {
	case 0:
		disconnected((uint8_t)prng_below(prng, 256));
		break;
	case 1:
		connected(6, WIFI_AUTH_WPA2_PSK);
		break;
	case 2:
		host_restarts();
		break;
	default:
		break;
	}
	bench.garbage = prng_below(prng, 8) == 0;
	bench.cut = prng_below(prng, 8) == 0;
	bench.uart_stopped = prng_below(prng, 8) == 0;
	bench.asleep = prng_below(prng, 8) == 0;
	driver.no_buffers = prng_below(prng, 3) == 0;
	for (size_t i = random_from(prng, 0, 40); i > 0; i--) {
		uint8_t frame[FRAME_BYTES];

		if (prng_below(prng, 2))
			offer();
		bench_frame(frame, number++);
		(void)ptl_link_send(bench.host, bench.now, frame, sizeof(frame));
		bench_run(&bench, random_from(prng, 50, 20000));
	}
	bench.garbage = bench.cut = bench.uart_stopped = bench.asleep = false;
	driver.no_buffers = false;
}

static void whatever_happens_it_comes_back(void **state)
{
	struct prng prng = story_seed("whatever happens", 17);
	uint32_t number = 100000;

	(void)state;
	for (int turn = 0; turn < 60; turn++) {
		trouble(&prng, number);
		number += 100;
		bench_run(&bench,
			  12000000); /* a silent peer, and one of 10 s without progress */
		bench_meet(&bench);
		run(100000);
		if (ptl_wifi_state(&wifi_host, PTL_WIFI_STATION) != PTL_WIFI_ACTIVE)
			go_online();
		run(200000);
		assert_int_equal(lent_now(), 0);
		assert_int_equal(wifi_light(true), LIGHT_ALL_WELL);
		driver.sent[0] = 0;
		bench_send(&bench, number, 5);
		bench_run(&bench, 300000);
		assert_int_equal(driver.sent[0], 5);
		number += 100;
	}
}

/* The last one: it frees what the bench has. */
static void either_end_restarts(void **state)
{
	(void)state;
	host_restarts();
	bench_run(&bench, 1000000);
	assert_true(device_host_up(bench.device));
	go_online(); /* nothing of the old session holds */
	driver.sent[0] = 0;
	driver.next = 0;
	bench_send(&bench, 7000, 5);
	bench_run(&bench, 100000);
	assert_int_equal(driver.sent[0], 5);
	bench_close(&bench);
	power_up();
	go_online();
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_go_both_ways),
		cmocka_unit_test(a_driver_without_buffers_is_asked_again),
		cmocka_unit_test(a_flood_from_the_air_does_not_stop_the_wire),
		cmocka_unit_test(a_hung_loop_loses_frames_but_no_buffers),
		cmocka_unit_test(a_host_with_another_address_is_told),
		cmocka_unit_test(whatever_happens_it_comes_back),
		cmocka_unit_test(either_end_restarts),
	};

	return cmocka_run_group_tests_name(FAMILY ", frames", tests, NULL, NULL);
}
