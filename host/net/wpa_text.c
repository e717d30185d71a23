/* SPDX-License-Identifier: GPL-2.0-only */
/* See wpa_text.h. The words are those of wpa_supplicant's src/common/wpa_ctrl.h, which
 * keeps them for programs like this one. */
#include "host/net/wpa_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ELEMENT_SSID   0
#define ELEMENT_RSN    48
#define ELEMENT_VENDOR 221

#define CAPABILITY_PRIVACY 0x0010

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- pieces ---- */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Bytes of hexadecimal digits, as many as there are pairs and as fit. */
static size_t unhex(uint8_t *to, size_t room, const char *text, size_t n)
{
	size_t i;

	for (i = 0; i < room && 2 * i + 1 < n; i++) {
		int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			break;
		to[i] = (uint8_t)(high << 4 | low);
	}
	return i;
}

void wpa_hex(char *to, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*to++ = digits[bytes[i] >> 4];
		*to++ = digits[bytes[i] & 15];
	}
	*to = 0;
}

bool wpa_mac(const char *text, uint8_t mac[6])
{
	uint8_t read[6];

	for (unsigned i = 0; i < 6; i++, text += 3) {
		if (unhex(&read[i], 1, text, text[0] ? 2 : 0) != 1)
			return false;
		if (i < 5 && text[2] != ':')
			return false;
	}
	memcpy(mac, read, sizeof(read));
	return true;
}

const char *wpa_line(const char *text, const char *name, size_t *n)
{
	size_t length = strlen(name);

	while (*text) {
		size_t line = strcspn(text, "\n");

		if (line > length && text[length] == '=' && !strncmp(text, name, length)) {
			*n = line - length - 1;
			return text + length + 1;
		}
		text += line + (text[line] == '\n');
	}
	return NULL;
}

/* A number at the front that ends where a word does. */
static long long number_at(const char *text, long long otherwise)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 0);
	return end == text || errno || !strchr(" \n", *end) ? otherwise : value;
}

long long wpa_number(const char *text, const char *name, long long otherwise)
{
	size_t n;
	const char *value = wpa_line(text, name, &n);

	return value ? number_at(value, otherwise) : otherwise;
}

void wpa_ssid_text(char *to, const uint8_t *ssid, size_t n)
{
	static const char plain[] = "\"\\\033\n\r\t", letters[] = "\"\\enrt";

	for (size_t i = 0; i < n; i++) {
		const char *found = ssid[i] ? strchr(plain, ssid[i]) : NULL;

		if (found)
			to += sprintf(to, "\\%c", letters[found - plain]);
		else if (ssid[i] >= 0x20 && ssid[i] < 0x7f)
			*to++ = (char)ssid[i];
		else
			to += sprintf(to, "\\x%02x", ssid[i]);
	}
	*to = 0;
}

/* A line a BSS: bssid, frequency, signal, flags and name, with tabs between. */
bool wpa_table_has(const char *text, const char *ssid)
{
	size_t n = strlen(ssid);

	while (*text) {
		size_t line = strcspn(text, "\n");

		if (line > n && text[line - n - 1] == '\t' &&
		    strncmp(text + line - n, ssid, n) == 0)
			return true;
		text += line + (text[line] == '\n');
	}
	return false;
}

/* ---- channels ---- */

uint8_t wpa_channel(long long mhz)
{
	if (mhz == 2484)
		return 14;
	if (mhz >= 2412 && mhz <= 2472 && (mhz - 2407) % 5 == 0)
		return (uint8_t)((mhz - 2407) / 5);
	if (mhz >= 5180 && mhz <= 5885 && (mhz - 5000) % 5 == 0)
		return (uint8_t)((mhz - 5000) / 5);
	return 0;
}

unsigned wpa_frequency(uint8_t channel)
{
	if (channel == 14)
		return 2484;
	if (channel >= 1 && channel <= 13)
		return 2407u + channel * 5u;
	return channel >= 36 && channel <= 177 ? 5000u + channel * 5u : 0;
}

/* ---- events ---- */

static const struct {
	const char *word;
	enum wpa_event_kind kind;
} words[] = {
	{"CTRL-EVENT-SCAN-RESULTS", WPA_SCANNED},
	{"CTRL-EVENT-SCAN-FAILED", WPA_SCAN_FAILED},
	{"CTRL-EVENT-CONNECTED", WPA_CONNECTED},
	{"CTRL-EVENT-DISCONNECTED", WPA_DISCONNECTED},
	{"CTRL-EVENT-AUTH-REJECT", WPA_AUTH_REFUSED},
	{"CTRL-EVENT-ASSOC-REJECT", WPA_ASSOC_REFUSED},
	{"CTRL-EVENT-SSID-TEMP-DISABLED", WPA_GAVE_UP},
	{"CTRL-EVENT-NETWORK-NOT-FOUND", WPA_NOT_FOUND},
	{"AP-ENABLED", WPA_AP_ON},
	{"AP-DISABLED", WPA_AP_OFF},
	{"AP-STA-CONNECTED", WPA_STATION_ON},
	{"AP-STA-DISCONNECTED", WPA_STATION_OFF},
	{"CTRL-EVENT-REGDOM-CHANGE", WPA_COUNTRY},
	{"CTRL-EVENT-TERMINATING", WPA_ENDS},
};

/* The last " name=" of an event: an SSID, which may hold anything, stands before what is
 * asked for. NULL: none. */
static const char *word_of(const char *text, const char *name)
{
	const char *found = NULL;
	size_t n = strlen(name);

	for (; (text = strchr(text, ' ')); text++)
		if (!strncmp(text + 1, name, n) && text[1 + n] == '=')
			found = text + 1 + n + 1;
	return found;
}

static int int_of(const char *text, const char *name, int otherwise)
{
	const char *word = word_of(text, name);
	long long value = word ? number_at(word, otherwise) : otherwise;

	return value >= -65535 && value <= 65535 ? (int)value : otherwise;
}

/* Where an event's address may stand; the last is AUTH-REJECT's and a station's, first. */
static bool find_mac(const char *text, uint8_t mac[6])
{
	static const char *const before[] = {" bssid=", " Connection to ", " "};

	for (size_t i = 0; i < COUNT(before); i++) {
		const char *at = strstr(text, before[i]);

		if (at && wpa_mac(at + strlen(before[i]), mac))
			return true;
	}
	return false;
}

void wpa_event_read(struct wpa_event *event, const char *text)
{
	const char *why;

	*event = (struct wpa_event){.kind = WPA_OTHER, .number = -1};
	if (*text == '<') {
		text += strcspn(text, ">");
		text += *text == '>';
	}
	for (size_t i = 0; i < COUNT(words); i++) {
		size_t n = strlen(words[i].word);

		if (!strncmp(text, words[i].word, n) && (!text[n] || text[n] == ' '))
			event->kind = words[i].kind;
	}
	if (event->kind == WPA_OTHER)
		return;
	(void)find_mac(text, event->mac);
	event->number = int_of(text, "id", -1);
	event->reason = int_of(text, "reason", 0);
	event->status = int_of(text, event->kind == WPA_SCAN_FAILED ? "ret" : "status_code", 0);
	event->local = int_of(text, "locally_generated", 0) == 1;
	why = word_of(text, "reason");
	event->wrong_key = why && !strncmp(why, "WRONG_KEY", 9);
	why = word_of(text, "alpha2");
	if (why && strcspn(why, " \n") == 2)
		memcpy(event->country, why, 2);
}

/* ---- a BSS ---- */

uint8_t wpa_akm(const char *status)
{
	static const struct {
		const char *word;
		uint8_t akm;
	} akms[] = {
		{"NONE", PTL_AKM_OPEN},	   {"WPA-PSK", PTL_AKM_WPA1},
		{"WPA2-PSK", PTL_AKM_PSK}, {"WPA2-PSK-SHA256", PTL_AKM_PSK_SHA256},
		{"SAE", PTL_AKM_SAE},
	};
	size_t n;
	const char *value = wpa_line(status, "key_mgmt", &n);

	for (size_t i = 0; value && i < COUNT(akms); i++)
		if (n == strlen(akms[i].word) && !strncmp(value, akms[i].word, n))
			return akms[i].akm;
	return 0;
}

static unsigned le16(const uint8_t *at)
{
	return (unsigned)(at[0] | at[1] << 8);
}

/* The AKM suites of an RSN element (IEEE 802.11 9.4.2.24), or of WPA's own, which is the
 * same after its head: version, group suite, pairwise suites, AKM suites. */
static uint8_t suites(const uint8_t *rsn, size_t n, const uint8_t oui[3])
{
	size_t at = 2 + 4, count;
	uint8_t akms = 0;

	if (n < at + 2)
		return 0;
	at += 2 + 4 * (size_t)le16(rsn + at);
	if (n < at + 2)
		return 0;
	count = le16(rsn + at);
	for (at += 2; count > 0 && n >= at + 4; count--, at += 4) {
		if (memcmp(rsn + at, oui, 3) != 0)
			continue;
		if (rsn[at + 3] == 2)
			akms |= PTL_AKM_PSK;
		else if (rsn[at + 3] == 6)
			akms |= PTL_AKM_PSK_SHA256;
		else if (rsn[at + 3] == 8)
			akms |= PTL_AKM_SAE;
	}
	return akms;
}

static uint8_t akms_of(const struct ptl_bss *bss)
{
	static const uint8_t rsn_oui[3] = {0x00, 0x0f, 0xac};
	static const uint8_t wpa_head[4] = {0x00, 0x50, 0xf2, 0x01};
	size_t n, at = 0;
	const uint8_t *rsn = ptl_elements_find(bss->elements, bss->elements_n, ELEMENT_RSN, &n);
	uint8_t akms = rsn ? suites(rsn, n, rsn_oui) : 0;

	/* All elements are whole, so an element's head and value are within. */
	for (; at + 2 <= bss->elements_n; at += 2u + bss->elements[at + 1]) {
		const uint8_t *value = bss->elements + at + 2;

		n = bss->elements[at + 1];
		if (bss->elements[at] == ELEMENT_VENDOR && n > 4 &&
		    !memcmp(value, wpa_head, 4) && suites(value + 4, n - 4, wpa_head))
			akms |= PTL_AKM_WPA1;
	}
	return akms || bss->capability & CAPABILITY_PRIVACY ? akms : PTL_AKM_OPEN;
}

bool wpa_bss_read(struct ptl_bss *bss, uint8_t elements[PTL_ELEMENTS_MAX], const char *text)
{
	size_t n;
	const char *bssid = wpa_line(text, "bssid", &n);
	const char *hex, *tsf;
	const uint8_t *ssid;
	long long level = wpa_number(text, "level", -100);
	long long capability = wpa_number(text, "capabilities", 0);
	long long interval = wpa_number(text, "beacon_int", 100);

	*bss = (struct ptl_bss){.elements = elements};
	bss->channel = wpa_channel(wpa_number(text, "freq", 0));
	if (!bssid || !wpa_mac(bssid, bss->bssid) || !bss->channel)
		return false;
	bss->signal = (int8_t)(level < -120 ? -120 : level > 20 ? 20 : level);
	bss->capability = (uint16_t)(capability & 0xffff);
	bss->beacon_interval = (uint16_t)(interval & 0xffff);
	tsf = wpa_line(text, "tsf", &n);
	bss->tsf = tsf ? strtoull(tsf, NULL, 10) : 0;
	hex = wpa_line(text, "ie", &n);
	if (hex)
		bss->elements_n = unhex(elements, PTL_ELEMENTS_MAX, hex, n);
	bss->elements_n = ptl_elements_whole(elements, bss->elements_n);
	ssid = ptl_elements_find(elements, bss->elements_n, ELEMENT_SSID, &n);
	if (ssid && n <= sizeof(bss->ssid)) {
		bss->ssid_n = (uint8_t)n;
		memcpy(bss->ssid, ssid, n);
	}
	bss->akms = akms_of(bss);
	return true;
}
