/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * One interface, and what goes through it:
 *
 *	TCP/IP task ---transmit()--> frames (ring) --poll()--> link --> UART
 *	TCP/IP task <--esp_netif_receive()--- send() <-- link <-- UART
 *
 * The link belongs to the interface's own task, which sleeps as pigtail_uart.h says.
 */
#ifndef PIGTAIL_NETIF_PRIVATE_H
#define PIGTAIL_NETIF_PRIVATE_H

#include "pigtail_netif.h"
#include "pigtail_uart.h"

#include "freertos/FreeRTOS.h"
#include "freertos/ringbuf.h"
#include "freertos/semphr.h"

struct pigtail_netif {
	esp_netif_driver_base_t base; /* first: esp_netif looks there */
	struct device *device;
	void *memory; /* the device's */
	struct ptl_clock clock;
	SemaphoreHandle_t lock; /* the task has it but while it sleeps */
	struct pigtail_uart uart;
	uint8_t mac[6];

	RingbufHandle_t frames;
	uint8_t *kept; /* a frame of the ring that the link had no room for */
	size_t kept_n;
	bool full; /* the link has none yet */
	bool up;
	ptl_time retry_at; /* there was no memory for a frame */
};

#endif
