/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The seams of the ESP8266, one file each, and who runs where:
 *
 *	main loop (app_main's task)	all of device/ and link/; wifi.c and what it asks
 *	Wi-Fi task, above it		on_frame() in wifi.c: lends frames
 *	event task, above it		on_event() in wifi.c: a ring of records
 *	UART interrupt			uart.c: two byte rings
 *
 * What runs above wakes the main loop by a task notification; there is no lock.
 */
#ifndef PIGTAIL_ESP8266_TARGET_H
#define PIGTAIL_ESP8266_TARGET_H

#include <pigtail/device.h>
#include <pigtail/radio_side.h>

#include "light.h"

/* The main loop's task is the caller. Call before all others. */
void clock_start(struct ptl_clock *clock);

/* Wakes the main loop; from any task. */
void clock_wake(void);

/* The same from an interrupt. */
void clock_wake_from_interrupt(void);

/* Starts the UART with what Kconfig says; *baud: the rate that it really makes.
 * false: the rate cannot be made. */
bool uart_start(struct ptl_uart_seam *uart, uint32_t *baud);

/* What the radio answers, by itself; mac: the station's address. Without the driver. */
void wifi_control(struct ptl_radio_control *control, struct ptl_share *share, uint8_t mac[6]);

/* Starts the Wi-Fi driver as a station that joins nothing. Returns NULL, or what failed.
 * clock stays in use. */
const char *wifi_start(struct ptl_radio *radio, const struct ptl_clock *clock);

/* The device that frames go to; before the first device_poll(). */
void wifi_attach(struct device *device);

enum light_code wifi_light(bool host_up);

#endif
