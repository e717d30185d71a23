/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Each frame that came is copied once, into lwIP's buffers; one that finds none is dropped,
 * and so is one that the radio has no room for: TCP sends it again. A frame of lwIP's that is
 * in one piece, as nearly all are, goes as it is.
 */
#include "wireless_lan.h"

#include <lwip/pbuf.h>
#include <lwip/stats.h>
#include <stack.h>

#define MTU 1500u

static struct netif netif;

static bool on_frame(const uint8_t *frame, size_t n)
{
	if (!stack_take(&netif, frame, n))
		LINK_STATS_INC(link.memerr);
	return true;
}

static bool send_flat(const struct pbuf *frame)
{
	return wireless_send((const uint8_t *)frame->payload + ETH_PAD_SIZE,
			     (size_t)(frame->len - ETH_PAD_SIZE));
}

static bool send_pieces(const struct pbuf *frame)
{
	struct pbuf *flat = pbuf_alloc(PBUF_RAW, frame->tot_len, PBUF_RAM);
	bool sent;

	if (!flat)
		return false;
	sent = pbuf_copy(flat, frame) == ERR_OK && send_flat(flat);
	(void)pbuf_free(flat);
	return sent;
}

static err_t output(struct netif *from, struct pbuf *frame)
{
	(void)from;
	if (!(frame->next ? send_pieces(frame) : send_flat(frame))) {
		LINK_STATS_INC(link.drop);
		return ERR_IF;
	}
	LINK_STATS_INC(link.xmit);
	return ERR_OK;
}

static void on_carrier(ptl_time now, bool up)
{
	static unsigned network;

	if (up && network != wireless_view()->network) {
		network = wireless_view()->network;
		address_other_net();
	}
	address_link(&netif, now, up);
}

bool wireless_lan_start(const struct wireless_lan_config *config)
{
	const struct stack_config stack = {config->clock, config->radio->mac, MTU, output};
	const struct wireless_config station = {
		.radio = config->radio,
		.settings = config->settings,
		.carrier = on_carrier,
		.frame = on_frame,
		.log = config->log,
	};

	if (!stack_begin(&netif, &stack) ||
	    !address_start(&netif, config->settings->address, false, config->told))
		return false;
	wireless_start(&station, config->clock.now(config->clock.user));
	return true;
}

ptl_time wireless_lan_poll(ptl_time now)
{
	ptl_time station = wireless_poll(now), stack = stack_poll(now);

	return station < stack ? station : stack;
}
