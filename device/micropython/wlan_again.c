/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See wlan_again.h. */
#include "wlan_again.h"
#include "script.h"
#include "wlan_core.h"

#include <pigtail/rejoin.h>

#include <mbedtls/platform_util.h>

#include <string.h>

static struct {
	struct wlan_name name;
	uint8_t key[WLAN_KEY_MAX], key_n;
	int times, left;
	uint32_t wait;
	ptl_time due;
} again = {.times = WLAN_AGAIN_ALWAYS, .due = PTL_NEVER};

static enum ptl_status ask(void)
{
	struct ptl_control_writer message;
	enum ptl_status status;

	ptl_control_begin(&message, PTL_M_JOIN, 0, PTL_IF_STATION);
	ptl_put_bytes(&message, PTL_F_SSID, again.name.ssid, again.name.ssid_n);
	ptl_put_uint(&message, PTL_F_AKM,
		     again.key_n > 0 ? PTL_AKM_PSK | PTL_AKM_SAE : PTL_AKM_OPEN);
	if (again.key_n > 0)
		ptl_put_bytes(&message, PTL_F_PASSPHRASE, again.key, again.key_n);
	if (again.name.has_bssid)
		ptl_put_bytes(&message, PTL_F_BSSID, again.name.bssid, 6);
	status = ptl_wifi_start(&wlan_core.wifi, script_now(), PTL_WIFI_STATION, &message);
	mbedtls_platform_zeroize(&message, sizeof(message));
	return status;
}

static void begin_anew(void)
{
	again.left = again.times;
	again.wait = PTL_REJOIN_FIRST_US;
	again.due = PTL_NEVER;
}

enum ptl_status wlan_again_join(const struct wlan_name *name, mp_buffer_info_t key)
{
	wlan_again_forget();
	again.name = *name;
	again.key_n = (uint8_t)key.len;
	if (key.len > 0)
		memcpy(again.key, key.buf, key.len);
	return ask();
}

const struct wlan_name *wlan_again_name(void)
{
	return &again.name;
}

/* The name stays, for who asks. */
void wlan_again_forget(void)
{
	mbedtls_platform_zeroize(again.key, sizeof(again.key));
	again.key_n = 0;
	begin_anew();
}

void wlan_again_set_times(int times)
{
	again.times = again.left = times;
	if (times == 0)
		again.due = PTL_NEVER;
}

int wlan_again_times(void)
{
	return again.times;
}

void wlan_again_joined(void)
{
	begin_anew();
}

static bool after(ptl_time us)
{
	again.due = again.left != 0 ? script_now() + us : PTL_NEVER;
	return again.left != 0;
}

bool wlan_again_lost(enum ptl_by by)
{
	return by != PTL_BY_HOST && after(PTL_REJOIN_SOON_US);
}

void wlan_again_failed(enum ptl_failure failure)
{
	if (failure == PTL_FAILURE_WRONG_KEY)
		wlan_again_forget();
	else if (failure != PTL_FAILURE_ABORTED)
		(void)after(ptl_rejoin_wait(&again.wait));
}

ptl_time wlan_again_poll(ptl_time now)
{
	if (now < again.due)
		return again.due;
	/* Something is under way, or the radio has no room: in a moment. */
	if (ptl_wifi_state(&wlan_core.wifi, PTL_WIFI_STATION) != PTL_WIFI_IDLE ||
	    ask() != PTL_STATUS_DONE) {
		again.due = now + PTL_REJOIN_FIRST_US;
		return again.due;
	}
	again.left -= again.left > 0;
	again.due = PTL_NEVER;
	return now;
}
