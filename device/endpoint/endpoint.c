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

#include <lwip/etharp.h>
#include <lwip/ethip6.h>
#include <lwip/init.h>
#include <lwip/stats.h>
#include <lwip/timeouts.h>
#include <netif/ethernet.h>

#include <string.h>

#define HOSTNAME "pigtail"

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
	uint32_t sleep;

	(void)user;
	if (!endpoint.started)
		return PTL_NEVER;
	serve_rx();
	sys_check_timeouts();
	http_seat_waiters();
	serve_tx();
	sleep = sys_timeouts_sleeptime();
	return sleep == SYS_TIMEOUTS_SLEEPTIME_INFINITE ? PTL_NEVER
							: now + (ptl_time)sleep * 1000u;
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
		address_host_up(up);
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

/* What init_netif() is to be told. */
static const struct ptl_config *starting;

static err_t init_netif(struct netif *netif)
{

	netif->name[0] = 'p';
	netif->name[1] = 't';
	netif->hostname = HOSTNAME;
	netif->output = etharp_output;
	netif->output_ip6 = ethip6_output;
	netif->linkoutput = output;
	netif->hwaddr_len = ETH_HWADDR_LEN;
	memcpy(netif->hwaddr, starting->mac, ETH_HWADDR_LEN);
	netif->mtu = 1500;
	if (starting->max_packet < netif->mtu + SIZEOF_ETH_HDR)
		netif->mtu = (u16_t)(starting->max_packet - SIZEOF_ETH_HDR);
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET |
		       NETIF_FLAG_MLD6;
	return ERR_OK;
}

bool endpoint_start(struct device *device, const struct device_config *config,
		    const char *address)
{
	endpoint.device = device;
	endpoint.clock = config->clock;
	endpoint.ms_at = endpoint.clock.now(endpoint.clock.user);
	while (endpoint.random == 0)
		endpoint.random = endpoint.clock.entropy(endpoint.clock.user);
	lwip_init();
	starting = &config->link;
	if (!netif_add(&endpoint.netif, NULL, NULL, NULL, NULL, init_netif, ethernet_input))
		return false;
	endpoint.started = address_start(address) && http_start() && stream_start();
	return endpoint.started;
}
