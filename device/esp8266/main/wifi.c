/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The Wi-Fi driver as a radio: a station whose Ethernet frames go to and from the
 * link as they are. The vendor's IP stack is linked, but sees none of them.
 *
 *	Wi-Fi task: on_frame() --frames (4)--> poll() --> device_from_radio()
 *	send() --> esp_wifi_internal_tx(), which copies
 *
 * A frame is lent by the driver until it is given back, so no byte is copied
 * before the link does. When the queue is full, frames are given back at once and
 * counted: the air cannot be stopped.
 *
 * A station can only send by its own address. The host's interface must have it;
 * frames from another address are dropped, and the host is told.
 */
#include "target.h"

#include <pigtail/wire.h>

#include "esp_event.h"
#include "esp_log.h"
#include "esp_private/wifi.h"
#include "esp_wifi.h"
#include "nvs_flash.h"
#include "sdkconfig.h"
#include "tcpip_adapter.h"

#include <stdio.h>
#include <string.h>

#include "join.h"
#include "ring.h"

#define RETRY_US 2000u	   /* the driver had no buffer: offered again */
#define TELL_US	 10000000u /* between two lines about the same */
#define MAC_AT	 6	   /* the source address in a frame */
#define HAS_NAME (sizeof(CONFIG_PIGTAIL_SSID) > 1)

enum event {
	EVENT_NONE,
	EVENT_STARTED,
	EVENT_JOINED,
	EVENT_LOST,
};

static struct {
	struct device *device;
	const struct ptl_clock *clock;
	struct join join;
	struct frames frames;
	uint8_t mac[6];
	uint8_t host_mac[6];
	bool host_is_new;	/* host_mac is to be looked at */
	ptl_time retry_at;	/* PTL_NEVER: the driver has room */
	ptl_time tell_at;	/* when a strange address may be told again */
	_Atomic uint32_t event; /* count << 16 | reason << 8 | event */
	uint32_t event_seen;
	volatile uint32_t missed; /* frames of the air that found the queue full */
	uint32_t missed_told;
	uint32_t strangers; /* frames of the host from another address */
} wifi;

/* ---- in the driver's tasks ---- */

static esp_err_t on_frame(void *buffer, uint16_t length, void *handle)
{
	struct frame frame = {.bytes = buffer, .handle = handle, .length = length};

	if (!frames_put(&wifi.frames, &frame)) {
		esp_wifi_internal_free_rx_buffer(handle);
		wifi.missed++;
	}
	clock_wake();
	return ESP_OK;
}

/* The latest event counts: a network that was lost and joined again is joined. */
static void tell_event(enum event event, uint8_t reason)
{
	uint32_t last = atomic_load_explicit(&wifi.event, memory_order_relaxed);
	uint32_t word = ((last >> 16) + 1) << 16 | (uint32_t)reason << 8 | (uint32_t)event;

	atomic_store_explicit(&wifi.event, word, memory_order_release);
	clock_wake();
}

static void on_event(void *unused, esp_event_base_t base, int32_t id, void *data)
{
	const wifi_event_sta_disconnected_t *lost = data;

	(void)unused;
	(void)base;
	switch (id) {
	case WIFI_EVENT_STA_START:
		(void)esp_wifi_internal_reg_rxcb(ESP_IF_WIFI_STA, on_frame);
		tell_event(EVENT_STARTED, 0);
		break;
	case WIFI_EVENT_STA_CONNECTED:
		tell_event(EVENT_JOINED, 0);
		break;
	case WIFI_EVENT_STA_DISCONNECTED:
		tell_event(EVENT_LOST, lost->reason);
		break;
	default:
		break;
	}
}

/* ---- in the main loop ---- */

static void tell_lost(uint8_t reason, ptl_time now)
{
	char text[PTL_LOG_MAX + 1];
	ptl_time next = join_deadline(&wifi.join);
	unsigned int pause = next > now ? (unsigned int)((next - now) / 1000) : 0;

	(void)snprintf(text, sizeof(text),
		       "Wi-Fi %.32s: not joined, reason %u, next try in %u ms",
		       CONFIG_PIGTAIL_SSID, reason, pause);
	device_log(wifi.device, text);
}

static void take_event(ptl_time now)
{
	uint32_t word = atomic_load_explicit(&wifi.event, memory_order_acquire);

	if (word == wifi.event_seen)
		return;
	wifi.event_seen = word;
	switch ((enum event)(word & 0xff)) {
	case EVENT_STARTED:
		if (HAS_NAME)
			join_start(&wifi.join, now);
		break;
	case EVENT_JOINED:
		join_joined(&wifi.join, now);
		device_log(wifi.device, "Wi-Fi " CONFIG_PIGTAIL_SSID ": joined");
		break;
	case EVENT_LOST:
		join_lost(&wifi.join, now);
		tell_lost((uint8_t)(word >> 8), now);
		break;
	case EVENT_NONE:
		break;
	}
}

static void drive_join(ptl_time now)
{
	switch (join_poll(&wifi.join, now)) {
	case JOIN_CONNECT:
		if (esp_wifi_connect() != ESP_OK)
			join_lost(&wifi.join, now);
		break;
	case JOIN_GIVE_UP:
		(void)esp_wifi_disconnect();
		break;
	case JOIN_NOTHING:
		break;
	}
}

/* What the host ought to know, and cannot see from there. */
static void tell_host(ptl_time now)
{
	char text[PTL_LOG_MAX + 1];
	const uint8_t *mac = wifi.mac;
	bool wrong = wifi.strangers > 0;

	if (wifi.host_is_new) {
		wifi.host_is_new = false;
		wrong = memcmp(wifi.host_mac, mac, sizeof(wifi.mac)) != 0;
		if (!HAS_NAME)
			device_log(wifi.device, "Wi-Fi: no network configured (PIGTAIL_SSID)");
	}
	if (wrong && now >= wifi.tell_at) {
		wifi.tell_at = now + TELL_US;
		wifi.strangers = 0;
		(void)snprintf(
			text, sizeof(text),
			"Wi-Fi: this station can only send as %02x:%02x:%02x:%02x:%02x:%02x;"
			" give the host's interface that address (--mac)",
			mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
		device_log(wifi.device, text);
	}
}

/* No more than the queue holds, or a flood would keep the UART waiting. Returns
 * whether it may be empty. */
static bool give_frames(void)
{
	uint32_t missed = wifi.missed;

	device_radio_missed(wifi.device, missed - wifi.missed_told);
	wifi.missed_told = missed;
	for (unsigned int i = 0; i < FRAMES_MAX; i++) {
		const struct frame *frame = frames_first(&wifi.frames);

		if (!frame)
			return true;
		(void)device_from_radio(wifi.device, frame->bytes, frame->length);
		esp_wifi_internal_free_rx_buffer(frame->handle);
		frames_pop(&wifi.frames);
	}
	return false;
}

static ptl_time wifi_poll(void *user, ptl_time now)
{
	ptl_time next;
	bool empty;

	(void)user;
	take_event(now);
	drive_join(now);
	empty = give_frames();
	tell_host(now);
	if (now >= wifi.retry_at) {
		wifi.retry_at = PTL_NEVER;
		device_radio_room(wifi.device);
	}
	if (!empty)
		return now;
	next = join_deadline(&wifi.join);
	return next < wifi.retry_at ? next : wifi.retry_at;
}

static bool wifi_send(void *user, const uint8_t *frame, size_t n)
{
	(void)user;
	if (wifi.join.state != JOIN_JOINED)
		return true; /* as a cable that is not plugged in */
	if (memcmp(frame + MAC_AT, wifi.mac, sizeof(wifi.mac)) != 0) {
		wifi.strangers++;
		return true;
	}
	/* The driver takes no const, but copies. */
	if (esp_wifi_internal_tx(ESP_IF_WIFI_STA, (void *)(uintptr_t)frame, (uint16_t)n) ==
	    ESP_OK)
		return true;
	wifi.retry_at = wifi.clock->now(wifi.clock->user) + RETRY_US;
	clock_wake(); /* wifi_poll() is to say so */
	return false;
}

static void wifi_host_up(void *user, bool up, const uint8_t mac[6])
{
	(void)user;
	memcpy(wifi.host_mac, mac, sizeof(wifi.host_mac));
	wifi.host_is_new = up;
}

/* ---- start ---- */

static esp_err_t start_driver(void)
{
	static wifi_config_t station = {
		.sta = {.ssid = CONFIG_PIGTAIL_SSID, .password = CONFIG_PIGTAIL_PASSWORD},
	};
	wifi_init_config_t config = WIFI_INIT_CONFIG_DEFAULT();
	esp_err_t error;

	if ((error = esp_event_loop_create_default()) != ESP_OK ||
	    (error = esp_wifi_init(&config)) != ESP_OK)
		return error;
	/* esp_wifi_init() registered handlers that give the frames to lwIP. */
	(void)tcpip_adapter_clear_default_wifi_handlers();
	if (station.sta.password[0])
		station.sta.threshold.authmode = WIFI_AUTH_WPA2_PSK;
	if ((error = esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, on_event,
						NULL)) != ESP_OK ||
	    /* A write to flash stops all interrupts for milliseconds: none later on. */
	    (error = esp_wifi_set_storage(WIFI_STORAGE_RAM)) != ESP_OK ||
	    (error = esp_wifi_set_mode(WIFI_MODE_STA)) != ESP_OK ||
	    (error = esp_wifi_set_config(ESP_IF_WIFI_STA, &station)) != ESP_OK ||
	    (error = esp_wifi_start()) != ESP_OK ||
	    (error = esp_wifi_set_ps(WIFI_PS_NONE)) != ESP_OK)
		return error;
	return esp_wifi_get_mac(ESP_IF_WIFI_STA, wifi.mac);
}

const char *wifi_start(struct ptl_radio *radio, const struct ptl_clock *clock, uint8_t mac[6])
{
	esp_err_t error = nvs_flash_init();

	wifi.clock = clock;
	wifi.retry_at = PTL_NEVER;
	/* Calibration is kept there; damaged, or of something else: begin anew. */
	if (error == ESP_ERR_NVS_NO_FREE_PAGES) {
		(void)nvs_flash_erase();
		error = nvs_flash_init();
	}
	if (error != ESP_OK || (error = start_driver()) != ESP_OK)
		return esp_err_to_name(error);
	join_init(&wifi.join, clock->entropy(clock->user));
	memcpy(mac, wifi.mac, sizeof(wifi.mac));
	*radio = (struct ptl_radio){
		.send = wifi_send,
		.poll = wifi_poll,
		.host_up = wifi_host_up,
	};
	return NULL;
}

void wifi_attach(struct device *device)
{
	wifi.device = device;
}

enum light_code wifi_light(bool host_up)
{
	if (!HAS_NAME)
		return LIGHT_NO_NETWORK;
	if (!host_up)
		return LIGHT_NO_HOST;
	return wifi.join.state == JOIN_JOINED ? LIGHT_ALL_WELL : LIGHT_NO_WIFI;
}
