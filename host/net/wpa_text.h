/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What wpa_supplicant says on its control socket, as text: events, and answers of lines
 * "name=value". It passes on what strangers send (an SSID, elements of a beacon), so
 * nothing of it is believed to be whole or in range.
 *
 * No state, no allocation; text is terminated, and stays the caller's.
 */
#ifndef PIGTAIL_HOST_NET_WPA_TEXT_H
#define PIGTAIL_HOST_NET_WPA_TEXT_H

#include <pigtail/wifi.h>

enum wpa_event_kind {
	WPA_OTHER,
	WPA_SCANNED,	  /* number: the scan's, -1 of one that nobody asked for */
	WPA_SCAN_FAILED,  /* status: its error, negative */
	WPA_CONNECTED,	  /* mac: keys are in place */
	WPA_DISCONNECTED, /* mac, reason, local */
	WPA_AUTH_REFUSED, /* mac, status */
	WPA_ASSOC_REFUSED,
	WPA_GAVE_UP,   /* for some time; wrong_key */
	WPA_NOT_FOUND, /* no such network */
	WPA_AP_ON,
	WPA_AP_OFF,
	WPA_STATION_ON,	 /* mac: of our access point */
	WPA_STATION_OFF, /* likewise */
	WPA_COUNTRY,	 /* country: two letters */
	WPA_ENDS,
};

struct wpa_event {
	enum wpa_event_kind kind;
	uint8_t mac[6]; /* zeros where there is none */
	int number;
	int reason, status; /* of 802.11; 0 where it says none */
	bool local, wrong_key;
	char country[3];
};

/* text: as it came, "<3>CTRL-EVENT-CONNECTED - ...". What it does not know is WPA_OTHER. */
void wpa_event_read(struct wpa_event *event, const char *text);

/* The value of a line "name=value": where it begins, *n its length. NULL: no such line. */
const char *wpa_line(const char *text, const char *name, size_t *n);

/* The same as a number, decimal or 0x...; otherwise when there is none, or it is none. */
long long wpa_number(const char *text, const char *name, long long otherwise);

/* xx:xx:xx:xx:xx:xx at the front. */
bool wpa_mac(const char *text, uint8_t mac[6]);

/* The answer to BSS. elements: memory for these. false: it is no BSS, or of a channel
 * that SPEC has no number for. */
bool wpa_bss_read(struct ptl_bss *bss, uint8_t elements[PTL_ELEMENTS_MAX], const char *text);

/* enum ptl_akm of an answer to STATUS; 0: none that SPEC knows. */
uint8_t wpa_akm(const char *status);

/* Between MHz and SPEC's number of the channel (2.4 and 5 GHz); 0: it has none. */
uint8_t wpa_channel(long long mhz);
unsigned wpa_frequency(uint8_t channel);

/* A name as the table of SCAN_RESULTS has it: what is no plain text is escaped. to: memory
 * for 4 * 32 + 1. */
void wpa_ssid_text(char *to, const uint8_t *ssid, size_t n);

/* Whether a network of this name, in that form, is in an answer to SCAN_RESULTS. */
bool wpa_table_has(const char *text, const char *ssid);

/* n bytes as 2 n hexadecimal digits, terminated. */
void wpa_hex(char *to, const uint8_t *bytes, size_t n);

#endif
