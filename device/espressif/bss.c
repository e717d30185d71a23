/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See bss.h. Elements are those of IEEE 802.11 9.4.2, in the order of a beacon. */
#include "bss.h"

#include <string.h>

#define CAPABILITY_ESS	   0x0001
#define CAPABILITY_PRIVACY 0x0010
#define BEACON_INTERVAL	   100 /* as nearly all have it */
#define RSN_GROUP_AT	   7   /* the last byte of the group's suite */
#define SUITE_TKIP	   2

static size_t put(uint8_t *to, uint8_t id, const void *value, size_t n)
{
	to[0] = id;
	to[1] = (uint8_t)n;
	memcpy(to + 2, value, n);
	return n + 2;
}

uint8_t bss_akms(wifi_auth_mode_t mode)
{
	static const uint8_t akms[] = {
		[WIFI_AUTH_OPEN] = PTL_AKM_OPEN,
		[WIFI_AUTH_WPA_PSK] = PTL_AKM_WPA1,
		[WIFI_AUTH_WPA2_PSK] = PTL_AKM_PSK,
		[WIFI_AUTH_WPA_WPA2_PSK] = PTL_AKM_WPA1 | PTL_AKM_PSK,
		[WIFI_AUTH_WPA3_PSK] = PTL_AKM_SAE,
		[WIFI_AUTH_WPA2_WPA3_PSK] = PTL_AKM_PSK | PTL_AKM_SAE,
	};

	return (size_t)mode < sizeof(akms) ? akms[mode] : 0;
}

static size_t put_rates(uint8_t *to, const wifi_ap_record_t *record)
{
	static const uint8_t b[] = {0x82, 0x84, 0x8b, 0x96};
	static const uint8_t bg[] = {0x82, 0x84, 0x8b, 0x96, 0x0c, 0x12, 0x18, 0x24};
	static const uint8_t more[] = {0x30, 0x48, 0x60, 0x6c};
	size_t n;

	if (!record->phy_11g && !record->phy_11n)
		return put(to, 1, b, sizeof(b));
	n = put(to, 1, bg, sizeof(bg));
	return n + put(to + n, 50, more, sizeof(more));
}

static size_t put_country(uint8_t *to, const wifi_ap_record_t *record)
{
	const wifi_country_t *country = &record->country;
	uint8_t value[6] = {
		(uint8_t)country->cc[0], (uint8_t)country->cc[1],	' ', country->schan,
		country->nchan,		 (uint8_t)country->max_tx_power};

	return country->cc[0] ? put(to, 7, value, sizeof(value)) : 0;
}

static size_t put_rsn(uint8_t *to, const wifi_ap_record_t *record)
{
	size_t n = ptl_elements_rsn(to, bss_akms(record->authmode));

	if (n > 0 && record->group_cipher == WIFI_CIPHER_TYPE_TKIP)
		to[RSN_GROUP_AT] = SUITE_TKIP;
	return n;
}

/* HT capabilities: 20 MHz, one stream. */
static size_t put_ht(uint8_t *to, const wifi_ap_record_t *record)
{
	static const uint8_t value[26] = {0x20, 0, 0x17, 0xff};

	return record->phy_11n ? put(to, 45, value, sizeof(value)) : 0;
}

/* Wi-Fi Alliance's: WPA of the first kind with TKIP and a PSK, and WPS. */
static size_t put_vendor(uint8_t *to, const wifi_ap_record_t *record)
{
	static const uint8_t wpa[] = {0x00, 0x50, 0xf2, 0x01, 0x01, 0x00, 0x00, 0x50,
				      0xf2, 0x02, 0x01, 0x00, 0x00, 0x50, 0xf2, 0x02,
				      0x01, 0x00, 0x00, 0x50, 0xf2, 0x02};
	static const uint8_t wps[] = {0x00, 0x50, 0xf2, 0x04, 0x10, 0x4a, 0x00,
				      0x01, 0x10, 0x10, 0x44, 0x00, 0x01, 0x02};
	size_t n = 0;

	if (bss_akms(record->authmode) & PTL_AKM_WPA1)
		n += put(to, 221, wpa, sizeof(wpa));
	if (record->wps)
		n += put(to + n, 221, wps, sizeof(wps));
	return n;
}

void bss_make(struct ptl_bss *bss, uint8_t *elements, const wifi_ap_record_t *record)
{
	size_t ssid_n = 0, n;

	/* It ends with a NUL, or with its place. */
	while (ssid_n < sizeof(bss->ssid) && record->ssid[ssid_n])
		ssid_n++;
	*bss = (struct ptl_bss){
		.ssid_n = (uint8_t)ssid_n,
		.channel = record->primary,
		.signal = record->rssi,
		.akms = bss_akms(record->authmode),
		.capability = CAPABILITY_ESS,
		.beacon_interval = BEACON_INTERVAL,
		.elements = elements,
	};
	if (record->authmode != WIFI_AUTH_OPEN)
		bss->capability |= CAPABILITY_PRIVACY;
	memcpy(bss->bssid, record->bssid, sizeof(bss->bssid));
	memcpy(bss->ssid, record->ssid, ssid_n);
	n = put(elements, 0, record->ssid, ssid_n);
	n += put_rates(elements + n, record);
	n += put(elements + n, 3, &record->primary, 1);
	n += put_country(elements + n, record);
	n += put_rsn(elements + n, record);
	n += put_ht(elements + n, record);
	n += put_vendor(elements + n, record);
	bss->elements_n = n;
}
