/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The radio side: the same on every target, over the seams uart.h, radio.h,
 * clock.h and gpio.h. It joins a UART by an endpoint (endpoint.h: any framing
 * that carries Ethernet) to a radio.
 *
 *	UART ---read---> endpoint ---send----> radio
 *	UART <--write--- endpoint <--- device_from_radio() --- radio
 *
 * No allocation: the owner gives the memory. No blocking, no interrupts, one
 * thread: all functions are called from the main loop, which is
 *
 *	for (;;)
 *		clock.sleep(device_poll(device));
 *
 * A radio that takes nothing does not stop the link: a frame waits for it for
 * DEVICE_RADIO_PATIENCE_US, then it and those behind it are dropped and
 * counted until there is room again. (With a framing that has no flow control
 * nothing can wait: what the radio does not take at once is dropped.)
 */
#ifndef PIGTAIL_DEVICE_H
#define PIGTAIL_DEVICE_H

#include <pigtail/clock.h>
#include <pigtail/endpoint.h>
#include <pigtail/gpio.h>
#include <pigtail/radio.h>
#include <pigtail/uart.h>

#define DEVICE_RADIO_PATIENCE_US 100000u

/* Counters beyond the link's, as in endpoint.h: name, what it counts. */
#define DEVICE_COUNTERS(X)                                                                     \
	X(radio_tx, "frames given to the radio")                                               \
	X(radio_tx_waits, "times that the radio had no room at once")                          \
	X(radio_tx_dropped, "frames dropped because it had none for too long")                 \
	X(radio_rx, "frames taken from the radio")                                             \
	X(radio_rx_full, "frames of the radio that the link had no room for")                  \
	X(radio_rx_dropped, "frames of the radio without a host, or of a bad length")          \
	X(radio_rx_missed, "frames that the radio lost before they were taken")                \
	X(uart_overruns, "bytes or FIFOs that the UART lost because nobody took them")         \
	X(uart_framing, "bytes without a stop bit, and breaks")                                \
	X(uart_parity, "bytes with wrong parity")

struct device_counters {
#define DEVICE_COUNTER_FIELD(name, what) ptl_count name;
	DEVICE_COUNTERS(DEVICE_COUNTER_FIELD)
#undef DEVICE_COUNTER_FIELD
};

/*
 * Who answers the host's control messages, if anybody does; with a framing that has
 * them: card.h is such an owner. message and lost are what endpoint.h has as control
 * and control_lost. lost and session may be NULL.
 */
struct device_control {
	void *user;
	bool (*message)(void *user, ptl_time now, const uint8_t *message, size_t n);
	void (*lost)(void *user, uint32_t first, uint32_t count);

	/* A session has begun in which the host takes control messages (true again
	 * after true: another one), or it is gone. Comes before its first message. */
	void (*session)(void *user, ptl_time now, bool up);

	/* Called in each device_poll(), after the radio's, also when
	 * device_send_control() may succeed again; returns when it wants to be called
	 * next at the latest. */
	ptl_time (*poll)(void *user, ptl_time now);
};

struct device_config {
	const struct ptl_framing *framing; /* its payload is PTL_ETHERNET */
	struct ptl_config link;		   /* role and nonce are set by device_init();
					    * with rate_auto also its uart counts */
	struct ptl_uart_seam uart;
	struct ptl_radio radio;
	struct device_control control; /* message NULL: the host is told so */
	struct ptl_clock clock;
	struct ptl_gpio gpio;
};

struct device;

/* Bytes of memory for this config, aligned as for max_align_t; 0: bad config. */
size_t device_size(const struct device_config *config);

/* Copies config. */
enum ptl_error device_init(void *memory, size_t size, const struct device_config *config,
			   struct device **device);

/* Moves all that can be moved now; returns when it wants to be called next. */
ptl_time device_poll(struct device *device);

/* A frame arrived by the radio; it is copied. PTL_FULL: no room; the radio drops
 * it, or keeps it and gives it again after ptl_radio.room(). With drop_when_full
 * in the link's config it is never said: the link takes all, and drops what is too
 * much, now and then this one (PTL_DROPPED). */
enum ptl_error device_from_radio(struct device *device, const uint8_t *frame, size_t n);

/* The radio has room again after send() said false; what waits is offered at the
 * next device_poll(). May be called from within ptl_radio.poll(). */
void device_radio_room(struct device *device);

/* Sends the host a control message: see send_control() in endpoint.h. PTL_REFUSED:
 * this framing has none, or the host takes none. Also from within the calls of
 * device_control. */
enum ptl_error device_send_control(struct device *device, const uint8_t *message, size_t n,
				   uint32_t *number);

/* What device_control.message() refused is offered again at the next device_poll(). */
void device_resume_control(struct device *device);

/* The radio lost n frames for want of buffers; they are counted. */
void device_radio_missed(struct device *device, uint32_t n);

/* A line of text for the host's log, best effort; at most PTL_LOG_MAX bytes. */
void device_log(struct device *device, const char *text);

/* The other end is there. */
bool device_host_up(const struct device *device);

const struct device_counters *device_counters(const struct device *device);
const struct ptl_counters *device_link_counters(const struct device *device);
void device_link_info(const struct device *device, struct ptl_info *info);

#endif
