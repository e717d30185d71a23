/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The interface: to the TCP/IP stack a driver of esp_netif, to the link a radio.
 *
 * What the stack sends is copied into a ring; a full ring is ESP_ERR_NO_MEM, upon
 * which TCP waits and tries again. From there it goes to the link, which says when
 * it has room: nothing is dropped on this side.
 *
 * What the host sends is copied into memory of the heap, as the stack wants it, and
 * freed by the stack. Without memory the link waits, then drops.
 */
#include "netif.h"

#include <pigtail/link.h>

#include "esp_log.h"
#include "esp_mac.h"
#include "esp_task.h"
#include "freertos/task.h"

#include <stdlib.h>
#include <string.h>

#define RETRY_US      2000u
#define STACK_BYTES   4096
#define PRIORITY      (ESP_TASK_TCPIP_PRIO - 1)
#define STORE_BLOCK   96u
#define STORE_PACKETS 32u
#define FLOWS	      16u
#define ANY_ADDRESS   ((const uint8_t[6]){0})

static const char tag[] = "pigtail";

/* ---- the driver, as the TCP/IP stack sees it ---- */

static esp_err_t transmit(void *handle, void *frame, size_t n)
{
	struct pigtail_netif *netif = handle;

	if (xRingbufferSend(netif->frames, frame, n, 0) != pdTRUE)
		return ESP_ERR_NO_MEM;
	pigtail_uart_wake(&netif->uart);
	return ESP_OK;
}

static void free_received(void *handle, void *buffer)
{
	(void)handle;
	free(buffer);
}

static esp_err_t post_attach(esp_netif_t *interface, void *handle)
{
	const esp_netif_driver_ifconfig_t driver = {
		.handle = handle,
		.transmit = transmit,
		.driver_free_rx_buffer = free_received,
	};
	struct pigtail_netif *netif = handle;

	netif->base.netif = interface;
	return esp_netif_set_driver_config(interface, &driver);
}

/* ---- the radio, as the link sees it ---- */

static bool to_stack(void *user, const uint8_t *frame, size_t n)
{
	struct pigtail_netif *netif = user;
	uint8_t *copy = malloc(n);

	if (!copy) {
		netif->retry_at = (ptl_time)esp_timer_get_time() + RETRY_US;
		pigtail_uart_wake(&netif->uart); /* radio_poll() is to say so */
		return false;
	}
	memcpy(copy, frame, n);
	(void)esp_netif_receive(netif->base.netif, copy, n, NULL); /* frees it in any case */
	return true;
}

static void from_stack(struct pigtail_netif *netif)
{
	while (!netif->full) {
		if (!netif->kept)
			netif->kept = xRingbufferReceive(netif->frames, &netif->kept_n, 0);
		if (!netif->kept)
			return;
		if (device_from_radio(netif->device, netif->kept, netif->kept_n) == PTL_FULL) {
			netif->full = true;
			return;
		}
		vRingbufferReturnItem(netif->frames, netif->kept);
		netif->kept = NULL;
	}
}

static ptl_time radio_poll(void *user, ptl_time now)
{
	struct pigtail_netif *netif = user;

	from_stack(netif);
	if (now >= netif->retry_at) {
		netif->retry_at = PTL_NEVER;
		device_radio_room(netif->device);
	}
	return netif->retry_at;
}

static void link_has_room(void *user)
{
	struct pigtail_netif *netif = user;

	netif->full = false; /* and the device comes again at once */
}

static void host_up(void *user, bool up, const uint8_t mac[6])
{
	struct pigtail_netif *netif = user;

	(void)mac;
	if (up == netif->up)
		return;
	netif->up = up;
	ESP_LOGI(tag, "host %s", up ? "is there" : "is gone");
	if (up)
		esp_netif_action_connected(netif->base.netif, NULL, 0, NULL);
	else
		esp_netif_action_disconnected(netif->base.netif, NULL, 0, NULL);
}

/* ---- start ---- */

static void configure_link(struct ptl_config *link, const struct pigtail_netif_config *config,
			   const uint8_t mac[6])
{
	ptl_config_default(link, PTL_PROFILE_MCU);
	memcpy(link->mac, mac, sizeof(link->mac));
	link->mac_in_use = true;
	link->baud = config->baud;
	link->rate_auto = config->max > 0;
	link->uart.max = config->max; /* its divider has a fraction: any rate */
	link->tx_block_size = STORE_BLOCK;
	link->tx_blocks = CONFIG_PIGTAIL_STORE / STORE_BLOCK;
	link->tx_packets = STORE_PACKETS;
	link->tx_flows = FLOWS;
	link->rx_window[2] = CONFIG_PIGTAIL_WINDOW;
	link->contexts = CONFIG_PIGTAIL_CONTEXTS;
	link->history[0] = CONFIG_PIGTAIL_HISTORY;
	link->history[1] = CONFIG_PIGTAIL_HISTORY;
	/* The stack waits when the ring is full; nothing needs to be dropped. */
	link->drop_when_full = false;
	link->codel = false;
}

static esp_err_t start_link(struct pigtail_netif *netif,
			    const struct pigtail_netif_config *config)
{
	const struct pigtail_uart_config uart = {
		.port = config->port,
		.tx_pin = config->tx_pin,
		.rx_pin = config->rx_pin,
		.rts_pin = config->rts_pin,
		.cts_pin = config->cts_pin,
		.baud = config->baud,
	};
	struct device_config device = {
		.framing = &ptl_framing_pigtail,
		.radio =
			{
				.user = netif,
				.send = to_stack,
				.poll = radio_poll,
				.room = link_has_room,
				.host_up = host_up,
			},
	};
	esp_err_t error;
	size_t size;

	error = pigtail_uart_start(&netif->uart, &uart, &device.uart, &device.clock);
	if (error != ESP_OK)
		return error;
	netif->clock = device.clock;
	configure_link(&device.link, config, netif->mac);
	size = device_size(&device);
	netif->memory = malloc(size);
	if (!netif->memory)
		return ESP_ERR_NO_MEM;
	return device_init(netif->memory, size, &device, &netif->device) == PTL_OK
		       ? ESP_OK
		       : ESP_ERR_INVALID_ARG;
}

static esp_err_t start_interface(struct pigtail_netif *netif,
				 const struct pigtail_netif_config *config)
{
	esp_netif_inherent_config_t base = ESP_NETIF_INHERENT_DEFAULT_ETH();
	const esp_netif_config_t whole = {
		.base = &base,
		.stack = ESP_NETIF_NETSTACK_DEFAULT_ETH,
	};
	esp_netif_t *interface;
	esp_err_t error;

	base.if_key = config->key;
	base.if_desc = "pigtail";
	base.route_prio = config->route_prio;
	interface = esp_netif_new(&whole);
	if (!interface)
		return ESP_ERR_NO_MEM;
	netif->base.post_attach = post_attach;
	if ((error = esp_netif_attach(interface, netif)) != ESP_OK ||
	    (error = esp_netif_set_mac(interface, netif->mac)) != ESP_OK) {
		esp_netif_destroy(interface);
		netif->base.netif = NULL;
		return error;
	}
	esp_netif_action_start(interface, NULL, 0, NULL);
	return ESP_OK;
}

static void run(void *user)
{
	struct pigtail_netif *netif = user;

	for (;;) {
		ptl_time wake;

		(void)xSemaphoreTake(netif->lock, portMAX_DELAY);
		wake = device_poll(netif->device);
		(void)xSemaphoreGive(netif->lock);
		netif->clock.sleep(netif->clock.user, wake);
	}
}

/* Of whatever a start that failed had got. */
static void release(struct pigtail_netif *netif)
{
	if (netif->base.netif)
		esp_netif_destroy(netif->base.netif);
	pigtail_uart_release(&netif->uart);
	if (netif->frames)
		vRingbufferDelete(netif->frames);
	if (netif->lock)
		vSemaphoreDelete(netif->lock);
	free(netif->memory);
	free(netif);
}

esp_err_t pigtail_netif_start(const struct pigtail_netif_config *config,
			      struct pigtail_netif **made)
{
	struct pigtail_netif *netif = calloc(1, sizeof(*netif));
	esp_err_t error = ESP_OK;

	if (!netif)
		return ESP_ERR_NO_MEM;
	netif->retry_at = PTL_NEVER;
	memcpy(netif->mac, config->mac, sizeof(netif->mac));
	if (memcmp(netif->mac, ANY_ADDRESS, sizeof(netif->mac)) == 0)
		error = esp_read_mac(netif->mac, ESP_MAC_ETH);
	netif->lock = xSemaphoreCreateMutex();
	netif->frames = xRingbufferCreate(CONFIG_PIGTAIL_RING, RINGBUF_TYPE_NOSPLIT);
	if (!netif->lock || !netif->frames)
		error = ESP_ERR_NO_MEM;
	if (error != ESP_OK || (error = start_link(netif, config)) != ESP_OK ||
	    (error = start_interface(netif, config)) != ESP_OK)
		goto fail;
	if (xTaskCreate(run, tag, STACK_BYTES, netif, PRIORITY, NULL) != pdPASS) {
		error = ESP_ERR_NO_MEM;
		goto fail;
	}
	*made = netif;
	return ESP_OK;
fail:
	release(netif);
	return error;
}

/* ---- what the application asks ---- */

esp_netif_t *pigtail_netif_interface(const struct pigtail_netif *netif)
{
	return netif->base.netif;
}

void pigtail_netif_stats(struct pigtail_netif *netif, struct ptl_counters *link,
			 struct device_counters *device)
{
	(void)xSemaphoreTake(netif->lock, portMAX_DELAY);
	if (link)
		*link = *device_link_counters(netif->device);
	if (device)
		*device = *device_counters(netif->device);
	(void)xSemaphoreGive(netif->lock);
}
