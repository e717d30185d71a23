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
#define REASON_INACTIVE	    4
#define REASON_4WAY_TIMEOUT 15
#define STATUS_REFUSED	    1

static const struct air_ap *present(const struct air_radio *radio)
{
	return &radio->air->aps[radio->ap];
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

	if (radio->step != AIR_IDLE && radio->step != AIR_JOINED)
		return PTL_STATUS_BUSY;
	if (ptl_control_has(message, PTL_F_PMK) && !radio->air->pmk) {
		*reason = "the scripted air takes passphrases only";
		return PTL_STATUS_UNSUPPORTED;
	}
	if (n == 0)
		return PTL_STATUS_BAD_VALUE;
	radio->changed |= radio->step == AIR_JOINED;
	memcpy(radio->ssid, value, n);
	radio->ssid_n = (uint8_t)n;
	value = ptl_control_bytes(message, PTL_F_BSSID, &n);
	radio->bssid_fixed = value != NULL;
	if (value)
		memcpy(radio->bssid, value, n);
	value = ptl_control_bytes(message, PTL_F_PMK, &n);
	radio->key_is_pmk = value != NULL;
	if (!value)
		value = ptl_control_bytes(message, PTL_F_PASSPHRASE, &n);
	if (value)
		memcpy(radio->key, value, n);
	radio->key_n = (uint8_t)n;
	radio->akms = (uint8_t)ptl_control_uint(
		message, PTL_F_AKM, n > 0 ? PTL_AKM_PSK | PTL_AKM_SAE : PTL_AKM_OPEN);
	if (radio->key_is_pmk) /* SAE is by the password only */
		radio->akms &= (uint8_t)~PTL_AKM_SAE;
	radio->step = AIR_SEEKING;
	radio->step_over = radio->control.now + SEEK_US;
	return PTL_STATUS_DONE;
}

enum ptl_status air_leave(struct air_radio *radio)
{
	if (radio->step == AIR_IDLE)
		return PTL_STATUS_STATE;
	radio->changed |= radio->step == AIR_JOINED;
	radio->step = AIR_IDLE;
	memset(radio->key, 0, sizeof(radio->key));
	return PTL_STATUS_DONE;
}

/* ---- joining ---- */

static bool wanted(const struct air_radio *radio, unsigned index)
{
	const struct air_ap *ap = &radio->air->aps[index];

	return ap->ssid_n == radio->ssid_n &&
	       memcmp(ap->ssid, radio->ssid, radio->ssid_n) == 0 &&
	       (!radio->bssid_fixed || memcmp(ap->bssid, radio->bssid, 6) == 0);
}

/* The strongest that is wanted and heard; false: none is. */
static bool best(const struct air_radio *radio, unsigned *index)
{
	int32_t most = AIR_UNHEARD * AIR_DB;
	bool found = false;

	for (unsigned i = 0; i < radio->air->ap_count; i++) {
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
	/* Neither an open network instead of one with a key, nor the other way round. */
	if (!(ap->akms & radio->akms)) {
		say_failed(radio, PTL_FAILURE_UNSUPPORTED, 0,
			   ap->akms & PTL_AKM_OPEN ? "this network is open: it has no password"
			   : radio->key_n == 0	   ? "this network wants a password"
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
	uint8_t pmk[AIR_PMK];

	if (radio->akms != PTL_AKM_OPEN && radio->key_is_pmk) {
		radio->air->pmk(ap, pmk);
		return memcmp(pmk, radio->key, AIR_PMK) == 0;
	}
	return radio->akms == PTL_AKM_OPEN || (strlen(ap->key) == radio->key_n &&
					       memcmp(ap->key, radio->key, radio->key_n) == 0);
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

static void exchange_keys(struct air_radio *radio, ptl_time now)
{
	if (!right_key(radio)) {
		say_failed(radio, PTL_FAILURE_WRONG_KEY, REASON_4WAY_TIMEOUT, NULL);
		return;
	}
	radio->step = AIR_JOINED;
	radio->joined_at = now;
	radio->step_over = now + LOOK_US;
	say_where(radio, PTL_M_JOINED);
}

/* ---- joined ---- */

static void leave_unheard(struct air_radio *radio)
{
	struct ptl_control_writer left;

	radio->step = AIR_IDLE;
	radio->changed = true;
	ptl_control_begin(&left, PTL_M_LEFT, 0, PTL_IF_STATION);
	ptl_put_uint(&left, PTL_F_REASON, REASON_INACTIVE);
	ptl_put_uint(&left, PTL_F_BY, PTL_BY_RADIO);
	ptl_put_text(&left, PTL_F_TEXT, "the access point is not heard any more");
	ptl_radio_say(&radio->control, &left);
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
	    air_heard(radio, other) >= signal + ROAM_GAIN * AIR_DB &&
	    radio->air->aps[other].akms & radio->akms) {
		radio->ap = other;
		if (right_key(radio)) {
			say_where(radio, PTL_M_ROAMED);
			return;
		}
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
		steps[radio->step](radio, now);
	}
	return radio->step == AIR_IDLE ? PTL_NEVER : radio->step_over;
}

/* ---- frames ---- */

const struct air_ap *air_radio_ap(const struct air_radio *radio)
{
	return radio->step == AIR_JOINED ? present(radio) : NULL;
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
	int32_t faded; /* thousandths */

	radio->control.now = now;
	if (radio->step != AIR_JOINED)
		return false;
	faded = (FADE_FROM * AIR_DB - air_heard(radio, radio->ap)) * (1000 / AIR_DB) /
		FADE_RANGE;
	faded = faded < 0 ? 0 : faded > 1000 ? 1000 : faded;
	return prng_below(&radio->prng, AIR_ALWAYS) >=
	       present(radio)->loss + (uint32_t)(faded * faded * faded) / 1000;
}
