/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Frames go both ways through short queues, since neither side may be called from within
 * the other:
 *
 *	link --send()--> rx --poll()--> netif.input
 *	link <---------- tx <---------- netif.linkoutput
 *
 * send() copies a frame into a buffer of lwIP's pool. When there is none, it says so,
 * and the link's credit stops the host: nothing is lost in a flood. What lwIP sends
 * goes to the link at once; when that is full, it waits in tx, by reference: a segment
 * of TCP stays where it is until it has gone.
 */
#include "stack_link.h"

#include <lwip/etharp.h>
#include <lwip/stats.h>

struct stack_link stack_link;

/* ---- queues ---- */

static void put(struct stack_frames *frames, struct pbuf *frame)
{
	frames->frame[(frames->first + frames->count) % STACK_TX_FRAMES] = frame;
	frames->count++;
}

static struct pbuf *take(struct stack_frames *frames)
{
	struct pbuf *frame = frames->frame[frames->first];

	frames->first = (frames->first + 1) % STACK_TX_FRAMES;
	frames->count--;
	return frame;
}

/* ---- to lwIP ---- */

static bool on_frame(void *user, const uint8_t *frame, size_t n)
{
	struct pbuf *copy = NULL;

	(void)user;
	if (!stack_link.started)
		return true;
	if (n > PBUF_POOL_BUFSIZE - ETH_PAD_SIZE) {
		LINK_STATS_INC(link.lenerr);
		return true; /* longer than we said that we take */
	}
	if (stack_link.rx.count < STACK_RX_FRAMES)
		copy = pbuf_alloc(PBUF_RAW, (u16_t)(n + ETH_PAD_SIZE), PBUF_POOL);
	if (!copy) {
		stack_link.counters.rx_waits++;
		stack_link.rx_starved = true;
		return false;
	}
	(void)pbuf_take_at(copy, frame, (u16_t)n, ETH_PAD_SIZE);
	LINK_STATS_INC(link.recv);
	put(&stack_link.rx, copy);
	return true;
}

static void serve_rx(void)
{
	while (stack_link.rx.count > 0) {
		struct pbuf *frame = take(&stack_link.rx);

		if (stack_link.netif.input(frame, &stack_link.netif) != ERR_OK)
			(void)pbuf_free(frame);
	}
	if (stack_link.rx_starved) {
		stack_link.rx_starved = false;
		device_radio_room(stack_link.device);
	}
}

/* ---- from lwIP ---- */

/* false: the link has no room now. What it can't take otherwise, it counts. */
static bool give(struct pbuf *frame)
{
	const uint8_t *bytes = (const uint8_t *)frame->payload + ETH_PAD_SIZE;
	u16_t n = (u16_t)(frame->tot_len - ETH_PAD_SIZE);

	if (frame->len != frame->tot_len) {
		n = pbuf_copy_partial(frame, stack_link.flat, sizeof(stack_link.flat),
				      ETH_PAD_SIZE);
		bytes = stack_link.flat;
	}
	if (device_from_radio(stack_link.device, bytes, n) == PTL_FULL)
		return false;
	LINK_STATS_INC(link.xmit);
	return true;
}

static void serve_tx(void)
{
	while (stack_link.tx.count > 0 && give(stack_link.tx.frame[stack_link.tx.first]))
		(void)pbuf_free(take(&stack_link.tx));
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
	if (stack_link.tx.count == 0 && give(frame))
		return ERR_OK;
	if (stack_link.tx.count == STACK_TX_FRAMES) {
		stack_link.counters.tx_dropped++;
		return ERR_MEM; /* TCP keeps it and tries again */
	}
	if (volatile_data(frame)) {
		frame = pbuf_clone(PBUF_RAW, PBUF_RAM, frame);
		if (!frame) {
			stack_link.counters.tx_dropped++;
			return ERR_MEM;
		}
	} else {
		pbuf_ref(frame);
	}
	stack_link.counters.tx_waits++;
	put(&stack_link.tx, frame);
	return ERR_OK;
}

/* ---- the seam ---- */

static ptl_time on_poll(void *user, ptl_time now)
{
	ptl_time due;

	(void)user;
	if (!stack_link.started)
		return PTL_NEVER;
	serve_rx();
	due = stack_poll(now);
	if (stack_link.owner->polled)
		stack_link.owner->polled();
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
	if (stack_link.started && stack_link.owner->host_up)
		stack_link.owner->host_up(up);
}

struct ptl_radio stack_link_radio(const struct stack_link_owner *owner)
{
	stack_link.owner = owner;
	return (struct ptl_radio){
		.user = &stack_link,
		.send = on_frame,
		.poll = on_poll,
		.room = on_room,
		.host_up = on_host_up,
	};
}

bool stack_link_begin(struct device *device, const struct device_config *config)
{
	struct stack_config stack = {config->clock, config->link.mac, 1500, output};

	stack_link.device = device;
	if (config->link.max_packet < stack.mtu + SIZEOF_ETH_HDR)
		stack.mtu = (uint16_t)(config->link.max_packet - SIZEOF_ETH_HDR);
	stack_link.started = stack_begin(&stack_link.netif, &stack);
	return stack_link.started;
}
