/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scan of the net 'wlan'.
 *
 *	IDLE --SCAN--> ASKING --its number--> RUNNING --scanned--> READING <--> TELLING
 *	                 ^  \--busy--> WAITING                        |
 *	                 |                 |                          | table's end
 *	                 '-----------------'--- the next channels <---'---> SCAN_DONE
 *
 * A radio with 5 GHz takes longer for all its channels than a host waits for a word: they
 * are scanned in parts, and each part's networks are told after it. wpa_supplicant's table
 * is emptied before, but keeps the network that is joined; of the table those of the
 * part's channels are told.
 */
#include "host/net/wlan_scan.h"

#include "host/base/timer.h"

#include <stdio.h>
#include <string.h>

#define PART	   14u /* channels at once: 2.4 GHz */
#define RUN_US	   10000000u
#define BUSY_US	   300000u
#define BUSY_TRIES 10u

static void end(struct wlan_scan *scan, enum ptl_status status)
{
	struct ptl_control_writer done;

	scan->step = WLAN_SCAN_IDLE;
	scan->core->control.bss_at = 0;
	wpa_forget(scan->core->station, scan);
	if (!scan->answered) {
		wlan_answer(scan->core, scan->id, PTL_IF_STATION, status, NULL);
		return;
	}
	ptl_control_begin(&done, PTL_M_SCAN_DONE, 0, PTL_IF_STATION);
	ptl_put_uint(&done, PTL_F_STATUS, status);
	wlan_say(scan->core, &done);
}

static void on_asked(void *user, const char *text)
{
	struct wlan_scan *scan = user;

	if (text && strncmp(text, "FAIL-BUSY", 9) == 0) {
		scan->step = WLAN_SCAN_WAITING;
		scan->over = timer_now() + BUSY_US;
		if (++scan->busy > BUSY_TRIES)
			end(scan, PTL_STATUS_BUSY);
		scan->core->wake(scan->core->user);
		return;
	}
	if (!text || sscanf(text, "%d", &scan->number) != 1) {
		end(scan, PTL_STATUS_FAILED);
		return;
	}
	scan->step = WLAN_SCAN_RUNNING;
	scan->over = timer_now() + RUN_US;
	if (!scan->answered)
		wlan_answer(scan->core, scan->id, PTL_IF_STATION, PTL_STATUS_DONE, NULL);
	scan->answered = true;
	scan->core->wake(scan->core->user);
}

static void ask(struct wlan_scan *scan)
{
	char list[PART * 5 + 1] = "", ssid[5 + 64 + 1] = "";
	size_t n = 0;

	scan->part = scan->count - scan->at < PART ? scan->count - scan->at : PART;
	for (unsigned i = 0; i < scan->part; i++)
		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%u", i ? "," : "",
				      wpa_frequency(scan->channels[scan->at + i]));
	if (scan->ssid_n > 0) {
		(void)strcpy(ssid, "ssid ");
		wpa_hex(ssid + 5, scan->ssid, scan->ssid_n);
	}
	scan->step = WLAN_SCAN_ASKING;
	wpa_ask(scan->core->station, on_asked, scan, "SCAN TYPE=ONLY use_id=1 freq=%s%s %s",
		list, scan->passive ? " passive=1" : "", ssid);
}

/* Takes the channels, without any twice. */
static enum ptl_status take_channels(struct wlan_scan *scan, const uint8_t *channels, size_t n,
				     const char **reason)
{
	scan->count = 0;
	for (size_t i = 0; i < n; i++) {
		if (!wlan_has_channel(scan->core, channels[i])) {
			*reason = "a channel that this radio does not have";
			return PTL_STATUS_BAD_VALUE;
		}
		if (!memchr(scan->channels, channels[i], scan->count))
			scan->channels[scan->count++] = channels[i];
	}
	return PTL_STATUS_DONE;
}

enum ptl_status wlan_scan_begin(struct wlan_scan *scan, const struct ptl_control *message,
				const char **reason)
{
	size_t n, ssid_n;
	const uint8_t *channels = ptl_control_bytes(message, PTL_F_CHANNELS, &n);
	const uint8_t *ssid = ptl_control_bytes(message, PTL_F_SSID, &ssid_n);
	enum ptl_status status;

	if (scan->step != WLAN_SCAN_IDLE)
		return PTL_STATUS_BUSY;
	status = take_channels(scan, channels ? channels : scan->core->channels,
			       channels ? n : scan->core->channel_count, reason);
	if (status != PTL_STATUS_DONE)
		return status;
	scan->ssid_n = ssid ? (uint8_t)ssid_n : 0;
	if (ssid)
		memcpy(scan->ssid, ssid, ssid_n);
	scan->passive = ptl_control_has(message, PTL_F_PASSIVE);
	scan->id = ptl_control_id(message);
	scan->answered = false;
	scan->busy = 0;
	scan->at = 0;
	scan->core->control.bss_at = 0;
	wpa_ask(scan->core->station, NULL, NULL, "BSS_FLUSH 0");
	ask(scan);
	return PTL_STATUS_LATER;
}

enum ptl_status wlan_scan_stop(struct wlan_scan *scan)
{
	if (scan->step == WLAN_SCAN_IDLE)
		return PTL_STATUS_STATE;
	wpa_ask(scan->core->station, NULL, NULL, "ABORT_SCAN");
	end(scan, PTL_STATUS_ABORTED);
	return PTL_STATUS_DONE;
}

/* ---- the table ---- */

static bool wanted(const struct wlan_scan *scan)
{
	const struct ptl_bss *bss = &scan->bss;

	if (!memchr(scan->channels + scan->at, bss->channel, scan->part))
		return false;
	return scan->ssid_n == 0 ||
	       (scan->ssid_n == bss->ssid_n && memcmp(scan->ssid, bss->ssid, bss->ssid_n) == 0);
}

static void on_bss(void *user, const char *text);

static void ask_next(struct wlan_scan *scan)
{
	scan->step = WLAN_SCAN_READING;
	wpa_ask(scan->core->station, on_bss, scan, "BSS NEXT-%lld", scan->bss_id);
}

static void on_bss(void *user, const char *text)
{
	struct wlan_scan *scan = user;
	long long before = scan->bss_id;

	if (!text) {
		end(scan, PTL_STATUS_FAILED);
		return;
	}
	scan->bss_id = wpa_number(text, "id", -1);
	if (scan->bss_id > before) {
		if (wpa_bss_read(&scan->bss, scan->elements, text) && wanted(scan)) {
			scan->step = WLAN_SCAN_TELLING;
			scan->core->wake(scan->core->user);
		} else {
			ask_next(scan);
		}
		return;
	}
	scan->at += scan->part;
	scan->busy = 0;
	if (scan->at < scan->count)
		ask(scan);
	else
		end(scan, PTL_STATUS_DONE);
}

void wlan_scan_event(struct wlan_scan *scan, const struct wpa_event *event)
{
	if (scan->step != WLAN_SCAN_RUNNING)
		return;
	if (event->kind == WPA_SCAN_FAILED)
		end(scan, PTL_STATUS_FAILED);
	if (event->kind != WPA_SCANNED || event->number != scan->number)
		return;
	scan->step = WLAN_SCAN_READING;
	scan->bss_id = -1;
	wpa_ask(scan->core->station, on_bss, scan, "BSS FIRST");
}

ptl_time wlan_scan_poll(struct wlan_scan *scan, ptl_time now)
{
	ptl_time again = PTL_NEVER;

	if (scan->step == WLAN_SCAN_WAITING && now >= scan->over)
		ask(scan);
	if (scan->step == WLAN_SCAN_RUNNING && now >= scan->over)
		end(scan, PTL_STATUS_TIMEOUT);
	if (scan->step == WLAN_SCAN_TELLING && scan->core->count == 0 &&
	    ptl_radio_bss(&scan->core->control, now, &scan->bss, &again))
		ask_next(scan);
	if (scan->step == WLAN_SCAN_WAITING || scan->step == WLAN_SCAN_RUNNING)
		return scan->over;
	return scan->step == WLAN_SCAN_TELLING ? again : PTL_NEVER;
}

void wlan_scan_reset(struct wlan_scan *scan)
{
	if (scan->step == WLAN_SCAN_IDLE)
		return;
	wpa_forget(scan->core->station, scan);
	wpa_ask(scan->core->station, NULL, NULL, "ABORT_SCAN");
	scan->step = WLAN_SCAN_IDLE;
}
