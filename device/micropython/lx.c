/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The module lx: what this board has beyond MicroPython's own modules. */
#include "py/obj.h"
#include "py/runtime.h"

#include "script.h"

extern const mp_obj_type_t disk_type;

/* Bytes of the stack that were never used. */
static mp_obj_t lx_stack_free(void)
{
	const uint32_t *at = (const uint32_t *)script.board.stack_start;
	const uint32_t *first = at;

	while (*at == *first)
		at++;
	return mp_obj_new_int((at - first) * (mp_int_t)sizeof(*at));
}
static MP_DEFINE_CONST_FUN_OBJ_0(lx_stack_free_obj, lx_stack_free);

/* Where the stack ends that grows down: for who wants to see what a crash is. */
static mp_obj_t lx_stack_start(void)
{
	return mp_obj_new_int_from_uint((uintptr_t)script.board.stack_start);
}
static MP_DEFINE_CONST_FUN_OBJ_0(lx_stack_start_obj, lx_stack_start);

static const mp_rom_map_elem_t lx_globals_table[] = {
	{MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_lx)},
	{MP_ROM_QSTR(MP_QSTR_Flash), MP_ROM_PTR(&disk_type)},
	{MP_ROM_QSTR(MP_QSTR_stack_free), MP_ROM_PTR(&lx_stack_free_obj)},
	{MP_ROM_QSTR(MP_QSTR_stack_start), MP_ROM_PTR(&lx_stack_start_obj)},
};
static MP_DEFINE_CONST_DICT(lx_globals, lx_globals_table);

const mp_obj_module_t lx_module = {
	.base = {&mp_type_module},
	.globals = (mp_obj_dict_t *)&lx_globals,
};
MP_REGISTER_MODULE(MP_QSTR_lx, lx_module);
