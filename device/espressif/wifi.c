/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The Wi-Fi driver as a radio. Frames go as they are to and from who uses it, a link or an IP
 * stack of ours; the vendor's sees none of them. What the host asks goes to one file each:
 *
 *	SCAN scan.c   JOIN, LEAVE station.c   AP_* ap.c   SET, GET settings.c
 *
 *	Wi-Fi task: on_frame() --frames (4)--> poll() --> events.frame()
 *	event task: on_event() --events (32)--> poll()
 *	send() --> esp_wifi_internal_tx(), which copies
 *
 * A frame is lent by the driver until it is given back, so no byte is copied
 * before its taker does. When the queue is full, frames are given back at once and
 * counted: the air cannot be stopped. Events have no such excuse: if there are more than
 * fit, the state is not known any more, and all that was joined is ended and told so.
 *
 * A station can only send by its own address: frames of the host from another one are the
 * access point's (SPEC 8.6), or without it dropped, and the host is told.
 */
#include "wifi.h"

#include <pigtail/interfaces.h>
#include <pigtail/wire.h>

#include "esp_event.h"
#include "esp_private/wifi.h"
#include "esp_wifi.h"
#include "nvs_flash.h"

#include <stdio.h>
#include <string.h>

#include "ap.h"
#include "driver.h"
#include "ring.h"
#include "scan.h"
#include "settings.h"
#include "station.h"

#define RETRY_US 2000u	   /* one side had no buffer: offered again */
#define TELL_US	 10000000u /* between two lines about the same */
#define CHANNELS 13

static struct {
	struct wifi_target target;
	struct ptl_radio_control *control;
	struct ptl_interfaces interfaces;
	struct frames frames;
	struct ring events;
	uint8_t events_bytes[EVENTS_BYTES];
	volatile bool events_lost;
	ptl_time retry_at;	  /* PTL_NEVER: the driver has room */
	ptl_time tell_at;	  /* when a strange address may be told again */
	volatile uint32_t missed; /* frames of the air that found the queue full */
	uint32_t missed_told;
	uint32_t strangers; /* frames of the host from another address */
} wifi;

/* ---- in the driver's tasks ---- */

static esp_err_t take_frame(const struct frame *frame)
{
	if (!frames_put(&wifi.frames, frame)) {
		esp_wifi_internal_free_rx_buffer(frame->handle);
		wifi.missed++;
	}
	wifi.target.wake();
	return ESP_OK;
}

static esp_err_t on_station_frame(void *buffer, uint16_t length, void *handle)
{
	return take_frame(&(struct frame){buffer, handle, length, true});
}

static esp_err_t on_ap_frame(void *buffer, uint16_t length, void *handle)
{
	return take_frame(&(struct frame){buffer, handle, length, false});
}

static void tell_event(const struct wifi_event *event)
{
	if (EVENTS_BYTES - ring_used(&wifi.events) < sizeof(*event))
		wifi.events_lost = true;
	else
		(void)ring_write(&wifi.events, (const uint8_t *)event, sizeof(*event));
	wifi.target.wake();
}

static bool read_event(struct wifi_event *event, int32_t id, const void *data)
{
	const wifi_event_sta_scan_done_t *scanned = data;
	const wifi_event_sta_connected_t *connected = data;
	const wifi_event_sta_disconnected_t *lost = data;
	const wifi_event_ap_staconnected_t *came = data;
	const wifi_event_ap_stadisconnected_t *went = data;

	switch (id) {
	case WIFI_EVENT_STA_START:
		event->kind = EVENT_STARTED;
		return true;
	case WIFI_EVENT_SCAN_DONE:
		event->kind = EVENT_SCANNED;
		event->result = scanned->status != 0;
		return true;
	case WIFI_EVENT_STA_CONNECTED:
		event->kind = EVENT_CONNECTED;
		event->channel = connected->channel;
		event->authmode = (uint8_t)connected->authmode;
		memcpy(event->mac, connected->bssid, sizeof(event->mac));
		return true;
	case WIFI_EVENT_STA_DISCONNECTED:
		event->kind = EVENT_DISCONNECTED;
		event->result = lost->reason;
		return true;
	case WIFI_EVENT_AP_START:
		event->kind = EVENT_AP_STARTED;
		return true;
	case WIFI_EVENT_AP_STACONNECTED:
		event->kind = EVENT_STATION_CAME;
		event->aid = came->aid;
		memcpy(event->mac, came->mac, sizeof(event->mac));
		return true;
	case WIFI_EVENT_AP_STADISCONNECTED:
		event->kind = EVENT_STATION_WENT;
		memcpy(event->mac, went->mac, sizeof(event->mac));
		return true;
	default:
		return false;
	}
}

static void on_event(void *unused, esp_event_base_t base, int32_t id, void *data)
{
	struct wifi_event event = {0};

	(void)unused;
	(void)base;
	/* The driver forgets its callbacks when it stops. */
	if (id == WIFI_EVENT_STA_START)
		(void)esp_wifi_internal_reg_rxcb(DRIVER_STATION, on_station_frame);
	if (id == WIFI_EVENT_AP_START)
		(void)esp_wifi_internal_reg_rxcb(DRIVER_AP, on_ap_frame);
	if (read_event(&event, id, data))
		tell_event(&event);
}

/* ---- the host's requests ---- */

static bool idle(void)
{
	return !station_joined() && !station_busy() && ap_channel() == 0;
}

static void on_info(void *user, struct ptl_control_writer *to)
{
	uint8_t channels[CHANNELS];

	(void)user;
	for (uint8_t i = 0; i < CHANNELS; i++)
		channels[i] = (uint8_t)(i + 1);
	ptl_put_bytes(to, PTL_F_MAC, settings_mac(PTL_IF_STATION), 6);
	ptl_put_bytes(to, PTL_F_AP_MAC, settings_mac(PTL_IF_AP), 6);
	ptl_put_bytes(to, PTL_F_CHANNELS, channels, sizeof(channels));
	ptl_put_uint(to, PTL_F_STATIONS, AP_STATIONS);
	ptl_put_uint(to, PTL_F_AKM, PTL_AKM_OPEN | PTL_AKM_PSK | PTL_AKM_SAE | PTL_AKM_WPA1);
}

static enum ptl_status stats(const struct ptl_control *message,
			     struct ptl_control_writer *answer, const char **reason)
{
	ptl_time now = wifi.control->now;
	size_t n;
	const uint8_t *mac = ptl_control_bytes(message, PTL_F_MAC, &n);
	uint32_t seconds;
	int8_t signal;

	if (mac) {
		if (!ap_station(mac, now, &seconds)) {
			*reason = "there is no such station";
			return PTL_STATUS_NO_SUCH;
		}
		ptl_put_uint(answer, PTL_F_CONNECTED, seconds);
	} else if (station_stats(now, &signal, &seconds)) {
		ptl_put_int(answer, PTL_F_SIGNAL, signal);
		ptl_put_uint(answer, PTL_F_CHANNEL, station_channel());
		ptl_put_uint(answer, PTL_F_CONNECTED, seconds);
	}
	return PTL_STATUS_DONE;
}

static void follow_interfaces(void)
{
	ptl_interfaces_set(&wifi.interfaces, PTL_IF_STATION, settings_mac(PTL_IF_STATION));
	ptl_interfaces_set(&wifi.interfaces, PTL_IF_AP, settings_mac(PTL_IF_AP));
	if (wifi.interfaces.ap_up != ap_active())
		ptl_interfaces_ap(&wifi.interfaces, ap_active());
}

static enum ptl_status on_request(void *user, const struct ptl_control *message,
				  struct ptl_control_writer *answer, const char **reason)
{
	enum ptl_status status;

	(void)user;
	switch (ptl_control_type(message)) {
	case PTL_M_SCAN:
		return station_busy() ? PTL_STATUS_BUSY : scan_begin(message, reason);
	case PTL_M_SCAN_STOP:
		return scan_stop();
	case PTL_M_JOIN:
		status = station_join(message, ap_channel(), reason);
		if (status == PTL_STATUS_DONE)
			scan_abort();
		return status;
	case PTL_M_LEAVE:
		return station_leave();
	case PTL_M_AP_START:
		return ap_start(message, station_channel(), reason);
	case PTL_M_AP_STOP:
		return ap_stop();
	case PTL_M_STATION_KICK:
		return ap_kick(message, reason);
	case PTL_M_SET:
		return settings_set(message, idle(), reason);
	case PTL_M_GET:
		return settings_get(message, answer, reason);
	case PTL_M_STATS:
		return stats(message, answer, reason);
	default:
		*reason = "this radio has no such thing";
		return PTL_STATUS_UNSUPPORTED;
	}
}

static void on_reset(void *user)
{
	(void)user;
	scan_reset();
	station_reset();
	ap_reset();
	settings_reset();
	follow_interfaces();
}

/* ---- in the main loop ---- */

static void take_event(const struct wifi_event *event, ptl_time now)
{
	switch ((enum wifi_event_kind)event->kind) {
	case EVENT_STARTED:
		break;
	case EVENT_SCANNED:
		scan_event(event);
		break;
	case EVENT_CONNECTED:
		station_event(event, now);
		if (station_joined())
			ap_moved(event->channel);
		break;
	case EVENT_DISCONNECTED:
		station_event(event, now);
		break;
	case EVENT_AP_STARTED:
	case EVENT_STATION_CAME:
	case EVENT_STATION_WENT:
		ap_event(event, now);
		break;
	}
	follow_interfaces();
}

static void take_events(ptl_time now)
{
	struct wifi_event event;

	/* What comes of one has room in the outbox, or would not be heard. */
	while (ptl_radio_poll(wifi.control) &&
	       ring_read(&wifi.events, (uint8_t *)&event, sizeof(event)) == sizeof(event))
		take_event(&event, now);
	if (!wifi.events_lost)
		return;
	wifi.events_lost = false;
	wifi.target.events.log("Wi-Fi: more events than could be kept; all is ended");
	scan_abort();
	station_abort();
	ap_abort();
	follow_interfaces();
}

/* What the host ought to know, and cannot see from there. */
static void tell_strangers(ptl_time now)
{
	const uint8_t *mac = settings_mac(PTL_IF_STATION);
	char text[PTL_LOG_MAX + 1];

	if (wifi.strangers == 0 || now < wifi.tell_at)
		return;
	wifi.tell_at = now + TELL_US;
	wifi.strangers = 0;
	(void)snprintf(text, sizeof(text),
		       "Wi-Fi: this station can only send as %02x:%02x:%02x:%02x:%02x:%02x;"
		       " give the host's interface that address (--mac)",
		       mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	wifi.target.events.log(text);
}

static bool wanted(const struct frame *frame)
{
	return !frame->of_station ||
	       ptl_groups_pass(settings_groups(), frame->bytes, frame->length);
}

static void tell_missed(void)
{
	uint32_t missed = wifi.missed;

	if (missed != wifi.missed_told)
		wifi.target.events.missed(missed - wifi.missed_told);
	wifi.missed_told = missed;
}

/* No more than the queue holds, or a flood would keep the UART waiting. Returns when to be
 * called again: there may be more, or a frame is not taken yet. */
static ptl_time give_frames(ptl_time now)
{
	for (unsigned int i = 0; i < FRAMES_MAX; i++) {
		const struct frame *frame = frames_first(&wifi.frames);

		if (!frame)
			return PTL_NEVER;
		if (wanted(frame) && !wifi.target.events.frame(frame->bytes, frame->length))
			return now + RETRY_US;
		esp_wifi_internal_free_rx_buffer(frame->handle);
		frames_pop(&wifi.frames);
	}
	return now;
}

static ptl_time sooner(ptl_time a, ptl_time b)
{
	return a < b ? a : b;
}

static ptl_time wifi_poll(void *user, ptl_time now)
{
	ptl_time next;

	(void)user;
	take_events(now);
	next = sooner(station_poll(now), sooner(ap_poll(now), scan_poll(now)));
	tell_missed();
	next = sooner(next, give_frames(now));
	tell_strangers(now);
	if (now >= wifi.retry_at) {
		wifi.retry_at = PTL_NEVER;
		wifi.target.events.room();
	}
	return sooner(next, wifi.retry_at);
}

static bool wifi_send(void *user, const uint8_t *frame, size_t n)
{
	bool to_ap =
		ap_active() && ptl_interfaces_to_radio(&wifi.interfaces, frame, n) == PTL_IF_AP;

	(void)user;
	if (!to_ap && !station_joined())
		return true; /* as a cable that is not plugged in */
	if (!to_ap && memcmp(frame + 6, settings_mac(PTL_IF_STATION), 6) != 0) {
		wifi.strangers++;
		return true;
	}
	/* The driver takes no const, but copies. */
	if (esp_wifi_internal_tx(to_ap ? DRIVER_AP : DRIVER_STATION, (void *)(uintptr_t)frame,
				 (uint16_t)n) == ESP_OK)
		return true;
	wifi.retry_at = wifi.target.clock->now(wifi.target.clock->user) + RETRY_US;
	wifi.target.wake(); /* wifi_poll() is to say so */
	return false;
}

/* ---- start ---- */

static esp_err_t start_driver(void)
{
	wifi_init_config_t config = WIFI_INIT_CONFIG_DEFAULT();
	esp_err_t error;

	if ((error = esp_event_loop_create_default()) != ESP_OK ||
	    (error = esp_wifi_init(&config)) != ESP_OK)
		return error;
	driver_take_frames();
	if ((error = esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, on_event,
						NULL)) != ESP_OK ||
	    /* A write to flash stops all interrupts for milliseconds: none later on. */
	    (error = esp_wifi_set_storage(WIFI_STORAGE_RAM)) != ESP_OK ||
	    (error = esp_wifi_set_mode(WIFI_MODE_STA)) != ESP_OK ||
	    (error = esp_wifi_start()) != ESP_OK)
		return error;
	return esp_wifi_set_ps(WIFI_PS_NONE);
}

void wifi_control(struct ptl_radio_control *control, struct ptl_share *share, uint8_t mac[6])
{
	const struct ptl_radio_ops ops = {
		.board = "espressif",
		.firmware = "pigtail",
		.capabilities =
			PTL_CAN_STATION | PTL_CAN_AP | PTL_CAN_BOTH | PTL_CAN_PMK | PTL_CAN_PMF,
		.info = on_info,
		.request = on_request,
		.reset = on_reset,
	};

	ptl_radio_init(control, &ops, share);
	settings_init();
	memcpy(mac, settings_mac(PTL_IF_STATION), 6);
	wifi.control = control;
	scan_init(control);
	station_init(control);
	ap_init(control);
}

const char *wifi_start(struct ptl_radio *radio, const struct wifi_target *target)
{
	esp_err_t error = nvs_flash_init();

	wifi.target = *target;
	wifi.retry_at = PTL_NEVER;
	ring_init(&wifi.events, wifi.events_bytes, EVENTS_BYTES);
	/* Calibration is kept there; damaged, or of something else: begin anew. */
	if (driver_nvs_is_useless(error)) {
		(void)nvs_flash_erase();
		error = nvs_flash_init();
	}
	if (error != ESP_OK || (error = start_driver()) != ESP_OK)
		return esp_err_to_name(error);
	ptl_interfaces_init(&wifi.interfaces, settings_mac(PTL_IF_STATION),
			    settings_mac(PTL_IF_AP));
	*radio = (struct ptl_radio){.send = wifi_send, .poll = wifi_poll};
	return NULL;
}

enum light_code wifi_light(bool host_up)
{
	if (!host_up)
		return LIGHT_NO_HOST;
	return station_joined() || ap_active() ? LIGHT_ALL_WELL : LIGHT_NO_WIFI;
}
