/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * See wireless.h.
 *
 *	ABSENT   the radio has not said what it is
 *	WAITING  until `due`
 *	JOINING
 *	IN
 *
 * Whatever goes wrong leads to WAITING, for twice as long each time (rejoin.h); a network
 * that goes at once after each join counts as one that went wrong. Where a passphrase is
 * set, the radio is asked for a network that has one, and an open one of that name, should a
 * radio join it all the same, is left before a frame passes.
 *
 * The radio may say something while it is told something. That waits with the radio, and
 * what is asked in answer to it with ptl_wifi, so neither is called from within the other,
 * and nothing is kept twice.
 */
#include "wireless.h"

#include <pigtail/rejoin.h>
#include <pigtail/text.h>
#include <pigtail/wifi.h>

#include <string.h>

#define READY_US     5000000u  /* a radio's patience, until it is started anew */
#define WRONG_KEY_US 10000000u /* at least: who is asked too often shuts us out */
#define STEADY_US    10000000u /* in the network, then what was before is forgotten */
#define LEAVING	     3	       /* 802.11's reason */

enum state { ABSENT, WAITING, JOINING, IN };

static struct {
	struct wireless_config config;
	struct ptl_wifi wifi;
	enum state state;
	ptl_time now, due;
	uint32_t wait; /* after the next failure, us */
	bool telling;  /* the radio is told something */
	void (*found)(const struct ptl_bss *bss);
	struct wireless_view view;
	char name[WIRELESS_SSID_MAX + 1];
} own;

/* ---- words ---- */

static void tell(const char *what, const char *more)
{
	struct ptl_text line;

	ptl_text_clear(&line);
	ptl_text_add(&line, own.name);
	ptl_text_add(&line, ": ");
	ptl_text_add(&line, what);
	ptl_text_add(&line, more);
	own.config.log(line.at);
}

static void tell_joined(const struct ptl_association *association)
{
	struct ptl_text line;

	ptl_text_clear(&line);
	ptl_text_add(&line, "joined ");
	ptl_text_add(&line, own.name);
	ptl_text_add(&line, ", channel ");
	ptl_text_add_number(&line, association->channel);
	if (association->signal < 0) {
		ptl_text_add(&line, ", -");
		ptl_text_add_number(&line, (uint32_t)-association->signal);
		ptl_text_add(&line, " dBm");
	}
	own.config.log(line.at);
}

static void tell_failure(const char *why, uint32_t wait)
{
	struct ptl_text line;

	ptl_text_clear(&line);
	ptl_text_add(&line, own.name);
	ptl_text_add(&line, ": ");
	ptl_text_add(&line, why);
	ptl_text_add(&line, "; next try in ");
	ptl_text_add_number(&line, wait / 1000000u);
	ptl_text_add(&line, " s");
	own.config.log(line.at);
}

/* Of a line of the log, whatever bytes are in it. */
static void take_name(const char *ssid)
{
	size_t n = 0;

	for (; n < WIRELESS_SSID_MAX && ssid[n]; n++)
		own.name[n] = ssid[n] < ' ' || ssid[n] > '~' ? '?' : ssid[n];
	own.name[n] = 0;
}

/* ---- states ---- */

static void wait_for(uint32_t us)
{
	own.state = WAITING;
	own.due = own.now + us;
}

/* why: it stays, for the view. */
static void back_off(const char *why, uint32_t least)
{
	uint32_t wait = ptl_rejoin_wait(&own.wait);

	own.view.failures++;
	own.view.why = why;
	wait = wait < least ? least : wait;
	tell_failure(why, wait);
	wait_for(wait);
}

static void join(void)
{
	const struct wireless_settings *settings = own.config.settings;
	size_t key = strlen(settings->passphrase);
	struct ptl_control_writer message;
	enum ptl_status status;

	ptl_control_begin(&message, PTL_M_JOIN, 0, PTL_IF_STATION);
	ptl_put_bytes(&message, PTL_F_SSID, settings->ssid, strlen(settings->ssid));
	ptl_put_uint(&message, PTL_F_AKM, key > 0 ? PTL_AKM_PSK | PTL_AKM_SAE : PTL_AKM_OPEN);
	if (key > 0)
		ptl_put_bytes(&message, PTL_F_PASSPHRASE, settings->passphrase, key);
	own.state = JOINING;
	own.due = PTL_NEVER;
	status = ptl_wifi_start(&own.wifi, own.now, PTL_WIFI_STATION, &message);
	wireless_wipe(&message, sizeof(message));
	if (status != PTL_STATUS_DONE)
		back_off(ptl_status_text(status), 0);
}

static void begin_session(void)
{
	own.state = ABSENT;
	own.view.ready = false;
	own.due = own.now + READY_US;
	ptl_wifi_session(&own.wifi);
	own.config.radio->session(own.now, true);
}

/* The time of a state is over. */
static void act(void)
{
	if (!*own.config.settings->ssid) {
		own.config.log("no network is set");
		own.due = PTL_NEVER;
	} else if (own.state == WAITING) {
		join();
	} else if (own.state == ABSENT) {
		own.config.log("the radio does not answer; it is asked again");
		own.config.radio->session(own.now, false);
		begin_session();
	}
}

/* ---- what the radio says ---- */

/* Each by itself: a radio takes all of a message or nothing. Who asks waits for bytes of a
 * UART, so nobody sleeps. */
static void set(enum ptl_field field, const char *country)
{
	struct ptl_control_writer message;

	ptl_control_begin(&message, PTL_M_SET, 0, PTL_IF_RADIO);
	if (field == PTL_F_COUNTRY)
		ptl_put_bytes(&message, field, country, 2);
	else
		ptl_put_uint(&message, field, 0);
	(void)ptl_wifi_request(&own.wifi, own.now, &message,
			       field == PTL_F_COUNTRY ? &own : NULL);
}

static void on_answer(void *user, void *token, enum ptl_status status,
		      const struct ptl_control *message)
{
	(void)user;
	(void)token;
	(void)message;
	if (status != PTL_STATUS_DONE)
		tell("the radio does not take the country: ", ptl_status_text(status));
}

static void on_ready(void *user, const struct ptl_radio_info *info)
{
	const char *country = own.config.settings->country;

	(void)user;
	own.view.ready = info != NULL;
	if (!info) {
		own.state = ABSENT;
		own.due = own.now + READY_US;
		return;
	}
	own.wait = PTL_REJOIN_FIRST_US;
	if (!(info->capabilities & PTL_CAN_STATION)) {
		own.config.log("this radio joins no networks");
		own.due = PTL_NEVER;
		return;
	}
	set(PTL_F_POWER_SAVE, NULL);
	if (*country)
		set(PTL_F_COUNTRY, country);
	wait_for(0);
}

static void take_association(const struct ptl_association *association)
{
	memcpy(own.view.bssid, association->bssid, sizeof(own.view.bssid));
	own.view.channel = association->channel;
	own.view.signal = association->signal;
	if (association->akms)
		own.view.akms = association->akms;
}

static void on_joined(void *user, const struct ptl_association *association)
{
	(void)user;
	if (*own.config.settings->passphrase && association->akms == PTL_AKM_OPEN) {
		(void)ptl_wifi_stop(&own.wifi, own.now, PTL_WIFI_STATION, LEAVING);
		back_off("this one is open, and a passphrase is set", WRONG_KEY_US);
		return;
	}
	own.state = IN;
	own.due = PTL_NEVER;
	own.view.in = true;
	own.view.joined_at = own.now;
	own.view.why = NULL;
	own.view.akms = 0;
	take_association(association);
	tell_joined(association);
	own.config.carrier(own.now, true);
}

static void on_failed(void *user, enum ptl_failure failure, uint16_t code, const char *text)
{
	(void)user;
	(void)code;
	(void)text;
	if (own.state != JOINING)
		return; /* it was ended for another one */
	back_off(ptl_failure_text(failure),
		 failure == PTL_FAILURE_WRONG_KEY ? WRONG_KEY_US : 0);
}

static void on_left(void *user, uint16_t reason, enum ptl_by by, const char *text)
{
	(void)user;
	(void)reason;
	if (own.state != IN)
		return; /* we left it */
	own.view.in = false;
	own.config.carrier(own.now, false);
	tell("lost: ", *text ? text : ptl_by_text(by));
	if (own.now - own.view.joined_at < STEADY_US) {
		back_off("lost soon after it was joined", 0);
		return;
	}
	own.wait = PTL_REJOIN_FIRST_US;
	wait_for(PTL_REJOIN_SOON_US);
}

static void on_roamed(void *user, const struct ptl_association *association)
{
	(void)user;
	take_association(association);
}

static void on_signal(void *user, int8_t signal, uint32_t tx_rate, uint32_t rx_rate)
{
	(void)user;
	(void)tx_rate;
	(void)rx_rate;
	own.view.signal = signal;
}

static void on_bss(void *user, const struct ptl_bss *bss)
{
	(void)user;
	own.found(bss);
}

static void on_scan_done(void *user, enum ptl_status status, const char *text)
{
	(void)user;
	(void)text;
	own.view.scanning = false;
	own.view.scanned = status;
}

/* ---- another network, and what there is ---- */

const struct wireless_view *wireless_view(void)
{
	return &own.view;
}

void wireless_again(ptl_time now)
{
	enum state was = own.state;

	own.now = now;
	own.wait = PTL_REJOIN_FIRST_US;
	own.view.why = NULL;
	own.view.network++;
	take_name(own.config.settings->ssid);
	if (was == ABSENT)
		return;
	wait_for(0);
	if (was == IN) {
		own.view.in = false;
		own.config.carrier(now, false);
	}
	if (was == IN || was == JOINING)
		(void)ptl_wifi_stop(&own.wifi, now, PTL_WIFI_STATION, LEAVING);
}

bool wireless_scan(ptl_time now, void (*found)(const struct ptl_bss *bss))
{
	struct ptl_control_writer message;

	if (own.view.scanning)
		return true;
	own.found = found;
	ptl_control_begin(&message, PTL_M_SCAN, 0, PTL_IF_STATION);
	own.view.scanning =
		ptl_wifi_start(&own.wifi, now, PTL_WIFI_SCAN, &message) == PTL_STATUS_DONE;
	return own.view.scanning;
}

/* ---- the seam ---- */

/* Only from ptl_wifi_poll(), which is asked again soon. */
static bool to_radio(void *user, const uint8_t *message, size_t n)
{
	(void)user;
	return own.telling && own.config.radio->message(own.now, message, n);
}

static bool from_radio(void *user, const uint8_t *message, size_t n)
{
	(void)user;
	if (own.telling)
		return false;
	ptl_wifi_message(&own.wifi, own.now, message, n);
	return true;
}

static bool on_frame(const uint8_t *frame, size_t n)
{
	return own.state != IN || own.config.frame(frame, n);
}

void wireless_start(const struct wireless_config *config, ptl_time now)
{
	static const struct local_radio_events events = {from_radio, on_frame};
	static const struct ptl_wifi_events heard = {
		.send = to_radio,
		.ready = on_ready,
		.joined = on_joined,
		.failed = on_failed,
		.left = on_left,
		.roamed = on_roamed,
		.signal = on_signal,
		.bss = on_bss,
		.scan_done = on_scan_done,
		.answer = on_answer,
	};

	memset(&own, 0, sizeof(own));
	own.config = *config;
	own.now = now;
	own.wait = PTL_REJOIN_FIRST_US;
	own.view.ssid = config->settings->ssid;
	own.view.name = own.name;
	take_name(config->settings->ssid);
	ptl_wifi_init(&own.wifi, &heard);
	config->radio->start(&events, now);
	if (*config->settings->ssid)
		begin_session();
}

ptl_time wireless_poll(ptl_time now)
{
	ptl_time next, radio;

	own.now = now;
	/* What was asked before has to go out first. */
	if (now >= own.due && own.wifi.outbox_count < PTL_WIFI_OUTBOX)
		act();
	own.telling = true;
	next = ptl_wifi_poll(&own.wifi, now);
	own.telling = false;
	radio = own.config.radio->poll(now);
	if (own.wifi.outbox_count > 0)
		return now;
	next = radio < next ? radio : next;
	return own.due < next ? own.due : next;
}

bool wireless_send(const uint8_t *frame, size_t n)
{
	return own.state == IN && own.config.radio->send(frame, n);
}
