/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * See wlan.h: the class, and the station; the access point is wlan_ap.c.
 *
 * One machine gives the station's status(): what the radio said last, and whether DHCP has an
 * address. What is lost is asked for again (wlan_again.h). Nothing is printed. A soft reset
 * leaves a joined network as it is, as on MicroPython's own ports.
 */
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modnetwork.h"

#include "script.h"
#include "stack_link.h"
#include "wlan_again.h"
#include "wlan_ap.h"
#include "wlan_core.h"

#include <lwip/dhcp.h>

#include <string.h>

#define FOUND_MAX	24 /* the strongest */
#define SCAN_PATIENT_US 20000000u
#define LEAVING		3 /* 802.11's reason */

/* Of MicroPython's ports: status(). */
enum { IDLE, CONNECTING, WRONG_PASSWORD, NO_AP_FOUND, CONNECT_FAIL, GOT_IP };

static struct {
	bool joined, scanning;
	uint8_t status; /* IDLE to CONNECT_FAIL */
	struct ptl_association association;
	struct ptl_bss found[FOUND_MAX];
	unsigned found_count;
} wlan;

struct wlan_object {
	mp_obj_base_t base;
	uint8_t interface;
};

static const struct wlan_object objects[] = {
	[PTL_IF_STATION] = {{&network_wlan_type}, PTL_IF_STATION},
	[PTL_IF_AP] = {{&network_wlan_type}, PTL_IF_AP},
};

static unsigned interface_of(mp_obj_t self)
{
	return ((const struct wlan_object *)MP_OBJ_TO_PTR(self))->interface;
}

static bool is_ap(mp_obj_t self)
{
	return interface_of(self) == PTL_IF_AP;
}

static struct netif *station(void)
{
	return &wlan_core.netif[PTL_IF_STATION];
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
	wlan_core_carrier(PTL_IF_STATION, true);
	wlan_again_joined();
	netif_set_default(station());
	if (!wlan_core_has_fixed(station()))
		(void)dhcp_start(station());
}

static void on_roamed(void *user, const struct ptl_association *association)
{
	(void)user;
	wlan.association = *association;
}

static void gone(void)
{
	wlan.joined = false;
	if (!wlan_core_has_fixed(station())) {
		dhcp_release_and_stop(station());
		netif_set_addr(station(), IP4_ADDR_ANY4, IP4_ADDR_ANY4, IP4_ADDR_ANY4);
	}
	wlan_core_carrier(PTL_IF_STATION, false);
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
	wlan_again_failed(failure);
}

static void on_left(void *user, uint16_t reason, enum ptl_by by, const char *text)
{
	(void)user;
	(void)reason;
	(void)text;
	wlan.status = wlan_again_lost(by) ? CONNECTING : IDLE;
	gone();
}

static void on_signal(void *user, int8_t signal, uint32_t tx_rate, uint32_t rx_rate)
{
	(void)user;
	(void)tx_rate;
	(void)rx_rate;
	wlan.association.signal = signal;
}

/* ---- the seam ---- */

bool wlan_start(const struct local_radio *radio)
{
	struct ptl_wifi_events heard = {
		.bss = on_bss,
		.scan_done = on_scan_done,
		.joined = on_joined,
		.failed = on_failed,
		.left = on_left,
		.roamed = on_roamed,
		.signal = on_signal,
	};

	wlan_ap_hear(&heard);
	return wlan_core_start(radio, &heard);
}

ptl_time wlan_poll(ptl_time now)
{
	ptl_time core, again = PTL_NEVER;

	if (wlan_core.active[PTL_IF_STATION])
		again = wlan_again_poll(now);
	core = wlan_core_poll(now);
	return core < again ? core : again;
}

/* ---- network.WLAN ---- */

static uint8_t channel(void)
{
	return wlan.joined ? wlan.association.channel : 0;
}

static void leave(void)
{
	wlan_again_forget();
	(void)ptl_wifi_stop(&wlan_core.wifi, script_now(), PTL_WIFI_STATION, LEAVING);
	wlan.status = IDLE;
}

static void set_active(bool active)
{
	if (active == wlan_core.active[PTL_IF_STATION])
		return;
	if (!active)
		leave();
	if (wlan.joined)
		gone();
	wlan.scanning = false;
	wlan_core_activate(PTL_IF_STATION, active);
}

static void want_station(mp_obj_t self)
{
	if (is_ap(self))
		mp_raise_ValueError(MP_ERROR_TEXT("that is of the station: STA_IF"));
	wlan_core_want(PTL_IF_STATION);
}

static mp_obj_t wlan_make(const mp_obj_type_t *type, size_t n, size_t named,
			  const mp_obj_t *args)
{
	(void)type;
	mp_int_t interface;

	mp_arg_check_num(n, named, 0, 1, false);
	interface = n > 0 ? mp_obj_get_int(args[0]) : PTL_IF_STATION;
	if (interface != PTL_IF_STATION && interface != PTL_IF_AP)
		mp_raise_ValueError(MP_ERROR_TEXT("there are STA_IF and AP_IF"));
	if (!wlan_core.radio)
		mp_raise_OSError(MP_ENODEV);
	return MP_OBJ_FROM_PTR(&objects[interface]);
}

static mp_obj_t wlan_active(size_t n, const mp_obj_t *args)
{
	if (n > 1 && is_ap(args[0]))
		wlan_ap_active(mp_obj_is_true(args[1]), channel());
	else if (n > 1)
		set_active(mp_obj_is_true(args[1]));
	return mp_obj_new_bool(wlan_core.active[interface_of(args[0])]);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wlan_active_obj, 1, 2, wlan_active);

static bool has_address(void)
{
	return wlan.joined && !ip4_addr_isany_val(*netif_ip4_addr(station()));
}

static void join(const struct wlan_name *name, mp_buffer_info_t key)
{
	enum ptl_wifi_state state = ptl_wifi_state(&wlan_core.wifi, PTL_WIFI_STATION);

	if (state == PTL_WIFI_ASKING || state == PTL_WIFI_WORKING)
		(void)ptl_wifi_stop(&wlan_core.wifi, script_now(), PTL_WIFI_STATION, LEAVING);
	wlan_core_want_done(wlan_again_join(name, key));
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
	mp_buffer_info_t key = {0};
	struct wlan_name name = {0};

	mp_arg_parse_all(n - 1, args + 1, named, MP_ARRAY_SIZE(allowed), allowed, values);
	if (values[SSID].u_obj == mp_const_none)
		mp_raise_ValueError(MP_ERROR_TEXT("which network? connect(ssid, key)"));
	want_station(args[0]);
	name.ssid_n = (uint8_t)wlan_core_take(values[SSID].u_obj, name.ssid, sizeof(name.ssid));
	name.has_bssid = values[BSSID].u_obj != mp_const_none;
	if (name.has_bssid && wlan_core_take(values[BSSID].u_obj, name.bssid, 6) != 6)
		mp_raise_ValueError(MP_ERROR_TEXT("a bssid has 6 bytes"));
	if (values[KEY].u_obj != mp_const_none)
		key = wlan_core_key(values[KEY].u_obj);
	join(&name, key);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wlan_connect_obj, 1, wlan_connect);

static mp_obj_t wlan_disconnect(mp_obj_t self)
{
	want_station(self);
	leave();
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(wlan_disconnect_obj, wlan_disconnect);

static mp_obj_t wlan_isconnected(mp_obj_t self)
{
	return mp_obj_new_bool(is_ap(self) ? wlan_ap_isconnected() : has_address());
}
static MP_DEFINE_CONST_FUN_OBJ_1(wlan_isconnected_obj, wlan_isconnected);

static mp_obj_t wlan_status(size_t n, const mp_obj_t *args)
{
	if (is_ap(args[0]))
		return wlan_ap_status(n, args);
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
	int security = bss->akms & (PTL_AKM_PSK | PTL_AKM_PSK_SHA256) ? WLAN_SECURITY_WPA2
		       : bss->akms & PTL_AKM_SAE		      ? WLAN_SECURITY_WPA3
								      : WLAN_SECURITY_OPEN;
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

	want_station(self);
	ptl_control_begin(&message, PTL_M_SCAN, 0, PTL_IF_STATION);
	wlan_core_want_done(
		ptl_wifi_start(&wlan_core.wifi, script_now(), PTL_WIFI_SCAN, &message));
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
	unsigned interface = interface_of(args[0]);
	mp_obj_t answer =
		mod_network_nic_ifconfig(&wlan_core.netif[interface], n - 1, args + 1);

	if (n > 1 && interface == PTL_IF_AP)
		wlan_ap_moved();
	return answer;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wlan_ifconfig_obj, 1, 2, wlan_ifconfig);

static mp_obj_t wlan_ipconfig(size_t n, const mp_obj_t *args, mp_map_t *named)
{
	unsigned interface = interface_of(args[0]);
	mp_obj_t answer =
		mod_network_nic_ipconfig(&wlan_core.netif[interface], n - 1, args + 1, named);

	if (named->used > 0 && interface == PTL_IF_AP)
		wlan_ap_moved();
	return answer;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wlan_ipconfig_obj, 1, wlan_ipconfig);

static mp_obj_t get(qstr name)
{
	const struct wlan_name *network = wlan_again_name();
	mp_obj_t shared = wlan_core_get(name);

	if (shared != MP_OBJ_NULL)
		return shared;
	switch (name) {
	case MP_QSTR_mac:
		return mp_obj_new_bytes(wlan_core.radio->mac, 6);
	case MP_QSTR_ssid:
	case MP_QSTR_essid:
		return mp_obj_new_str((const char *)network->ssid, network->ssid_n);
	case MP_QSTR_channel:
		return MP_OBJ_NEW_SMALL_INT(channel());
	case MP_QSTR_reconnects:
		return MP_OBJ_NEW_SMALL_INT(wlan_again_times());
	default:
		mp_raise_ValueError(MP_ERROR_TEXT("unknown config param"));
	}
}

static void set_one(qstr name, mp_obj_t value)
{
	mp_int_t times;

	if (wlan_core_set(name, value))
		return;
	if (name != MP_QSTR_reconnects)
		mp_raise_ValueError(MP_ERROR_TEXT("this of a station cannot be set"));
	times = mp_obj_get_int(value);
	wlan_again_set_times(times < 0 ? WLAN_AGAIN_ALWAYS : (int)times);
}

static void set(const mp_map_t *named)
{
	for (size_t i = 0; i < named->alloc; i++)
		if (mp_map_slot_is_filled(named, i))
			set_one(mp_obj_str_get_qstr(named->table[i].key),
				named->table[i].value);
}

/* config(name), or config(name=value, ...). */
static mp_obj_t wlan_config(size_t n, const mp_obj_t *args, mp_map_t *named)
{
	if (n + named->used < 2 || n > 2 || (n == 2 && named->used > 0))
		mp_raise_TypeError(MP_ERROR_TEXT("one name, or names with their values"));
	if (n == 2) {
		qstr name = mp_obj_str_get_qstr(args[1]);

		return is_ap(args[0]) ? wlan_ap_get(name) : get(name);
	}
	if (is_ap(args[0]))
		wlan_ap_set(named, channel());
	else
		set(named);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wlan_config_obj, 1, wlan_config);

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
	{MP_ROM_QSTR(MP_QSTR_IF_STA), MP_ROM_INT(PTL_IF_STATION)},
	{MP_ROM_QSTR(MP_QSTR_IF_AP), MP_ROM_INT(PTL_IF_AP)},
	{MP_ROM_QSTR(MP_QSTR_PM_NONE), MP_ROM_INT(WLAN_PM_NONE)},
	{MP_ROM_QSTR(MP_QSTR_SEC_OPEN), MP_ROM_INT(WLAN_SECURITY_OPEN)},
	{MP_ROM_QSTR(MP_QSTR_SEC_WPA2), MP_ROM_INT(WLAN_SECURITY_WPA2)},
	{MP_ROM_QSTR(MP_QSTR_SEC_WPA_WPA2), MP_ROM_INT(WLAN_SECURITY_WPA_WPA2)},
	{MP_ROM_QSTR(MP_QSTR_SEC_WPA3), MP_ROM_INT(WLAN_SECURITY_WPA3)},
};
static MP_DEFINE_CONST_DICT(wlan_dict, wlan_table);

MP_DEFINE_CONST_OBJ_TYPE(network_wlan_type, MP_QSTR_WLAN, MP_TYPE_FLAG_NONE, make_new,
			 wlan_make, locals_dict, &wlan_dict);
