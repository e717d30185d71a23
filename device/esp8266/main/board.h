/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The board around the chip: its pins for the host. */
#ifndef PIGTAIL_ESP8266_BOARD_H
#define PIGTAIL_ESP8266_BOARD_H

#include <pigtail/gpio.h>

/* As in boards.h. */
extern const char board_name[];

/* The pins, without the light. */
void board_gpio(struct ptl_gpio *gpio);

/* Why the host may not have a pin; NULL: it may. */
const char *board_refuses(void *user, uint8_t pin);

#endif
