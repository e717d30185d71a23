// SPDX-License-Identifier: GPL-2.0-only
/*
 * The access point of a scripted radio:
 *
 *	DOWN -- AP_START --> STARTS -- it beacons, and the request is answered --> UP
 *	  ^                     |                                                  |
 *	  '-- AP_STOP, or a new session <------------------------------------------'
 *
 * and each of its stations:
 *
 *	NONE -- keys are in place --> COMES -- STATION_JOINED --> SAID -- it went --> THERE
 *	  ^                             |                           |                   |
 *	  +-----------------------------'                           |                   |
 *	  '-- STATION_LEFT was said -- LEAVES <---------------------+-------------------'
 *
 * Frames pass while it is THERE, so the host knows of a station before it hears it. What
 * the link has no room for waits here.
 */
#include "sim/air_radio.h"

#include <string.h>

#define START_US 100000u
#define AGAIN_US 20000u

#define CHANNELS 13
#define SIGNAL	 (-45) /* dBm, as the other radios of the space hear it */

#define REASON_LEAVING 3
#define BROADCAST      ((const uint8_t[6]){255, 255, 255, 255, 255, 255})

/* ---- stations ---- */

static bool is_here(const struct air_client *client)
{
	return client->step != AIR_CLIENT_NONE && client->step != AIR_CLIENT_LEAVES;
}

/* Where the station is that is there, or comes; AIR_CLIENTS: nowhere. */
static unsigned place_of(const struct air_own *own, const uint8_t mac[6])
{
	unsigned i = 0;

	while (i < AIR_CLIENTS &&
	       (!is_here(&own->clients[i]) || memcmp(own->clients[i].mac, mac, 6) != 0))
		i++;
	return i;
}

bool air_own_has(const struct air_radio *owner, const uint8_t mac[6])
{
	return place_of(&owner->own, mac) < AIR_CLIENTS;
}

static struct air_client *find(struct air_own *own, const uint8_t mac[6])
{
	unsigned i = place_of(own, mac);

	return i < AIR_CLIENTS ? &own->clients[i] : NULL;
}

const struct air_client *air_own_client(const struct air_radio *owner, const uint8_t mac[6])
{
	unsigned i = place_of(&owner->own, mac);

	return i < AIR_CLIENTS && owner->own.clients[i].step == AIR_CLIENT_THERE
		       ? &owner->own.clients[i]
		       : NULL;
}

struct air_client *air_own_add(struct air_radio *owner, const uint8_t mac[6], ptl_time now)
{
	struct air_own *own = &owner->own;
	struct air_client *client = NULL;
	unsigned count = 0;

	if (own->step != AIR_OWN_UP || find(own, mac))
		return NULL;
	for (unsigned i = 0; i < AIR_CLIENTS; i++) {
		if (own->clients[i].step != AIR_CLIENT_NONE)
			count++;
		else if (!client)
			client = &own->clients[i];
	}
	if (!client || count >= own->most)
		return NULL;
	*client = (struct air_client){.step = AIR_CLIENT_COMES, .since = now};
	memcpy(client->mac, mac, sizeof(client->mac));
	air_due(owner);
	return client;
}

static void remove_client(struct air_radio *owner, struct air_client *client, uint16_t reason,
			  enum ptl_by by)
{
	ptl_interfaces_left(&owner->interfaces, client->mac);
	/* The host was not told of one that only comes. */
	client->step = client->step == AIR_CLIENT_COMES ? AIR_CLIENT_NONE : AIR_CLIENT_LEAVES;
	client->reason = reason;
	client->by = by;
	air_due(owner);
}

void air_own_remove(struct air_radio *owner, const uint8_t mac[6], uint16_t reason,
		    enum ptl_by by)
{
	struct air_client *client = find(&owner->own, mac);

	if (client)
		remove_client(owner, client, reason, by);
}

static void send_away(struct air_radio *owner, struct air_client *client, uint16_t reason)
{
	struct air_radio *radio = client->radio;

	remove_client(owner, client, reason, PTL_BY_HOST);
	if (radio)
		air_station_sent_away(radio, reason);
}

/* Whether it was said. */
static bool say_joined(struct air_radio *radio, struct air_client *client)
{
	struct ptl_control_writer joined;

	ptl_control_begin(&joined, PTL_M_STATION_JOINED, 0, PTL_IF_AP);
	ptl_put_bytes(&joined, PTL_F_MAC, client->mac, sizeof(client->mac));
	ptl_put_uint(&joined, PTL_F_AID, (uint64_t)(client - radio->own.clients) + 1);
	if (!ptl_radio_say(&radio->control, &joined))
		return false;
	client->step = AIR_CLIENT_SAID;
	(void)ptl_interfaces_joined(&radio->interfaces, client->mac);
	return true;
}

static bool say_left(struct air_radio *radio, struct air_client *client)
{
	struct ptl_control_writer left;

	ptl_control_begin(&left, PTL_M_STATION_LEFT, 0, PTL_IF_AP);
	ptl_put_bytes(&left, PTL_F_MAC, client->mac, sizeof(client->mac));
	ptl_put_uint(&left, PTL_F_REASON, client->reason);
	ptl_put_uint(&left, PTL_F_BY, client->by);
	if (!ptl_radio_say(&radio->control, &left))
		return false;
	client->step = AIR_CLIENT_NONE;
	return true;
}

int8_t air_client_signal(const struct air_radio *owner, const struct air_client *client)
{
	if (client->radio)
		return air_dbm(air_heard(client->radio, client->radio->ap));
	return (int8_t)owner->air->visitors[client->visitor].signal;
}

/* First who leaves: it may be one that comes back. */
static bool tell_clients(struct air_radio *radio)
{
	struct air_client *clients = radio->own.clients;

	for (unsigned i = 0; i < AIR_CLIENTS; i++)
		if (clients[i].step == AIR_CLIENT_LEAVES && !say_left(radio, &clients[i]))
			return false;
	for (unsigned i = 0; i < AIR_CLIENTS; i++)
		if (clients[i].step == AIR_CLIENT_COMES && !say_joined(radio, &clients[i]))
			return false;
	if (!ptl_radio_poll(&radio->control))
		return false;
	for (unsigned i = 0; i < AIR_CLIENTS; i++)
		if (clients[i].step == AIR_CLIENT_SAID)
			clients[i].step = AIR_CLIENT_THERE;
	return true;
}

/* ---- requests ---- */

enum ptl_status air_own_start(struct air_radio *radio, const struct ptl_control *message,
			      const char **reason)
{
	struct air_own *own = &radio->own;
	uint8_t channel = (uint8_t)ptl_control_uint(message, PTL_F_CHANNEL, 0);
	uint64_t most = ptl_control_uint(message, PTL_F_STATIONS, AIR_CLIENTS);
	size_t n;
	const uint8_t *ssid = ptl_control_bytes(message, PTL_F_SSID, &n);

	if (own->step != AIR_OWN_DOWN)
		return PTL_STATUS_BUSY;
	if (n == 0 || most == 0 || channel < 1 || channel > CHANNELS) {
		*reason = "it takes a name, a channel of 1 to 13, and a station at least";
		return PTL_STATUS_BAD_VALUE;
	}
	if (radio->step != AIR_IDLE && radio->step != AIR_SEEKING &&
	    air_ap_at(radio, radio->ap) && air_ap_at(radio, radio->ap)->channel != channel)
		return PTL_STATUS_CHANNEL;
	memset(own, 0, sizeof(*own));
	own->ap.akms =
		(uint8_t)ptl_control_uint(message, PTL_F_AKM,
					  ptl_control_has(message, PTL_F_PASSPHRASE) ||
							  ptl_control_has(message, PTL_F_PMK)
						  ? PTL_AKM_PSK
						  : PTL_AKM_OPEN);
	if (!air_take_secret(radio->air, message, &own->secret) ||
	    (own->secret.pmk && (own->ap.akms & PTL_AKM_SAE))) {
		*reason = "here it takes the passphrase, not the PMK";
		return PTL_STATUS_UNSUPPORTED;
	}
	if ((own->ap.akms == PTL_AKM_OPEN) != (own->secret.n == 0)) {
		*reason = own->secret.n ? "an open network has no key" : "it needs a key";
		return PTL_STATUS_BAD_VALUE;
	}
	memcpy(own->ap.ssid, ssid, n);
	own->ap.ssid_n = (uint8_t)n;
	memcpy(own->ap.bssid, radio->ap_mac, sizeof(own->ap.bssid));
	own->ap.channel = channel;
	own->ap.hidden = ptl_control_has(message, PTL_F_HIDDEN);
	own->ap.points[0].signal = SIGNAL;
	own->ap.point_count = 1;
	own->most = (uint8_t)(most < AIR_CLIENTS ? most : AIR_CLIENTS);
	own->start_id = ptl_control_id(message);
	own->step = AIR_OWN_STARTS;
	own->step_over = radio->control.now + START_US;
	return PTL_STATUS_LATER;
}

enum ptl_status air_own_stop(struct air_radio *radio)
{
	struct air_own *own = &radio->own;

	if (own->step == AIR_OWN_DOWN)
		return PTL_STATUS_STATE;
	if (own->step == AIR_OWN_STARTS &&
	    !ptl_radio_answer(&radio->control, own->start_id, PTL_IF_AP, PTL_STATUS_ABORTED,
			      NULL))
		return PTL_STATUS_BUSY;
	for (unsigned i = 0; i < AIR_CLIENTS; i++)
		if (own->clients[i].step != AIR_CLIENT_NONE && own->clients[i].radio)
			air_station_sent_away(own->clients[i].radio, REASON_LEAVING);
	ptl_interfaces_ap(&radio->interfaces, false);
	memset(own, 0, sizeof(*own));
	return PTL_STATUS_DONE;
}

enum ptl_status air_own_kick(struct air_radio *radio, const struct ptl_control *message)
{
	uint16_t reason = (uint16_t)ptl_control_uint(message, PTL_F_REASON, REASON_LEAVING);
	struct air_own *own = &radio->own;
	size_t n;
	const uint8_t *mac = ptl_control_bytes(message, PTL_F_MAC, &n);
	struct air_client *client = find(own, mac);

	if (own->step != AIR_OWN_UP)
		return PTL_STATUS_STATE;
	if (client) {
		send_away(radio, client, reason);
		return PTL_STATUS_DONE;
	}
	if (memcmp(mac, BROADCAST, 6) != 0)
		return PTL_STATUS_NO_SUCH;
	for (unsigned i = 0; i < AIR_CLIENTS; i++)
		if (is_here(&own->clients[i]))
			send_away(radio, &own->clients[i], reason);
	return PTL_STATUS_DONE;
}

/* ---- time ---- */

ptl_time air_own_poll(struct air_radio *radio, ptl_time now)
{
	struct air_own *own = &radio->own;

	if (own->step == AIR_OWN_DOWN)
		return PTL_NEVER;
	if (own->step == AIR_OWN_UP)
		return tell_clients(radio) ? PTL_NEVER : now + AGAIN_US;
	if (now < own->step_over)
		return own->step_over;
	if (!ptl_radio_answer(&radio->control, own->start_id, PTL_IF_AP, PTL_STATUS_DONE, NULL))
		return now + AGAIN_US;
	own->step = AIR_OWN_UP;
	ptl_interfaces_ap(&radio->interfaces, true);
	return PTL_NEVER;
}
