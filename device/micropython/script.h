/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * MicroPython on a device, in the place of a radio: what an image brings, and what the
 * files of this folder share.
 *
 *	host === link === device_poll() --- lwIP (../stack) --- socket, network.LAN
 *	                       |
 *	                       +--- streams: repl, get, put, list (terminal.c, files.c)
 *
 * The interpreter is the main loop. It calls script_poll() from its own loops, at the end of
 * each wait and every few bytecodes, so the link is served while any script runs; what that
 * finds for Python is scheduled, never run there.
 */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_SCRIPT_H
#define PIGTAIL_DEVICE_MICROPYTHON_SCRIPT_H

#include <pigtail/boots.h>
#include <pigtail/card.h>
#include <pigtail/flash.h>
#include <pigtail/gpio.h>
#include <pigtail/services.h>

#include <stdbool.h>
#include <stdint.h>

/* What the interpreter wants of the image that it is in. */
struct script_board {
	const char *name; /* of the machine: sys.implementation, os.uname() */
	struct ptl_clock clock;
	struct ptl_gpio gpio;
	const char *(*pin_refused)(void *user, uint8_t pin); /* pins.h */
	const struct ptl_flash *files;	 /* with sectors of 4 KB, at PTL_MAP_FILES; or NULL */
	const struct local_radio *radio; /* wlan.h; or NULL */
	ptl_time (*turn)(void);		 /* device_poll() and what the board adds to it */
	void (*restart)(void);		 /* does not return */
	enum ptl_boot boot;		 /* why it started */
	uint32_t bad_boots;		 /* one after the other, before this one */
	uint8_t *heap;
	size_t heap_bytes;
	uint8_t *stack_start, *stack_end; /* below and above the stack */
};

/* Fills config->radio and config->control; then, the device made, the rest. */
void script_init(struct device_config *config, const struct script_board *board);
bool script_start(struct device *device, const struct device_config *config);
_Noreturn void script_run(void);

/* ---- within this folder ---- */

extern struct script {
	struct script_board board;
	struct device *device;
	struct device_card card;
	struct device_services services;
	uint8_t mac[6];
	const char *left_out; /* what a start did not run, for who comes; NULL: all ran */
	const char *notice;   /* the same for the host's log; NULL: it is said */
	ptl_time notify_at;
	ptl_time next;	   /* turn that is due */
	ptl_time utc_at_0; /* of machine.RTC, if it was set; 0: not */
} script;

/* In each turn: what the host is to be told in its log. */
void script_notify(void);

/* Serves the link, if it is time. Safe from anywhere in the interpreter. */
void script_poll(void);

/* Until something happens, or ms have passed; -1: no limit. */
void script_wait(int ms);

ptl_time script_now(void);

/* Microseconds since 1970: by RTC.datetime() or by the host's clock; without both the start
 * was at the begin of 2000. */
uint64_t script_utc(void);
/* The same since MicroPython's epoch, 2000. */
uint64_t script_epoch_us(void);
void script_set_epoch_us(uint64_t us);

uint32_t script_random(void);

#endif
