/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The CPU (lx106) and QEMU's board around it (lx60): registers, and the few
 * instructions that C has no words for.
 */
#ifndef PIGTAIL_LX60_CHIP_H
#define PIGTAIL_LX60_CHIP_H

#include <stdbool.h>
#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

/* The board. */
#define BOARD_CLOCK    REGISTER(0x9d020004) /* Hz, of CCOUNT */
#define BOARD_LEDS     REGISTER(0x9d020008)
#define BOARD_SWITCHES REGISTER(0x9d02000c)
#define BOARD_RESET    REGISTER(0x9d020010)
#define RESET_MAGIC    0xdead

/* Code that runs for every byte or in interrupts: not from flash. */
#define IN_IRAM __attribute__((section(".iram"), noinline))

/* What stands before it is in memory before what stands behind it, as an interrupt
 * or the main loop sees it: one core, so the compiler alone has to know. */
static inline void chip_barrier(void)
{
	__asm__ volatile("" : : : "memory");
}

static inline uint32_t chip_ccount(void)
{
	uint32_t value;

	__asm__ volatile("rsr %0, ccount" : "=a"(value));
	return value;
}

/* Also acknowledges the timer's interrupt. */
static inline void chip_set_ccompare(uint32_t value)
{
	__asm__ volatile("wsr %0, ccompare0\n\tesync" : : "a"(value));
}

static inline uint32_t chip_pending(void)
{
	uint32_t pending, enabled;

	__asm__ volatile("rsr %0, interrupt\n\trsr %1, intenable"
			 : "=a"(pending), "=a"(enabled));
	return pending & enabled;
}

static inline void chip_enable(uint32_t irqs)
{
	uint32_t enabled;

	__asm__ volatile("rsr %0, intenable" : "=a"(enabled));
	enabled |= irqs;
	__asm__ volatile("wsr %0, intenable\n\trsync" : : "a"(enabled) : "memory");
}

static inline uint32_t chip_irq_off(void)
{
	uint32_t ps;

	__asm__ volatile("rsil %0, 15" : "=a"(ps) : : "memory");
	return ps;
}

static inline void chip_irq_restore(uint32_t ps)
{
	__asm__ volatile("wsr %0, ps\n\trsync" : : "a"(ps) : "memory");
}

/* Interrupts on, and sleep until one came: one that is pending already counts. */
static inline void chip_wait(void)
{
	__asm__ volatile("waiti 0" : : : "memory");
}

#endif
