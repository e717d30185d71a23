/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The board around the chip: its pins for the host, why it started, its restart. */
#ifndef PIGTAIL_ESP8266_BOARD_H
#define PIGTAIL_ESP8266_BOARD_H

#include <pigtail/boots.h>
#include <pigtail/gpio.h>

/* As in boards.h. */
extern const char board_name[];

/* Once, at the start: see boots.h. */
enum ptl_boot board_boot(void);
uint32_t board_boots(void);
void board_well(void);

/* The pins, without the light. */
void board_gpio(struct ptl_gpio *gpio);

/* Why the host may not have a pin; NULL: it may. */
const char *board_refuses(void *user, uint8_t pin);

/* For the card. */
uint32_t board_heap(void *user);
void board_restart(void *user, uint8_t how);

#endif
