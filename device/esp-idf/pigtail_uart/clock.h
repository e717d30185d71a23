/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Time and sleep, at the queue of the UART's driver: see clock.c. */
#ifndef PIGTAIL_IDF_CLOCK_H
#define PIGTAIL_IDF_CLOCK_H

#include "pigtail_uart.h"

/* Makes uart->timer. */
esp_err_t clock_start(struct pigtail_uart *uart, struct ptl_clock *clock);

#endif
