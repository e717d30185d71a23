/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The serial bridge as an application of the vendor's SDKs: device/bridge on our own lwIP and
 * mbedTLS, as QEMU tests them, and a station that keeps itself in the network of its settings
 * (device/wireless), around the Wi-Fi driver, on seams that the target brings. Settings,
 * certificate and seed are in the store of partitions.csv; without a password it listens to
 * nobody.
 *
 * One piece of memory is taken at the start, before the driver takes its own. After three
 * starts that crashed one leaves the driver alone, and fails.
 */
#ifndef PIGTAIL_ESPRESSIF_SERIAL_BRIDGE_H
#define PIGTAIL_ESPRESSIF_SERIAL_BRIDGE_H

#include <pigtail/clock.h>
#include <pigtail/gpio.h>
#include <pigtail/serial.h>
#include <pigtail/uart.h>

#include "../light.h"

struct serial_bridge {
	struct ptl_clock clock;
	struct ptl_uart_seam uart;     /* the target's */
	struct ptl_serial_seam serial; /* the same */
	struct ptl_gpio gpio;	       /* the target's pins are menuconfig's */
	void (*wake)(void);	       /* the main loop; from any task */
};

/* Returns NULL, or what failed; then *why says it once more. bridge must stay. */
const char *serial_bridge_start(struct serial_bridge *bridge, const char **why);

/* The main loop's turn; returns when the next is due. */
ptl_time serial_bridge_poll(void);

/* LIGHT_NO_HOST: no password was set. */
enum light_code serial_bridge_light(void);

#endif
