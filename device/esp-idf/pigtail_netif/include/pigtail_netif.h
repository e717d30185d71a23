/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Ethernet over a UART as a network interface of ESP-IDF (5.3 and later): what is
 * at the other end of the wire (`pigtail up`, the kernel driver) is the cable's
 * other end. Sockets, DHCP, HTTP servers and so on work over it as over any
 * esp_netif; the events are those of Ethernet (IP_EVENT_ETH_GOT_IP).
 */
#ifndef PIGTAIL_NETIF_H
#define PIGTAIL_NETIF_H

#include <pigtail/device.h>

#include "driver/uart.h"
#include "esp_err.h"
#include "esp_netif.h"
#include "sdkconfig.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pigtail_netif; /* one interface */

struct pigtail_netif_config {
	uart_port_t port; /* not the console's */
	int tx_pin, rx_pin;
	int rts_pin, cts_pin; /* UART_PIN_NO_CHANGE: no flow control by wires */
	uint32_t baud;	      /* at which it begins */
	uint32_t max;	      /* highest rate to find out with the host; 0: baud stays */
	uint8_t mac[6];	      /* all 0: the chip's address for Ethernet */
	const char *key;      /* of the esp_netif; another one for each interface */
	int route_prio;	      /* the highest one that is up gets the default route */
};

#ifdef CONFIG_PIGTAIL_RATE_AUTO
#define PIGTAIL_NETIF_MAX CONFIG_PIGTAIL_BAUD_MAX
#else
#define PIGTAIL_NETIF_MAX 0
#endif

#define PIGTAIL_NETIF_CONFIG_DEFAULT()                                                         \
	{                                                                                      \
		.port = CONFIG_PIGTAIL_UART_PORT, .tx_pin = CONFIG_PIGTAIL_TX_PIN,             \
		.rx_pin = CONFIG_PIGTAIL_RX_PIN, .rts_pin = CONFIG_PIGTAIL_RTS_PIN,            \
		.cts_pin = CONFIG_PIGTAIL_CTS_PIN, .baud = CONFIG_PIGTAIL_BAUD,                \
		.max = PIGTAIL_NETIF_MAX, .mac = {0}, .key = "PIGTAIL", .route_prio = 50,      \
	}

/*
 * Makes the interface and a task that drives it; takes the UART. The interface is
 * up, and asks for an address by DHCP, whenever the host is there. Wants
 * esp_netif_init() and esp_event_loop_create_default() before. It stays for ever.
 * ESP_ERR_INVALID_ARG, ESP_ERR_NO_MEM, or what the UART's driver says.
 */
esp_err_t pigtail_netif_start(const struct pigtail_netif_config *config,
			      struct pigtail_netif **made);

/* For static addresses, hostname and so on. */
esp_netif_t *pigtail_netif_interface(const struct pigtail_netif *netif);

/* Counters, copied; from any task. Either may be NULL. */
void pigtail_netif_stats(struct pigtail_netif *netif, struct ptl_counters *link,
			 struct device_counters *device);

#ifdef __cplusplus
}
#endif

#endif
