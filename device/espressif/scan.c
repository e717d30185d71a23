/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See scan.h. */
#include "scan.h"

#include "bss.h"
#include "esp_wifi.h"

#include <string.h>

#define CHANNELS   14
#define ACTIVE_MS  100
#define PASSIVE_MS 120
#define LATE_US	   3000000u /* beyond a channel's time: the driver says nothing */
#define AGAIN_US   20000u   /* the link has no room: soon it has */
#define RECORDS	   20	    /* of a channel; the driver keeps the strongest */

enum scan_state { SCAN_IDLE, SCAN_LISTENING, SCAN_TELLING };

static struct {
	struct ptl_radio_control *control;
	enum scan_state state;
	bool stop;     /* it is to end after what it is at */
	bool begin;    /* the channel is to be begun */
	bool told_end; /* SCAN_DONE is to be said */
	enum ptl_status status;
	uint8_t channels[CHANNELS], count, at;
	uint8_t ssid[33];
	bool passive;
	uint16_t dwell; /* ms */
	ptl_time late_at;
	wifi_ap_record_t records[RECORDS];
	uint16_t record_count, record_at;
	bool made; /* bss is that of record_at */
	struct ptl_bss bss;
	uint8_t elements[BSS_ELEMENTS];
} scan;

void scan_init(struct ptl_radio_control *control)
{
	scan.control = control;
}

static bool read_channels(const struct ptl_control *message, const char **reason)
{
	size_t n;
	const uint8_t *channels = ptl_control_bytes(message, PTL_F_CHANNELS, &n);

	scan.count = 0;
	for (uint8_t i = 1; !channels && i <= CHANNELS - 1; i++)
		scan.channels[scan.count++] = i;
	for (size_t i = 0; channels && i < n; i++) {
		if (channels[i] < 1 || channels[i] > CHANNELS || i >= CHANNELS) {
			*reason = "the channels of this radio are 1 to 14";
			return false;
		}
		scan.channels[scan.count++] = channels[i];
	}
	return true;
}

enum ptl_status scan_begin(const struct ptl_control *message, const char **reason)
{
	size_t n;
	const uint8_t *ssid = ptl_control_bytes(message, PTL_F_SSID, &n);
	uint64_t dwell = ptl_control_uint(message, PTL_F_DWELL, 0);

	if (scan.state != SCAN_IDLE)
		return PTL_STATUS_BUSY;
	if (dwell > 1500) {
		*reason = "at most 1500 ms on a channel";
		return PTL_STATUS_BAD_VALUE;
	}
	if (!read_channels(message, reason))
		return PTL_STATUS_BAD_VALUE;
	memset(scan.ssid, 0, sizeof(scan.ssid));
	if (ssid)
		memcpy(scan.ssid, ssid, n);
	scan.passive = ptl_control_has(message, PTL_F_PASSIVE);
	scan.dwell = (uint16_t)(dwell ? dwell : scan.passive ? PASSIVE_MS : ACTIVE_MS);
	scan.at = 0;
	scan.stop = scan.told_end = scan.made = false;
	scan.state = SCAN_LISTENING;
	scan.begin = true;
	scan.status = PTL_STATUS_DONE;
	return PTL_STATUS_DONE;
}

enum ptl_status scan_stop(void)
{
	if (scan.state == SCAN_IDLE)
		return PTL_STATUS_STATE;
	scan.stop = true;
	return PTL_STATUS_DONE;
}

static void leave_driver(void)
{
	if (scan.state == SCAN_LISTENING && !scan.begin)
		(void)esp_wifi_scan_stop();
}

static void end(enum ptl_status status)
{
	leave_driver();
	scan.status = status;
	scan.told_end = true;
	scan.state = SCAN_TELLING;
	scan.record_at = scan.record_count = 0;
	scan.control->bss_at = 0;
}

void scan_abort(void)
{
	if (scan.state != SCAN_IDLE && !scan.told_end)
		end(PTL_STATUS_ABORTED);
}

void scan_reset(void)
{
	leave_driver();
	scan.state = SCAN_IDLE;
}

void scan_event(const struct wifi_event *event)
{
	/* The echo of one that was stopped. */
	if (scan.state != SCAN_LISTENING || scan.begin)
		return;
	scan.record_at = 0;
	scan.record_count = RECORDS;
	scan.made = false;
	if (event->result != 0 ||
	    esp_wifi_scan_get_ap_records(&scan.record_count, scan.records) != ESP_OK)
		scan.record_count = 0;
	scan.state = SCAN_TELLING;
}

/* false: the driver does not take it. */
static bool begin_channel(ptl_time now)
{
	wifi_scan_config_t config = {
		.ssid = scan.ssid[0] ? scan.ssid : NULL,
		.channel = scan.channels[scan.at],
		.show_hidden = true,
		.scan_type = scan.passive ? WIFI_SCAN_TYPE_PASSIVE : WIFI_SCAN_TYPE_ACTIVE,
	};

	if (scan.passive)
		config.scan_time.passive = scan.dwell;
	else
		config.scan_time.active = (wifi_active_scan_time_t){scan.dwell, scan.dwell};
	scan.begin = false;
	scan.late_at = now + scan.dwell * 1000u + LATE_US;
	return esp_wifi_scan_start(&config, false) == ESP_OK;
}

static bool say_end(void)
{
	struct ptl_control_writer done;

	ptl_control_begin(&done, PTL_M_SCAN_DONE, 0, PTL_IF_STATION);
	ptl_put_uint(&done, PTL_F_STATUS, scan.status);
	if (!ptl_radio_say(scan.control, &done))
		return false;
	scan.state = SCAN_IDLE;
	return true;
}

/* All that this channel had has been told: the next, or the end. */
static ptl_time next_channel(ptl_time now)
{
	if (!scan.told_end) {
		if (++scan.at < scan.count && !scan.stop) {
			scan.state = SCAN_LISTENING;
			scan.begin = true;
			return now;
		}
		scan.told_end = true;
	}
	return say_end() ? PTL_NEVER : now + AGAIN_US;
}

static ptl_time tell(ptl_time now)
{
	ptl_time again;

	while (scan.record_at < scan.record_count && !scan.told_end) {
		if (!scan.made)
			bss_make(&scan.bss, scan.elements, &scan.records[scan.record_at]);
		scan.made = true;
		/* A channel that no message has would be none: what it had is skipped. */
		if (scan.bss.channel != 0 &&
		    !ptl_radio_bss(scan.control, now, &scan.bss, &again))
			return again;
		scan.made = false;
		scan.record_at++;
	}
	return next_channel(now);
}

ptl_time scan_poll(ptl_time now)
{
	if (scan.state == SCAN_LISTENING && scan.stop)
		end(PTL_STATUS_DONE);
	if (scan.state == SCAN_LISTENING && scan.begin && !begin_channel(now))
		end(PTL_STATUS_BUSY);
	if (scan.state == SCAN_LISTENING && now >= scan.late_at)
		end(PTL_STATUS_TIMEOUT);
	if (scan.state == SCAN_TELLING)
		return tell(now);
	return scan.state == SCAN_LISTENING ? scan.late_at : PTL_NEVER;
}
