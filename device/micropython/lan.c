/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * network.LAN: the interface that is the link itself. The host is its cable; there is one,
 * and it is up from the start.
 */
#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modnetwork.h"

#include "script.h"
#include "stack_link.h"

#include <lwip/dhcp.h>

#include <string.h>

static const mp_obj_base_t lan = {&network_lan_type};

static mp_obj_t lan_make(const mp_obj_type_t *type, size_t n, size_t named,
			 const mp_obj_t *args)
{
	(void)type;
	(void)args;
	mp_arg_check_num(n, named, 0, 0, false);
	return MP_OBJ_FROM_PTR(&lan);
}

static void set_active(bool active)
{
	if (active == !!netif_is_up(&stack_link.netif))
		return;
	if (active) {
		netif_set_default(&stack_link.netif);
		netif_set_up(&stack_link.netif);
		/* One that a script gave it stays. */
		if (ip4_addr_isany_val(*netif_ip4_addr(&stack_link.netif)))
			(void)dhcp_start(&stack_link.netif);
	} else {
		dhcp_release_and_stop(&stack_link.netif);
		netif_set_down(&stack_link.netif);
	}
}

static mp_obj_t lan_active(size_t n, const mp_obj_t *args)
{
	if (n > 1)
		set_active(mp_obj_is_true(args[1]));
	return mp_obj_new_bool(netif_is_up(&stack_link.netif));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(lan_active_obj, 1, 2, lan_active);

static bool is_connected(void)
{
	return netif_is_up(&stack_link.netif) && netif_is_link_up(&stack_link.netif) &&
	       !ip4_addr_isany_val(*netif_ip4_addr(&stack_link.netif));
}

static mp_obj_t lan_isconnected(mp_obj_t self)
{
	(void)self;
	return mp_obj_new_bool(is_connected());
}
static MP_DEFINE_CONST_FUN_OBJ_1(lan_isconnected_obj, lan_isconnected);

/* As network.LAN of other ports: 0 no cable, 1 a cable, 2 no address yet, 3 all is there. */
static mp_obj_t lan_status(mp_obj_t self)
{
	(void)self;
	if (!netif_is_up(&stack_link.netif) || !netif_is_link_up(&stack_link.netif))
		return MP_OBJ_NEW_SMALL_INT(0);
	return MP_OBJ_NEW_SMALL_INT(is_connected() ? 3 : 2);
}
static MP_DEFINE_CONST_FUN_OBJ_1(lan_status_obj, lan_status);

static mp_obj_t lan_ifconfig(size_t n, const mp_obj_t *args)
{
	return mod_network_nic_ifconfig(&stack_link.netif, n - 1, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(lan_ifconfig_obj, 1, 2, lan_ifconfig);

static mp_obj_t lan_ipconfig(size_t n, const mp_obj_t *args, mp_map_t *named)
{
	return mod_network_nic_ipconfig(&stack_link.netif, n - 1, args + 1, named);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(lan_ipconfig_obj, 1, lan_ipconfig);

static mp_obj_t lan_config(size_t n, const mp_obj_t *args, mp_map_t *named)
{
	if (n != 2 || named->used > 0)
		mp_raise_TypeError(MP_ERROR_TEXT("one setting is asked for, none can be set"));
	if (mp_obj_str_get_qstr(args[1]) == MP_QSTR_mac)
		return mp_obj_new_bytes(stack_link.netif.hwaddr, stack_link.netif.hwaddr_len);
	mp_raise_ValueError(MP_ERROR_TEXT("unknown config param"));
}
static MP_DEFINE_CONST_FUN_OBJ_KW(lan_config_obj, 1, lan_config);

static const mp_rom_map_elem_t lan_table[] = {
	{MP_ROM_QSTR(MP_QSTR_active), MP_ROM_PTR(&lan_active_obj)},
	{MP_ROM_QSTR(MP_QSTR_isconnected), MP_ROM_PTR(&lan_isconnected_obj)},
	{MP_ROM_QSTR(MP_QSTR_status), MP_ROM_PTR(&lan_status_obj)},
	{MP_ROM_QSTR(MP_QSTR_ifconfig), MP_ROM_PTR(&lan_ifconfig_obj)},
	{MP_ROM_QSTR(MP_QSTR_ipconfig), MP_ROM_PTR(&lan_ipconfig_obj)},
	{MP_ROM_QSTR(MP_QSTR_config), MP_ROM_PTR(&lan_config_obj)},
};
static MP_DEFINE_CONST_DICT(lan_dict, lan_table);

MP_DEFINE_CONST_OBJ_TYPE(network_lan_type, MP_QSTR_LAN, MP_TYPE_FLAG_NONE, make_new, lan_make,
			 locals_dict, &lan_dict);
