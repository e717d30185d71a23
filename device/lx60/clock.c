/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * CCOUNT counts cycles and wraps every 107 s at 40 MHz. clock_now() adds what has
 * passed since it was asked last; the main loop asks at least every TICK_US, since
 * no sleep is longer than that.
 *
 * The timer's compare register serves both the sleep and the watchdog: it is set to
 * the end of the sleep or a tick from now, whichever comes first, and by its own
 * interrupt to the next tick. A moment that is set too late to be met would come
 * round only when CCOUNT has wrapped: it is looked at again after it was set.
 *
 * sleep() checks and waits with interrupts off. `waiti` turns them on and waits in
 * one instruction, and an interrupt that is pending ends it at once: none is missed.
 *
 * The watchdog is this timer and no hardware: a hang with interrupts off outlives it.
 *
 * Chance for entropy() is in how long the emulated registers take to be read, and in
 * what the last run left in memory. With QEMU's -icount there is none of the first:
 * then the boot option seed=N makes two devices differ.
 */
#include "clock.h"
#include "chip.h"
#include "interrupt.h"
#include "life.h"
#include "panic.h"

#define TICK_US	     500000u
#define NEAR_CYCLES  400u
#define CHANCE_READS 256

static struct {
	uint32_t mhz;
	uint32_t at;   /* CCOUNT when it was asked last */
	uint32_t rest; /* cycles that were no whole microsecond */
	ptl_time now;
	uint32_t fed_at;
	volatile bool awake; /* something happened since the last sleep */
	uint32_t chance;
} clock;

/* Survives a restart, but not a loss of power. */
__attribute__((section(".noinit"))) static uint32_t last_chance;

static void set_alarm(uint32_t cycles)
{
	uint32_t at;

	do {
		at = chip_ccount() + cycles;
		chip_set_ccompare(at);
	} while ((int32_t)(at - chip_ccount()) <= 0);
}

void clock_feed_watchdog(void)
{
	clock.fed_at = chip_ccount();
}

void clock_stir(uint32_t chance)
{
	clock.chance = (clock.chance << 5 | clock.chance >> 27) * 0x9e3779b1u ^ chance;
}

static void on_timer(const struct frame *frame)
{
	set_alarm(TICK_US * clock.mhz);
	if (chip_ccount() - clock.fed_at <= WATCHDOG_US * clock.mhz)
		return;
	life_ends(PTL_BOOT_WATCHDOG);
	panic_interrupted("watchdog: the main loop hangs", frame);
}

void clock_start(void)
{
	clock.mhz = BOARD_CLOCK / 1000000;
	clock_stir(last_chance);
	for (int i = 0; i < CHANCE_READS; i++) {
		(void)BOARD_CLOCK;
		clock_stir(chip_ccount());
	}
	last_chance = clock.chance;
	clock.at = chip_ccount();
	clock_feed_watchdog();
	set_alarm(TICK_US * clock.mhz);
	interrupt_attach(INTERRUPT_TIMER, on_timer);
	chip_irq_restore(PS_RUN);
}

ptl_time clock_now(void *user)
{
	uint32_t at = chip_ccount();
	uint32_t cycles = at - clock.at + clock.rest;
	uint32_t us = cycles / clock.mhz;

	(void)user;
	clock.at = at;
	clock.rest = cycles - us * clock.mhz;
	clock.now += us;
	return clock.now;
}

static uint32_t clock_entropy(void *user)
{
	(void)user;
	clock_stir(chip_ccount());
	last_chance = clock.chance;
	return clock.chance;
}

static void clock_sleep(void *user, ptl_time until)
{
	ptl_time now = clock_now(user);
	uint32_t us = TICK_US;
	uint32_t ps;

	if (until < now + TICK_US)
		us = until > now ? (uint32_t)(until - now) : 0;
	ps = chip_irq_off();
	if (!clock.awake && us * clock.mhz > NEAR_CYCLES) {
		set_alarm(us * clock.mhz);
		chip_wait();
		(void)chip_irq_off();
	}
	clock.awake = false;
	chip_irq_restore(ps);
}

void clock_wake(void)
{
	clock.awake = true;
}

const struct ptl_clock lx60_clock = {
	.now = clock_now,
	.sleep = clock_sleep,
	.entropy = clock_entropy,
};
