/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See boards.h. */
#include <pigtail/boards.h>

#include <string.h>

#define PULLED_UP   "must be high when the chip starts"
#define TO_FLASH    "low when the chip starts: it waits to be flashed"
#define PULLED_DOWN "must be low when the chip starts"
#define LINK_RX	    "UART0: the link's receiver, unless its pins are swapped"
#define LINK_TX	    "UART0: the link's sender, unless its pins are swapped"
#define WAKES	    "wakes from deep sleep when wired to RST; no pull-up"
#define BOARD_LED   "the board's light, on when low"

static const struct board_pin esp_01[] = {
	{0, "GPIO0", TO_FLASH},
	{1, "TXD", LINK_TX},
	{2, "GPIO2", PULLED_UP},
	{3, "RXD", LINK_RX},
};

static const struct board_pin esp_12[] = {
	{0, "GPIO0", TO_FLASH},	     {1, "TXD", LINK_TX},   {2, "GPIO2", PULLED_UP},
	{3, "RXD", LINK_RX},	     {4, "GPIO4", NULL},    {5, "GPIO5", NULL},
	{12, "GPIO12", NULL},	     {13, "GPIO13", NULL},  {14, "GPIO14", NULL},
	{15, "GPIO15", PULLED_DOWN}, {16, "GPIO16", WAKES},
};

static const struct board_pin nodemcu[] = {
	{0, "D3", TO_FLASH}, {1, "TX", LINK_TX},      {2, "D4", PULLED_UP},  {3, "RX", LINK_RX},
	{4, "D2", NULL},     {5, "D1", NULL},	      {12, "D6", NULL},	     {13, "D7", NULL},
	{14, "D5", NULL},    {15, "D8", PULLED_DOWN}, {16, "D0", BOARD_LED},
};

static const struct board_pin d1_mini[] = {
	{0, "D3", TO_FLASH}, {1, "TX", LINK_TX},      {2, "D4", PULLED_UP}, {3, "RX", LINK_RX},
	{4, "D2", NULL},     {5, "D1", NULL},	      {12, "D6", NULL},	    {13, "D7", NULL},
	{14, "D5", NULL},    {15, "D8", PULLED_DOWN}, {16, "D0", WAKES},
};

static const struct board_pin feather[] = {
	{0, "0", TO_FLASH}, {1, "TX", LINK_TX},	     {2, "2", PULLED_UP}, {3, "RX", LINK_RX},
	{4, "SDA", NULL},   {5, "SCL", NULL},	     {12, "12", NULL},	  {13, "13", NULL},
	{14, "14", NULL},   {15, "15", PULLED_DOWN}, {16, "16", WAKES},
};

#define BOARD(name, what, pins)                                                                \
	{                                                                                      \
		name, what, pins, sizeof(pins) / sizeof(pins[0])                               \
	}

const struct device_board device_boards[] = {
	BOARD("esp-01", "ESP-01, ESP-01S", esp_01),
	BOARD("esp-12", "ESP-12E, ESP-12F and boards with all of its pins", esp_12),
	BOARD("nodemcu", "NodeMCU", nodemcu),
	BOARD("d1-mini", "Wemos (Lolin) D1 mini", d1_mini),
	BOARD("feather", "Adafruit Feather HUZZAH", feather),
};
const size_t device_board_count = sizeof(device_boards) / sizeof(device_boards[0]);

const struct device_board *device_board(const char *name)
{
	for (size_t i = 0; i < device_board_count; i++)
		if (strcmp(device_boards[i].name, name) == 0)
			return &device_boards[i];
	return NULL;
}

const struct board_pin *device_board_pin(const struct device_board *board, uint8_t pin)
{
	for (size_t i = 0; i < board->count; i++)
		if (board->pins[i].pin == pin)
			return &board->pins[i];
	return NULL;
}

const char *device_chip_refuses(uint8_t pin)
{
	if (pin >= 6 && pin <= 11)
		return "GPIO6 to GPIO11 hold the flash that the firmware runs from";
	return pin > 16 ? "the chip has GPIO0 to GPIO16" : NULL;
}
