/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Each frame that came is copied once, into lwIP's buffers. One that finds none is dropped,
 * and so is one to be sent that the MAC has no buffer for: TCP sends it again. (QEMU's
 * network takes what it is given at once.)
 */
#include "lan.h"
#include "clock.h"
#include "ethernet.h"

#include <lwip/pbuf.h>
#include <lwip/stats.h>
#include <stack.h>

#define TX_FRAMES 1u
#define RX_FRAMES 3u
#define MTU	  1500u

static struct netif netif;
static uint8_t buffer[TX_FRAMES + RX_FRAMES][ETHERNET_FRAME] __attribute__((aligned(4)));

static bool on_frame(const uint8_t *frame, size_t n)
{
	if (!stack_take(&netif, frame, n))
		LINK_STATS_INC(link.memerr);
	return true;
}

static void on_room(void)
{
}

static void on_missed(void)
{
	LINK_STATS_INC(link.drop);
}

static err_t output(struct netif *from, struct pbuf *frame)
{
	u16_t n = (u16_t)(frame->tot_len - ETH_PAD_SIZE);
	uint8_t *to = ethernet_buffer();

	(void)from;
	if (!to || n > ETHERNET_FRAME) {
		LINK_STATS_INC(link.drop);
		return ERR_IF;
	}
	(void)pbuf_copy_partial(frame, to, n, ETH_PAD_SIZE);
	ethernet_send(n);
	LINK_STATS_INC(link.xmit);
	return ERR_OK;
}

bool lan_start(const uint8_t mac[6], const char *address, address_told told)
{
	static const struct ethernet_events events = {on_frame, on_room, on_missed};
	const struct stack_config config = {lx60_clock, mac, MTU, output};

	if (!stack_begin(&netif, &config))
		return false;
	ethernet_start(&events, mac, buffer, TX_FRAMES, RX_FRAMES);
	return address_start(&netif, address, true, told);
}

ptl_time lan_poll(ptl_time now)
{
	ethernet_poll();
	return stack_poll(now);
}
