/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * bridge.elf: the one UART is the target's, the Ethernet MAC is the network or a radio's, and
 * no link is anywhere. So nothing of the board's own may go to the UART: what it has to say,
 * and the pins that it has not, leave by the network (report.h). What it is to be stands in the
 * flash; without one, nobody is let in.
 */
#include "boot.h"
#include "bridge_image.h"
#include "chip.h"
#include "clock.h"
#include "flash.h"
#include "life.h"
#include "memory.h"
#include "panic.h"
#include "report.h"
#include <pigtail/text.h>
#include "uart.h"
#include "uart_serial.h"

#include "../bridge/device_bridge.h"

#include <pigtail/flash_map.h>
#include <string.h>

const struct ptl_framing *const boot_framings[] = {NULL};

/* As lwIP's configuration (arch/cc.h) wants it, in an image that checks. */
_Noreturn void stack_impossible(const char *what);

void stack_impossible(const char *what)
{
	panic(what);
}

static void tell_address(const char *address, const char *source)
{
	struct ptl_text line;

	ptl_text_clear(&line);
	ptl_text_add(&line, "address ");
	ptl_text_add(&line, address);
	ptl_text_add(&line, ", ");
	ptl_text_add(&line, source);
	if (life_boots() > 1) {
		ptl_text_add(&line, ", restart ");
		ptl_text_add_number(&line, life_boots() - 1);
	}
	report_log(line.at);
}

static struct ptl_store store;

static void read_settings(struct bridge_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	settings->format = PTL_SERIAL_FORMAT_DEFAULT;
	if (flash_is_there() &&
	    ptl_store_open(&store, &lx60_flash, PTL_MAP_STORE_0, PTL_MAP_STORE_1))
		bridge_settings_read(&store, settings);
}

static void start(const struct boot *boot)
{
	static struct bridge_settings settings;
	struct bridge_config config = {
		.serial = lx60_serial,
		.uart = lx60_uart,
		.clock = lx60_clock,
		.settings = &settings,
		.store = &store,
		.gate = bridge_image_gate,
		.web = bridge_image_web,
		.wifi = bridge_image_network.wifi,
		.flash = flash_is_there() ? &lx60_flash : NULL,
		.log = report_log,
	};

	read_settings(&settings);
	if (!bridge_image_network.start(boot, &store, tell_address))
		panic("the network cannot start");
	if (boot->report)
		report_start(boot->mac);
	config.pins = report_pins();
	if (!bridge_start(memory_start, memory_bytes(), &config))
		panic("the bridge cannot start");
}

void board_main(const struct boot_tag *tags)
{
	struct boot boot;

	panic_silently();
	boot_read(&boot, tags);
	boot.why = life_begin();
	clock_stir(boot.seed);
	clock_start();
	uart_start(false);
	start(&boot);
	for (;;) {
		ptl_time now = clock_now(NULL);
		ptl_time net = bridge_image_network.poll(now), bridge = bridge_poll(now);

		clock_feed_watchdog();
		panic_if_stack_is_out();
		if (now > BOOTS_WELL_US)
			life_well();
		lx60_clock.sleep(NULL, net < bridge ? net : bridge);
	}
}
