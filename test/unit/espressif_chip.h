/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flash of one of Espressif's chips, its partitions, and the boot loaders: that of the
 * ESP8266 starts the slot that was set last; that of ESP-IDF starts a new one once, and
 * the other one from then on, unless the firmware has said that it is well.
 */
#ifndef TEST_ESPRESSIF_CHIP_H
#define TEST_ESPRESSIF_CHIP_H

#include <setjmp.h>

#include "espressif_sdk/sdk.h"

struct chip {
	bool no_table; /* the vendor's usual partitions of one application */
	int running;   /* the slot */
	unsigned starts;
	jmp_buf restart; /* where esp_restart() goes */
};

extern struct chip chip;

/* A flash that was never used. */
void chip_make(void);

/* What the loader does at a reset: chip.running is then what it chose. */
void chip_boot(void);

#endif
