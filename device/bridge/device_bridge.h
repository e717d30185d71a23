/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The serial bridge on a device: the core of bridge/ between the device's UART and lwIP,
 * whose interface its owner has started (stack.h). Four clients. It listens only once a
 * password was set (bridge_settings.h), on
 *
 *	992   all of it by TLS, after a login (gate.h)
 *	443   a page with a console, likewise (web.h)
 *	23    console: raw, telnet, RFC 2217 or a programmer
 *	2323  programmers
 *
 * The last two are plain, for the one address that the settings name, and for one that a
 * user asks for at the login, for as long as it says.
 *
 * One per program, for lwIP is. No allocation; all runs in bridge_poll(), in the main loop.
 * Nothing of its own ever goes to the UART.
 */
#ifndef PIGTAIL_DEVICE_BRIDGE_H
#define PIGTAIL_DEVICE_BRIDGE_H

#include <pigtail/bridge_settings.h>
#include <pigtail/clock.h>
#include <pigtail/flash.h>
#include <pigtail/target_pins.h>
#include <pigtail/uart.h>

#define BRIDGE_CLIENTS 4u
#define BRIDGE_HISTORY 1024u /* bytes: how far a client may fall behind */

struct bridge_gate;
struct desk_wifi;
struct bridge_web;

struct bridge_config {
	struct ptl_serial_seam serial;
	struct ptl_uart_seam uart; /* the same, of which read() and errors() are used */
	struct ptl_clock clock;
	struct ptl_target_pins_seam pins;
	const struct bridge_settings *settings; /* must stay */
	struct ptl_store *store;		/* likewise: TLS has its identity there */
	const struct bridge_gate *gate;		/* NULL: no TLS */
	const struct bridge_web *web;		/* NULL: no page; it wants the gate */
	const struct desk_wifi *wifi;		/* NULL: the page sets no Wi-Fi */
	const struct ptl_flash *flash;		/* where the page's images wait; or NULL */
	void (*log)(const char *line);		/* for a person's eyes */
};

/* Bytes of memory, without TLS, which takes all that there is more (40 KB). */
size_t bridge_size(void);

/* memory: aligned for any type. Without a password it is made, and listens to nobody.
 * false: it is too small, settings make no sense, or a pool of lwIP's is too small. */
bool bridge_start(void *memory, size_t size, const struct bridge_config *config);

/* Moves all that can be moved now, after stack_poll(); returns when it wants to be called
 * next. */
ptl_time bridge_poll(ptl_time now);

#endif
