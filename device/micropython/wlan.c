/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * See wlan.h. What the radio and ptl_wifi say to each other waits in a queue each way, so
 * neither is called from within the other:
 *
 *	ptl_wifi -- to_radio --> radio
 *	ptl_wifi <-- to_host --- radio
 *
 * One machine gives status(): what the radio said last, and whether DHCP has an address.
 * Nothing is printed. active(False) ends the radio's session; a soft reset leaves a joined
 * network as it is, as on MicroPython's own ports.
 */
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modnetwork.h"

#include "script.h"
#include "stack_link.h"
#include "wlan.h"

#include <pigtail/wifi.h>

#include <lwip/dhcp.h>
#include <lwip/etharp.h>
#include <netif/ethernet.h>

#include <string.h>

#define FOUND_MAX	24 /* the strongest */
#define QUEUED		4  /* messages, each way */
#define SCAN_PATIENT_US 20000000u
#define LEAVING		3 /* 802.11's reason */

/* Of MicroPython's ports: status() and the security of scan(). */
enum { IDLE, CONNECTING, WRONG_PASSWORD, NO_AP_FOUND, CONNECT_FAIL, GOT_IP };
enum { SECURITY_OPEN = 0, SECURITY_WPA2 = 3, SECURITY_WPA3 = 6 };
enum { STA_IF, AP_IF };

struct queue {
	unsigned first, count;
	size_t n[QUEUED];
	uint8_t bytes[QUEUED][PTL_CONTROL_MAX];
};

static struct {
	const struct wlan_radio *radio;
	struct ptl_wifi core;
	struct netif netif;
	struct queue to_radio, to_host;
	bool active, joined, scanning;
	uint8_t status; /* IDLE to CONNECT_FAIL */
	struct ptl_association association;
	uint8_t ssid[32], ssid_n; /* asked for */
	struct ptl_bss found[FOUND_MAX];
	unsigned found_count;
} wlan;

static const mp_obj_base_t station = {&network_wlan_type};

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
	queue->first = (queue->first + 1) % QUEUED;
	queue->count--;
}

static bool to_radio(void *user, const uint8_t *message, size_t n)
{
	(void)user;
	return put(&wlan.to_radio, message, n);
}

static bool to_host(void *user, const uint8_t *message, size_t n)
{
	(void)user;
	return put(&wlan.to_host, message, n);
}

/* ---- what the radio says ---- */

static void on_bss(void *user, const struct ptl_bss *bss)
{
	struct ptl_bss *weakest = wlan.found;

	(void)user;
	for (unsigned i = 0; i < wlan.found_count; i++) {
		if (memcmp(wlan.found[i].bssid, bss->bssid, 6) == 0) {
			wlan.found[i] = *bss;
			return;
		}
		if (wlan.found[i].signal < weakest->signal)
			weakest = &wlan.found[i];
	}
	if (wlan.found_count < FOUND_MAX)
		weakest = &wlan.found[wlan.found_count++];
	else if (weakest->signal >= bss->signal)
		return;
	*weakest = *bss;
}

static void on_scan_done(void *user, enum ptl_status status, const char *text)
{
	(void)user;
	(void)status;
	(void)text;
	wlan.scanning = false;
}

static void on_joined(void *user, const struct ptl_association *association)
{
	(void)user;
	wlan.association = *association;
	wlan.joined = true;
	netif_set_link_up(&wlan.netif);
	netif_set_default(&wlan.netif);
	(void)dhcp_start(&wlan.netif);
}

static void on_roamed(void *user, const struct ptl_association *association)
{
	(void)user;
	wlan.association = *association;
}

static void gone(void)
{
	wlan.joined = false;
	dhcp_release_and_stop(&wlan.netif);
	netif_set_addr(&wlan.netif, IP4_ADDR_ANY4, IP4_ADDR_ANY4, IP4_ADDR_ANY4);
	netif_set_link_down(&wlan.netif);
	netif_set_default(&stack_link.netif);
}

static void on_failed(void *user, enum ptl_failure failure, uint16_t code, const char *text)
{
	(void)user;
	(void)code;
	(void)text;
	wlan.status = failure == PTL_FAILURE_WRONG_KEY	  ? WRONG_PASSWORD
		      : failure == PTL_FAILURE_NO_NETWORK ? NO_AP_FOUND
							  : CONNECT_FAIL;
}

static void on_left(void *user, uint16_t reason, enum ptl_by by, const char *text)
{
	(void)user;
	(void)reason;
	(void)by;
	(void)text;
	wlan.status = IDLE;
	gone();
}

static void on_signal(void *user, int8_t signal, uint32_t tx_rate, uint32_t rx_rate)
{
	(void)user;
	(void)tx_rate;
	(void)rx_rate;
	wlan.association.signal = signal;
}

/* ---- frames ---- */

static bool on_frame(const uint8_t *frame, size_t n)
{
	struct pbuf *copy;

	if (!wlan.joined || n > PBUF_POOL_BUFSIZE - ETH_PAD_SIZE)
		return true;
	copy = pbuf_alloc(PBUF_RAW, (u16_t)(n + ETH_PAD_SIZE), PBUF_POOL);
	if (!copy)
		return false;
	(void)pbuf_take_at(copy, frame, (u16_t)n, ETH_PAD_SIZE);
	if (wlan.netif.input(copy, &wlan.netif) != ERR_OK)
		(void)pbuf_free(copy);
	return true;
}

static err_t output(struct netif *netif, struct pbuf *frame)
{
	static uint8_t flat[1514];
	u16_t n = pbuf_copy_partial(frame, flat, sizeof(flat), ETH_PAD_SIZE);

	(void)netif;
	return wlan.radio->send(flat, n) ? ERR_OK : ERR_MEM;
}

static err_t init_netif(struct netif *netif)
{
	netif->name[0] = 'w';
	netif->name[1] = 'l';
	netif->hostname = MICROPY_PY_NETWORK_HOSTNAME_DEFAULT;
	netif->output = etharp_output;
	netif->linkoutput = output;
	netif->hwaddr_len = ETH_HWADDR_LEN;
	memcpy(netif->hwaddr, wlan.radio->mac, ETH_HWADDR_LEN);
	netif->mtu = 1500;
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
	return ERR_OK;
}

/* ---- the seam ---- */

bool wlan_start(const struct wlan_radio *radio)
{
	static const struct wlan_events events = {to_host, on_frame};
	const struct ptl_wifi_events heard = {
		.send = to_radio,
		.bss = on_bss,
		.scan_done = on_scan_done,
		.joined = on_joined,
		.failed = on_failed,
		.left = on_left,
		.roamed = on_roamed,
		.signal = on_signal,
	};

	wlan.radio = radio;
	ptl_wifi_init(&wlan.core, &heard);
	radio->start(&events, script_now());
	return netif_add(&wlan.netif, NULL, NULL, NULL, NULL, init_netif, ethernet_input) !=
	       NULL;
}

ptl_time wlan_poll(ptl_time now)
{
	ptl_time radio, host;

	if (!wlan.radio || !wlan.active)
		return PTL_NEVER;
	while (wlan.to_host.count > 0) {
		/* It may say something itself, and what comes then is behind it. */
		ptl_wifi_message(&wlan.core, now, wlan.to_host.bytes[wlan.to_host.first],
				 wlan.to_host.n[wlan.to_host.first]);
		drop(&wlan.to_host);
	}
	while (wlan.to_radio.count > 0 &&
	       wlan.radio->message(now, wlan.to_radio.bytes[wlan.to_radio.first],
				   wlan.to_radio.n[wlan.to_radio.first]))
		drop(&wlan.to_radio);
	radio = wlan.radio->poll(now);
	host = ptl_wifi_poll(&wlan.core, now);
	if (wlan.to_host.count > 0 || wlan.to_radio.count > 0)
		return now;
	return radio < host ? radio : host;
}

/* ---- network.WLAN ---- */

static void set_active(bool active)
{
	if (active == wlan.active)
		return;
	wlan.to_host.count = wlan.to_radio.count = 0;
	if (wlan.joined)
		gone();
	wlan.active = active;
	wlan.status = IDLE;
	wlan.scanning = false;
	wlan.radio->session(script_now(), active);
	ptl_wifi_session(&wlan.core);
	if (active)
		netif_set_up(&wlan.netif);
	else
		netif_set_down(&wlan.netif);
}

/* What may be asked only of a radio that is there. */
static void want_ready(void)
{
	ptl_time until = script_now() + 1000000u;

	if (!wlan.active)
		mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("STA is not active"));
	while (!ptl_wifi_ready(&wlan.core) && script_now() < until)
		mp_event_wait_ms(1);
	if (!ptl_wifi_ready(&wlan.core))
		mp_raise_OSError(MP_ETIMEDOUT);
}

static void want_done(enum ptl_status status)
{
	if (status == PTL_STATUS_BUSY)
		mp_raise_OSError(MP_EBUSY);
	if (status != PTL_STATUS_DONE)
		mp_raise_ValueError(MP_ERROR_TEXT("the radio cannot be asked that"));
}

static mp_obj_t wlan_make(const mp_obj_type_t *type, size_t n, size_t named,
			  const mp_obj_t *args)
{
	(void)type;
	mp_arg_check_num(n, named, 0, 1, false);
	if (n > 0 && mp_obj_get_int(args[0]) != STA_IF)
		mp_raise_ValueError(MP_ERROR_TEXT("this port has no access point"));
	if (!wlan.radio)
		mp_raise_OSError(MP_ENODEV);
	return MP_OBJ_FROM_PTR(&station);
}

static mp_obj_t wlan_active(size_t n, const mp_obj_t *args)
{
	if (n > 1)
		set_active(mp_obj_is_true(args[1]));
	return mp_obj_new_bool(wlan.active);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wlan_active_obj, 1, 2, wlan_active);

static bool has_address(void)
{
	return wlan.joined && !ip4_addr_isany_val(*netif_ip4_addr(&wlan.netif));
}

/* Bytes of an argument, of which there are at most so many. */
static size_t take(mp_obj_t from, void *to, size_t most)
{
	mp_buffer_info_t bytes;

	mp_get_buffer_raise(from, &bytes, MP_BUFFER_READ);
	if (bytes.len > most)
		mp_raise_ValueError(MP_ERROR_TEXT("it is too long"));
	memcpy(to, bytes.buf, bytes.len);
	return bytes.len;
}

static void join(mp_obj_t key, mp_obj_t bssid)
{
	struct ptl_control_writer message;
	enum ptl_status status;
	uint8_t bytes[63];
	size_t n = key == mp_const_none ? 0 : take(key, bytes, sizeof(bytes));

	if (n > 0 && n < 8)
		mp_raise_ValueError(MP_ERROR_TEXT("a key has 8 to 63 characters"));
	ptl_control_begin(&message, PTL_M_JOIN, 0, PTL_IF_STATION);
	ptl_put_bytes(&message, PTL_F_SSID, wlan.ssid, wlan.ssid_n);
	ptl_put_uint(&message, PTL_F_AKM, n > 0 ? PTL_AKM_PSK | PTL_AKM_SAE : PTL_AKM_OPEN);
	if (n > 0)
		ptl_put_bytes(&message, PTL_F_PASSPHRASE, bytes, n);
	if (bssid != mp_const_none) {
		if (take(bssid, bytes, 6) != 6)
			mp_raise_ValueError(MP_ERROR_TEXT("a bssid has 6 bytes"));
		ptl_put_bytes(&message, PTL_F_BSSID, bytes, 6);
	}
	status = ptl_wifi_start(&wlan.core, script_now(), PTL_WIFI_STATION, &message);
	memset(&message, 0, sizeof(message));
	want_done(status);
	wlan.status = CONNECTING;
}

/* connect(ssid, key=None, *, bssid=None) */
static mp_obj_t wlan_connect(size_t n, const mp_obj_t *args, mp_map_t *named)
{
	enum { SSID, KEY, BSSID };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_ssid, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_key, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_bssid, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
	};
	mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];

	mp_arg_parse_all(n - 1, args + 1, named, MP_ARRAY_SIZE(allowed), allowed, values);
	if (values[SSID].u_obj == mp_const_none)
		mp_raise_ValueError(MP_ERROR_TEXT("which network? connect(ssid, key)"));
	want_ready();
	if (wlan.status == CONNECTING && !wlan.joined)
		(void)ptl_wifi_stop(&wlan.core, script_now(), PTL_WIFI_STATION, LEAVING);
	wlan.ssid_n = (uint8_t)take(values[SSID].u_obj, wlan.ssid, sizeof(wlan.ssid));
	join(values[KEY].u_obj, values[BSSID].u_obj);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wlan_connect_obj, 1, wlan_connect);

static mp_obj_t wlan_disconnect(mp_obj_t self)
{
	(void)self;
	want_ready();
	(void)ptl_wifi_stop(&wlan.core, script_now(), PTL_WIFI_STATION, LEAVING);
	wlan.status = IDLE;
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(wlan_disconnect_obj, wlan_disconnect);

static mp_obj_t wlan_isconnected(mp_obj_t self)
{
	(void)self;
	return mp_obj_new_bool(has_address());
}
static MP_DEFINE_CONST_FUN_OBJ_1(wlan_isconnected_obj, wlan_isconnected);

static mp_obj_t wlan_status(size_t n, const mp_obj_t *args)
{
	if (n == 1)
		return MP_OBJ_NEW_SMALL_INT(has_address() ? GOT_IP : wlan.status);
	if (mp_obj_str_get_qstr(args[1]) != MP_QSTR_rssi)
		mp_raise_ValueError(MP_ERROR_TEXT("unknown status param"));
	if (!wlan.joined)
		mp_raise_OSError(MP_ENOTCONN);
	return MP_OBJ_NEW_SMALL_INT(wlan.association.signal);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wlan_status_obj, 1, 2, wlan_status);

static mp_obj_t describe(const struct ptl_bss *bss)
{
	int security = bss->akms & (PTL_AKM_PSK | PTL_AKM_PSK_SHA256) ? SECURITY_WPA2
		       : bss->akms & PTL_AKM_SAE		      ? SECURITY_WPA3
								      : SECURITY_OPEN;
	mp_obj_t tuple[6] = {
		mp_obj_new_bytes(bss->ssid, bss->ssid_n),
		mp_obj_new_bytes(bss->bssid, sizeof(bss->bssid)),
		MP_OBJ_NEW_SMALL_INT(bss->channel),
		MP_OBJ_NEW_SMALL_INT(bss->signal),
		MP_OBJ_NEW_SMALL_INT(security),
		mp_obj_new_bool(bss->ssid_n == 0),
	};

	return mp_obj_new_tuple(6, tuple);
}

/* The strongest first. */
static mp_obj_t wlan_scan(mp_obj_t self)
{
	ptl_time until = script_now() + SCAN_PATIENT_US;
	struct ptl_control_writer message;
	mp_obj_t list;

	(void)self;
	want_ready();
	ptl_control_begin(&message, PTL_M_SCAN, 0, PTL_IF_STATION);
	want_done(ptl_wifi_start(&wlan.core, script_now(), PTL_WIFI_SCAN, &message));
	wlan.found_count = 0;
	wlan.scanning = true;
	while (wlan.scanning && script_now() < until)
		mp_event_wait_ms(1);
	if (wlan.scanning)
		mp_raise_OSError(MP_ETIMEDOUT);
	list = mp_obj_new_list(0, NULL);
	while (wlan.found_count > 0) {
		struct ptl_bss *best = wlan.found;

		for (unsigned i = 1; i < wlan.found_count; i++)
			if (wlan.found[i].signal > best->signal)
				best = &wlan.found[i];
		mp_obj_list_append(list, describe(best));
		*best = wlan.found[--wlan.found_count];
	}
	return list;
}
static MP_DEFINE_CONST_FUN_OBJ_1(wlan_scan_obj, wlan_scan);

static mp_obj_t wlan_ifconfig(size_t n, const mp_obj_t *args)
{
	return mod_network_nic_ifconfig(&wlan.netif, n - 1, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wlan_ifconfig_obj, 1, 2, wlan_ifconfig);

static mp_obj_t wlan_ipconfig(size_t n, const mp_obj_t *args, mp_map_t *named)
{
	return mod_network_nic_ipconfig(&wlan.netif, n - 1, args + 1, named);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wlan_ipconfig_obj, 1, wlan_ipconfig);

static mp_obj_t wlan_config(mp_obj_t self, mp_obj_t name)
{
	(void)self;
	switch (mp_obj_str_get_qstr(name)) {
	case MP_QSTR_mac:
		return mp_obj_new_bytes(wlan.radio->mac, 6);
	case MP_QSTR_ssid:
	case MP_QSTR_essid:
		return mp_obj_new_str((const char *)wlan.ssid, wlan.ssid_n);
	case MP_QSTR_channel:
		return MP_OBJ_NEW_SMALL_INT(wlan.joined ? wlan.association.channel : 0);
	default:
		mp_raise_ValueError(MP_ERROR_TEXT("unknown config param"));
	}
}
static MP_DEFINE_CONST_FUN_OBJ_2(wlan_config_obj, wlan_config);

static const mp_rom_map_elem_t wlan_table[] = {
	{MP_ROM_QSTR(MP_QSTR_active), MP_ROM_PTR(&wlan_active_obj)},
	{MP_ROM_QSTR(MP_QSTR_connect), MP_ROM_PTR(&wlan_connect_obj)},
	{MP_ROM_QSTR(MP_QSTR_disconnect), MP_ROM_PTR(&wlan_disconnect_obj)},
	{MP_ROM_QSTR(MP_QSTR_isconnected), MP_ROM_PTR(&wlan_isconnected_obj)},
	{MP_ROM_QSTR(MP_QSTR_status), MP_ROM_PTR(&wlan_status_obj)},
	{MP_ROM_QSTR(MP_QSTR_scan), MP_ROM_PTR(&wlan_scan_obj)},
	{MP_ROM_QSTR(MP_QSTR_ifconfig), MP_ROM_PTR(&wlan_ifconfig_obj)},
	{MP_ROM_QSTR(MP_QSTR_ipconfig), MP_ROM_PTR(&wlan_ipconfig_obj)},
	{MP_ROM_QSTR(MP_QSTR_config), MP_ROM_PTR(&wlan_config_obj)},
	{MP_ROM_QSTR(MP_QSTR_IF_STA), MP_ROM_INT(STA_IF)},
};
static MP_DEFINE_CONST_DICT(wlan_dict, wlan_table);

MP_DEFINE_CONST_OBJ_TYPE(network_wlan_type, MP_QSTR_WLAN, MP_TYPE_FLAG_NONE, make_new,
			 wlan_make, locals_dict, &wlan_dict);
