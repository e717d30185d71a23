/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * machine.RTC: 64 bits of microseconds. The host says what time it is (SET TIME of
 * SPEC 8), as often as it likes; RTC.datetime(tuple) goes before that until the next start.
 * memory() is kept over soft resets and restarts.
 */
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/timeutils/timeutils.h"

#include "rtc.h"
#include "script.h"

#include <string.h>

#define MEMORY_BYTES 492 /* as on the ESP8266 */
#define MEMORY_MAGIC 0x4d454d31u

/* Not cleared at a start. */
__attribute__((section(".noinit"))) static struct {
	uint32_t magic;
	uint32_t n;
	uint8_t bytes[MEMORY_BYTES];
} memory;

static const mp_obj_base_t rtc = {&rtc_type};

static mp_obj_t rtc_make(const mp_obj_type_t *type, size_t n, size_t named,
			 const mp_obj_t *args)
{
	(void)type;
	(void)args;
	mp_arg_check_num(n, named, 0, 1, false);
	return MP_OBJ_FROM_PTR(&rtc);
}

static mp_obj_t now(void)
{
	timeutils_struct_time_t tm;
	uint64_t us = script_epoch_us();
	mp_obj_t tuple[8];

	timeutils_seconds_since_epoch_to_struct_time(us / 1000000u, &tm);
	tuple[0] = mp_obj_new_int(tm.tm_year);
	tuple[1] = mp_obj_new_int(tm.tm_mon);
	tuple[2] = mp_obj_new_int(tm.tm_mday);
	tuple[3] = mp_obj_new_int(tm.tm_wday);
	tuple[4] = mp_obj_new_int(tm.tm_hour);
	tuple[5] = mp_obj_new_int(tm.tm_min);
	tuple[6] = mp_obj_new_int(tm.tm_sec);
	tuple[7] = mp_obj_new_int((mp_int_t)(us / 1000u % 1000u));
	return mp_obj_new_tuple(8, tuple);
}

/* Of a year that is right. The day of the week follows from the others. */
static bool is_time(const mp_int_t value[8])
{
	mp_int_t days;

	if (value[1] < 1 || value[1] > 12)
		return false;
	days = (mp_int_t)timeutils_days_in_month((mp_uint_t)value[0], (mp_uint_t)value[1]);
	return value[2] >= 1 && value[2] <= days && value[4] >= 0 && value[4] < 24 &&
	       value[5] >= 0 && value[5] < 60 && value[6] >= 0 && value[6] < 60 &&
	       value[7] >= 0 && value[7] < 1000;
}

/* datetime((year, month, day, weekday, hours, minutes, seconds, milliseconds)) */
static mp_obj_t rtc_datetime(size_t n, const mp_obj_t *args)
{
	mp_obj_t *items;
	mp_int_t value[8];
	uint64_t seconds;

	if (n == 1)
		return now();
	mp_obj_get_array_fixed_n(args[1], 8, &items);
	for (int i = 0; i < 8; i++)
		value[i] = mp_obj_get_int(items[i]);
	if (value[0] < 2000 || value[0] > 2099)
		mp_raise_ValueError(MP_ERROR_TEXT("year is 2000 to 2099"));
	if (!is_time(value))
		mp_raise_ValueError(MP_ERROR_TEXT("there is no such time"));
	seconds = timeutils_seconds_since_epoch((mp_uint_t)value[0], (mp_uint_t)value[1],
						(mp_uint_t)value[2], (mp_uint_t)value[4],
						(mp_uint_t)value[5], (mp_uint_t)value[6]);
	script_set_epoch_us(seconds * 1000000u + (uint64_t)value[7] * 1000u);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(rtc_datetime_obj, 1, 2, rtc_datetime);

static mp_obj_t rtc_memory(size_t n, const mp_obj_t *args)
{
	mp_buffer_info_t from;

	if (memory.magic != MEMORY_MAGIC || memory.n > MEMORY_BYTES) {
		memory.magic = MEMORY_MAGIC;
		memory.n = 0;
	}
	if (n == 1)
		return mp_obj_new_bytes(memory.bytes, memory.n);
	mp_get_buffer_raise(args[1], &from, MP_BUFFER_READ);
	if (from.len > MEMORY_BYTES)
		mp_raise_ValueError(MP_ERROR_TEXT("buffer too long"));
	memcpy(memory.bytes, from.buf, from.len);
	memory.n = from.len;
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(rtc_memory_obj, 1, 2, rtc_memory);

static const mp_rom_map_elem_t rtc_table[] = {
	{MP_ROM_QSTR(MP_QSTR_datetime), MP_ROM_PTR(&rtc_datetime_obj)},
	{MP_ROM_QSTR(MP_QSTR_memory), MP_ROM_PTR(&rtc_memory_obj)},
};
static MP_DEFINE_CONST_DICT(rtc_dict, rtc_table);

MP_DEFINE_CONST_OBJ_TYPE(rtc_type, MP_QSTR_RTC, MP_TYPE_FLAG_NONE, make_new, rtc_make,
			 locals_dict, &rtc_dict);
