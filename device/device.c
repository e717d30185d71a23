/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * One turn of device_poll():
 *
 *	UART's bytes -> endpoint -> radio	at most READS_A_TURN chunks
 *	radio.poll() -> device_from_radio()	its frames and timers
 *	control.poll() -> device_send_control()	what is said to the host
 *	what waited for the radio is offered again, or given up
 *	endpoint -> pump -> UART		as much as may be below now
 *
 * The radio, as seen from the link:
 *
 *	OPEN      frames go to it at once
 *	WAITING   it had no room: the link keeps that frame, and credit stops the
 *	          host; device_radio_room() has it offered again, and if it is taken
 *	          the radio is OPEN again
 *	DROPPING  it had none for DEVICE_RADIO_PATIENCE_US: each frame is offered
 *	          once more as it comes, and dropped if there is still no room. The
 *	          first that is taken makes it OPEN again.
 */
#include <pigtail/device.h>
#include <pigtail/pump.h>
#include <pigtail/wire.h>

#include <string.h>

#include "led.h"

#define READ_BYTES   256u
#define READS_A_TURN 8
#define OUT_BYTES    256u
#define ERRORS_US    1000000u /* between two lines about the UART */
#define SETTLE_US    1000u    /* to another rate: after the last byte should have left */
#define ALIGNMENT    16u
#define NO_ADDRESS   ((const uint8_t[6]){0})

enum radio_state {
	OPEN,
	WAITING,
	DROPPING,
};

struct device {
	struct device_config config;
	struct device_counters counters;
	struct ptl_endpoint *endpoint;
	struct ptl_pump pump;
	struct led led;
	ptl_time now;
	bool up;
	bool link_room;	   /* ptl_radio.room() is to be called */
	bool control_room; /* device_control.poll() is to be called once more */
	bool session;	   /* device_control.session() is to be called */
	bool resume;	   /* what waits for the radio, or for control, is to be offered */
	enum radio_state radio;
	ptl_time waiting_since;
	ptl_time errors_at;   /* when the UART's errors may be told again */
	uint64_t errors_told; /* how many had been */
	uint8_t out[OUT_BYTES];
	uint8_t in[READ_BYTES];
};

static size_t own_size(void)
{
	return (sizeof(struct device) + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

size_t device_size(const struct device_config *config)
{
	struct ptl_config link = config->link;
	size_t n;

	if (!config->framing || config->framing->payload != PTL_ETHERNET)
		return 0;
	link.role = PTL_DEVICE;
	n = config->framing->size(&link);
	return n ? own_size() + n : 0;
}

/* ---- events of the endpoint ---- */

static bool to_radio(void *user, const uint8_t *frame, size_t n)
{
	struct device *device = user;
	const struct ptl_radio *radio = &device->config.radio;

	if (radio->send(radio->user, frame, n)) {
		device->counters.radio_tx++;
		if (device->radio != OPEN) {
			device->radio = OPEN;
			device->resume = true; /* another class may be waiting */
		}
		return true;
	}
	if (device->radio == OPEN) {
		device->counters.radio_tx_waits++;
		device->radio = WAITING;
		device->waiting_since = device->now;
	}
	if (device->radio == WAITING && device->config.framing->resume)
		return false;
	device->counters.radio_tx_dropped++;
	return true;
}

/* Its owner answers at once, which the endpoint does not allow in its state event. */
static void tell_session(struct device *device)
{
	const struct device_control *control = &device->config.control;
	struct ptl_info info;

	if (!device->session)
		return;
	device->session = false;
	if (!control->session)
		return;
	device->config.framing->info(device->endpoint, &info);
	control->session(control->user, device->now, info.control);
}

static bool on_control(void *user, const uint8_t *message, size_t n)
{
	struct device *device = user;
	const struct device_control *control = &device->config.control;

	tell_session(device);
	return control->message(control->user, device->now, message, n);
}

static void on_control_lost(void *user, uint32_t first, uint32_t count)
{
	struct device *device = user;

	if (device->config.control.lost)
		device->config.control.lost(device->config.control.user, first, count);
}

static void on_control_room(void *user)
{
	struct device *device = user;

	device->control_room = true;
}

static void on_room(void *user)
{
	struct device *device = user;

	device->link_room = true;
}

static void on_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	struct device *device = user;
	const struct ptl_radio *radio = &device->config.radio;
	struct ptl_info info;

	(void)reason;
	device->up = state == PTL_STATE_UP;
	device->session = device->config.control.message != NULL;
	if (!radio->host_up)
		return;
	/* A framing that is up from its start says so before it has an address. */
	if (device->up && device->endpoint) {
		device->config.framing->info(device->endpoint, &info);
		radio->host_up(radio->user, true, info.peer_mac);
	} else {
		radio->host_up(radio->user, device->up, NO_ADDRESS);
	}
}

static void on_rate(void *user, uint32_t rate)
{
	struct device *device = user;

	ptl_pump_want_rate(&device->pump, rate);
}

/* ---- the UART, as the pump sees it ---- */

static size_t uart_write(void *port, const uint8_t *bytes, size_t n)
{
	const struct ptl_uart_seam *uart = port;

	return uart->write(uart->user, bytes, n);
}

static size_t uart_queued(void *port)
{
	const struct ptl_uart_seam *uart = port;

	return uart->queued ? uart->queued(uart->user) : PTL_PACER_UNKNOWN;
}

static bool uart_drained(void *port)
{
	const struct ptl_uart_seam *uart = port;

	return !uart->drained || uart->drained(uart->user);
}

static uint32_t uart_set_rate(void *port, uint32_t rate)
{
	const struct ptl_uart_seam *uart = port;

	return uart->set_rate(uart->user, rate);
}

static const struct ptl_pump_ops uart_ops = {
	.write = uart_write,
	.queued = uart_queued,
	.drained = uart_drained,
	.set_rate = uart_set_rate,
};

static void start_pump(struct device *device)
{
	const struct ptl_pump_config config = {
		.ops = &uart_ops,
		.port = &device->config.uart,
		.framing = device->config.framing,
		.endpoint = device->endpoint,
		.out = device->out,
		.out_size = sizeof(device->out),
		.settle_us = SETTLE_US,
	};

	ptl_pump_init(&device->pump, &config);
	ptl_pump_begin(&device->pump, device->config.link.baud);
}

/* ---- init ---- */

enum ptl_error device_init(void *memory, size_t size, const struct device_config *config,
			   struct device **made)
{
	const struct ptl_events events = {
		.user = memory,
		.packet = to_radio,
		.control = config->control.message ? on_control : NULL,
		.control_room = on_control_room,
		.control_lost = on_control_lost,
		.room = on_room,
		.state = on_state,
		.rate = config->uart.set_rate ? on_rate : NULL,
	};
	const struct ptl_clock *clock = &config->clock;
	size_t need = device_size(config);
	struct device *device = memory;
	struct ptl_config *link;
	enum ptl_error error;

	if (need == 0)
		return PTL_BAD_CONFIG;
	if (size < need)
		return PTL_NO_MEMORY;
	memset(device, 0, sizeof(*device));
	device->config = *config;
	link = &device->config.link;
	link->role = PTL_DEVICE;
	if (clock->entropy)
		do
			link->nonce = clock->entropy(clock->user);
		while (link->nonce == 0);
	device->now = clock->now(clock->user);
	device_led_init(&device->led, &config->gpio);
	*made = device;
	error = config->framing->init((uint8_t *)memory + own_size(), size - own_size(), link,
				      &events, device->now, &device->endpoint);
	if (error == PTL_OK)
		start_pump(device);
	return error;
}

/* ---- the parts of a turn ---- */

/* Whether the UART may have more. */
static bool read_uart(struct device *device)
{
	const struct ptl_uart_seam *uart = &device->config.uart;

	for (int i = 0; i < READS_A_TURN; i++) {
		size_t n = uart->read(uart->user, device->in, sizeof(device->in));

		if (n == 0)
			return false;
		device->config.framing->receive(device->endpoint, device->now, device->in, n);
	}
	return true;
}

/* Lets what waits for the radio go, there or nowhere. */
static void serve_radio(struct device *device)
{
	if (device->radio == WAITING &&
	    device->now >= device->waiting_since + DEVICE_RADIO_PATIENCE_US) {
		device->radio = DROPPING;
		device->resume = true;
	}
	if (!device->resume)
		return;
	device->resume = false;
	if (device->config.framing->resume)
		device->config.framing->resume(device->endpoint, device->now);
}

/* The UART's errors into the counters, and now and then a line to the host. */
static ptl_time watch_errors(struct device *device)
{
	const struct ptl_uart_seam *uart = &device->config.uart;
	struct device_counters *counters = &device->counters;
	struct ptl_uart_errors errors;
	uint64_t all;

	if (!uart->errors)
		return PTL_NEVER;
	uart->errors(uart->user, &errors);
	counters->uart_overruns = errors.overruns;
	counters->uart_framing = errors.framing;
	counters->uart_parity = errors.parity;
	all = (uint64_t)errors.overruns + errors.framing + errors.parity;
	if (all == device->errors_told)
		return PTL_NEVER;
	if (device->now < device->errors_at)
		return device->errors_at;
	device_log(device, errors.overruns
				   ? "the UART lost bytes: it was not read in time"
				   : "the UART hears bytes without stop bits or parity");
	device->errors_told = all;
	device->errors_at = device->now + ERRORS_US;
	return PTL_NEVER;
}

static ptl_time serve_control(struct device *device)
{
	const struct device_control *control = &device->config.control;

	if (!control->message)
		return PTL_NEVER;
	tell_session(device);
	device->control_room = false;
	return control->poll(control->user, device->now);
}

static ptl_time show_led(struct device *device)
{
	enum led_state state = !device->up		   ? LED_NO_HOST
			       : device->radio == DROPPING ? LED_STUCK
							   : LED_UP;

	return device_led_poll(&device->led, device->now, state,
			       device->counters.radio_tx + device->counters.radio_rx);
}

static ptl_time sooner(ptl_time a, ptl_time b)
{
	return a < b ? a : b;
}

ptl_time device_poll(struct device *device)
{
	const struct ptl_radio *radio = &device->config.radio;
	const struct ptl_clock *clock = &device->config.clock;
	ptl_time wake = PTL_NEVER;

	device->now = clock->now(clock->user);
	if (read_uart(device))
		wake = device->now;
	wake = sooner(wake, radio->poll(radio->user, device->now));
	wake = sooner(wake, serve_control(device));
	serve_radio(device);
	wake = sooner(wake, watch_errors(device));
	wake = sooner(wake, ptl_pump_turn(&device->pump, device->now));
	if (device->link_room) {
		device->link_room = false;
		if (radio->room)
			radio->room(radio->user);
		wake = device->now;
	}
	if (device->control_room || device->resume)
		wake = device->now;
	if (device->radio == WAITING)
		wake = sooner(wake, device->waiting_since + DEVICE_RADIO_PATIENCE_US);
	return sooner(wake, show_led(device));
}

/* ---- what the target says and asks ---- */

enum ptl_error device_from_radio(struct device *device, const uint8_t *frame, size_t n)
{
	enum ptl_error error =
		device->config.framing->send(device->endpoint, device->now, frame, n);

	/* PTL_DROPPED was taken as well: the link has dropped and counted it. */
	if (error == PTL_OK || error == PTL_DROPPED)
		device->counters.radio_rx++;
	else if (error == PTL_FULL)
		device->counters.radio_rx_full++;
	else
		device->counters.radio_rx_dropped++;
	return error;
}

enum ptl_error device_send_control(struct device *device, const uint8_t *message, size_t n,
				   uint32_t *number)
{
	const struct ptl_framing *framing = device->config.framing;

	if (!framing->send_control)
		return PTL_REFUSED;
	return framing->send_control(device->endpoint, device->now, message, n, number);
}

void device_resume_control(struct device *device)
{
	device->resume = true;
}

void device_radio_room(struct device *device)
{
	/* OPEN again only when it takes one: a radio that is asked now and then,
	 * and has no room, has its patience running all the time. */
	if (device->radio != OPEN)
		device->resume = true;
}

void device_radio_missed(struct device *device, uint32_t n)
{
	device->counters.radio_rx_missed += n;
}

void device_log(struct device *device, const char *text)
{
	size_t n = strlen(text);

	if (device->config.framing->log)
		device->config.framing->log(device->endpoint, device->now, text,
					    n < PTL_LOG_MAX ? n : PTL_LOG_MAX);
}

bool device_host_up(const struct device *device)
{
	return device->up;
}

const struct device_counters *device_counters(const struct device *device)
{
	return &device->counters;
}

const struct ptl_counters *device_link_counters(const struct device *device)
{
	return device->config.framing->counters(device->endpoint);
}

void device_link_info(const struct device *device, struct ptl_info *info)
{
	device->config.framing->info(device->endpoint, info);
	if (!info->rate)
		info->rate = device->config.link.baud;
}
