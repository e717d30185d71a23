/* SPDX-License-Identifier: GPL-2.0-only */
/* The interface for ESP-IDF between a made-up SDK and the real device, link and host:
 * frames both ways with a UART of 128 bytes, back-pressure to the TCP/IP stack, hosts that
 * come and go, and a start that fails at any of its calls. */
#include "device_bench.h"

#include "device/esp-idf/pigtail_netif/netif.h"

#define RING_ITEMS 64u
#define FIFO	   128u

struct sdk_ring {
	struct {
		size_t n;
		uint8_t bytes[FRAME_BYTES];
	} items[RING_ITEMS];
	unsigned head, tail;
	bool out; /* the item at the tail is lent */
	size_t size, used;
};

static struct bench bench;

static struct {
	unsigned calls, fail_at; /* of those that can fail; 0: none does */
	int held;		 /* what was made and not released */
	esp_netif_driver_ifconfig_t driver;
	unsigned connected, disconnected;
	bool up, locked;
	uint32_t next;	   /* number of the frame that the stack wants */
	unsigned received; /* by the stack */
	ptl_time timer;
	uint32_t baud;
	unsigned refused; /* frames of the stack */
} sdk;

static bool fails(void)
{
	return ++sdk.calls == sdk.fail_at;
}

/* Something is made, or is not. */
static void *made(void *thing)
{
	if (fails())
		return NULL;
	sdk.held++;
	return thing;
}

/* ---- FreeRTOS ---- */

BaseType_t xQueueSend(QueueHandle_t queue, const void *item, TickType_t ticks)
{
	(void)queue;
	(void)item;
	assert_int_equal(ticks, 0);
	bench.woken = true;
	return pdTRUE;
}

BaseType_t xQueueReceive(QueueHandle_t queue, void *item, TickType_t ticks)
{
	(void)queue;
	(void)item;
	(void)ticks;
	return 0;
}

SemaphoreHandle_t xSemaphoreCreateMutex(void)
{
	return made(&sdk.locked);
}

BaseType_t xSemaphoreTake(SemaphoreHandle_t lock, TickType_t ticks)
{
	(void)lock;
	(void)ticks;
	assert_false(sdk.locked);
	sdk.locked = true;
	return pdTRUE;
}

BaseType_t xSemaphoreGive(SemaphoreHandle_t lock)
{
	(void)lock;
	assert_true(sdk.locked);
	sdk.locked = false;
	return pdTRUE;
}

void vSemaphoreDelete(SemaphoreHandle_t lock)
{
	(void)lock;
	sdk.held--;
}

RingbufHandle_t xRingbufferCreate(size_t size, int type)
{
	static struct sdk_ring ring;

	assert_int_equal(type, RINGBUF_TYPE_NOSPLIT);
	ring = (struct sdk_ring){.size = size};
	return made(&ring);
}

BaseType_t xRingbufferSend(RingbufHandle_t ring, const void *item, size_t n, TickType_t ticks)
{
	assert_int_equal(ticks, 0); /* the TCP/IP task must not wait */
	if (ring->used + n + 8 > ring->size || ring->head - ring->tail == RING_ITEMS)
		return 0;
	ring->used += n + 8;
	ring->items[ring->head % RING_ITEMS].n = n;
	memcpy(ring->items[ring->head++ % RING_ITEMS].bytes, item, n);
	return pdTRUE;
}

void *xRingbufferReceive(RingbufHandle_t ring, size_t *n, TickType_t ticks)
{
	(void)ticks;
	assert_false(ring->out); /* each is returned before the next */
	if (ring->head == ring->tail)
		return NULL;
	ring->out = true;
	*n = ring->items[ring->tail % RING_ITEMS].n;
	return ring->items[ring->tail % RING_ITEMS].bytes;
}

void vRingbufferReturnItem(RingbufHandle_t ring, void *item)
{
	assert_true(ring->out);
	assert_ptr_equal(item, ring->items[ring->tail % RING_ITEMS].bytes);
	ring->used -= ring->items[ring->tail++ % RING_ITEMS].n + 8;
	ring->out = false;
}

void vRingbufferDelete(RingbufHandle_t ring)
{
	(void)ring;
	sdk.held--;
}

BaseType_t xTaskCreate(void (*run)(void *), const char *name, uint32_t stack, void *user,
		       int priority, void **task)
{
	(void)run;
	(void)name;
	(void)stack;
	(void)user;
	(void)task;
	assert_true(priority < ESP_TASK_TCPIP_PRIO);
	return fails() ? 0 : pdPASS;
}

/* ---- UART ---- */

esp_err_t uart_driver_install(uart_port_t port, int rx, int tx, int events,
			      QueueHandle_t *queue, int flags)
{
	static int thing;

	(void)flags;
	assert_int_equal(port, CONFIG_PIGTAIL_UART_PORT);
	assert_true(rx > (int)FIFO && events > 0);
	assert_int_equal(tx, 0);
	*queue = made(&thing);
	return *queue ? ESP_OK : ESP_ERR_NO_MEM;
}

esp_err_t uart_driver_delete(uart_port_t port)
{
	(void)port;
	sdk.held--;
	return ESP_OK;
}

esp_err_t uart_param_config(uart_port_t port, const uart_config_t *config)
{
	(void)port;
	assert_int_equal(config->flow_ctrl, UART_HW_FLOWCTRL_DISABLE); /* no pins */
	return fails() ? ESP_ERR_INVALID_ARG : ESP_OK;
}

esp_err_t uart_set_pin(uart_port_t port, int tx, int rx, int rts, int cts)
{
	(void)port;
	assert_true(tx != rx && rts == UART_PIN_NO_CHANGE && cts == UART_PIN_NO_CHANGE);
	return fails() ? ESP_ERR_INVALID_ARG : ESP_OK;
}

esp_err_t uart_set_rx_full_threshold(uart_port_t port, int bytes)
{
	(void)port;
	assert_in_range(bytes, 1, FIFO - 1);
	return fails() ? ESP_ERR_INVALID_ARG : ESP_OK;
}

esp_err_t uart_set_rx_timeout(uart_port_t port, uint8_t bytes)
{
	(void)port;
	assert_in_range(bytes, 1, 20);
	return fails() ? ESP_ERR_INVALID_ARG : ESP_OK;
}

esp_err_t uart_set_baudrate(uart_port_t port, uint32_t baud)
{
	(void)port;
	assert_int_equal(bench.uart_tx.n, 0);
	sdk.baud = baud;
	bench.uart_rate = baud;
	return fails() ? ESP_ERR_INVALID_ARG : ESP_OK;
}

esp_err_t uart_get_baudrate(uart_port_t port, uint32_t *baud)
{
	(void)port;
	*baud = sdk.baud;
	return ESP_OK;
}

int uart_read_bytes(uart_port_t port, void *to, uint32_t n, TickType_t ticks)
{
	(void)port;
	assert_int_equal(ticks, 0);
	return (int)uart_read(&bench, to, n);
}

int uart_tx_chars(uart_port_t port, const char *bytes, uint32_t n)
{
	size_t room = FIFO - bench.uart_tx.n;

	(void)port;
	return (int)uart_write(&bench, (const uint8_t *)bytes, n < room ? n : room);
}

esp_err_t uart_wait_tx_done(uart_port_t port, TickType_t ticks)
{
	(void)port;
	assert_int_equal(ticks, 0);
	return bench.uart_tx.n == 0 ? ESP_OK : ESP_ERR_TIMEOUT;
}

/* ---- time and chance ---- */

int64_t esp_timer_get_time(void)
{
	return (int64_t)bench.now;
}

esp_err_t esp_timer_create(const esp_timer_create_args_t *args, esp_timer_handle_t *timer)
{
	static int thing;

	(void)args;
	*timer = made(&thing);
	return *timer ? ESP_OK : ESP_ERR_NO_MEM;
}

esp_err_t esp_timer_start_once(esp_timer_handle_t timer, uint64_t us)
{
	(void)timer;
	sdk.timer = bench.now + us;
	return ESP_OK;
}

esp_err_t esp_timer_stop(esp_timer_handle_t timer)
{
	(void)timer;
	sdk.timer = PTL_NEVER;
	return ESP_OK;
}

esp_err_t esp_timer_delete(esp_timer_handle_t timer)
{
	(void)timer;
	sdk.held--;
	return ESP_OK;
}

uint32_t esp_random(void)
{
	return clock_entropy(&bench);
}

esp_err_t esp_read_mac(uint8_t mac[6], int type)
{
	assert_int_equal(type, ESP_MAC_ETH);
	memset(mac, 2, 6);
	return fails() ? ESP_ERR_INVALID_ARG : ESP_OK;
}

/* ---- esp_netif ---- */

esp_netif_t *esp_netif_new(const esp_netif_config_t *config)
{
	static int thing;

	assert_string_equal(config->base->if_key, "PIGTAIL");
	return made(&thing);
}

void esp_netif_destroy(esp_netif_t *netif)
{
	(void)netif;
	sdk.held--;
}

esp_err_t esp_netif_attach(esp_netif_t *netif, void *driver)
{
	esp_netif_driver_base_t *base = driver;

	return fails() ? ESP_ERR_INVALID_ARG : base->post_attach(netif, driver);
}

esp_err_t esp_netif_set_driver_config(esp_netif_t *netif,
				      const esp_netif_driver_ifconfig_t *config)
{
	(void)netif;
	sdk.driver = *config;
	return ESP_OK;
}

esp_err_t esp_netif_set_mac(esp_netif_t *netif, uint8_t mac[6])
{
	(void)netif;
	assert_int_equal(mac[0], 2);
	return fails() ? ESP_ERR_INVALID_ARG : ESP_OK;
}

esp_err_t esp_netif_receive(esp_netif_t *netif, void *buffer, size_t n, void *eb)
{
	uint32_t number = bench_number(buffer, n);

	(void)netif;
	(void)eb;
	assert_true(number >= sdk.next);
	sdk.next = number + 1;
	sdk.received++;
	sdk.driver.driver_free_rx_buffer(sdk.driver.handle, buffer);
	return ESP_OK;
}

void esp_netif_action_start(void *netif, esp_event_base_t base, int32_t id, void *data)
{
	(void)netif;
	(void)base;
	(void)id;
	(void)data;
}

void esp_netif_action_connected(void *netif, esp_event_base_t base, int32_t id, void *data)
{
	esp_netif_action_start(netif, base, id, data);
	assert_false(sdk.up);
	sdk.up = true;
	sdk.connected++;
}

void esp_netif_action_disconnected(void *netif, esp_event_base_t base, int32_t id, void *data)
{
	esp_netif_action_start(netif, base, id, data);
	assert_true(sdk.up);
	sdk.up = false;
	sdk.disconnected++;
}

/* ---- the task of the interface, and time ---- */

static struct pigtail_netif *netif;

static esp_err_t start_at(unsigned fail_at, uint32_t max)
{
	struct pigtail_netif_config config = PIGTAIL_NETIF_CONFIG_DEFAULT();

	config.max = max;
	memset(&sdk, 0, sizeof(sdk));
	sdk.fail_at = fail_at;
	sdk.timer = PTL_NEVER;
	bench_open(&bench, 9);
	bench.rate_auto = max > 0;
	bench_start_host(&bench);
	return pigtail_netif_start(&config, &netif);
}

static esp_err_t start(unsigned fail_at)
{
	return start_at(fail_at, 0);
}

/* As run() in netif.c does it, whenever something wakes it. */
static void run_for(ptl_time us)
{
	ptl_time until = bench.now + us;

	while (bench.now < until) {
		ptl_time wake;

		bench.now += STEP_US;
		bench_line(&bench);
		bench_host_turn(&bench);
		if (!bench.woken && bench.uart_rx.n == 0 && sdk.timer > bench.now)
			continue;
		bench.woken = false;
		sdk.timer = PTL_NEVER;
		(void)xSemaphoreTake(netif->lock, portMAX_DELAY);
		wake = device_poll(netif->device);
		(void)xSemaphoreGive(netif->lock);
		netif->clock.sleep(netif->clock.user, wake);
		if (wake <= bench.now)
			bench.woken = true;
		bench.polls++;
	}
}

/* The stack sends n frames; what is refused it sends again later. */
static void stack_sends(uint32_t first, unsigned n)
{
	uint8_t frame[FRAME_BYTES];

	for (unsigned i = 0; i < n; i++) {
		bench_frame(frame, first + i);
		while (sdk.driver.transmit(sdk.driver.handle, frame, sizeof(frame)) != ESP_OK) {
			sdk.refused++;
			run_for(1000);
		}
	}
}

static void stop(void)
{
	/* There is no stop: the test takes it apart. */
	free(netif->memory);
	free(netif);
	bench_close(&bench);
}

/* ---- stories ---- */

static void frames_go_both_ways_at_the_rate_of_the_line(void **state)
{
	struct ptl_counters counters;
	ptl_time began;

	(void)state;
	assert_int_equal(start(0), ESP_OK);
	run_for(500000);
	assert_int_equal(sdk.connected, 1);
	for (uint32_t i = 0; i < 400; i++) {
		uint8_t frame[FRAME_BYTES];

		bench_frame(frame, i);
		assert_int_equal(ptl_link_send(bench.host, bench.now, frame, sizeof(frame)),
				 PTL_OK);
		stack_sends(i, 1);
		run_for(3400);
	}
	run_for(200000);
	assert_int_equal(sdk.received, 400);
	assert_int_equal(bench.host_packets, 400);

	/* The stack as fast as it can: nothing is lost, and the line is full. */
	began = bench.now;
	bench.host_packets = 0;
	stack_sends(400, 1000);
	assert_true(sdk.refused > 100);
	while (bench.host_packets < 1000 && bench.now - began < 5000000)
		run_for(1000);
	assert_int_equal(bench.host_packets, 1000);
	print_message("             %.1f %% of the line\n",
		      100 * (1000 * FRAME_BYTES * 1e7 / BAUD) / (double)(bench.now - began));
	assert_in_range(bench.now - began, 2900000, 3700000); /* 300000 bytes: 3.26 s */

	pigtail_netif_stats(netif, &counters, NULL);
	assert_int_equal(counters.rx_packets, 400);
	assert_false(sdk.locked);
	stop();
}

static void the_interface_is_up_while_the_host_is_there(void **state)
{
	(void)state;
	assert_int_equal(start(0), ESP_OK);
	run_for(500000);
	assert_true(sdk.up);
	bench_start_host(&bench); /* at once: no flap */
	run_for(1000000);
	assert_int_equal(sdk.connected, 1);
	bench.cut = true;
	run_for(5000000);
	assert_false(sdk.up);
	stack_sends(0, 20); /* into nothing: it must not wait for ever */
	bench.cut = false;
	run_for(2000000);
	assert_true(sdk.up);
	assert_int_equal(sdk.connected, 2);
	bench.host_packets = 0;
	stack_sends(1000, 20);
	run_for(200000);
	assert_int_equal(bench.host_packets, 20);
	stop();
}

static void idle_it_sleeps(void **state)
{
	unsigned polls;

	(void)state;
	assert_int_equal(start(0), ESP_OK);
	run_for(1000000);
	polls = bench.polls;
	run_for(10000000);
	assert_in_range(bench.polls - polls, 1, 300);
	stop();
}

/* Whichever call fails, all that had been got is given back. */
static void a_start_that_fails_leaves_nothing(void **state)
{
	unsigned fail_at;

	(void)state;
	for (fail_at = 1;; fail_at++) {
		esp_err_t error = start(fail_at);

		if (error == ESP_OK)
			break;
		assert_int_equal(sdk.held, 0);
		bench_close(&bench);
	}
	assert_in_range(fail_at, 13, 20); /* there are so many calls that can */
	stop();
}

/* The host stops the line by RTS now and then, and the clock thinks that it has run dry:
 * no rate is set as long as something is in the FIFO (see uart_set_baudrate() above). */
static void the_rate_waits_for_the_fifo(void **state)
{
	(void)state;
	assert_int_equal(start_at(0, BENCH_RATE_MAX), ESP_OK);
	for (int i = 0; i < 3000; i++) {
		bench.uart_stopped = i % 3 > 0;
		run_for(1000);
	}
	bench.uart_stopped = false;
	run_for(1000000);
	assert_int_equal(bench.uart_rate, BENCH_RATE_MAX);
	assert_int_equal(bench.host_rate, BENCH_RATE_MAX);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_go_both_ways_at_the_rate_of_the_line),
		cmocka_unit_test(the_interface_is_up_while_the_host_is_there),
		cmocka_unit_test(idle_it_sleeps),
		cmocka_unit_test(the_rate_waits_for_the_fifo),
		cmocka_unit_test(a_start_that_fails_leaves_nothing),
	};

	return cmocka_run_group_tests_name("esp_idf", tests, NULL, NULL);
}
