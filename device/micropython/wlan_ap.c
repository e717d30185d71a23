/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See wlan_ap.h. What is set while it beacons starts it anew. */
#include "wlan_ap.h"
#include "script.h"
#include "wlan_core.h"

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/netutils/dhcpserver.h"

#include <lwip/udp.h>
#include <mbedtls/platform_util.h>

#include <string.h>

#define LEAVING	 3 /* 802.11's reason */
#define START_US (PTL_WIFI_AP_US + PTL_WIFI_ANSWER_US)

/* status() */
enum { OFF, STARTING, BEACONS = 5 };

static struct {
	uint8_t status;
	enum ptl_status failed; /* why it did not start */
	uint8_t ssid[32], ssid_n;
	uint8_t key[WLAN_KEY_MAX], key_n;
	uint8_t channel, most; /* 0: any */
	bool hidden;
	dhcp_server_t dhcp;
	bool serves;
} ap = {.channel = 6};

/* ---- its net ---- */

/* What MicroPython's DHCP server prints each lease with: see the Makefile. */
int wlan_ap_silence(const char *format, ...);

int wlan_ap_silence(const char *format, ...)
{
	(void)format;
	return 0;
}

static struct netif *netif(void)
{
	return &wlan_core.netif[PTL_IF_AP];
}

static void serve(bool on)
{
	ip_addr_t address, mask;

	if (ap.serves)
		dhcp_server_deinit(&ap.dhcp);
	ap.serves = on;
	if (!on)
		return;
	if (ip4_addr_isany_val(*netif_ip4_addr(netif()))) {
		IP4_ADDR(&address, 192, 168, 4, 1);
		IP4_ADDR(&mask, 255, 255, 255, 0);
		netif_set_addr(netif(), &address, &mask, &address);
	}
	ip_addr_copy_from_ip4(address, *netif_ip4_addr(netif()));
	ip_addr_copy_from_ip4(mask, *netif_ip4_netmask(netif()));
	dhcp_server_init(&ap.dhcp, &address, &mask);
	if (ap.dhcp.udp)
		udp_bind_netif(ap.dhcp.udp, netif());
}

/* ---- what the radio says ---- */

static void on_started(void *user, enum ptl_status status, const char *text)
{
	(void)user;
	(void)text;
	ap.failed = status;
	ap.status = status == PTL_STATUS_DONE ? BEACONS : OFF;
	if (status != PTL_STATUS_DONE)
		return;
	ptl_interfaces_ap(&wlan_core.interfaces, true);
	wlan_core_carrier(PTL_IF_AP, true);
	serve(true);
}

static void gone(void)
{
	ap.status = OFF;
	ptl_interfaces_ap(&wlan_core.interfaces, false);
	serve(false);
	wlan_core_carrier(PTL_IF_AP, false);
}

static void on_stopped(void *user, uint16_t reason, const char *text)
{
	(void)user;
	(void)reason;
	(void)text;
	gone();
}

static void on_station(void *user, bool joined, const uint8_t mac[6], uint16_t reason,
		       const uint8_t *elements, size_t n)
{
	(void)user;
	(void)reason;
	(void)elements;
	(void)n;
	if (joined)
		(void)ptl_interfaces_joined(&wlan_core.interfaces, mac);
	else
		ptl_interfaces_left(&wlan_core.interfaces, mac);
}

void wlan_ap_hear(struct ptl_wifi_events *events)
{
	events->ap_started = on_started;
	events->ap_stopped = on_stopped;
	events->station = on_station;
}

/* ---- for scripts ---- */

static void stop(void)
{
	if (ptl_wifi_state(&wlan_core.wifi, PTL_WIFI_AP) != PTL_WIFI_IDLE)
		(void)ptl_wifi_stop(&wlan_core.wifi, script_now(), PTL_WIFI_AP, LEAVING);
	while (ptl_wifi_state(&wlan_core.wifi, PTL_WIFI_AP) == PTL_WIFI_STOPPING)
		mp_event_wait_ms(1);
}

/* Waits until it beacons. */
static void start(uint8_t channel)
{
	ptl_time until = script_now() + START_US;
	struct ptl_control_writer message;
	enum ptl_status status;

	wlan_core_want(PTL_IF_AP);
	stop();
	ptl_control_begin(&message, PTL_M_AP_START, 0, PTL_IF_AP);
	ptl_put_bytes(&message, PTL_F_SSID, ap.ssid, ap.ssid_n);
	ptl_put_uint(&message, PTL_F_CHANNEL, channel ? channel : ap.channel);
	ptl_put_uint(&message, PTL_F_AKM, ap.key_n ? PTL_AKM_PSK : PTL_AKM_OPEN);
	if (ap.key_n)
		ptl_put_bytes(&message, PTL_F_PASSPHRASE, ap.key, ap.key_n);
	if (ap.hidden)
		ptl_put_flag(&message, PTL_F_HIDDEN);
	if (ap.most)
		ptl_put_uint(&message, PTL_F_STATIONS, ap.most);
	ap.status = STARTING;
	status = ptl_wifi_start(&wlan_core.wifi, script_now(), PTL_WIFI_AP, &message);
	mbedtls_platform_zeroize(&message, sizeof(message));
	wlan_core_want_done(status);
	while (ap.status == STARTING && script_now() < until)
		mp_event_wait_ms(1);
	if (ap.status != BEACONS)
		mp_raise_msg_varg(&mp_type_OSError, MP_ERROR_TEXT("no access point: %s"),
				  ptl_status_text(ap.failed));
}

void wlan_ap_active(bool active, uint8_t channel)
{
	if (active == wlan_core.active[PTL_IF_AP])
		return;
	if (!active)
		stop();
	wlan_core_activate(PTL_IF_AP, active);
	if (active && ap.ssid_n > 0)
		start(channel);
	if (!active)
		gone();
}

bool wlan_ap_isconnected(void)
{
	return wlan_core.interfaces.count > 0;
}

mp_obj_t wlan_ap_status(size_t n, const mp_obj_t *args)
{
	mp_obj_t list;

	if (n == 1)
		return MP_OBJ_NEW_SMALL_INT(ap.status);
	if (mp_obj_str_get_qstr(args[1]) != MP_QSTR_stations)
		mp_raise_ValueError(MP_ERROR_TEXT("unknown status param"));
	list = mp_obj_new_list(0, NULL);
	for (unsigned i = 0; i < wlan_core.interfaces.count; i++) {
		mp_obj_t mac = mp_obj_new_bytes(wlan_core.interfaces.stations[i], 6);

		mp_obj_list_append(list, mp_obj_new_tuple(1, &mac));
	}
	return list;
}

void wlan_ap_moved(void)
{
	if (ap.serves)
		serve(true);
}

mp_obj_t wlan_ap_get(qstr name)
{
	mp_obj_t shared = wlan_core_get(name);

	if (shared != MP_OBJ_NULL)
		return shared;
	switch (name) {
	case MP_QSTR_mac:
		return mp_obj_new_bytes(netif()->hwaddr, 6);
	case MP_QSTR_ssid:
	case MP_QSTR_essid:
		return mp_obj_new_str((const char *)ap.ssid, ap.ssid_n);
	case MP_QSTR_channel:
		return MP_OBJ_NEW_SMALL_INT(ap.channel);
	case MP_QSTR_hidden:
		return mp_obj_new_bool(ap.hidden);
	case MP_QSTR_security:
	case MP_QSTR_authmode:
		return MP_OBJ_NEW_SMALL_INT(ap.key_n ? WLAN_SECURITY_WPA2 : WLAN_SECURITY_OPEN);
	case MP_QSTR_max_clients:
		return MP_OBJ_NEW_SMALL_INT(ap.most);
	default:
		mp_raise_ValueError(MP_ERROR_TEXT("unknown config param"));
	}
}

static void forget_key(void)
{
	mbedtls_platform_zeroize(ap.key, sizeof(ap.key));
	ap.key_n = 0;
}

static void set_security(mp_int_t security)
{
	if (security == WLAN_SECURITY_OPEN)
		forget_key();
	else if (security != WLAN_SECURITY_WPA2 && security != WLAN_SECURITY_WPA_WPA2)
		mp_raise_ValueError(MP_ERROR_TEXT("an access point here is open or of WPA2"));
	else if (ap.key_n == 0)
		mp_raise_ValueError(MP_ERROR_TEXT("WPA2 wants a key"));
}

static void set_key(mp_obj_t key)
{
	mp_buffer_info_t bytes = wlan_core_key(key);

	forget_key();
	memcpy(ap.key, bytes.buf, bytes.len);
	ap.key_n = (uint8_t)bytes.len;
}

static uint8_t take_number(mp_obj_t from, mp_int_t least, mp_int_t most)
{
	mp_int_t number = mp_obj_get_int(from);

	if (number < least || number > most)
		mp_raise_ValueError(MP_ERROR_TEXT("out of range"));
	return (uint8_t)number;
}

static void set_one(qstr name, mp_obj_t value)
{
	switch (name) {
	case MP_QSTR_ssid:
	case MP_QSTR_essid:
		ap.ssid_n = (uint8_t)wlan_core_take(value, ap.ssid, sizeof(ap.ssid));
		return;
	case MP_QSTR_channel:
		ap.channel = take_number(value, 1, 14);
		return;
	case MP_QSTR_hidden:
		ap.hidden = mp_obj_is_true(value);
		return;
	case MP_QSTR_max_clients:
		ap.most = take_number(value, 1, PTL_STATIONS_MAX);
		return;
	case MP_QSTR_key:
	case MP_QSTR_password:
		set_key(value);
		return;
	case MP_QSTR_security:
	case MP_QSTR_authmode:
		return; /* after the key */
	default:
		mp_raise_ValueError(MP_ERROR_TEXT("unknown config param"));
	}
}

void wlan_ap_set(const mp_map_t *named, uint8_t channel)
{
	mp_obj_t security = MP_OBJ_NULL;
	bool anew = false;

	for (size_t i = 0; i < named->alloc; i++) {
		qstr name;

		if (!mp_map_slot_is_filled(named, i))
			continue;
		name = mp_obj_str_get_qstr(named->table[i].key);
		if (wlan_core_set(name, named->table[i].value))
			continue;
		anew = true;
		set_one(name, named->table[i].value);
		if (name == MP_QSTR_security || name == MP_QSTR_authmode)
			security = named->table[i].value;
	}
	if (security != MP_OBJ_NULL)
		set_security(mp_obj_get_int(security));
	if (anew && wlan_core.active[PTL_IF_AP] && ap.ssid_n > 0)
		start(channel);
}
