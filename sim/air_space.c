// SPDX-License-Identifier: GPL-2.0-only
/*
 * All radios of an air, the stations that its script lets come and go, and the way of
 * frames between them:
 *
 *	host -- radio's station ----- access point of the script -- events.to_net()
 *	                   \
 *	                    '-------- another radio's access point -- its host
 *	                                     |  \
 *	                           visitors --   '-- stations of other radios
 *
 * A frame meets its lot once, at the station that sends or gets it. Visitors:
 *
 *	AWAY -- its time, and its network is there --> JOINS -- right key --> THERE
 *	  ^                                              |                     |
 *	  '----------- wrong key, sent away, its time is over -----------------'
 */
#include "sim/air_radio.h"

#include <string.h>

#define SEEK_US	 500000u /* a visitor looks for its network */
#define JOIN_US	 200000u
#define AGAIN_US 5000000u /* after a wrong key, or when it was sent away */

#define REASON_LEAVING 3
#define ETHER_HEADER   14
#define SOURCE	       6

/* ---- radios ---- */

void air_space_init(struct air_space *space, const struct air *air, ptl_time now)
{
	memset(space, 0, sizeof(*space));
	space->air = air;
	space->origin = space->now = now;
}

bool air_space_add(struct air_space *space, struct air_radio *radio)
{
	for (unsigned i = 0; i < AIR_RADIOS; i++) {
		if (space->radios[i])
			continue;
		space->radios[i] = radio;
		radio->space = space;
		return true;
	}
	return false;
}

void air_space_remove(struct air_space *space, struct air_radio *radio)
{
	(void)air_leave(radio);
	(void)air_own_stop(radio);
	for (unsigned i = 0; i < AIR_RADIOS; i++)
		if (space->radios[i] == radio)
			space->radios[i] = NULL;
	radio->space = NULL;
}

/* ---- frames ---- */

static bool is_group(const uint8_t *frame)
{
	return frame[0] & 1;
}

static void to_host(const struct air_radio *radio, const uint8_t *frame, size_t n)
{
	if (radio->events.to_host)
		radio->events.to_host(radio->events.user, frame, n);
}

/* To the station of a radio. */
static void to_station(const struct air_radio *radio, const uint8_t *frame, size_t n)
{
	if (ptl_groups_pass(&radio->groups, frame, n))
		to_host(radio, frame, n);
}

static bool visitor_passes(struct air_radio *owner, unsigned visitor)
{
	return prng_below(&owner->prng, AIR_ALWAYS) >= owner->air->visitors[visitor].loss;
}

/* From an access point to one of its stations. */
static void to_client(struct air_radio *owner, const struct air_client *client, ptl_time now,
		      const uint8_t *frame, size_t n)
{
	const struct air_space *space = owner->space;

	if (client->radio) {
		if (air_radio_passes(client->radio, now))
			to_station(client->radio, frame, n);
	} else if (space->to_visitor && visitor_passes(owner, client->visitor)) {
		space->to_visitor(space->user, client->visitor, frame, n);
	}
}

/* To the stations of an access point that it is for. true: it is for one of them alone. */
static bool to_clients(struct air_radio *owner, ptl_time now, const uint8_t *frame, size_t n)
{
	const struct air_client *one = air_own_client(owner, frame);

	if (one)
		to_client(owner, one, now, frame, n);
	for (unsigned i = 0; is_group(frame) && i < AIR_CLIENTS; i++) {
		const struct air_client *client = &owner->own.clients[i];

		if (client->step == AIR_CLIENT_THERE &&
		    memcmp(client->mac, frame + SOURCE, sizeof(client->mac)) != 0)
			to_client(owner, client, now, frame, n);
	}
	return one != NULL;
}

/* What an access point got from one of its stations. */
static void from_client(struct air_radio *owner, ptl_time now, const uint8_t *frame, size_t n)
{
	if (!to_clients(owner, now, frame, n))
		to_host(owner, frame, n);
}

static void from_station(struct air_radio *radio, ptl_time now, const uint8_t *frame, size_t n)
{
	struct air_radio *owner = air_ap_owner(radio, radio->ap);

	if (memcmp(frame + SOURCE, radio->mac, sizeof(radio->mac)) != 0 ||
	    !air_radio_passes(radio, now))
		return;
	if (owner)
		from_client(owner, now, frame, n);
	else if (radio->events.to_net)
		radio->events.to_net(radio->events.user, radio->ap, frame, n);
}

void air_radio_frame(struct air_radio *radio, ptl_time now, const uint8_t *frame, size_t n)
{
	if (n < ETHER_HEADER)
		return;
	if (ptl_interfaces_to_radio(&radio->interfaces, frame, n) == PTL_IF_AP)
		(void)to_clients(radio, now, frame, n);
	else
		from_station(radio, now, frame, n);
}

void air_from_visitor(struct air_space *space, ptl_time now, unsigned visitor,
		      const uint8_t *frame, size_t n)
{
	struct air_radio *at = space->visitors[visitor].at;
	const uint8_t *mac = space->air->visitors[visitor].mac;

	if (space->visitors[visitor].step == AIR_VISITOR_THERE && n >= ETHER_HEADER &&
	    memcmp(frame + SOURCE, mac, 6) == 0 && air_own_client(at, mac) &&
	    visitor_passes(at, visitor))
		from_client(at, now, frame, n);
}

void air_from_net(struct air_space *space, ptl_time now,
		  bool (*belongs)(void *net, unsigned ap), void *net, const uint8_t *frame,
		  size_t n)
{
	if (n < ETHER_HEADER)
		return;
	for (unsigned i = 0; i < AIR_RADIOS; i++) {
		struct air_radio *radio = space->radios[i];

		if (!radio || !air_radio_ap(radio) || !belongs(net, radio->ap) ||
		    memcmp(frame + SOURCE, radio->mac, sizeof(radio->mac)) == 0 ||
		    (!is_group(frame) && memcmp(frame, radio->mac, sizeof(radio->mac)) != 0))
			continue;
		if (air_radio_passes(radio, now))
			to_station(radio, frame, n);
	}
}

/* ---- visitors ---- */

/* The access point that it wants; NULL: it is not there. */
static struct air_radio *seek(const struct air_space *space, const struct air_visitor *visitor)
{
	for (unsigned i = 0; i < AIR_RADIOS; i++) {
		struct air_radio *radio = space->radios[i];

		if (radio && radio->own.step == AIR_OWN_UP &&
		    radio->own.ap.ssid_n == visitor->ssid_n &&
		    memcmp(radio->own.ap.ssid, visitor->ssid, visitor->ssid_n) == 0)
			return radio;
	}
	return NULL;
}

static bool join(struct air_space *space, unsigned i)
{
	const struct air_visitor *visitor = &space->air->visitors[i];
	struct air_radio *at = seek(space, visitor);
	struct air_client *client;
	struct air_secret key;

	if (!at)
		return false;
	air_text_secret(&key, visitor->key);
	if (!air_same_key(space->air, &at->own.ap, &at->own.secret, &key))
		return false;
	client = air_own_add(at, visitor->mac, space->now);
	if (!client)
		return false;
	client->visitor = i;
	space->visitors[i].at = at;
	return true;
}

/* Whether its access point still has it. */
static bool is_kept(const struct air_space *space, unsigned i)
{
	const struct air_radio *at = space->visitors[i].at;

	for (unsigned r = 0; r < AIR_RADIOS; r++)
		if (at && space->radios[r] == at)
			return air_own_has(at, space->air->visitors[i].mac);
	return false;
}

static void be_away(struct air_space *space, unsigned i, uint32_t us)
{
	space->visitors[i].step = AIR_VISITOR_AWAY;
	space->visitors[i].step_over = space->now + us;
	space->visitors[i].at = NULL;
}

static ptl_time poll_visitor(struct air_space *space, unsigned i)
{
	const struct air_visitor *visitor = &space->air->visitors[i];
	ptl_time from = space->origin + (ptl_time)visitor->from * 1000;
	ptl_time until =
		visitor->until ? space->origin + (ptl_time)visitor->until * 1000 : PTL_NEVER;

	if (space->now < from)
		return from;
	if (space->visitors[i].step == AIR_VISITOR_THERE && !is_kept(space, i))
		be_away(space, i, AGAIN_US);
	if (space->now >= until) {
		if (space->visitors[i].step == AIR_VISITOR_THERE)
			air_own_remove(space->visitors[i].at, visitor->mac, REASON_LEAVING,
				       PTL_BY_PEER);
		be_away(space, i, 0);
		return PTL_NEVER;
	}
	if (space->visitors[i].step == AIR_VISITOR_THERE)
		return space->now + SEEK_US < until ? space->now + SEEK_US : until;
	if (space->now < space->visitors[i].step_over)
		return space->visitors[i].step_over;
	if (space->visitors[i].step == AIR_VISITOR_AWAY) {
		bool found = seek(space, visitor) != NULL;

		space->visitors[i].step = found ? AIR_VISITOR_JOINS : AIR_VISITOR_AWAY;
		space->visitors[i].step_over = space->now + (found ? JOIN_US : SEEK_US);
	} else if (join(space, i)) {
		space->visitors[i].step = AIR_VISITOR_THERE;
		space->visitors[i].step_over = space->now + SEEK_US;
	} else {
		be_away(space, i, AGAIN_US);
	}
	return space->visitors[i].step_over;
}

ptl_time air_space_poll(struct air_space *space, ptl_time now)
{
	ptl_time first = PTL_NEVER;

	space->now = now;
	for (unsigned i = 0; i < space->air->visitor_count; i++) {
		ptl_time due = poll_visitor(space, i);

		first = due < first ? due : first;
	}
	return first;
}
