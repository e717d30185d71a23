/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * See wlan_core.h.
 *
 *	ptl_wifi -- to_radio --> radio
 *	ptl_wifi <-- to_host --- radio
 */
#include "wlan_core.h"
#include "script.h"

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modnetwork.h"

#include <lwip/dhcp.h>
#include <lwip/etharp.h>
#include <lwip/prot/dhcp.h>
#include <mbedtls/platform_util.h>
#include <netif/ethernet.h>
#include <stack.h>

#include <string.h>

#define QUEUED	 4 /* messages, each way */
#define READY_US 1000000u

struct wlan_core wlan_core;

static struct queue {
	unsigned first, count;
	size_t n[QUEUED];
	uint8_t bytes[QUEUED][PTL_CONTROL_MAX];
} to_radio, to_host;

/* ---- messages ---- */

static bool put(struct queue *queue, const uint8_t *bytes, size_t n)
{
	unsigned at = (queue->first + queue->count) % QUEUED;

	if (queue->count == QUEUED || n > PTL_CONTROL_MAX)
		return false;
	memcpy(queue->bytes[at], bytes, n);
	queue->n[at] = n;
	queue->count++;
	return true;
}

static void drop(struct queue *queue)
{
	/* Keys were in it. */
	mbedtls_platform_zeroize(queue->bytes[queue->first], queue->n[queue->first]);
	queue->first = (queue->first + 1) % QUEUED;
	queue->count--;
}

static void drop_all(struct queue *queue)
{
	while (queue->count > 0)
		drop(queue);
}

static bool from_host(void *user, const uint8_t *message, size_t n)
{
	(void)user;
	return put(&to_radio, message, n);
}

static bool from_radio(void *user, const uint8_t *message, size_t n)
{
	(void)user;
	return put(&to_host, message, n);
}

static void on_ready(void *user, const struct ptl_radio_info *info)
{
	(void)user;
	if (!info)
		return;
	ptl_interfaces_init(&wlan_core.interfaces, info->mac, info->ap_mac);
	memcpy(wlan_core.netif[PTL_IF_AP].hwaddr, info->ap_mac, ETH_HWADDR_LEN);
}

/* ---- frames ---- */

static bool on_frame(const uint8_t *frame, size_t n)
{
	struct netif *netif =
		&wlan_core.netif[ptl_interfaces_to_host(&wlan_core.interfaces, frame, n)];

	return !netif_is_link_up(netif) || n > PBUF_POOL_BUFSIZE - ETH_PAD_SIZE ||
	       stack_take(netif, frame, n);
}

static err_t output(struct netif *netif, struct pbuf *frame)
{
	static uint8_t flat[1514];
	u16_t n = pbuf_copy_partial(frame, flat, sizeof(flat), ETH_PAD_SIZE);

	if (&wlan_core.netif[ptl_interfaces_to_radio(&wlan_core.interfaces, flat, n)] != netif)
		return ERR_RTE;
	return wlan_core.radio->send(flat, n) ? ERR_OK : ERR_MEM;
}

static err_t init_netif(struct netif *netif)
{
	netif->name[0] = 'w';
	netif->name[1] = netif == &wlan_core.netif[PTL_IF_AP] ? 'a' : 'l';
	netif->hostname = mod_network_hostname_data;
	netif->output = etharp_output;
	netif->linkoutput = output;
	netif->hwaddr_len = ETH_HWADDR_LEN;
	memcpy(netif->hwaddr, wlan_core.radio->mac, ETH_HWADDR_LEN);
	netif->mtu = 1500;
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
	return ERR_OK;
}

void wlan_core_carrier(unsigned interface, bool there)
{
	if (there)
		netif_set_link_up(&wlan_core.netif[interface]);
	else
		netif_set_link_down(&wlan_core.netif[interface]);
}

/* ---- the radio ---- */

bool wlan_core_start(const struct local_radio *radio, const struct ptl_wifi_events *heard)
{
	static const struct local_radio_events events = {from_radio, on_frame};
	struct ptl_wifi_events all = *heard;

	all.send = from_host;
	all.ready = on_ready;
	wlan_core.radio = radio;
	ptl_wifi_init(&wlan_core.wifi, &all);
	radio->start(&events, script_now());
	for (unsigned i = 0; i < 2; i++)
		if (!netif_add(&wlan_core.netif[i], NULL, NULL, NULL, NULL, init_netif,
			       ethernet_input))
			return false;
	return true;
}

void wlan_core_activate(unsigned interface, bool active)
{
	bool was = wlan_core.active[0] || wlan_core.active[1], is;

	wlan_core.active[interface] = active;
	is = wlan_core.active[0] || wlan_core.active[1];
	if (active)
		netif_set_up(&wlan_core.netif[interface]);
	else
		netif_set_down(&wlan_core.netif[interface]);
	if (was == is)
		return;
	drop_all(&to_host);
	drop_all(&to_radio);
	wlan_core.radio->session(script_now(), is);
	ptl_wifi_session(&wlan_core.wifi);
}

ptl_time wlan_core_poll(ptl_time now)
{
	ptl_time radio, host;

	if (!wlan_core.active[0] && !wlan_core.active[1])
		return PTL_NEVER;
	while (to_host.count > 0) {
		/* It may say something itself, and what comes then is behind it. */
		ptl_wifi_message(&wlan_core.wifi, now, to_host.bytes[to_host.first],
				 to_host.n[to_host.first]);
		drop(&to_host);
	}
	while (to_radio.count > 0 &&
	       wlan_core.radio->message(now, to_radio.bytes[to_radio.first],
					to_radio.n[to_radio.first]))
		drop(&to_radio);
	radio = wlan_core.radio->poll(now);
	host = ptl_wifi_poll(&wlan_core.wifi, now);
	if (to_host.count > 0 || to_radio.count > 0)
		return now;
	return radio < host ? radio : host;
}

/* ---- for scripts ---- */

void wlan_core_want(unsigned interface)
{
	ptl_time until = script_now() + READY_US;

	if (!wlan_core.active[interface])
		mp_raise_msg(&mp_type_OSError, interface == PTL_IF_AP
						       ? MP_ERROR_TEXT("AP is not active")
						       : MP_ERROR_TEXT("STA is not active"));
	while (!ptl_wifi_ready(&wlan_core.wifi) && script_now() < until)
		mp_event_wait_ms(1);
	if (!ptl_wifi_ready(&wlan_core.wifi))
		mp_raise_OSError(MP_ETIMEDOUT);
}

void wlan_core_want_done(enum ptl_status status)
{
	if (status == PTL_STATUS_BUSY)
		mp_raise_OSError(MP_EBUSY);
	if (status != PTL_STATUS_DONE)
		mp_raise_ValueError(MP_ERROR_TEXT("the radio cannot be asked that"));
}

bool wlan_core_set(qstr name, mp_obj_t value)
{
	switch (name) {
	case MP_QSTR_hostname:
	case MP_QSTR_dhcp_hostname:
		(void)mod_network_hostname(1, &value);
		return true;
	case MP_QSTR_pm:
		if (mp_obj_get_int(value) != WLAN_PM_NONE)
			mp_raise_ValueError(MP_ERROR_TEXT("the radio saves no power"));
		return true;
	default:
		return false;
	}
}

mp_obj_t wlan_core_get(qstr name)
{
	switch (name) {
	case MP_QSTR_hostname:
	case MP_QSTR_dhcp_hostname:
		return mod_network_hostname(0, NULL);
	case MP_QSTR_pm:
		return MP_OBJ_NEW_SMALL_INT(WLAN_PM_NONE);
	default:
		return MP_OBJ_NULL;
	}
}

bool wlan_core_has_fixed(const struct netif *netif)
{
	const struct dhcp *dhcp = netif_dhcp_data(netif);

	return !ip4_addr_isany_val(*netif_ip4_addr(netif)) &&
	       (!dhcp || dhcp->state == DHCP_STATE_OFF);
}

size_t wlan_core_take(mp_obj_t from, void *to, size_t most)
{
	mp_buffer_info_t bytes;

	mp_get_buffer_raise(from, &bytes, MP_BUFFER_READ);
	if (bytes.len > most)
		mp_raise_ValueError(MP_ERROR_TEXT("it is too long"));
	memcpy(to, bytes.buf, bytes.len);
	return bytes.len;
}

mp_buffer_info_t wlan_core_key(mp_obj_t key)
{
	mp_buffer_info_t bytes;

	mp_get_buffer_raise(key, &bytes, MP_BUFFER_READ);
	if (bytes.len > WLAN_KEY_MAX || (bytes.len > 0 && bytes.len < 8))
		mp_raise_ValueError(MP_ERROR_TEXT("a key has 8 to 63 characters"));
	return bytes;
}
