// SPDX-License-Identifier: GPL-2.0-only
/*
 * The station of a scripted radio:
 *
 *	IDLE -- JOIN --> SEEKING --> AUTHENTICATING --> ASSOCIATING --> KEYS --> JOINED
 *
 * Each step takes its time, and may be where the join fails: nobody is there, the script
 * says so, or the key is wrong. SAE finds out while authenticating, WPA2 in the exchange
 * of keys. In JOINED the signal is looked at ten times a second.
 */
#include "sim/air_radio.h"

#include <string.h>

#define SEEK_US	     400000u
#define STEP_US	     20000u
#define KEYS_US	     60000u
#define WRONG_KEY_US 1000000u /* an access point tries the exchange again */
#define LOOK_US	     100000u
#define GONE_US	     1000000u /* unheard for so long: it left */

#define ROAM_BELOW  (-70) /* dBm */
#define ROAM_GAIN   8
#define SIGNAL_STEP 3
#define FADE_FROM   (-80) /* dBm: weaker loses frames */
#define FADE_RANGE  12

/* IEEE 802.11 reason and status codes. */
#define REASON_LEFT	    3
#define REASON_INACTIVE	    4
#define REASON_4WAY_TIMEOUT 15
#define STATUS_REFUSED	    1
#define STATUS_FULL	    17

/* NULL: it is there no more. */
static const struct air_ap *present(const struct air_radio *radio)
{
	return air_ap_at(radio, radio->ap);
}

/* No network any more: another radio whose station this was hears of it. */
static void forget(struct air_radio *radio, enum ptl_by by)
{
	struct air_radio *owner = air_ap_owner(radio, radio->ap);

	if (radio->step == AIR_JOINED) {
		radio->changed = true;
		if (owner)
			air_own_remove(owner, radio->mac, REASON_LEFT, by);
	}
	radio->step = AIR_IDLE;
	radio->sent_away = 0;
}

static void say_failed(struct air_radio *radio, enum ptl_failure failure, uint16_t code,
		       const char *text)
{
	struct ptl_control_writer failed;

	radio->step = AIR_IDLE;
	ptl_control_begin(&failed, PTL_M_FAILED, 0, PTL_IF_STATION);
	ptl_put_uint(&failed, PTL_F_FAILURE, failure);
	if (code)
		ptl_put_uint(&failed, PTL_F_CODE, code);
	if (text)
		ptl_put_text(&failed, PTL_F_TEXT, text);
	ptl_radio_say(&radio->control, &failed);
}

/* BSSID, CHANNEL, SIGNAL and AKM, as JOINED and ROAMED say them. */
static void say_where(struct air_radio *radio, enum ptl_control_type type)
{
	const struct air_ap *ap = present(radio);
	struct ptl_control_writer message;

	radio->told_signal = air_dbm(air_heard(radio, radio->ap));
	radio->unheard_since = 0;
	radio->changed = true;
	ptl_control_begin(&message, type, 0, PTL_IF_STATION);
	ptl_put_bytes(&message, PTL_F_BSSID, ap->bssid, 6);
	ptl_put_uint(&message, PTL_F_CHANNEL, ap->channel);
	ptl_put_int(&message, PTL_F_SIGNAL, radio->told_signal);
	ptl_put_uint(&message, PTL_F_AKM, radio->akms);
	ptl_radio_say(&radio->control, &message);
}

/* ---- requests ---- */

enum ptl_status air_join(struct air_radio *radio, const struct ptl_control *message,
			 const char **reason)
{
	size_t n;
	const uint8_t *value = ptl_control_bytes(message, PTL_F_SSID, &n);
	struct air_secret secret;

	if (radio->step != AIR_IDLE && radio->step != AIR_JOINED)
		return PTL_STATUS_BUSY;
	if (n == 0)
		return PTL_STATUS_BAD_VALUE;
	if (!air_take_secret(radio->air, message, &secret)) {
		*reason = "this air takes passphrases only";
		return PTL_STATUS_UNSUPPORTED;
	}
	forget(radio, PTL_BY_PEER);
	radio->secret = secret;
	memcpy(radio->ssid, value, n);
	radio->ssid_n = (uint8_t)n;
	value = ptl_control_bytes(message, PTL_F_BSSID, &n);
	radio->bssid_fixed = value != NULL;
	if (value)
		memcpy(radio->bssid, value, n);
	radio->akms = (uint8_t)ptl_control_uint(
		message, PTL_F_AKM, secret.n == 0 ? PTL_AKM_OPEN : PTL_AKM_PSK | PTL_AKM_SAE);
	if (secret.pmk) /* SAE is by the password only */
		radio->akms &= (uint8_t)~PTL_AKM_SAE;
	radio->step = AIR_SEEKING;
	radio->step_over = radio->control.now + SEEK_US;
	return PTL_STATUS_DONE;
}

enum ptl_status air_leave(struct air_radio *radio)
{
	if (radio->step == AIR_IDLE)
		return PTL_STATUS_STATE;
	forget(radio, PTL_BY_PEER);
	memset(&radio->secret, 0, sizeof(radio->secret));
	return PTL_STATUS_DONE;
}

/* ---- joining ---- */

static bool wanted(const struct air_radio *radio, unsigned index)
{
	const struct air_ap *ap = air_ap_at(radio, index);

	return ap && ap->ssid_n == radio->ssid_n &&
	       memcmp(ap->ssid, radio->ssid, radio->ssid_n) == 0 &&
	       (!radio->bssid_fixed || memcmp(ap->bssid, radio->bssid, 6) == 0);
}

/* The strongest that is wanted and heard; false: none is. */
static bool best(const struct air_radio *radio, unsigned *index)
{
	int32_t most = AIR_UNHEARD * AIR_DB;
	bool found = false;

	for (unsigned i = 0; i < air_count(radio); i++) {
		int32_t signal = air_heard(radio, i);

		if (!wanted(radio, i) || signal <= most)
			continue;
		most = signal;
		*index = i;
		found = true;
	}
	return found;
}

static void seek(struct air_radio *radio, ptl_time now)
{
	const struct air_ap *ap;

	if (!best(radio, &radio->ap)) {
		say_failed(radio, PTL_FAILURE_NO_NETWORK, 0, NULL);
		return;
	}
	ap = present(radio);
	if (radio->own.step != AIR_OWN_DOWN && radio->own.ap.channel != ap->channel) {
		say_failed(radio, PTL_FAILURE_CHANNEL, 0, NULL);
		return;
	}
	/* Neither an open network instead of one with a key, nor the other way round. */
	if (!(ap->akms & radio->akms)) {
		say_failed(radio, PTL_FAILURE_UNSUPPORTED, 0,
			   ap->akms & PTL_AKM_OPEN ? "this network is open: it has no password"
			   : radio->secret.n == 0  ? "this network wants a password"
						   : "no common kind of key");
		return;
	}
	radio->akms &= ap->akms;
	if (radio->akms & PTL_AKM_SAE)
		radio->akms = PTL_AKM_SAE;
	radio->step = AIR_AUTHENTICATING;
	radio->step_over = now + STEP_US;
}

static bool right_key(const struct air_radio *radio)
{
	const struct air_ap *ap = present(radio);
	const struct air_radio *owner = air_ap_owner(radio, radio->ap);
	struct air_secret its;

	if (radio->akms == PTL_AKM_OPEN)
		return true;
	if (owner)
		return air_same_key(radio->air, ap, &owner->own.secret, &radio->secret);
	air_text_secret(&its, ap->key);
	return air_same_key(radio->air, ap, &its, &radio->secret);
}

/* Whether the script lets this join fail here. */
static bool fails(struct air_radio *radio, enum air_failure where)
{
	const struct air_ap *ap = present(radio);

	return ap->failure == where && prng_below(&radio->prng, AIR_ALWAYS) < ap->failure_share;
}

static void authenticate(struct air_radio *radio, ptl_time now)
{
	if (fails(radio, AIR_FAILS_SILENT)) { /* it was asked again and again */
		say_failed(radio, PTL_FAILURE_TIMEOUT, 0, NULL);
	} else if (fails(radio, AIR_FAILS_AUTHENTICATION)) {
		say_failed(radio, PTL_FAILURE_AUTHENTICATION, STATUS_REFUSED, NULL);
	} else if (radio->akms == PTL_AKM_SAE && !right_key(radio)) {
		say_failed(radio, PTL_FAILURE_WRONG_KEY, STATUS_REFUSED, NULL);
	} else {
		radio->step = AIR_ASSOCIATING;
		radio->step_over = now + STEP_US;
	}
}

static void associate(struct air_radio *radio, ptl_time now)
{
	if (fails(radio, AIR_FAILS_ASSOCIATION)) {
		say_failed(radio, PTL_FAILURE_ASSOCIATION, STATUS_REFUSED, NULL);
		return;
	}
	radio->step = AIR_KEYS;
	radio->step_over = now + (right_key(radio) ? KEYS_US : WRONG_KEY_US);
}

/* Another radio has it for a station now; false: it has no place. */
static bool enter(struct air_radio *radio, ptl_time now)
{
	struct air_radio *owner = air_ap_owner(radio, radio->ap);
	struct air_client *client;

	if (!owner)
		return true;
	client = air_own_add(owner, radio->mac, now);
	if (client)
		client->radio = radio;
	return client != NULL;
}

static void exchange_keys(struct air_radio *radio, ptl_time now)
{
	if (!right_key(radio)) {
		say_failed(radio, PTL_FAILURE_WRONG_KEY, REASON_4WAY_TIMEOUT, NULL);
		return;
	}
	if (!enter(radio, now)) {
		say_failed(radio, PTL_FAILURE_ASSOCIATION, STATUS_FULL, NULL);
		return;
	}
	radio->step = AIR_JOINED;
	radio->joined_at = now;
	radio->step_over = now + LOOK_US;
	say_where(radio, PTL_M_JOINED);
}

/* ---- joined ---- */

static void say_left(struct air_radio *radio, uint16_t reason, enum ptl_by by, const char *text)
{
	struct ptl_control_writer left;

	ptl_control_begin(&left, PTL_M_LEFT, 0, PTL_IF_STATION);
	ptl_put_uint(&left, PTL_F_REASON, reason);
	ptl_put_uint(&left, PTL_F_BY, by);
	if (text)
		ptl_put_text(&left, PTL_F_TEXT, text);
	ptl_radio_say(&radio->control, &left);
}

static void leave_unheard(struct air_radio *radio)
{
	forget(radio, PTL_BY_RADIO);
	say_left(radio, REASON_INACTIVE, PTL_BY_RADIO,
		 "the access point is not heard any more");
}

static void leave_sent_away(struct air_radio *radio)
{
	uint16_t reason = radio->sent_away ? radio->sent_away : REASON_LEFT;

	forget(radio, PTL_BY_PEER);
	say_left(radio, reason, PTL_BY_PEER, NULL);
}

/* To another access point of this network: false, it does not have it. */
static bool roam(struct air_radio *radio, unsigned to, ptl_time now)
{
	struct air_radio *owner = air_ap_owner(radio, radio->ap);
	unsigned from = radio->ap;

	radio->ap = to;
	if (!right_key(radio) || !enter(radio, now)) {
		radio->ap = from;
		return false;
	}
	if (owner)
		air_own_remove(owner, radio->mac, REASON_LEFT, PTL_BY_PEER);
	return true;
}

/* Whether it would be better off there. */
static bool better(const struct air_radio *radio, int32_t signal, unsigned other)
{
	const struct air_ap *ap = air_ap_at(radio, other);

	return air_heard(radio, other) >= signal + ROAM_GAIN * AIR_DB &&
	       (ap->akms & radio->akms) &&
	       (radio->own.step == AIR_OWN_DOWN || ap->channel == radio->own.ap.channel);
}

static void say_signal(struct air_radio *radio, int8_t signal)
{
	struct ptl_control_writer message;

	ptl_control_begin(&message, PTL_M_SIGNAL, 0, PTL_IF_STATION);
	ptl_put_int(&message, PTL_F_SIGNAL, signal);
	if (ptl_radio_say(&radio->control, &message))
		radio->told_signal = signal;
}

static void look(struct air_radio *radio, ptl_time now)
{
	int32_t signal = air_heard(radio, radio->ap);
	int8_t rounded = air_dbm(signal);
	unsigned other;

	radio->step_over = now + LOOK_US;
	if (!radio->bssid_fixed && signal < ROAM_BELOW * AIR_DB && best(radio, &other) &&
	    better(radio, signal, other)) {
		if (roam(radio, other, now))
			say_where(radio, PTL_M_ROAMED);
		else
			leave_unheard(radio);
		return;
	}
	if (signal > AIR_UNHEARD * AIR_DB)
		radio->unheard_since = 0;
	else if (!radio->unheard_since)
		radio->unheard_since = now;
	else if (now - radio->unheard_since >= GONE_US)
		leave_unheard(radio);
	if (radio->step == AIR_JOINED && (rounded >= radio->told_signal + SIGNAL_STEP ||
					  rounded <= radio->told_signal - SIGNAL_STEP))
		say_signal(radio, rounded);
}

ptl_time air_poll_station(struct air_radio *radio, ptl_time now)
{
	static void (*const steps[])(struct air_radio * radio, ptl_time now) = {
		[AIR_SEEKING] = seek,	       [AIR_AUTHENTICATING] = authenticate,
		[AIR_ASSOCIATING] = associate, [AIR_KEYS] = exchange_keys,
		[AIR_JOINED] = look,
	};

	/* Its word needs room, or it would not be heard. */
	if (radio->step != AIR_IDLE && now >= radio->step_over) {
		if (!ptl_radio_poll(&radio->control))
			return now + STEP_US;
		if (radio->step == AIR_JOINED && (radio->sent_away || !present(radio)))
			leave_sent_away(radio);
		else if (radio->step != AIR_SEEKING && !present(radio))
			say_failed(radio, PTL_FAILURE_TIMEOUT, 0, NULL);
		else
			steps[radio->step](radio, now);
	}
	return radio->step == AIR_IDLE ? PTL_NEVER : radio->step_over;
}

/* ---- frames ---- */

const struct air_ap *air_radio_ap(const struct air_radio *radio)
{
	return radio->step == AIR_JOINED && radio->ap < radio->air->ap_count ? present(radio)
									     : NULL;
}

bool air_radio_changed(struct air_radio *radio)
{
	bool changed = radio->changed;

	radio->changed = false;
	return changed;
}

/* A weak signal costs retries first, then frames: the third power of what is lost. */
bool air_radio_passes(struct air_radio *radio, ptl_time now)
{
	const struct air_radio *owner;
	int32_t faded; /* thousandths */

	radio->control.now = now;
	if (radio->step != AIR_JOINED || radio->sent_away || !present(radio))
		return false;
	owner = air_ap_owner(radio, radio->ap);
	if (owner && !air_own_client(owner, radio->mac))
		return false;
	faded = (FADE_FROM * AIR_DB - air_heard(radio, radio->ap)) * (1000 / AIR_DB) /
		FADE_RANGE;
	faded = faded < 0 ? 0 : faded > 1000 ? 1000 : faded;
	return prng_below(&radio->prng, AIR_ALWAYS) >=
	       present(radio)->loss + (uint32_t)(faded * faded * faded) / 1000;
}
