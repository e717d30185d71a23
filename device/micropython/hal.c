/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Time, waiting, chance and the collector's roots, as MicroPython asks for them. */
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/softtimer.h"

#include "files.h"
#include "script.h"
#include "timer.h"
#include "webrepl.h"
#include "wlan.h"

#define LONG_US 10000u /* from here on a delay can be interrupted */
#define POLL_US 500u   /* a ring of 1 KB is full in 3 ms at 3 Mbaud */

ptl_time script_now(void)
{
	return script.board.clock.now(script.board.clock.user);
}

static void turn(void)
{
	static bool within;
	ptl_time radio, timer, webrepl;

	/* Frames that go out may run lwIP, which may ask for the time. */
	if (within)
		return;
	within = true;
	radio = wlan_poll(script_now());
	script.next = script.board.turn();
	script.next = radio < script.next ? radio : script.next;
	webrepl = webrepl_poll(script_now());
	script.next = webrepl < script.next ? webrepl : script.next;
	timer = timer_poll(script_now());
	script.next = timer < script.next ? timer : script.next;
	files_poll();
	script_notify();
	within = false;
}

void script_poll(void)
{
	static ptl_time last;
	ptl_time now = script_now();

	if (now < last + POLL_US && now < script.next)
		return;
	turn();
	last = now;
}

void script_wait(int ms)
{
	ptl_time until;

	/* What a script has just sent is to leave before it waits. */
	turn();
	until = script.next;
	if (ms >= 0) {
		ptl_time end = script_now() + (ptl_time)ms * 1000u;

		until = end < until ? end : until;
	}
	script.board.clock.sleep(script.board.clock.user, until);
	turn();
}

/* ---- time ---- */

/* MicroPython's epoch, 2000, in microseconds since 1970. */
#define EPOCH_US 946684800000000u

uint64_t script_utc(void)
{
	uint64_t utc;

	if (script.utc_at_0)
		return script.utc_at_0 + script_now();
	if (device_card_utc(&script.card, script_now(), &utc))
		return utc;
	return EPOCH_US + script_now();
}

void script_set_epoch_us(uint64_t us)
{
	script.utc_at_0 = EPOCH_US + us - script_now();
}

uint64_t script_epoch_us(void)
{
	return script_utc() - EPOCH_US;
}

uint64_t mp_hal_time_ns(void)
{
	return script_epoch_us() * 1000u;
}

mp_uint_t mp_hal_ticks_ms(void)
{
	return (mp_uint_t)(script_now() / 1000u);
}

mp_uint_t mp_hal_ticks_us(void)
{
	return (mp_uint_t)script_now();
}

mp_uint_t mp_hal_ticks_cpu(void)
{
	return (mp_uint_t)script_now();
}

void mp_hal_delay_us(mp_uint_t us)
{
	ptl_time end = script_now() + us;

	while (script_now() < end) {
		script_poll();
		if (us >= LONG_US)
			mp_handle_pending(true);
	}
}

void mp_hal_delay_ms(mp_uint_t ms)
{
	ptl_time end = script_now() + (ptl_time)ms * 1000u;

	for (;;) {
		ptl_time now = script_now();

		mp_event_handle_nowait();
		if (now >= end)
			return;
		if (end - now < 1000u)
			continue;
		script_wait((int)((end - now) / 1000u > 1000u ? 1000u : (end - now) / 1000u));
	}
}

/* ---- chance ---- */

uint32_t script_random(void)
{
	return script.board.clock.entropy(script.board.clock.user);
}

/* ---- the collector ---- */

mp_uint_t gc_helper_get_regs_and_sp(mp_uint_t *registers);

/* call0: of the registers a12 to a15 outlive a call. */
#define KEPT_REGISTERS 4

void gc_collect(void)
{
	mp_uint_t registers[KEPT_REGISTERS];
	mp_uint_t sp;

	gc_collect_start();
	sp = gc_helper_get_regs_and_sp(registers);
	gc_collect_root((void **)registers, KEPT_REGISTERS);
	gc_collect_root((void **)sp, ((mp_uint_t)script.board.stack_end - sp) / sizeof(void *));
	soft_timer_gc_mark_all();
	gc_collect_end();
}

#define LAST_WORDS_US 100000u

void nlr_jump_fail(void *value)
{
	ptl_time until = script_now() + LAST_WORDS_US;

	(void)value;
	device_log(script.device, "the interpreter raised where nothing catches; restart");
	while (script_now() < until)
		(void)script.board.turn();
	script.board.restart();
	for (;;)
		;
}
