/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The Wi-Fi driver as a radio of the program itself (pigtail/local_radio.h): wifi.c with its
 * messages and frames going there and not to a link.
 */
#ifndef PIGTAIL_ESPRESSIF_LOCAL_H
#define PIGTAIL_ESPRESSIF_LOCAL_H

#include <pigtail/clock.h>
#include <pigtail/local_radio.h>

struct local_config {
	const struct ptl_clock *clock; /* stays in use */
	void (*wake)(void);	       /* the main loop; from any task */
	void (*log)(const char *text);
};

/* Starts the driver; once. Returns NULL, or what failed. */
const char *local_open(const struct local_config *config);

/* After local_open(). */
const struct local_radio *local_radio(void);

/* Frames of the air that were lost for want of buffers. */
uint32_t local_missed(void);

#endif
