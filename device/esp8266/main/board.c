/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See board.h. */
#include "board.h"

#include <pigtail/boards.h>

#include "sdkconfig.h"

#define UART_TX	   1
#define UART_RX	   3
#define SWAPPED_TX 15 /* RTS, unless swapped */
#define SWAPPED_RX 13 /* CTS, unless swapped */
#define LIGHT	   2

const char board_name[] = CONFIG_PIGTAIL_BOARD;

/* The device's own. */
static const char *needed(uint8_t pin)
{
	bool usual = pin == UART_TX || pin == UART_RX;
	bool other = pin == SWAPPED_TX || pin == SWAPPED_RX;

#ifdef CONFIG_PIGTAIL_SWAP_PINS
	bool link = other, flow = usual;
#else
	bool link = usual, flow = other;
#endif
#ifndef CONFIG_PIGTAIL_RTSCTS
	flow = false;
#endif
	if (link || flow)
		return link ? "the link to this host is on this pin"
			    : "RTS or CTS of the link to this host is on this pin";
#ifdef CONFIG_PIGTAIL_GPIO2_LIGHT
	return pin == LIGHT ? "the light is on this pin" : NULL;
#else
	return pin == LIGHT ? "the log is on this pin" : NULL;
#endif
}

const char *board_refuses(void *user, uint8_t pin)
{
	const struct device_board *board = device_board(board_name);
	const char *why = device_chip_refuses(pin);

	(void)user;
	if (why)
		return why;
	if (board && !device_board_pin(board, pin))
		return "this board does not lead it out";
	return needed(pin);
}
