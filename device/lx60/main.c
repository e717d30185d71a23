/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Brings the board up, makes the device with its personality, and takes the turns of the
 * loop, in which it says to its first host what it is.
 */
#include "chip.h"
#include "clock.h"
#include "gpio.h"
#include "life.h"
#include "memory.h"
#include "panic.h"
#include "personality.h"
#include <pigtail/text.h>
#include "uart.h"

#include <pigtail/compat.h>
#include <pigtail/link.h>
#include <string.h>

#define FAULT_AFTER_US 1000000u
#define SLOW_US	       30000u
#define SLOW_FOR_US    5000000u

const struct ptl_framing *const boot_framings[] = {&ptl_framing_pigtail, &ptl_framing_len16,
						   NULL};

static uint32_t memory_used;

static struct device *start(const struct boot *boot)
{
	struct device_config config = {
		.framing = boot->framing,
		.uart = lx60_uart,
		.clock = lx60_clock,
		.gpio = lx60_gpio,
	};
	struct device *device;

	ptl_config_default(&config.link, PTL_PROFILE_MCU);
	config.link.baud = boot->baud;
	memcpy(config.link.mac, boot->mac, sizeof(boot->mac));
	personality_init(&config, boot);
	memory_used = (uint32_t)device_size(&config);
	if (device_init(memory_start, memory_bytes(), &config, &device) != PTL_OK)
		panic("no memory for the link");
	if (!personality_start(device, &config, boot))
		panic("the personality cannot start");
	return device;
}

static void introduce(struct device *device, const struct boot *boot)
{
	struct ptl_text line;

	ptl_text_clear(&line);
	ptl_text_add(&line, personality_name);
	ptl_text_add(&line, " on lx60, ");
	if (life_boots() > 1) {
		ptl_text_add(&line, "restart ");
		ptl_text_add_number(&line, life_boots() - 1);
	} else {
		ptl_text_add(&line, "power-up");
	}
	ptl_text_add(&line, ", memory ");
	ptl_text_add_number(&line, memory_used);
	ptl_text_add(&line, " of ");
	ptl_text_add_number(&line, (uint32_t)memory_bytes());
	if (*boot->bad) {
		ptl_text_add(&line, ", a boot option makes no sense: ");
		ptl_text_add(&line, boot->bad);
	}
	device_log(device, line.at);
}

/* Deep enough for any stack. */
__attribute__((noinline)) static uint32_t recurse(uint32_t depth)
{
	volatile uint32_t here[16] = {depth};

	panic_if_stack_is_out();
	return here[0] ? recurse(here[0] - 1) + here[0] : 0;
}

static void do_fault(enum boot_fault fault)
{
	switch (fault) {
	case BOOT_HANG:
		for (;;)
			chip_barrier();
	case BOOT_CRASH:
		*(volatile uint32_t *)0xdead0001u = 1;
		break;
	case BOOT_STACK:
		(void)recurse(10000);
		break;
	case BOOT_SLOW:
		for (ptl_time until = clock_now(NULL) + SLOW_US; clock_now(NULL) < until;)
			;
		break;
	case BOOT_NO_FAULT:
		break;
	}
}

static struct {
	struct device *device;
	struct boot boot;
	ptl_time introduced;
} board;

ptl_time board_turn(void)
{
	ptl_time until = device_poll(board.device);

	clock_feed_watchdog();
	panic_if_stack_is_out();
	if (!board.introduced && device_host_up(board.device)) {
		introduce(board.device, &board.boot);
		board.introduced = until = clock_now(NULL);
	}
	if (clock_now(NULL) > BOOTS_WELL_US)
		life_well();
	if (board.boot.fault && life_boots() <= board.boot.faults && board.introduced &&
	    clock_now(NULL) > board.introduced + FAULT_AFTER_US &&
	    clock_now(NULL) < board.introduced + FAULT_AFTER_US + SLOW_FOR_US)
		do_fault(board.boot.fault);
	return until;
}

__attribute__((weak)) void personality_run(void)
{
	for (;;)
		lx60_clock.sleep(NULL, board_turn());
}

void board_main(const struct boot_tag *tags)
{
	boot_read(&board.boot, tags);
	board.boot.why = life_begin();
	clock_stir(board.boot.seed);
	clock_start();
	uart_start(board.boot.lossy);
	board.device = start(&board.boot);
	personality_run();
}
