/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The radio of Espressif's chips, device/espressif/wifi.c and what it asks, between a
 * made-up Wi-Fi driver and the real device, card, link and host machine:
 *
 *	ptl_wifi, link <=== line ===> device, card, wifi.c ---> espressif_driver.h
 *
 * The driver does what it is told when the test says so. Every frame that it lends it
 * gets back once. wifi.c has one station, for the life of the program: so has this.
 */
#ifndef TEST_ESPRESSIF_BENCH_H
#define TEST_ESPRESSIF_BENCH_H

#include "espressif_driver.h"

#include <pigtail/card.h>

#include "device/espressif/wifi.h"

/* What the host has heard. */
struct host {
	unsigned readies, joined, failed, left, scans_done, ap_started, ap_stopped;
	unsigned answers, bss_count, changes, signals, stations, gone;
	struct ptl_radio_info info;
	struct ptl_association association;
	enum ptl_failure failure;
	enum ptl_status status;
	char text[PTL_WIFI_TEXT];
	uint16_t reason;
	enum ptl_by by;
	struct ptl_bss bss[RECORDS_MAX];
	uint8_t elements[RECORDS_MAX][256];
	int8_t signal;
	uint8_t station[6];
	uint8_t answer[PTL_CONTROL_MAX];
	struct ptl_control last; /* the answer to the last request */
};

static struct bench bench;
static struct host heard;
static struct ptl_wifi wifi_host;
static struct device_card card;
static struct ptl_radio_control control;

/* ---- the target ---- */

static void wake(void)
{
	bench.woken = true;
}

/* As application.c has them. */
static bool link_frame(const uint8_t *frame, size_t n)
{
	(void)device_from_radio(bench.device, frame, n);
	return true;
}

static void link_missed(uint32_t n)
{
	device_radio_missed(bench.device, n);
}

static void link_room(void)
{
	device_radio_room(bench.device);
}

static void link_log(const char *text)
{
	device_log(bench.device, text);
}

/* ---- the host ---- */

static bool send_message(void *user, const uint8_t *message, size_t n)
{
	(void)user;
	return ptl_link_send_control(bench.host, bench.now, message, n, NULL) == PTL_OK;
}

static bool hear_message(void *user, const uint8_t *message, size_t n)
{
	(void)user;
	ptl_wifi_message(&wifi_host, bench.now, message, n);
	return true;
}

static void on_ready(void *user, const struct ptl_radio_info *info)
{
	(void)user;
	if (info)
		heard.info = *info;
	heard.readies += info != NULL;
}

static void on_bss(void *user, const struct ptl_bss *bss)
{
	unsigned i = heard.bss_count;

	(void)user;
	assert_true(i < RECORDS_MAX && bss->elements_n <= sizeof(heard.elements[0]));
	heard.bss[i] = *bss;
	memcpy(heard.elements[i], bss->elements, bss->elements_n);
	heard.bss[i].elements = heard.elements[i];
	heard.bss_count++;
}

static void on_scan_done(void *user, enum ptl_status status, const char *text)
{
	(void)user;
	(void)text;
	heard.scans_done++;
	heard.status = status;
}

static void on_joined(void *user, const struct ptl_association *association)
{
	(void)user;
	heard.joined++;
	heard.association = *association;
}

static void on_failed(void *user, enum ptl_failure failure, uint16_t code, const char *text)
{
	(void)user;
	(void)code;
	heard.failed++;
	heard.failure = failure;
	strcpy(heard.text, text);
}

static void on_left(void *user, uint16_t reason, enum ptl_by by, const char *text)
{
	(void)user;
	(void)text;
	heard.left++;
	heard.reason = reason;
	heard.by = by;
}

static void on_ap_started(void *user, enum ptl_status status, const char *text)
{
	(void)user;
	heard.ap_started += status == PTL_STATUS_DONE;
	heard.status = status;
	strcpy(heard.text, text);
}

static void on_ap_stopped(void *user, uint16_t reason, const char *text)
{
	(void)user;
	(void)reason;
	(void)text;
	heard.ap_stopped++;
}

static void on_station(void *user, bool joined, const uint8_t mac[6], uint16_t reason,
		       const uint8_t *elements, size_t n)
{
	(void)user;
	(void)reason;
	(void)elements;
	(void)n;
	heard.stations += joined;
	heard.gone += !joined;
	memcpy(heard.station, mac, 6);
}

static void on_signal(void *user, int8_t signal, uint32_t tx_rate, uint32_t rx_rate)
{
	(void)user;
	(void)tx_rate;
	(void)rx_rate;
	heard.signals++;
	heard.signal = signal;
}

static void on_changed(void *user, const struct ptl_control *message)
{
	(void)user;
	(void)message;
	heard.changes++;
}

static void on_answer(void *user, void *token, enum ptl_status status,
		      const struct ptl_control *message)
{
	(void)user;
	(void)token;
	heard.answers++;
	heard.status = status;
	heard.text[0] = 0;
	if (!message)
		return;
	memcpy(heard.answer, message->bytes, message->n);
	heard.last = (struct ptl_control){heard.answer, message->n};
	ptl_control_words(message, PTL_F_TEXT, heard.text, sizeof(heard.text));
}

/* ---- the desk ---- */

static inline void run(ptl_time us)
{
	for (ptl_time until = bench.now + us; bench.now < until;) {
		(void)ptl_wifi_poll(&wifi_host, bench.now);
		bench_run(&bench, 5000);
	}
}

static inline void power_up(void)
{
	static struct device_config config;
	const struct ptl_wifi_events events = {
		.send = send_message,
		.ready = on_ready,
		.bss = on_bss,
		.scan_done = on_scan_done,
		.joined = on_joined,
		.failed = on_failed,
		.left = on_left,
		.ap_started = on_ap_started,
		.ap_stopped = on_ap_stopped,
		.station = on_station,
		.signal = on_signal,
		.changed = on_changed,
		.answer = on_answer,
	};
	const struct device_card_config card_config = {
		.control = &control,
		.board = "esp-12",
		.firmware = "test",
		.boots = 1,
	};

	memset(&driver, 0, sizeof(driver));
	memset(&heard, 0, sizeof(heard));
	driver.power = 78;
	bench_open(&bench, 5);
	bench.host_message = hear_message;
	ptl_wifi_init(&wifi_host, &events);
	config = bench_config(&bench);
	wifi_control(&control, &card.share, config.link.mac);
	assert_memory_equal(config.link.mac, station_mac, 6);
	assert_null(wifi_start(&config.radio,
			       &(struct wifi_target){
				       .clock = &config.clock,
				       .wake = wake,
				       .events = {link_frame, link_missed, link_room, link_log},
			       }));
	device_card_init(&card, &card_config);
	config.control = device_card_control(&card);
	config.link.drop_when_full = true;
	bench_start_host(&bench);
	bench_start_device(&bench, &config);
	device_card_attach(&card, bench.device, bench.now);
	bench_meet(&bench);
	run(50000);
	assert_int_equal(heard.readies, 1);
}

/* The host's end begins anew. */
static inline void host_restarts(void)
{
	ptl_wifi_session(&wifi_host);
	bench_start_host(&bench);
}

static inline enum ptl_status ask_join(const char *ssid, const char *key)
{
	struct ptl_control_writer to;

	ptl_control_begin(&to, PTL_M_JOIN, 0, PTL_IF_STATION);
	ptl_put_text(&to, PTL_F_SSID, ssid);
	if (key)
		ptl_put_text(&to, PTL_F_PASSPHRASE, key);
	return ptl_wifi_start(&wifi_host, bench.now, PTL_WIFI_STATION, &to);
}

/* Host and network are there. */
static inline void go_online(void)
{
	bench_meet(&bench);
	run(50000);
	assert_int_equal(ask_join("network", "a password"), PTL_STATUS_DONE);
	driver.connects = 0;
	run(50000);
	assert_int_equal(driver.connects, 1);
	connected(6, WIFI_AUTH_WPA2_PSK);
	run(50000);
	assert_int_equal(wifi_light(true), LIGHT_ALL_WELL);
	assert_int_equal(ptl_wifi_state(&wifi_host, PTL_WIFI_STATION), PTL_WIFI_ACTIVE);
}

static inline void leave(void)
{
	(void)ptl_wifi_stop(&wifi_host, bench.now, PTL_WIFI_STATION, 3);
	run(20000);
	disconnected(WIFI_REASON_ASSOC_LEAVE);
	run(20000);
	assert_int_equal(ptl_wifi_state(&wifi_host, PTL_WIFI_STATION), PTL_WIFI_IDLE);
}

#endif
