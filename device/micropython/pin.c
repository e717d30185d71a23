/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * machine.Pin, by the numbers of the chip. A pin that the board does not lead out, that holds
 * the flash or is the link's own is refused with a sentence (pins.h has them).
 */
#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modmachine.h"
#include "extmod/virtpin.h"

#include "pin.h"
#include "script.h"

#include <pigtail/control.h>

struct pin {
	mp_obj_base_t base;
	uint8_t number;
};

static const struct ptl_gpio *gpio(void)
{
	return &script.board.gpio;
}

static void set_mode(const struct pin *pin, mp_int_t mode, mp_int_t pull)
{
	uint8_t wanted = mode == PIN_OUT	  ? PTL_PIN_OUTPUT
			 : mode == PIN_OPEN_DRAIN ? PTL_PIN_OPEN_DRAIN
			 : pull == PIN_PULL_UP	  ? PTL_PIN_INPUT_PULLUP
						  : PTL_PIN_INPUT;

	if (mode < PIN_IN || mode > PIN_OPEN_DRAIN)
		mp_raise_ValueError(MP_ERROR_TEXT("mode is Pin.IN, Pin.OUT or Pin.OPEN_DRAIN"));
	if (!gpio()->set_mode(gpio()->user, pin->number, wanted))
		mp_raise_ValueError(MP_ERROR_TEXT("this pin cannot be that"));
}

/* init(mode=-1, pull=-1, *, value=None) */
static mp_obj_t init(const struct pin *pin, size_t n, const mp_obj_t *args, mp_map_t *named)
{
	enum { MODE, PULL, VALUE };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_mode, MP_ARG_INT, {.u_int = -1}},
		{MP_QSTR_pull, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_value, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
	};
	mp_arg_val_t values[MP_ARRAY_SIZE(allowed)];
	mp_obj_t pull;

	mp_arg_parse_all(n, args, named, MP_ARRAY_SIZE(allowed), allowed, values);
	pull = values[PULL].u_obj;
	/* First, so that an output begins as it is meant. */
	if (values[VALUE].u_obj != mp_const_none)
		gpio()->write(gpio()->user, pin->number, mp_obj_is_true(values[VALUE].u_obj));
	if (values[MODE].u_int != -1)
		set_mode(pin, values[MODE].u_int,
			 pull == mp_const_none ? -1 : mp_obj_get_int(pull));
	return mp_const_none;
}

mp_obj_t pin_make(const mp_obj_type_t *type, size_t n, size_t named_n, const mp_obj_t *args)
{
	mp_int_t number;
	const char *refused;
	mp_map_t named;
	struct pin *pin;

	(void)type; /* machine.Signal says none */
	mp_arg_check_num(n, named_n, 1, MP_OBJ_FUN_ARGS_MAX, true);
	if (mp_obj_is_type(args[0], &pin_type) && n == 1 && named_n == 0)
		return args[0];
	number = mp_obj_get_int(args[0]);
	if (number < 0 || number > UINT8_MAX)
		mp_raise_ValueError(MP_ERROR_TEXT("no such pin"));
	refused = script.board.pin_refused(NULL, (uint8_t)number);
	if (refused)
		mp_raise_msg(&mp_type_ValueError, (mp_rom_error_text_t)refused);
	pin = mp_obj_malloc(struct pin, &pin_type);
	pin->number = (uint8_t)number;
	if (n > 1 || named_n > 0) {
		mp_map_init_fixed_table(&named, named_n, args + n);
		init(pin, n - 1, args + 1, &named);
	}
	return MP_OBJ_FROM_PTR(pin);
}

static void pin_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind)
{
	const struct pin *pin = MP_OBJ_TO_PTR(self);

	(void)kind;
	mp_printf(print, "Pin(%u)", pin->number);
}

static mp_obj_t pin_init(size_t n, const mp_obj_t *args, mp_map_t *named)
{
	return init(MP_OBJ_TO_PTR(args[0]), n - 1, args + 1, named);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(pin_init_obj, 1, pin_init);

static mp_obj_t level(const struct pin *pin)
{
	return MP_OBJ_NEW_SMALL_INT(gpio()->read(gpio()->user, pin->number));
}

static mp_obj_t write(const struct pin *pin, bool value)
{
	gpio()->write(gpio()->user, pin->number, value);
	return mp_const_none;
}

static mp_obj_t pin_call(mp_obj_t self, size_t n, size_t named, const mp_obj_t *args)
{
	mp_arg_check_num(n, named, 0, 1, false);
	return n == 0 ? level(MP_OBJ_TO_PTR(self))
		      : write(MP_OBJ_TO_PTR(self), mp_obj_is_true(args[0]));
}

static mp_obj_t pin_value(size_t n, const mp_obj_t *args)
{
	return pin_call(args[0], n - 1, 0, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pin_value_obj, 1, 2, pin_value);

static mp_obj_t pin_on(mp_obj_t self)
{
	return write(MP_OBJ_TO_PTR(self), true);
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_on_obj, pin_on);

static mp_obj_t pin_off(mp_obj_t self)
{
	return write(MP_OBJ_TO_PTR(self), false);
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_off_obj, pin_off);

static mp_obj_t pin_toggle(mp_obj_t self)
{
	const struct pin *pin = MP_OBJ_TO_PTR(self);

	return write(pin, !gpio()->read(gpio()->user, pin->number));
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_toggle_obj, pin_toggle);

static mp_uint_t pin_ioctl(mp_obj_t self, mp_uint_t request, uintptr_t argument, int *error)
{
	const struct pin *pin = MP_OBJ_TO_PTR(self);

	(void)error;
	switch (request) {
	case MP_PIN_READ:
		return gpio()->read(gpio()->user, pin->number);
	case MP_PIN_WRITE:
		gpio()->write(gpio()->user, pin->number, argument != 0);
		return 0;
	default:
		return (mp_uint_t)-1;
	}
}

static const mp_rom_map_elem_t pin_table[] = {
	{MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&pin_init_obj)},
	{MP_ROM_QSTR(MP_QSTR_value), MP_ROM_PTR(&pin_value_obj)},
	{MP_ROM_QSTR(MP_QSTR_on), MP_ROM_PTR(&pin_on_obj)},
	{MP_ROM_QSTR(MP_QSTR_off), MP_ROM_PTR(&pin_off_obj)},
	{MP_ROM_QSTR(MP_QSTR_toggle), MP_ROM_PTR(&pin_toggle_obj)},
	{MP_ROM_QSTR(MP_QSTR_IN), MP_ROM_INT(PIN_IN)},
	{MP_ROM_QSTR(MP_QSTR_OUT), MP_ROM_INT(PIN_OUT)},
	{MP_ROM_QSTR(MP_QSTR_OPEN_DRAIN), MP_ROM_INT(PIN_OPEN_DRAIN)},
	{MP_ROM_QSTR(MP_QSTR_PULL_UP), MP_ROM_INT(PIN_PULL_UP)},
};
static MP_DEFINE_CONST_DICT(pin_dict, pin_table);

static const mp_pin_p_t pin_protocol = {.ioctl = pin_ioctl};

MP_DEFINE_CONST_OBJ_TYPE(pin_type, MP_QSTR_Pin, MP_TYPE_FLAG_NONE, make_new, pin_make, print,
			 pin_print, call, pin_call, protocol, &pin_protocol, locals_dict,
			 &pin_dict);

/* ---- pins of machine.Signal ---- */

/* It takes whatever has a protocol, a socket too, for a pin; the linker leads its calls here
 * first (--wrap). */
int __real_mp_virtual_pin_read(mp_obj_t pin);
void __real_mp_virtual_pin_write(mp_obj_t pin, int value);
int __wrap_mp_virtual_pin_read(mp_obj_t pin);
void __wrap_mp_virtual_pin_write(mp_obj_t pin, int value);

static void want_pin(mp_obj_t pin)
{
	static const mp_obj_type_t *const pins[] = {&pin_type, &machine_pinbase_type,
						    &machine_signal_type};
	const void *protocol = MP_OBJ_TYPE_GET_SLOT_OR_NULL(mp_obj_get_type(pin), protocol);

	for (unsigned i = 0; i < MP_ARRAY_SIZE(pins); i++)
		if (protocol == MP_OBJ_TYPE_GET_SLOT_OR_NULL(pins[i], protocol))
			return;
	mp_raise_TypeError(MP_ERROR_TEXT("that is no pin"));
}

int __wrap_mp_virtual_pin_read(mp_obj_t pin)
{
	want_pin(pin);
	return __real_mp_virtual_pin_read(pin);
}

void __wrap_mp_virtual_pin_write(mp_obj_t pin, int value)
{
	want_pin(pin);
	__real_mp_virtual_pin_write(pin, value);
}
