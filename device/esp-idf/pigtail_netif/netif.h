/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * One interface, and the files that fill its seams:
 *
 *	TCP/IP task ---transmit()--> frames (ring) --poll()--> link --> UART
 *	TCP/IP task <--esp_netif_receive()--- send() <-- link <-- UART
 *
 * The link belongs to the interface's own task. Everything that wakes it goes
 * through one queue, the UART driver's: its events, a timer, and transmit().
 */
#ifndef PIGTAIL_NETIF_PRIVATE_H
#define PIGTAIL_NETIF_PRIVATE_H

#include "pigtail_netif.h"

#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/queue.h"
#include "freertos/ringbuf.h"
#include "freertos/semphr.h"

struct pigtail_netif {
	esp_netif_driver_base_t base; /* first: esp_netif looks there */
	struct device *device;
	void *memory; /* the device's */
	struct ptl_clock clock;
	SemaphoreHandle_t lock; /* the task has it but while it sleeps */
	uart_port_t port;
	uint8_t mac[6];

	/* clock.c */
	QueueHandle_t events;
	esp_timer_handle_t timer;
	struct ptl_uart_errors errors;

	/* uart.c */
	uint32_t byte_ns;
	ptl_time refill_at; /* the FIFO was full: half of it is free then */

	/* netif.c */
	RingbufHandle_t frames;
	uint8_t *kept; /* a frame of the ring that the link had no room for */
	size_t kept_n;
	bool full; /* the link has none yet */
	bool up;
	ptl_time retry_at; /* there was no memory for a frame */
};

/* Makes netif->events; if that is there, uart_driver_delete() is due in the end. */
esp_err_t netif_uart_start(struct pigtail_netif *netif,
			   const struct pigtail_netif_config *config,
			   struct ptl_uart_seam *seam);

esp_err_t netif_clock_start(struct pigtail_netif *netif, struct ptl_clock *clock);

/* From any task. */
void netif_wake(struct pigtail_netif *netif);

#endif
