/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Boards with an ESP8266: which pins they lead out, how those are labelled there, and
 * what a pin is for besides. Numbers are the chip's (GPIO2 is 2).
 */
#ifndef PIGTAIL_BOARDS_H
#define PIGTAIL_BOARDS_H

#include <stddef.h>
#include <stdint.h>

struct board_pin {
	uint8_t pin;
	const char *label; /* on the board */
	const char *note;  /* what to know before it is used; NULL: nothing */
};

struct device_board {
	const char *name; /* as in Kconfig and in READY's BOARD */
	const char *what;
	const struct board_pin *pins; /* led out, the link's own among them */
	size_t count;
};

extern const struct device_board device_boards[];
extern const size_t device_board_count;

/* NULL: no such name. */
const struct device_board *device_board(const char *name);

/* NULL: the board does not lead it out. */
const struct board_pin *device_board_pin(const struct device_board *board, uint8_t pin);

/* Why nobody may ever use a pin of an ESP8266 (6 to 11 hold the flash, 17 and more do
 * not exist); NULL: nothing is against it. */
const char *device_chip_refuses(uint8_t pin);

#endif
