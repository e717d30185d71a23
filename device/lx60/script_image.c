/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* MicroPython on the board itself in the place of a radio. */
#include "boot.h"
#include "chip.h"
#include "clock.h"
#include "flash.h"
#include "gpio.h"
#include "life.h"
#include "local_air.h"
#include "panic.h"
#include "personality.h"

#include "script.h"

#define CONTEXTS   4
#define HEAP_BYTES (128 * 1024)

const char personality_name[] = "script";

extern uint8_t stack_start[], stack_end[];
static uint8_t heap[HEAP_BYTES] __attribute__((aligned(16)));

/* As lwIP's configuration (arch/cc.h) wants it. */
_Noreturn void stack_impossible(const char *what);

void stack_impossible(const char *what)
{
	panic(what);
}

static _Noreturn void restart(void)
{
	life_ask();
	for (;;)
		BOARD_RESET = RESET_MAGIC;
}

void personality_init(struct device_config *config, const struct boot *boot)
{
	/* The link has the boot's own; the radio is another interface. */
	const uint8_t mac[6] = {0x02,	      boot->mac[1], boot->mac[2],
				boot->mac[3], boot->mac[4], (uint8_t)(boot->mac[5] ^ 0x80)};
	const struct script_board board = {
		.name = "lx60",
		.clock = lx60_clock,
		.gpio = lx60_gpio,
		.pin_refused = lx60_pin_refused,
		.files = flash_is_there() ? &lx60_files_flash : NULL,
		.radio = local_air(boot->seed, mac),
		.turn = board_turn,
		.restart = restart,
		.boot = boot->why,
		.bad_boots = life_failed(),
		.heap = heap,
		.heap_bytes = sizeof(heap),
		.stack_start = stack_start,
		.stack_end = stack_end,
	};

	script_init(config, &board);
	config->link.contexts = CONTEXTS;
}

bool personality_start(struct device *device, const struct device_config *config,
		       const struct boot *boot)
{
	(void)boot;
	return script_start(device, config);
}

void personality_run(void)
{
	script_run();
}
