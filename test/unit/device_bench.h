/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device under test, in virtual time:
 *
 *	host (a link) <=== line, 8N1 ===> UART, device, radio
 *
 * The UART has buffers of a size and loses what does not fit. The device's loop is
 * called when its clock seam would have let it go: a byte came, the radio moved,
 * or the moment came that device_poll() named.
 */
#ifndef TEST_DEVICE_BENCH_H
#define TEST_DEVICE_BENCH_H

#include "story.h"

#include <pigtail/device.h>
#include <pigtail/link.h>
#include <pigtail/wire.h>

#define STEP_US	       50u
#define BAUD	       921600u
#define UART_BUFFER    1024u
#define BENCH_RATE_MAX 3000000u

struct bytes {
	uint8_t at[UART_BUFFER];
	size_t n;
};

struct bench {
	struct prng prng;
	ptl_time now;

	/* the host's end */
	struct ptl_link *host;
	void *host_memory;
	struct ptl_pacer host_pacer;
	uint32_t host_nonce;
	enum ptl_state host_state;
	unsigned host_packets, host_logs;
	uint32_t host_next; /* of the packets' numbers */
	char host_log[PTL_LOG_MAX + 1];
	/* control messages to the host; NULL: it knows none */
	bool (*host_message)(void *user, const uint8_t *message, size_t n);

	/* the line: bytes on their way, and what it can take next */
	struct bytes to_host, to_device;
	double credit[2]; /* to the device, to the host */
	bool cut;	  /* nothing passes */
	bool garbage;	  /* to the device, in the place of the host's bytes */
	bool rate_auto;
	uint32_t host_rate, host_rate_wanted, uart_rate; /* bits/s */

	/* UART */
	struct bytes uart_rx, uart_tx;
	struct ptl_uart_errors errors;
	bool uart_stopped; /* it sends nothing */

	/* radio */
	bool stuck;	  /* send() says no */
	bool silent;	  /* and does not tell when it is over */
	unsigned taken;	  /* frames */
	uint32_t next;	  /* of their numbers */
	unsigned jumps;	  /* numbers left out */
	unsigned to_give; /* frames that it has for the host */
	uint32_t give_next;
	bool keeps; /* what found no room it gives again */
	bool full;  /* it waits for room */
	unsigned rooms, host_ups, host_downs;
	uint8_t host_mac[6];

	/* the device */
	struct device *device;
	void *memory;
	ptl_time wake;
	bool asleep; /* its loop hangs */
	bool woken;  /* the target wants a turn, even if it said so during one */
	unsigned polls;
	bool led;
	unsigned led_changes;
};

#define FRAME_BYTES 300u

/* A frame of a flow of its own, with its number. Most are alike, for who compresses. */
static inline void bench_frame(uint8_t frame[FRAME_BYTES], uint32_t number)
{
	memset(frame, 2, 12);
	frame[12] = 0x88;
	frame[13] = 0xb5;
	memcpy(frame + 14, &number, sizeof(number));
	for (size_t i = 18; i < FRAME_BYTES; i++)
		frame[i] = (uint8_t)(number / 64 * 31 + i * i);
}

/* Its number, after a look at each byte. */
static inline uint32_t bench_number(const uint8_t *frame, size_t n)
{
	uint8_t right[FRAME_BYTES];
	uint32_t number;

	assert_int_equal(n, FRAME_BYTES);
	memcpy(&number, frame + 14, sizeof(number));
	bench_frame(right, number);
	assert_memory_equal(frame, right, FRAME_BYTES);
	return number;
}

/* ---- host ---- */

static inline bool host_packet(void *user, const uint8_t *packet, size_t n)
{
	struct bench *bench = user;
	uint32_t number = bench_number(packet, n);

	assert_true(number >= bench->host_next); /* in order, none twice */
	bench->host_next = number + 1;
	bench->host_packets++;
	return true;
}

static inline void host_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	struct bench *bench = user;

	(void)reason;
	bench->host_state = state;
}

static inline void host_log(void *user, const uint8_t *text, size_t n)
{
	struct bench *bench = user;

	assert_in_range(n, 1, PTL_LOG_MAX);
	memcpy(bench->host_log, text, n);
	bench->host_log[n] = 0;
	bench->host_logs++;
}

static inline void host_rate(void *user, uint32_t rate)
{
	((struct bench *)user)->host_rate_wanted = rate;
}

/* Starts it, or starts it again. */
static inline void bench_start_host(struct bench *bench)
{
	const struct ptl_events events = {.user = bench,
					  .packet = host_packet,
					  .control = bench->host_message,
					  .state = host_state,
					  .log = host_log,
					  .rate = host_rate};
	struct ptl_config config;

	ptl_config_default(&config, PTL_PROFILE_HOST);
	config.role = PTL_HOST;
	config.mac[0] = 2;
	config.mac[5] = 0x11;
	config.nonce = ++bench->host_nonce;
	config.baud = BAUD;
	config.rate_auto = bench->rate_auto;
	config.uart = (struct ptl_uart){.max = BENCH_RATE_MAX, .least_divider = 1};
	bench->host_rate = BAUD;
	bench->host_rate_wanted = 0;
	if (!bench->host_memory)
		bench->host_memory = malloc(ptl_link_size(&config));
	assert_non_null(bench->host_memory);
	ptl_pacer_init(&bench->host_pacer, BAUD);
	bench->host_state = PTL_STATE_DOWN;
	assert_int_equal(ptl_link_init(bench->host_memory, ptl_link_size(&config), &config,
				       &events, bench->now, &bench->host),
			 PTL_OK);
}

/* ---- UART ---- */

static inline size_t take(struct bytes *from, uint8_t *to, size_t room)
{
	size_t n = from->n < room ? from->n : room;

	memcpy(to, from->at, n);
	from->n -= n;
	memmove(from->at, from->at + n, from->n);
	return n;
}

static inline size_t put(struct bytes *to, const uint8_t *from, size_t n)
{
	if (n > UART_BUFFER - to->n)
		n = UART_BUFFER - to->n;
	memcpy(to->at + to->n, from, n);
	to->n += n;
	return n;
}

static inline size_t uart_read(void *user, uint8_t *to, size_t room)
{
	return take(&((struct bench *)user)->uart_rx, to, room);
}

static inline size_t uart_write(void *user, const uint8_t *bytes, size_t n)
{
	return put(&((struct bench *)user)->uart_tx, bytes, n);
}

static inline size_t uart_queued(void *user)
{
	return ((struct bench *)user)->uart_tx.n;
}

static inline uint32_t uart_set_rate(void *user, uint32_t baud)
{
	struct bench *bench = user;

	assert_int_equal(bench->uart_tx.n, 0);
	bench->uart_rate = baud;
	return baud;
}

static inline void uart_errors(void *user, struct ptl_uart_errors *errors)
{
	*errors = ((struct bench *)user)->errors;
}

/* ---- radio ---- */

static inline bool radio_send(void *user, const uint8_t *frame, size_t n)
{
	struct bench *bench = user;
	uint32_t number = bench_number(frame, n);

	if (bench->stuck)
		return false;
	assert_true(number >= bench->next);
	bench->jumps += number - bench->next;
	bench->next = number + 1;
	bench->taken++;
	return true;
}

static inline void radio_give(struct bench *bench)
{
	uint8_t frame[FRAME_BYTES];

	while (bench->to_give > 0) {
		enum ptl_error error;

		bench_frame(frame, bench->give_next);
		error = device_from_radio(bench->device, frame, sizeof(frame));
		bench->full = error == PTL_FULL && bench->keeps;
		if (bench->full)
			return;
		bench->give_next++;
		bench->to_give--;
	}
}

static inline ptl_time radio_poll(void *user, ptl_time now)
{
	struct bench *bench = user;

	assert_int_equal(now, bench->now);
	if (!bench->full)
		radio_give(bench);
	return PTL_NEVER;
}

static inline void radio_room(void *user)
{
	struct bench *bench = user;

	assert_true(bench->full || !bench->keeps);
	bench->rooms++;
	radio_give(bench);
}

static inline void radio_host_up(void *user, bool up, const uint8_t mac[6])
{
	struct bench *bench = user;

	if (up)
		bench->host_ups++;
	else
		bench->host_downs++;
	memcpy(bench->host_mac, mac, 6);
}

/* ---- clock, light ---- */

static inline ptl_time clock_now(void *user)
{
	return ((struct bench *)user)->now;
}

static inline uint32_t clock_entropy(void *user)
{
	/* Now and then 0, which is no nonce. */
	return (uint32_t)prng_next(&((struct bench *)user)->prng) & 0xfffffff0;
}

static inline void gpio_led(void *user, bool on)
{
	struct bench *bench = user;

	assert_true(on != bench->led);
	bench->led = on;
	bench->led_changes++;
}

/* ---- the device ---- */

static inline struct device_config bench_config(struct bench *bench)
{
	struct device_config config = {
		.framing = &ptl_framing_pigtail,
		.uart = {.user = bench,
			 .read = uart_read,
			 .write = uart_write,
			 .queued = uart_queued,
			 .set_rate = uart_set_rate,
			 .errors = uart_errors},
		.radio = {.user = bench,
			  .send = radio_send,
			  .poll = radio_poll,
			  .room = radio_room,
			  .host_up = radio_host_up},
		.clock = {.user = bench, .now = clock_now, .entropy = clock_entropy},
		.gpio = {.user = bench, .led = gpio_led},
	};

	ptl_config_default(&config.link, PTL_PROFILE_MCU);
	config.link.baud = BAUD;
	config.link.rate_auto = bench->rate_auto;
	config.link.uart = (struct ptl_uart){.max = BENCH_RATE_MAX, .least_divider = 1};
	config.link.mac[0] = 2;
	config.link.mac[5] = 0x22;
	return config;
}

/* Powers it up, or off and up again. */
static inline void bench_start_device(struct bench *bench, const struct device_config *config)
{
	size_t size = device_size(config);

	assert_true(size > 0);
	if (!bench->memory)
		bench->memory = malloc(size);
	assert_non_null(bench->memory);
	memset(bench->memory, 0xa5, size);
	assert_int_equal(device_init(bench->memory, size, config, &bench->device), PTL_OK);
	bench->uart_rx.n = bench->uart_tx.n = 0;
	bench->uart_rate = BAUD;
	bench->led = false;
	bench->wake = 0;
	bench->full = false;
}

static inline void bench_open(struct bench *bench, uint64_t seed)
{
	memset(bench, 0, sizeof(*bench));
	bench->prng = prng_seed(seed, 2);
	bench->now = 1000000;
}

static inline void bench_close(struct bench *bench)
{
	free(bench->memory);
	free(bench->host_memory);
}

/* ---- time ---- */

static inline void bench_host_turn(struct bench *bench)
{
	uint8_t chunk[UART_BUFFER];
	size_t n = take(&bench->to_host, chunk, sizeof(chunk));
	size_t room;

	if (n > 0)
		ptl_link_receive(bench->host, bench->now, chunk, n);
	room = ptl_pacer_room(&bench->host_pacer, bench->now, PTL_PACER_UNKNOWN);
	if (room > UART_BUFFER - bench->to_device.n)
		room = UART_BUFFER - bench->to_device.n;
	n = ptl_link_transmit(bench->host, bench->now, chunk, room);
	ptl_pacer_sent(&bench->host_pacer, bench->now, n);
	put(&bench->to_device, chunk, n);
	if (bench->host_rate_wanted && bench->to_device.n == 0) {
		bench->host_rate = bench->host_rate_wanted;
		bench->host_rate_wanted = 0;
		ptl_pacer_init(&bench->host_pacer, bench->host_rate);
		ptl_link_rate_done(bench->host, bench->now, bench->host_rate);
	}
}

/* Bytes that a line of this rate moves in a step. */
static inline size_t bench_step(double *credit, uint32_t rate)
{
	size_t n;

	*credit += rate / 1e7 * STEP_US;
	n = (size_t)*credit;
	*credit -= (double)n;
	return n;
}

/* What the line moves in a step, both ways. */
static inline void bench_line(struct bench *bench)
{
	bool same = bench->host_rate == bench->uart_rate;
	size_t n = bench_step(&bench->credit[0], bench->host_rate);
	uint8_t bytes[64];
	size_t got = take(&bench->to_device, bytes, n);

	if (bench->garbage)
		got = n;
	if (bench->garbage || !same)
		random_bytes(&bench->prng, bytes, got);
	if (bench->cut)
		got = 0;
	bench->errors.overruns += (uint32_t)(got - put(&bench->uart_rx, bytes, got));
	n = bench_step(&bench->credit[1], bench->uart_rate);
	if (bench->uart_stopped)
		return;
	got = take(&bench->uart_tx, bytes, n);
	if (!same)
		random_bytes(&bench->prng, bytes, got);
	if (!bench->cut)
		put(&bench->to_host, bytes, got);
}

static inline void bench_run(struct bench *bench, ptl_time us)
{
	ptl_time until = bench->now + us;

	while (bench->now < until) {
		bool event;

		bench->now += STEP_US;
		bench_line(bench);
		bench_host_turn(bench);
		event = bench->woken || bench->uart_rx.n > 0 ||
			(bench->to_give > 0 && !bench->full);
		if (bench->asleep || (!event && bench->wake > bench->now))
			continue;
		bench->woken = false;
		bench->wake = device_poll(bench->device);
		bench->polls++;
	}
}

/* Runs until the link is up at both ends; fails after a second. */
static inline void bench_meet(struct bench *bench)
{
	for (int i = 0; i < 100; i++) {
		bench_run(bench, 10000);
		if (bench->host_state == PTL_STATE_UP && device_host_up(bench->device))
			return;
	}
	fail_msg("no link after a second");
}

/* The host sends frames first to first + n - 1, as fast as the link takes them. */
static inline void bench_send(struct bench *bench, uint32_t first, unsigned n)
{
	uint8_t frame[FRAME_BYTES];

	for (unsigned i = 0; i < n; i++) {
		struct ptl_info info;

		for (;;) {
			ptl_link_info(bench->host, &info);
			if (info.queued < 16)
				break;
			bench_run(bench, 1000);
		}
		bench_frame(frame, first + i);
		assert_int_equal(ptl_link_send(bench->host, bench->now, frame, sizeof(frame)),
				 PTL_OK);
	}
}

#endif
