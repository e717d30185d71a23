/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * See wifi_desk.h.
 *
 *	link.status   the state of the station
 *	wifi.scan     answered when it is over, with what was found
 *	wifi.join     answered when the device is in a network again: in that one, or back
 *	wifi.leave    until the next start; forget: for good
 *
 * What a scan finds, and a passphrase, are in memory of TLS's, and only for as long as they are
 * needed. A passphrase is never told.
 */
#include "wifi_desk.h"

#include <mbedtls/platform.h>
#include <mbedtls/platform_util.h>
#include <change.h>
#include <pigtail/wifi.h>
#include <wireless.h>

#include <string.h>

#define FOUND	 16u	   /* the strongest ones */
#define FOUND_US 5000000u  /* what was found is there, after a scan */
#define BACK_US	 15000000u /* for the network before, after another one failed */

enum says { SAYS_STATUS, SAYS_NETWORKS, SAYS_JOINED, SAYS_DONE };

struct found {
	uint8_t bssid[6], ssid[32], ssid_n, channel, akms;
	int8_t signal;
};

static struct {
	struct found *found; /* FOUND of them; NULL: none is wanted */
	unsigned count;
	ptl_time found_until;
	struct wireless_settings *other; /* of a change */
	ptl_time back_until;
	bool asked; /* since the last poll */
} wifi;

/* ---- words ---- */

static void add_number(struct writer *out, const char *name, int32_t value)
{
	write_key(out, name, 1);
	if (value < 0)
		write_text(out, "-");
	write_decimal(out, (uint32_t)(value < 0 ? -value : value));
}

static void add_digits(struct writer *out, uint8_t byte)
{
	char digits[3] = {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15], 0};

	write_text(out, digits);
}

/* "ssid", first of an object's; and as digits, where it is no text. */
static void write_ssid(struct writer *out, const uint8_t *ssid, size_t n)
{
	write_text(out, "\"ssid\":");
	if (write_bytes(out, ssid, n))
		return;
	write_text(out, ",\"ssid_hex\":\"");
	for (size_t i = 0; i < n; i++)
		add_digits(out, ssid[i]);
	write_text(out, "\"");
}

static void add_bssid(struct writer *out, const uint8_t bssid[6])
{
	write_text(out, ",\"bssid\":\"");
	for (unsigned i = 0; i < 6; i++) {
		write_text(out, i ? ":" : "");
		add_digits(out, bssid[i]);
	}
	write_text(out, "\"");
}

static void add_security(struct writer *out, uint8_t akms)
{
	static const struct {
		uint8_t bit;
		const char *name;
	} names[] = {
#define AKM_NAME(name, bit, what) {bit, what},
		PTL_AKMS(AKM_NAME)
#undef AKM_NAME
	};
	bool any = false;

	write_text(out, ",\"security\":[");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(akms & names[i].bit))
			continue;
		write_text(out, any ? "," : "");
		write_string(out, names[i].name);
		any = true;
	}
	write_text(out, "]");
}

/* ---- the station ---- */

static void write_station(struct writer *out, ptl_time now)
{
	const struct wireless_view *view = wireless_view();

	write_text(out, "\"station\":{\"state\":");
	write_string(out, view->in ? "joined" : *view->ssid ? "joining" : "idle");
	if (*view->ssid) {
		write_text(out, ",");
		write_ssid(out, (const uint8_t *)view->ssid, strlen(view->ssid));
	}
	if (!view->in)
		return;
	add_bssid(out, view->bssid);
	add_number(out, "channel", view->channel);
	add_number(out, "signal", view->signal);
	write_text(out, ",\"seconds\":");
	write_decimal(out, (now - view->joined_at) / 1000000u);
	add_security(out, view->akms);
}

/* What was tried last, or goes wrong now. */
static void add_failure(struct writer *out)
{
	const char *ssid, *why = change_failure(&ssid);

	if (!why) {
		ssid = wireless_view()->ssid;
		why = wireless_view()->why;
	}
	write_text(out, ",\"failure\":");
	if (!why) {
		write_text(out, "null");
		return;
	}
	write_text(out, "{");
	write_ssid(out, (const uint8_t *)ssid, strlen(ssid));
	write_text(out, ",\"reason\":");
	write_string(out, why);
	write_text(out, "}");
}

/* ---- what is told ---- */

/* A name of a stranger's choice can take 120 bytes, and goes with nothing but what is of its
 * network: DESK_PART has no room for two, nor for one and all that stands around it. */

static bool tell_status(ptl_time now, unsigned part, struct writer *out)
{
	if (part == 0) {
		write_text(out, "{\"name\":\"pigtail\",\"role\":\"bridge\",\"radio\":");
		if (!wireless_view()->ready) {
			write_text(out, "null}");
			return false;
		}
		write_text(out, wireless_view()->scanning ? "{\"scanning\":true,"
							  : "{\"scanning\":false,");
		return true;
	}
	if (part == 1) {
		write_station(out, now);
		return true;
	}
	add_failure(out);
	write_text(out, "}}}");
	return false;
}

static bool tell_joined(ptl_time now, unsigned part, struct writer *out)
{
	if (part == 0) {
		write_text(out, "{");
		return true;
	}
	write_station(out, now);
	write_text(out, "}}");
	return false;
}

static bool tell_networks(unsigned part, struct writer *out)
{
	const struct found *one;

	if (part == 0) {
		write_text(out, "{\"networks\":[");
		return true;
	}
	if (!wifi.found || part > wifi.count) {
		write_text(out, "]}");
		return false;
	}
	one = &wifi.found[part - 1];
	write_text(out, part > 1 ? ",{" : "{");
	write_ssid(out, one->ssid, one->ssid_n);
	write_text(out, one->ssid_n ? ",\"hidden\":false" : ",\"hidden\":true");
	add_bssid(out, one->bssid);
	add_number(out, "channel", one->channel);
	add_number(out, "signal", one->signal);
	add_security(out, one->akms);
	write_text(out, "}");
	return true;
}

static bool wifi_tell(ptl_time now, const struct desk_answer *answer, struct writer *out)
{
	switch ((enum says)answer->wifi) {
	case SAYS_STATUS:
		return tell_status(now, answer->part, out);
	case SAYS_NETWORKS:
		return tell_networks(answer->part, out);
	case SAYS_JOINED:
		return tell_joined(now, answer->part, out);
	case SAYS_DONE:
		break;
	}
	write_text(out, "{}");
	return false;
}

/* ---- a scan ---- */

/* Sorted by the signal; the weakest one goes. One that is told twice is there once. */
static void on_found(const struct ptl_bss *bss)
{
	unsigned at = 0;

	if (!wifi.found)
		return;
	while (at < wifi.count && memcmp(wifi.found[at].bssid, bss->bssid, 6))
		at++;
	if (at == FOUND && bss->signal <= wifi.found[FOUND - 1].signal)
		return;
	if (at == wifi.count && wifi.count < FOUND)
		wifi.count++;
	else if (at == FOUND)
		at = FOUND - 1;
	while (at > 0 && wifi.found[at - 1].signal < bss->signal) {
		wifi.found[at] = wifi.found[at - 1];
		at--;
	}
	wifi.found[at] = (struct found){.ssid_n = bss->ssid_n,
					.channel = bss->channel,
					.akms = bss->akms,
					.signal = bss->signal};
	memcpy(wifi.found[at].bssid, bss->bssid, sizeof(bss->bssid));
	memcpy(wifi.found[at].ssid, bss->ssid, bss->ssid_n);
}

static void forget_found(void)
{
	mbedtls_free(wifi.found);
	wifi.found = NULL;
	wifi.count = 0;
}

static void on_scan(ptl_time now, struct json arguments, struct desk_answer *answer)
{
	(void)arguments;
	if (!wireless_view()->scanning)
		forget_found();
	if (!wifi.found)
		wifi.found = mbedtls_calloc(FOUND, sizeof(*wifi.found));
	if (!wifi.found)
		desk_refuse(answer, "busy", "out of memory");
	else if (!wireless_scan(now, on_found))
		desk_refuse(answer, "not-ready", "the radio does not scan now");
	answer->waits = answer->kind != DESK_ERROR;
	answer->wifi = SAYS_NETWORKS;
}

static bool scan_waits(struct desk_answer *answer)
{
	const struct wireless_view *view = wireless_view();

	if (view->scanning)
		return true;
	if (view->scanned != PTL_STATUS_DONE)
		desk_refuse(answer, "failed", ptl_status_text(view->scanned));
	return false;
}

/* ---- another network ---- */

static const char *read_network(struct json arguments, struct wireless_settings *other)
{
	struct json word = json_member(arguments, "passphrase");

	if (!json_string(json_member(arguments, "ssid"), other->ssid, sizeof(other->ssid)) ||
	    !*other->ssid)
		return "argument ssid: it is 1 to 32 bytes";
	if (word.at && (!json_string(word, other->passphrase, sizeof(other->passphrase)) ||
			strlen(other->passphrase) < WIRELESS_PASSPHRASE_MIN))
		return "argument passphrase: it is 8 to 63 characters";
	return NULL;
}

static void forget_other(void)
{
	if (wifi.other)
		mbedtls_platform_zeroize(wifi.other, sizeof(*wifi.other));
	mbedtls_free(wifi.other);
	wifi.other = NULL;
}

static void on_join(ptl_time now, struct json arguments, struct desk_answer *answer)
{
	const char *wrong;
	bool keep = false;

	if (change_state() != CHANGE_NONE) {
		desk_refuse(answer, "busy", "another network is being joined");
		return;
	}
	forget_other();
	wifi.other = mbedtls_calloc(1, sizeof(*wifi.other));
	if (!wifi.other) {
		desk_refuse(answer, "busy", "out of memory");
		return;
	}
	wrong = read_network(arguments, wifi.other);
	if (wrong) {
		forget_other();
		desk_refuse(answer, "bad-argument", wrong);
		return;
	}
	(void)json_bool(json_member(arguments, "save"), &keep);
	(void)change_begin(now, wifi.other, keep);
	wifi.back_until = PTL_NEVER;
	answer->waits = true;
	answer->wifi = SAYS_JOINED;
}

/* Who asked is likely to hear of it only when the device is in a network again. */
static bool join_waits(ptl_time now, struct desk_answer *answer)
{
	const char *ssid, *why = change_failure(&ssid);

	if (change_state() == CHANGE_JOINS)
		return true;
	if (!why)
		return false;
	if (wifi.back_until == PTL_NEVER)
		wifi.back_until = now + BACK_US;
	if (!wireless_view()->in && now < wifi.back_until)
		return true;
	desk_refuse(answer, "failed", why);
	return false;
}

static void on_leave(ptl_time now, struct json arguments, struct desk_answer *answer)
{
	bool forget = false;

	(void)json_bool(json_member(arguments, "forget"), &forget);
	answer->wifi = SAYS_DONE;
	if (!change_leave(now, forget))
		desk_refuse(answer, "failed",
			    "another network is being joined, or the flash fails");
}

/* ---- the table ---- */

static void on_status(ptl_time now, struct json arguments, struct desk_answer *answer)
{
	(void)now;
	(void)arguments;
	answer->wifi = SAYS_STATUS;
}

static bool wifi_ask(ptl_time now, const char *request, struct json arguments,
		     struct desk_answer *answer)
{
	static const struct {
		const char *name;
		void (*ask)(ptl_time now, struct json arguments, struct desk_answer *answer);
	} requests[] = {
		{"link.status", on_status},
		{"wifi.scan", on_scan},
		{"wifi.join", on_join},
		{"wifi.leave", on_leave},
	};

	change_reached(now);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		if (strcmp(requests[i].name, request))
			continue;
		answer->kind = DESK_WIFI;
		wifi.asked = true;
		requests[i].ask(now, arguments, answer);
		return true;
	}
	return false;
}

static bool wifi_waits(ptl_time now, struct desk_answer *answer)
{
	return answer->wifi == SAYS_NETWORKS ? scan_waits(answer) : join_waits(now, answer);
}

static ptl_time wifi_poll(ptl_time now)
{
	ptl_time due = change_poll(now);
	bool asked = wifi.asked;

	if (change_state() == CHANGE_NONE)
		forget_other();
	if (wireless_view()->scanning)
		wifi.found_until = now + FOUND_US;
	else if (wifi.found && now >= wifi.found_until)
		forget_found();
	if (wifi.found && wifi.found_until < due)
		due = wifi.found_until;
	/* The station has something to do now. */
	wifi.asked = false;
	return asked ? now : due;
}

const struct desk_wifi desk_wifi = {
	.ask = wifi_ask,
	.waits = wifi_waits,
	.tell = wifi_tell,
	.poll = wifi_poll,
};
