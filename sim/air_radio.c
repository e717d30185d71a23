// SPDX-License-Identifier: GPL-2.0-only
/* See air.h: the radio's scan, its settings, and what is asked of it. Its station is
 * air_station.c's, its access point air_own.c's. */
#include "sim/air_radio.h"

#include <string.h>

#define ACTIVE_US  100000u /* on a channel */
#define PASSIVE_US 120000u
#define RESTART_US 20000u /* after its answer */
#define TX_POWER   20	  /* dBm */
#define CHANNELS   13

#define ELEMENT_SSID  0
#define ELEMENT_RATES 1
#define ELEMENT_DS    3

/* ---- the scan ---- */

static size_t put_element(uint8_t *to, uint8_t id, const void *value, size_t n)
{
	to[0] = id;
	to[1] = (uint8_t)n;
	memcpy(to + 2, value, n);
	return n + 2;
}

static size_t make_elements(const struct air_ap *ap, bool with_name, uint8_t *to)
{
	static const uint8_t rates[] = {0x82, 0x84, 0x8b, 0x96, 0x0c, 0x12, 0x18, 0x24};
	size_t n = put_element(to, ELEMENT_SSID, ap->ssid, with_name ? ap->ssid_n : 0);

	n += put_element(to + n, ELEMENT_RATES, rates, sizeof(rates));
	n += put_element(to + n, ELEMENT_DS, &ap->channel, 1);
	return n + ptl_elements_rsn(to + n, ap->akms);
}

static void make_bss(struct air_radio *radio, unsigned index, bool named, ptl_time now)
{
	const struct air_ap *ap = air_ap_at(radio, index);
	bool secret = ap->akms & (uint8_t)~PTL_AKM_OPEN;

	radio->bss = (struct ptl_bss){
		.channel = ap->channel,
		.signal = air_dbm(air_heard(radio, index)),
		.akms = ap->akms,
		.capability = (uint16_t)(0x0001 | (secret ? 0x0010 : 0)),
		.beacon_interval = 100,
		.tsf = now - radio->origin,
		.elements = radio->elements,
		.elements_n = make_elements(ap, named, radio->elements),
	};
	memcpy(radio->bss.bssid, ap->bssid, 6);
	if (named) {
		memcpy(radio->bss.ssid, ap->ssid, ap->ssid_n);
		radio->bss.ssid_n = ap->ssid_n;
	}
}

/* Whether it answers this scan; named: with its SSID. */
static bool answers(const struct air_radio *radio, unsigned index, bool *named)
{
	const struct air_ap *ap = air_ap_at(radio, index);
	bool asked = ap && radio->scan_ssid_n > 0 && radio->scan_ssid_n == ap->ssid_n &&
		     memcmp(radio->scan_ssid, ap->ssid, ap->ssid_n) == 0;

	if (!ap)
		return false;
	*named = !ap->hidden || (asked && !radio->passive);
	return ap->channel == radio->channels[radio->channel_at] &&
	       air_heard(radio, index) > AIR_UNHEARD * AIR_DB &&
	       (radio->scan_ssid_n == 0 || asked);
}

static void scan_over(struct air_radio *radio, enum ptl_status status)
{
	struct ptl_control_writer done;

	ptl_control_begin(&done, PTL_M_SCAN_DONE, 0, PTL_IF_STATION);
	ptl_put_uint(&done, PTL_F_STATUS, status);
	if (ptl_radio_say(&radio->control, &done))
		radio->scanning = false;
}

/* Tells what is heard on this channel, one after another, then goes to the next. */
static ptl_time poll_scan(struct air_radio *radio, ptl_time now)
{
	ptl_time again;
	bool named;

	while (radio->scanning && now >= radio->channel_over) {
		if (!radio->telling && radio->heard_at < air_count(radio) &&
		    answers(radio, radio->heard_at, &named)) {
			make_bss(radio, radio->heard_at, named, now);
			radio->telling = true;
		}
		if (radio->telling && !ptl_radio_bss(&radio->control, now, &radio->bss, &again))
			return again;
		radio->telling = false;
		if (radio->heard_at < air_count(radio)) {
			radio->heard_at++;
			continue;
		}
		radio->heard_at = 0;
		if (radio->channel_at + 1 < radio->channel_count) {
			radio->channel_at++;
			radio->channel_over = now + radio->dwell_us;
			continue;
		}
		scan_over(radio, PTL_STATUS_DONE);
		if (radio->scanning)
			return now + 10000; /* no room; soon there is */
	}
	return radio->scanning ? radio->channel_over : PTL_NEVER;
}

static enum ptl_status begin_scan(struct air_radio *radio, const struct ptl_control *message,
				  ptl_time now, const char **reason)
{
	size_t n, ssid_n;
	const uint8_t *channels = ptl_control_bytes(message, PTL_F_CHANNELS, &n);
	const uint8_t *ssid = ptl_control_bytes(message, PTL_F_SSID, &ssid_n);

	if (radio->scanning)
		return PTL_STATUS_BUSY;
	radio->channel_count = 0;
	for (uint8_t i = 1; !channels && i <= CHANNELS; i++)
		radio->channels[radio->channel_count++] = i;
	for (size_t i = 0; channels && i < n; i++) {
		if (channels[i] < 1 || channels[i] > CHANNELS || i >= CHANNELS) {
			*reason = "the channels of this radio are 1 to 13";
			return PTL_STATUS_BAD_VALUE;
		}
		radio->channels[radio->channel_count++] = channels[i];
	}
	radio->scan_ssid_n = (uint8_t)ssid_n;
	if (ssid)
		memcpy(radio->scan_ssid, ssid, ssid_n);
	radio->passive = ptl_control_has(message, PTL_F_PASSIVE);
	radio->dwell_us = (uint32_t)ptl_control_uint(message, PTL_F_DWELL, 0) * 1000;
	if (radio->dwell_us == 0)
		radio->dwell_us = radio->passive ? PASSIVE_US : ACTIVE_US;
	radio->scanning = true;
	radio->telling = false;
	radio->control.bss_at = 0;
	radio->channel_at = 0;
	radio->heard_at = 0;
	radio->channel_over = now + radio->dwell_us;
	return PTL_STATUS_DONE;
}

/* ---- what is asked of it ---- */

static bool on_send(void *user, const uint8_t *message, size_t n)
{
	const struct air_radio *radio = user;

	return radio->send(radio->send_user, message, n);
}

static void on_info(void *user, struct ptl_control_writer *to)
{
	struct air_radio *radio = user;
	uint8_t channels[CHANNELS];

	for (uint8_t i = 0; i < CHANNELS; i++)
		channels[i] = (uint8_t)(i + 1);
	ptl_put_bytes(to, PTL_F_MAC, radio->mac, sizeof(radio->mac));
	ptl_put_bytes(to, PTL_F_AP_MAC, radio->ap_mac, sizeof(radio->ap_mac));
	ptl_put_bytes(to, PTL_F_CHANNELS, channels, sizeof(channels));
	ptl_put_uint(to, PTL_F_STATIONS, AIR_CLIENTS);
	ptl_put_uint(to, PTL_F_AKM, PTL_AKM_OPEN | PTL_AKM_PSK | PTL_AKM_SAE);
}

/* Of the station, or of one of the access point's. */
static enum ptl_status stats(struct air_radio *radio, const struct ptl_control *message,
			     struct ptl_control_writer *answer)
{
	const struct air_ap *ap = air_ap_at(radio, radio->ap);
	const struct air_client *client;
	size_t n;
	const uint8_t *mac = ptl_control_bytes(message, PTL_F_MAC, &n);

	if (mac) {
		client = air_own_client(radio, mac);
		if (!client)
			return PTL_STATUS_NO_SUCH;
		ptl_put_int(answer, PTL_F_SIGNAL, air_client_signal(radio, client));
		ptl_put_uint(answer, PTL_F_CONNECTED, air_ms(radio, client->since) / 1000);
		return PTL_STATUS_DONE;
	}
	if (radio->step == AIR_JOINED && ap) {
		ptl_put_int(answer, PTL_F_SIGNAL, air_dbm(air_heard(radio, radio->ap)));
		ptl_put_uint(answer, PTL_F_CHANNEL, ap->channel);
		ptl_put_uint(answer, PTL_F_CONNECTED, air_ms(radio, radio->joined_at) / 1000);
	}
	ptl_put_uint(answer, PTL_F_UPTIME, radio->control.now - radio->origin);
	return PTL_STATUS_DONE;
}

/* ---- settings ---- */

/* All of them or none: what cannot be is found before any is set. */
static enum ptl_status set(struct air_radio *radio, const struct ptl_control *message,
			   const char **reason)
{
	static const uint8_t foreign[] = {PTL_F_TIME,  PTL_F_PIN, PTL_F_PIN_MODE,
					  PTL_F_LEVEL, PTL_F_KEY, PTL_F_VALUE};
	bool of_ap = ptl_control_interface(message) == PTL_IF_AP;
	size_t n;
	const uint8_t *mac = ptl_control_bytes(message, PTL_F_MAC, &n);
	const uint8_t *country = ptl_control_bytes(message, PTL_F_COUNTRY, &n);

	for (size_t i = 0; i < sizeof(foreign); i++)
		if (ptl_control_has(message, (enum ptl_field)foreign[i]))
			return PTL_STATUS_UNSUPPORTED;
	if (mac && (mac[0] & 1)) {
		*reason = "the address of a group";
		return PTL_STATUS_BAD_VALUE;
	}
	if (mac && (of_ap ? radio->own.step != AIR_OWN_DOWN : radio->step != AIR_IDLE)) {
		*reason = "the address can be set while nothing is joined or served";
		return PTL_STATUS_STATE;
	}
	if (!ptl_groups_set(&radio->groups, message)) {
		*reason = "no list of groups";
		return PTL_STATUS_BAD_VALUE;
	}
	if (mac) {
		memcpy(of_ap ? radio->ap_mac : radio->mac, mac, sizeof(radio->mac));
		ptl_interfaces_set(&radio->interfaces, of_ap ? PTL_IF_AP : PTL_IF_STATION, mac);
	}
	if (country)
		memcpy(radio->country, country, sizeof(radio->country));
	radio->power_save =
		(uint8_t)ptl_control_uint(message, PTL_F_POWER_SAVE, radio->power_save);
	radio->tx_power = (int8_t)ptl_control_int(message, PTL_F_TX_POWER, radio->tx_power);
	return PTL_STATUS_DONE;
}

static enum ptl_status get(const struct air_radio *radio, const struct ptl_control *message,
			   struct ptl_control_writer *answer)
{
	switch (ptl_control_uint(message, PTL_F_SETTING, 0)) {
	case PTL_F_MAC:
		ptl_put_bytes(answer, PTL_F_MAC,
			      ptl_control_interface(message) == PTL_IF_AP ? radio->ap_mac
									  : radio->mac,
			      sizeof(radio->mac));
		return PTL_STATUS_DONE;
	case PTL_F_COUNTRY:
		ptl_put_bytes(answer, PTL_F_COUNTRY, radio->country, sizeof(radio->country));
		return PTL_STATUS_DONE;
	case PTL_F_POWER_SAVE:
		ptl_put_uint(answer, PTL_F_POWER_SAVE, radio->power_save);
		return PTL_STATUS_DONE;
	case PTL_F_TX_POWER:
		ptl_put_int(answer, PTL_F_TX_POWER, radio->tx_power);
		return PTL_STATUS_DONE;
	default:
		return PTL_STATUS_UNSUPPORTED;
	}
}

/* ---- requests ---- */

static enum ptl_status restart(struct air_radio *radio, const struct ptl_control *message)
{
	if (ptl_control_uint(message, PTL_F_HOW, 0) > 0)
		return PTL_STATUS_UNSUPPORTED;
	radio->restart_at = radio->control.now + RESTART_US;
	return PTL_STATUS_DONE;
}

static enum ptl_status stop_scan(struct air_radio *radio)
{
	if (!radio->scanning)
		return PTL_STATUS_STATE;
	radio->channel_count = 0; /* it ends at the next poll, after this answer */
	radio->channel_at = 0;
	radio->heard_at = air_count(radio);
	radio->channel_over = radio->control.now;
	radio->telling = false;
	radio->control.bss_at = 0;
	return PTL_STATUS_DONE;
}

static enum ptl_status on_request(void *user, const struct ptl_control *message,
				  struct ptl_control_writer *answer, const char **reason)
{
	struct air_radio *radio = user;

	switch (ptl_control_type(message)) {
	case PTL_M_SCAN:
		return begin_scan(radio, message, radio->control.now, reason);
	case PTL_M_SCAN_STOP:
		return stop_scan(radio);
	case PTL_M_JOIN:
		return air_join(radio, message, reason);
	case PTL_M_LEAVE:
		return air_leave(radio);
	case PTL_M_STATS:
		return stats(radio, message, answer);
	case PTL_M_SET:
		return set(radio, message, reason);
	case PTL_M_GET:
		return get(radio, message, answer);
	case PTL_M_AP_START:
		return air_own_start(radio, message, reason);
	case PTL_M_AP_STOP:
		return air_own_stop(radio);
	case PTL_M_STATION_KICK:
		return air_own_kick(radio, message);
	case PTL_M_RESTART:
		return restart(radio, message);
	default:
		*reason = "the scripted air has no such thing";
		return PTL_STATUS_UNSUPPORTED;
	}
}

static void on_reset(void *user)
{
	struct air_radio *radio = user;

	radio->scanning = false;
	radio->telling = false;
	(void)air_leave(radio);
	(void)air_own_stop(radio);
	memcpy(radio->mac, radio->usual_mac, sizeof(radio->mac));
	memcpy(radio->ap_mac, radio->usual_ap_mac, sizeof(radio->ap_mac));
	ptl_interfaces_init(&radio->interfaces, radio->mac, radio->ap_mac);
	ptl_groups_all(&radio->groups);
	memcpy(radio->country, "00", sizeof(radio->country));
	radio->power_save = 0;
	radio->tx_power = TX_POWER;
	radio->restart_at = PTL_NEVER;
}

void air_radio_init(struct air_radio *radio, const struct air *air, const uint8_t mac[6],
		    bool (*send)(void *user, const uint8_t *message, size_t n), void *user,
		    struct ptl_share *share, ptl_time origin)
{
	const struct ptl_radio_ops ops = {
		.user = radio,
		.board = "air",
		.firmware = "pigtail scripted air",
		.capabilities = PTL_CAN_STATION | PTL_CAN_AP | PTL_CAN_BOTH | PTL_CAN_PMF |
				PTL_CAN_ROAMS | PTL_CAN_ELEMENTS |
				(air->pmk ? PTL_CAN_PMK : 0u),
		.send = on_send,
		.info = on_info,
		.request = on_request,
		.reset = on_reset,
	};

	memset(radio, 0, sizeof(*radio));
	radio->air = air;
	radio->send = send;
	radio->send_user = user;
	radio->prng = prng_seed(air->seed, 77);
	radio->origin = origin;
	memcpy(radio->usual_mac, mac, sizeof(radio->usual_mac));
	memcpy(radio->usual_ap_mac, mac, sizeof(radio->usual_ap_mac));
	radio->usual_ap_mac[0] ^= 4;
	ptl_radio_init(&radio->control, &ops, share);
	on_reset(radio);
}

void air_radio_session(struct air_radio *radio, ptl_time now, bool up)
{
	ptl_radio_session(&radio->control, now, up);
}

bool air_radio_message(struct air_radio *radio, ptl_time now, const uint8_t *bytes, size_t n)
{
	return ptl_radio_message(&radio->control, now, bytes, n);
}

ptl_time air_radio_poll(struct air_radio *radio, ptl_time now)
{
	ptl_time due[3], first;

	radio->control.now = now;
	(void)ptl_radio_poll(&radio->control);
	if (radio->restart_at <= now)
		ptl_radio_session(&radio->control, now, true);
	due[0] = air_poll_station(radio, now);
	due[1] = poll_scan(radio, now);
	due[2] = air_own_poll(radio, now);
	first = radio->restart_at;
	for (unsigned i = 0; i < 3; i++)
		first = due[i] < first ? due[i] : first;
	return first;
}
