// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * From checked messages to the structs that callbacks get. The radio is not trusted:
 * parts of a BSS have to come in order, its elements to be whole; text is made printable.
 */
#include "wifi_tell.h"

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#define ELEMENT_SSID 0 /* IEEE 802.11 9.4.2.2 */

/* Of a BYTES field of exactly n; zeroes when it is absent. */
static void copy(const struct ptl_control *message, enum ptl_field field, uint8_t *to, size_t n)
{
	size_t has;
	const uint8_t *value = ptl_control_bytes(message, field, &has);

	memset(to, 0, n);
	if (value)
		memcpy(to, value, has < n ? has : n);
}

void ptl_wifi_read_info(const struct ptl_control *message, struct ptl_radio_info *info)
{
	size_t n;

	memset(info, 0, sizeof(*info));
	info->version = (uint8_t)ptl_control_uint(message, PTL_F_VERSION, 0);
	info->capabilities = (uint32_t)ptl_control_uint(message, PTL_F_CAPABILITIES, 0);
	ptl_control_words(message, PTL_F_BOARD, info->board, sizeof(info->board));
	ptl_control_words(message, PTL_F_FIRMWARE, info->firmware, sizeof(info->firmware));
	copy(message, PTL_F_MAC, info->mac, sizeof(info->mac));
	copy(message, PTL_F_AP_MAC, info->ap_mac, sizeof(info->ap_mac));
	copy(message, PTL_F_CHANNELS, info->channels, sizeof(info->channels));
	ptl_control_bytes(message, PTL_F_CHANNELS, &n);
	info->channel_count = (uint8_t)n;
	info->stations = (uint8_t)ptl_control_uint(message, PTL_F_STATIONS, 0);
	info->akms = (uint8_t)ptl_control_uint(message, PTL_F_AKM, PTL_AKM_OPEN);
	info->boot = (uint8_t)ptl_control_uint(message, PTL_F_BOOT, 0);
	info->boots = (uint32_t)ptl_control_uint(message, PTL_F_BOOTS, 0);
	info->slot = ptl_control_has(message, PTL_F_SLOT)
			     ? (int8_t)(ptl_control_uint(message, PTL_F_SLOT, 0) != 0)
			     : -1;
	ptl_control_words(message, PTL_F_COUNTRY, info->country, sizeof(info->country));
}

size_t ptl_wifi_read_elements(struct ptl_wifi_counters *counters,
			      const struct ptl_control *message, uint8_t *to, size_t room)
{
	size_t n = ptl_control_long(message, PTL_F_ELEMENTS, to, room), whole;
	bool cut = n > room;

	whole = ptl_elements_whole(to, cut ? room : n);
	if (!cut && whole != n)
		counters->bad_elements++;
	return whole;
}

void ptl_wifi_read_association(struct ptl_wifi *wifi, const struct ptl_control *message,
			       struct ptl_association *association)
{
	copy(message, PTL_F_BSSID, association->bssid, sizeof(association->bssid));
	association->channel = (uint8_t)ptl_control_uint(message, PTL_F_CHANNEL, 0);
	association->akms = (uint8_t)ptl_control_uint(message, PTL_F_AKM, 0);
	association->signal = (int8_t)ptl_control_int(message, PTL_F_SIGNAL, 0);
	association->elements = wifi->others;
	association->elements_n = ptl_wifi_read_elements(&wifi->counters, message, wifi->others,
							 sizeof(wifi->others));
}

static void begin_bss(struct ptl_bss *bss, const struct ptl_control *message)
{
	size_t n;
	const uint8_t *ssid = ptl_control_bytes(message, PTL_F_SSID, &n);

	memset(bss, 0, sizeof(*bss));
	copy(message, PTL_F_BSSID, bss->bssid, sizeof(bss->bssid));
	if (ssid)
		memcpy(bss->ssid, ssid, n);
	bss->ssid_n = (uint8_t)n;
	bss->channel = (uint8_t)ptl_control_uint(message, PTL_F_CHANNEL, 0);
	bss->signal = (int8_t)ptl_control_int(message, PTL_F_SIGNAL, 0);
	bss->akms = (uint8_t)ptl_control_uint(message, PTL_F_AKM, 0);
	bss->capability = (uint16_t)ptl_control_uint(message, PTL_F_BSS_CAPABILITY, 0);
	bss->beacon_interval = (uint16_t)ptl_control_uint(message, PTL_F_BEACON_INTERVAL, 100);
	bss->tsf = ptl_control_uint(message, PTL_F_TSF, 0);
}

/* A radio that gave no SSID field may have it in the elements. */
static void end_bss(struct ptl_wifi *wifi)
{
	struct ptl_bss *bss = &wifi->bss;
	size_t whole = ptl_elements_whole(wifi->elements, bss->elements_n), n;
	const uint8_t *ssid;

	if (whole != bss->elements_n && wifi->bss_came == bss->elements_n)
		wifi->counters.bad_elements++;
	bss->elements = wifi->elements;
	bss->elements_n = whole;
	ssid = ptl_elements_find(wifi->elements, whole, ELEMENT_SSID, &n);
	if (bss->ssid_n == 0 && ssid && n <= sizeof(bss->ssid)) {
		memcpy(bss->ssid, ssid, n);
		bss->ssid_n = (uint8_t)n;
	}
}

bool ptl_wifi_read_bss(struct ptl_wifi *wifi, const struct ptl_control *message)
{
	struct ptl_bss *bss = &wifi->bss;
	size_t part = (size_t)ptl_control_uint(message, PTL_F_PART, 0), n, room;
	uint8_t bssid[6];

	copy(message, PTL_F_BSSID, bssid, sizeof(bssid));
	if (part == 0) {
		begin_bss(bss, message);
		wifi->bss_came = 0;
	} else if (!wifi->bss_open || part != wifi->bss_came ||
		   memcmp(bssid, bss->bssid, sizeof(bssid)) != 0) {
		wifi->bss_open = false;
		wifi->counters.bad_parts++;
		return false;
	}
	room = sizeof(wifi->elements) - bss->elements_n;
	n = ptl_control_long(message, PTL_F_ELEMENTS, wifi->elements + bss->elements_n, room);
	if (wifi->bss_came + n > PTL_ELEMENTS_MAX || bss->channel == 0) {
		wifi->bss_open = false;
		wifi->counters.bad_parts++;
		return false;
	}
	wifi->bss_came = (uint16_t)(wifi->bss_came + n);
	bss->elements_n += n < room ? n : room;
	wifi->bss_open = ptl_control_has(message, PTL_F_MORE);
	if (wifi->bss_open)
		return false;
	end_bss(wifi);
	return true;
}
