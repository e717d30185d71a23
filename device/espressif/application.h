/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The radio as an application: link, device and card around the Wi-Fi driver, on seams that
 * the target brings. Its options are those of Kconfig. Nothing of ours is allocated; the
 * driver takes and frees its buffers as it always does.
 *
 * After three starts that crashed the driver is left alone: the host can still ask why.
 */
#ifndef PIGTAIL_ESPRESSIF_APPLICATION_H
#define PIGTAIL_ESPRESSIF_APPLICATION_H

#include <pigtail/device.h>

#include "light.h"

struct application {
	const char *board; /* as in READY's BOARD; constant */
	struct ptl_clock clock;
	struct ptl_uart_seam uart;
	struct ptl_uart limits; /* of the UART */
	uint32_t baud;		/* at the start */
	struct ptl_gpio gpio;
	const char *(*refuses)(void *user, uint8_t pin); /* as in pins.h */
	void (*wake)(void);				 /* the main loop; from any task */
};

/* The store, the slots: before all else. May start the other slot, and not come back. */
void application_open(void);

/* Returns NULL, or what failed; then *why says it once more. */
const char *application_start(const struct application *application, const char **why);

/* The main loop's turn; returns when the next is due. */
ptl_time application_poll(void);

enum light_code application_light(void);

#endif
