/* SPDX-License-Identifier: GPL-2.0-only */
/* The modules lx, with the device's own disk.c, and power, which power.py speaks by. */
#include "py/runtime.h"

#include "power.h"

#include <string.h>

extern const mp_obj_type_t disk_type;

static const mp_rom_map_elem_t lx_table[] = {
	{MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_lx)},
	{MP_ROM_QSTR(MP_QSTR_Flash), MP_ROM_PTR(&disk_type)},
};
static MP_DEFINE_CONST_DICT(lx_globals, lx_table);
const mp_obj_module_t lx_module = {
	.base = {&mp_type_module},
	.globals = (mp_obj_dict_t *)&lx_globals,
};
MP_REGISTER_MODULE(MP_QSTR_lx, lx_module);

static mp_obj_t power_keep(mp_obj_t text)
{
	size_t n;
	const char *from = mp_obj_str_get_data(text, &n);

	if (n > POWER_KEPT_MAX)
		mp_raise_ValueError(MP_ERROR_TEXT("too much to keep"));
	memcpy(power.kept, from, n);
	power.kept_bytes = n;
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(power_keep_obj, power_keep);

static mp_obj_t power_kept(void)
{
	return mp_obj_new_str(power.kept, power.kept_bytes);
}
static MP_DEFINE_CONST_FUN_OBJ_0(power_kept_obj, power_kept);

static mp_obj_t power_cuts(mp_obj_t each)
{
	power.cuts_each = (uint32_t)mp_obj_get_int(each);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(power_cuts_obj, power_cuts);

static mp_obj_t power_chance(void)
{
	return mp_obj_new_int_from_uint(power.chance);
}
static MP_DEFINE_CONST_FUN_OBJ_0(power_chance_obj, power_chance);

static mp_obj_t power_thorough(void)
{
	return mp_obj_new_bool(power.thorough);
}
static MP_DEFINE_CONST_FUN_OBJ_0(power_thorough_obj, power_thorough);

static mp_obj_t power_blocks(mp_obj_t used)
{
	uint32_t n = (uint32_t)mp_obj_get_int(used);

	if (power.most_blocks < n)
		power.most_blocks = n;
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(power_blocks_obj, power_blocks);

static const mp_rom_map_elem_t power_table[] = {
	{MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_power)},
	{MP_ROM_QSTR(MP_QSTR_keep), MP_ROM_PTR(&power_keep_obj)},
	{MP_ROM_QSTR(MP_QSTR_kept), MP_ROM_PTR(&power_kept_obj)},
	{MP_ROM_QSTR(MP_QSTR_cuts), MP_ROM_PTR(&power_cuts_obj)},
	{MP_ROM_QSTR(MP_QSTR_chance), MP_ROM_PTR(&power_chance_obj)},
	{MP_ROM_QSTR(MP_QSTR_thorough), MP_ROM_PTR(&power_thorough_obj)},
	{MP_ROM_QSTR(MP_QSTR_blocks), MP_ROM_PTR(&power_blocks_obj)},
};
static MP_DEFINE_CONST_DICT(power_globals, power_table);
const mp_obj_module_t power_module = {
	.base = {&mp_type_module},
	.globals = (mp_obj_dict_t *)&power_globals,
};
MP_REGISTER_MODULE(MP_QSTR_power, power_module);
