/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * machine.Timer: MicroPython's own (extmod/machine_timer.c) on its soft timers. What is due is
 * found whenever the board has its turn, also within a script that never waits, and called
 * between two instructions.
 */
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/softtimer.h"

#include "timer.h"

static struct {
	bool running;
	uint32_t at_ms;
} soonest;

uint32_t soft_timer_get_ms(void)
{
	return (uint32_t)mp_hal_ticks_ms();
}

void soft_timer_schedule_at_ms(uint32_t at_ms)
{
	soonest.running = true;
	soonest.at_ms = at_ms;
}

/* Whether its function is still to be called for what was due before. */
static bool is_pending(mp_obj_t timer)
{
	for (unsigned i = 0; i < MP_STATE_VM(sched_len); i++) {
		unsigned at = (MP_STATE_VM(sched_idx) + i) % MICROPY_SCHEDULER_DEPTH;

		if (MP_STATE_VM(sched_queue)[at].arg == timer)
			return true;
	}
	return false;
}

/* The mp_sched_schedule() of softtimer.c (see Makefile). What a slow script misses of one
 * timer is one call, or it would leave no place for the others. */
bool timer_schedule(mp_obj_t function, mp_obj_t timer)
{
	return is_pending(timer) || mp_sched_schedule(function, timer);
}

ptl_time timer_poll(ptl_time now)
{
	int32_t left;

	if (!soonest.running)
		return PTL_NEVER;
	left = soft_timer_ticks_diff(soonest.at_ms, (uint32_t)(now / 1000u));
	if (left > 0)
		return (now / 1000u + (uint32_t)left) * 1000u;
	soonest.running = false;
	soft_timer_handler();
	/* Who waits is to look what was scheduled. */
	return now;
}

/* ---- its arguments ---- */

/* Of machine_timer_init_helper(), whose mp_arg_parse_all() this is (see Makefile): it
 * divides by them. */
enum { MODE, CALLBACK, PERIOD, TICK_HZ, FREQ };
#define NO_PERIOD  (-1)
#define LONGEST_MS 1073741824.0f /* from here on it says that it is too long */

void timer_parse(size_t n, const mp_obj_t *given, mp_map_t *named, size_t allowed_n,
		 const mp_arg_t *allowed, mp_arg_val_t *values)
{
	mp_obj_t callback;

	mp_arg_parse_all(n, given, named, allowed_n, allowed, values);
	callback = values[CALLBACK].u_obj;
	if (values[MODE].u_int != SOFT_TIMER_MODE_ONE_SHOT &&
	    values[MODE].u_int != SOFT_TIMER_MODE_PERIODIC)
		mp_raise_ValueError(MP_ERROR_TEXT("mode is Timer.ONE_SHOT or Timer.PERIODIC"));
	if (callback != MP_OBJ_NULL && callback != mp_const_none &&
	    !mp_obj_is_callable(callback))
		mp_raise_TypeError(MP_ERROR_TEXT("callback is a function"));
	if (values[FREQ].u_obj != mp_const_none) {
		mp_float_t ms = 1000.0f / mp_obj_get_float(values[FREQ].u_obj);

		if (!(ms >= 0.0f && ms < LONGEST_MS))
			mp_raise_ValueError(MP_ERROR_TEXT("freq is in Hz, above 0"));
	} else if (values[TICK_HZ].u_int < 1) {
		mp_raise_ValueError(MP_ERROR_TEXT("tick_hz is above 0"));
	} else if (values[PERIOD].u_int < 0 && values[PERIOD].u_int != NO_PERIOD) {
		mp_raise_ValueError(MP_ERROR_TEXT("period is not below 0"));
	}
}
