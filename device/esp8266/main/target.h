/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The seams of the ESP8266, one file each, and who runs where:
 *
 *	main loop (app_main's task)	see ../../espressif/wifi.h
 *	UART interrupt			uart.c: two byte rings
 *
 * What runs above wakes the main loop by a task notification; there is no lock.
 */
#ifndef PIGTAIL_ESP8266_TARGET_H
#define PIGTAIL_ESP8266_TARGET_H

#include <pigtail/clock.h>
#include <pigtail/uart.h>

/* The main loop's task is the caller. Call before all others. */
void clock_start(struct ptl_clock *clock);

/* Wakes the main loop; from any task. */
void clock_wake(void);

/* The same from an interrupt. */
void clock_wake_from_interrupt(void);

/* Starts the UART with what Kconfig says; *baud: the rate that it really makes.
 * false: the rate cannot be made. */
bool uart_start(struct ptl_uart_seam *uart, uint32_t *baud);

/* Drops what arrived and was not read, what was written and has not left. */
void uart_purge(bool rx, bool tx);

#endif
