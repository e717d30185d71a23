/* SPDX-License-Identifier: GPL-2.0-only */
/* The ESP8266's radio, wifi.c, between a made-up Wi-Fi driver and the real device, link
 * and host: joining, frames both ways, a driver without buffers, a flood from the air, a
 * host with the wrong address. Every frame that the driver lends it gets back once. */
#include "device_bench.h"

#include "device/esp8266/main/target.h"
#include "esp8266_sdk/sdk.h"

#define LENT_MAX 64u

static struct {
	struct bench *bench;
	sdk_event_handler on_event;
	wifi_rxcb_t on_frame;
	bool lwip_handles; /* its handlers are registered */
	bool flash_may_be_written;
	unsigned connects, disconnects;
	esp_err_t connect_says;
	unsigned sent, refused;
	bool no_buffers;
	uint32_t next; /* number of the frame that is to be sent */
	bool lent[LENT_MAX];
	uint8_t buffers[LENT_MAX][FRAME_BYTES];
	uint32_t offered; /* frames from the air */
} driver;

static const uint8_t station_mac[6] = {2, 2, 2, 2, 2, 2};

/* ---- the SDK ---- */

esp_err_t nvs_flash_init(void)
{
	static bool erased;
	esp_err_t error = erased ? ESP_OK : ESP_ERR_NVS_NO_FREE_PAGES;

	erased = true;
	return error;
}

esp_err_t nvs_flash_erase(void)
{
	return ESP_OK;
}

const char *esp_err_to_name(esp_err_t error)
{
	return error == ESP_OK ? "none" : "some";
}

esp_err_t esp_event_loop_create_default(void)
{
	return ESP_OK;
}

esp_err_t esp_event_handler_register(esp_event_base_t base, int32_t id,
				     sdk_event_handler handler, void *user)
{
	(void)base;
	(void)user;
	assert_int_equal(id, ESP_EVENT_ANY_ID);
	driver.on_event = handler;
	return ESP_OK;
}

esp_err_t tcpip_adapter_clear_default_wifi_handlers(void)
{
	driver.lwip_handles = false;
	return ESP_OK;
}

esp_err_t esp_wifi_init(const wifi_init_config_t *config)
{
	(void)config;
	driver.lwip_handles = true;
	driver.flash_may_be_written = true;
	return ESP_OK;
}

esp_err_t esp_wifi_set_storage(int storage)
{
	assert_int_equal(storage, WIFI_STORAGE_RAM);
	driver.flash_may_be_written = false;
	return ESP_OK;
}

esp_err_t esp_wifi_set_mode(int mode)
{
	assert_int_equal(mode, WIFI_MODE_STA);
	return ESP_OK;
}

esp_err_t esp_wifi_set_config(int interface, wifi_config_t *config)
{
	assert_int_equal(interface, ESP_IF_WIFI_STA);
	assert_string_equal(config->sta.ssid, CONFIG_PIGTAIL_SSID);
	assert_int_equal(config->sta.threshold.authmode, WIFI_AUTH_WPA2_PSK);
	assert_false(driver.flash_may_be_written);
	return ESP_OK;
}

esp_err_t esp_wifi_start(void)
{
	assert_false(driver.lwip_handles);
	driver.on_event(NULL, WIFI_EVENT, WIFI_EVENT_STA_START, NULL);
	return ESP_OK;
}

esp_err_t esp_wifi_set_ps(int type)
{
	assert_int_equal(type, WIFI_PS_NONE);
	return ESP_OK;
}

esp_err_t esp_wifi_get_mac(int interface, uint8_t mac[6])
{
	(void)interface;
	memcpy(mac, station_mac, 6);
	return ESP_OK;
}

esp_err_t esp_wifi_connect(void)
{
	driver.connects++;
	return driver.connect_says;
}

esp_err_t esp_wifi_disconnect(void)
{
	driver.disconnects++;
	return ESP_OK;
}

esp_err_t esp_wifi_internal_reg_rxcb(int interface, wifi_rxcb_t callback)
{
	(void)interface;
	driver.on_frame = callback;
	return ESP_OK;
}

int esp_wifi_internal_tx(int interface, void *buffer, uint16_t length)
{
	uint32_t number = bench_number(buffer, length);

	(void)interface;
	if (driver.no_buffers) {
		driver.refused++;
		return ESP_ERR_NO_MEM;
	}
	assert_true(number >= driver.next);
	driver.next = number + 1;
	driver.sent++;
	return ESP_OK;
}

void esp_wifi_internal_free_rx_buffer(void *handle)
{
	bool *lent = handle;

	assert_true(*lent);
	*lent = false;
}

/* ---- the other files of the target ---- */

void clock_wake(void)
{
	driver.bench->woken = true;
}

/* ---- what happens ---- */

static void joined(void)
{
	driver.on_event(NULL, WIFI_EVENT, WIFI_EVENT_STA_CONNECTED, NULL);
}

static void lost(uint8_t reason)
{
	wifi_event_sta_disconnected_t event = {reason};

	driver.on_event(NULL, WIFI_EVENT, WIFI_EVENT_STA_DISCONNECTED, &event);
}

static unsigned lent_now(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < LENT_MAX; i++)
		n += driver.lent[i];
	return n;
}

/* A frame from the air; the driver has a buffer for it, or drops it itself. */
static void offer(void)
{
	for (unsigned i = 0; i < LENT_MAX; i++) {
		if (driver.lent[i])
			continue;
		driver.lent[i] = true;
		bench_frame(driver.buffers[i], driver.offered++);
		assert_int_equal(
			driver.on_frame(driver.buffers[i], FRAME_BYTES, &driver.lent[i]),
			ESP_OK);
		return;
	}
	fail_msg("frames are not given back");
}

/* wifi.c has one station, for the life of the program: so has this. */
static struct bench bench;

static void power_up(void)
{
	static struct device_config config;

	memset(&driver, 0, sizeof(driver));
	driver.bench = &bench;
	bench_open(&bench, 5);
	config = bench_config(&bench);
	assert_null(wifi_start(&config.radio, &config.clock, config.link.mac));
	assert_memory_equal(config.link.mac, station_mac, 6);
	config.link.drop_when_full = true;
	bench_start_host(&bench);
	bench_start_device(&bench, &config);
	wifi_attach(bench.device);
}

/* Host and network are there. */
static void go_online(void)
{
	bench_meet(&bench);
	for (int i = 0; i < 6000 && driver.connects == 0; i++)
		bench_run(&bench, 10000);
	assert_true(driver.connects > 0);
	joined();
	bench_run(&bench, 10000);
	assert_int_equal(wifi_light(true), LIGHT_ALL_WELL);
}

static const struct device_counters *counted(void)
{
	return device_counters(bench.device);
}

/* ---- the stories, in the life of one chip ---- */

static void it_joins_when_it_is_refused_at_first(void **state)
{
	(void)state;
	power_up();
	bench_meet(&bench);
	assert_int_equal(driver.connects, 1);
	assert_int_equal(wifi_light(true), LIGHT_NO_WIFI);
	assert_int_equal(wifi_light(false), LIGHT_NO_HOST);
	lost(201);
	bench_run(&bench, 100000);
	assert_non_null(strstr(bench.host_log, "network: not joined, reason 201"));
	driver.connect_says = ESP_ERR_NO_MEM; /* it does not even begin */
	bench_run(&bench, 3000000);
	assert_in_range(driver.connects, 3, 5);
	driver.connect_says = ESP_OK;
	bench_run(&bench, 5000000);
	driver.connects = 0;
	bench_run(&bench, 60000000); /* no event at all: given up, tried again */
	assert_true(driver.disconnects > 0);
	assert_true(driver.connects > 0);
	joined();
	bench_run(&bench, 100000);
	assert_int_equal(wifi_light(true), LIGHT_ALL_WELL);
	assert_non_null(strstr(bench.host_log, "network: joined"));
}

static void frames_go_both_ways(void **state)
{
	(void)state;
	bench_send(&bench, 0, 100);
	for (int i = 0; i < 100; i++) {
		offer();
		bench_run(&bench, 10000);
	}
	bench_run(&bench, 1000000);
	assert_int_equal(driver.sent, 100);
	assert_int_equal(bench.host_packets, 100);
	assert_int_equal(lent_now(), 0);
	assert_int_equal(counted()->radio_rx_missed, 0);
}

static void a_driver_without_buffers_is_asked_again(void **state)
{
	(void)state;
	driver.sent = 0;
	driver.no_buffers = true;
	bench_send(&bench, 1000, 1);
	bench_run(&bench, 50000);
	assert_in_range(driver.refused, 5, 40); /* every 2 ms, not in a circle */
	driver.no_buffers = false;
	bench_run(&bench, 50000);
	assert_int_equal(driver.sent, 1);
	assert_int_equal(counted()->radio_tx_dropped, 0);

	/* For long: dropped, and the link goes on. */
	driver.no_buffers = true;
	bench_send(&bench, 1001, 5);
	bench_run(&bench, 1000000);
	assert_in_range(counted()->radio_tx_dropped, 1, 5);
	assert_true(device_host_up(bench.device));
	driver.no_buffers = false;
	bench_run(&bench, 50000);
	driver.sent = 0;
	bench_send(&bench, 2000, 20);
	bench_run(&bench, 200000);
	assert_int_equal(driver.sent, 20);
}

/* The air brings ten times what the wire takes. */
static void a_flood_from_the_air_does_not_stop_the_wire(void **state)
{
	unsigned polls = bench.polls;

	(void)state;
	driver.sent = 0;
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
	assert_int_equal(driver.sent, 10);
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

static void a_network_that_goes_is_joined_again(void **state)
{
	(void)state;
	bench_run(&bench, 10000000); /* it held */
	driver.connects = 0;
	driver.sent = 0;
	lost(8);
	bench_run(&bench, 10000);
	assert_int_equal(wifi_light(true), LIGHT_NO_WIFI);
	bench_send(&bench, 4000, 5); /* into nothing */
	bench_run(&bench, 1000000);
	assert_int_equal(driver.sent, 0);
	assert_true(device_host_up(bench.device));
	assert_int_equal(driver.connects, 1);
	joined();
	lost(3);
	joined(); /* all three before the loop looks */
	bench_run(&bench, 10000);
	assert_int_equal(wifi_light(true), LIGHT_ALL_WELL);
	bench_send(&bench, 5000, 5);
	bench_run(&bench, 100000);
	assert_int_equal(driver.sent, 5);
}

static void a_host_with_another_address_is_told(void **state)
{
	uint8_t frame[FRAME_BYTES];

	(void)state;
	bench_run(&bench, 11000000);
	bench.host_log[0] = 0;
	driver.sent = 0;
	bench_frame(frame, 6000);
	frame[11] ^= 1;
	assert_int_equal(ptl_link_send(bench.host, bench.now, frame, sizeof(frame)), PTL_OK);
	bench_run(&bench, 100000);
	assert_int_equal(driver.sent, 0);
	assert_non_null(strstr(bench.host_log, "02:02:02:02:02:02"));
	assert_non_null(strstr(bench.host_log, "--mac"));
}

/* Any of these at once, for a while; then all is well again. */
static void trouble(struct prng *prng, uint32_t number)
{
	switch (prng_below(prng, 5)) {
	case 0:
		lost((uint8_t)prng_below(prng, 256));
		break;
	case 1:
		joined();
		break;
	case 2:
		bench_start_host(&bench);
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
		joined();
		bench_run(&bench, 200000);
		assert_int_equal(lent_now(), 0);
		assert_int_equal(wifi_light(true), LIGHT_ALL_WELL);
		driver.sent = 0;
		bench_send(&bench, number, 5);
		bench_run(&bench, 300000);
		assert_int_equal(driver.sent, 5);
		number += 100;
	}
}

/* The last one: it frees what the bench has. */
static void either_end_restarts(void **state)
{
	(void)state;
	bench_start_host(&bench);
	bench_run(&bench, 1000000);
	assert_true(device_host_up(bench.device));
	driver.sent = 0;
	driver.next = 0;
	bench_send(&bench, 7000, 5);
	bench_run(&bench, 100000);
	assert_int_equal(driver.sent, 5);
	bench_close(&bench);
	power_up();
	go_online();
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_joins_when_it_is_refused_at_first),
		cmocka_unit_test(frames_go_both_ways),
		cmocka_unit_test(a_driver_without_buffers_is_asked_again),
		cmocka_unit_test(a_flood_from_the_air_does_not_stop_the_wire),
		cmocka_unit_test(a_hung_loop_loses_frames_but_no_buffers),
		cmocka_unit_test(a_network_that_goes_is_joined_again),
		cmocka_unit_test(a_host_with_another_address_is_told),
		cmocka_unit_test(whatever_happens_it_comes_back),
		cmocka_unit_test(either_end_restarts),
	};

	return cmocka_run_group_tests_name("esp8266_wifi", tests, NULL, NULL);
}
