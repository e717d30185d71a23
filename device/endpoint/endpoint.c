/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lwIP in the place of a radio. Frames go both ways through short queues, since
 * neither side may be called from within the other:
 *
 *	link --send()--> rx --poll()--> netif.input
 *	link <---------- tx <---------- netif.linkoutput
 *
 * send() copies a frame into a buffer of lwIP's pool. When there is none, it says so,
 * and the link's credit stops the host: nothing is lost in a flood. What lwIP sends
 * goes to the link at once; when that is full, it waits in tx, by reference: a segment
 * of TCP stays where it is until it has gone.
 */
#include "state.h"

#include "writer.h"

#include <lwip/etharp.h>
#include <lwip/stats.h>

/* ---- queues ---- */

static void put(struct frames *frames, struct pbuf *frame)
{
	frames->frame[(frames->first + frames->count) % ENDPOINT_TX_FRAMES] = frame;
	frames->count++;
}

static struct pbuf *take(struct frames *frames)
{
	struct pbuf *frame = frames->frame[frames->first];

	frames->first = (frames->first + 1) % ENDPOINT_TX_FRAMES;
	frames->count--;
	return frame;
}

/* ---- to lwIP ---- */

static bool on_frame(void *user, const uint8_t *frame, size_t n)
{
	struct pbuf *copy = NULL;

	(void)user;
	if (!endpoint.started)
		return true;
	if (n > PBUF_POOL_BUFSIZE - ETH_PAD_SIZE) {
		LINK_STATS_INC(link.lenerr);
		return true; /* longer than we said that we take */
	}
	if (endpoint.rx.count < ENDPOINT_RX_FRAMES)
		copy = pbuf_alloc(PBUF_RAW, (u16_t)(n + ETH_PAD_SIZE), PBUF_POOL);
	if (!copy) {
		endpoint.counters.rx_waits++;
		endpoint.rx_starved = true;
		return false;
	}
	(void)pbuf_take_at(copy, frame, (u16_t)n, ETH_PAD_SIZE);
	LINK_STATS_INC(link.recv);
	put(&endpoint.rx, copy);
	return true;
}

static void serve_rx(void)
{
	while (endpoint.rx.count > 0) {
		struct pbuf *frame = take(&endpoint.rx);

		if (endpoint.netif.input(frame, &endpoint.netif) != ERR_OK)
			(void)pbuf_free(frame);
	}
	if (endpoint.rx_starved) {
		endpoint.rx_starved = false;
		device_radio_room(endpoint.device);
	}
}

/* ---- from lwIP ---- */

/* false: the link has no room now. What it can't take otherwise, it counts. */
static bool give(struct pbuf *frame)
{
	const uint8_t *bytes = (const uint8_t *)frame->payload + ETH_PAD_SIZE;
	u16_t n = (u16_t)(frame->tot_len - ETH_PAD_SIZE);

	if (frame->len != frame->tot_len) {
		n = pbuf_copy_partial(frame, endpoint.flat, sizeof(endpoint.flat),
				      ETH_PAD_SIZE);
		bytes = endpoint.flat;
	}
	if (device_from_radio(endpoint.device, bytes, n) == PTL_FULL)
		return false;
	LINK_STATS_INC(link.xmit);
	return true;
}

static void serve_tx(void)
{
	while (endpoint.tx.count > 0 && give(endpoint.tx.frame[endpoint.tx.first]))
		(void)pbuf_free(take(&endpoint.tx));
}

static bool volatile_data(const struct pbuf *frame)
{
	for (; frame; frame = frame->next)
		if (PBUF_NEEDS_COPY(frame))
			return true;
	return false;
}

static err_t output(struct netif *netif, struct pbuf *frame)
{
	(void)netif;
	if (endpoint.tx.count == 0 && give(frame))
		return ERR_OK;
	if (endpoint.tx.count == ENDPOINT_TX_FRAMES) {
		endpoint.counters.tx_dropped++;
		return ERR_MEM; /* TCP keeps it and tries again */
	}
	if (volatile_data(frame)) {
		frame = pbuf_clone(PBUF_RAW, PBUF_RAM, frame);
		if (!frame) {
			endpoint.counters.tx_dropped++;
			return ERR_MEM;
		}
	} else {
		pbuf_ref(frame);
	}
	endpoint.counters.tx_waits++;
	put(&endpoint.tx, frame);
	return ERR_OK;
}

/* ---- the seam ---- */

static ptl_time on_poll(void *user, ptl_time now)
{
	ptl_time due;

	(void)user;
	if (!endpoint.started)
		return PTL_NEVER;
	serve_rx();
	due = stack_poll(now);
	http_seat_waiters();
	serve_tx();
	return due;
}

static void on_room(void *user)
{
	(void)user;
	serve_tx();
}

static void on_host_up(void *user, bool up, const uint8_t mac[6])
{
	(void)user;
	(void)mac;
	if (endpoint.started)
		address_link(&endpoint.netif, endpoint.clock.now(endpoint.clock.user), up);
}

struct ptl_radio endpoint_radio(void)
{
	return (struct ptl_radio){
		.user = &endpoint,
		.send = on_frame,
		.poll = on_poll,
		.room = on_room,
		.host_up = on_host_up,
	};
}

/* ---- start ---- */

static void tell_address(const char *address, const char *source)
{
	char line[64];
	struct writer out = writer_on(line, sizeof(line) - 1);

	write_text(&out, "address ");
	write_text(&out, address);
	write_text(&out, ", ");
	write_text(&out, source);
	line[out.n] = 0;
	device_log(endpoint.device, line);
}

bool endpoint_start(struct device *device, const struct device_config *config,
		    const char *address)
{
	struct stack_config stack = {config->clock, config->link.mac, 1500, output};

	endpoint.device = device;
	endpoint.clock = config->clock;
	if (config->link.max_packet < stack.mtu + SIZEOF_ETH_HDR)
		stack.mtu = (uint16_t)(config->link.max_packet - SIZEOF_ETH_HDR);
	endpoint.started =
		stack_begin(&endpoint.netif, &stack) &&
		address_start(&endpoint.netif, address, device_host_up(device), tell_address) &&
		http_start() && stream_start();
	return endpoint.started;
}
