/* SPDX-License-Identifier: GPL-2.0-only */
/*
 *	HELD      the user left, or there is no network to join
 *	WAITING   the timer runs: back-off, or a moment after something happened
 *	CHOOSING  a scan runs; its end decides
 *	JOINING   our join runs
 *	IN        joined
 *
 * Whatever goes wrong leads to WAITING, for twice as long each time. A radio that is not
 * there is not waited for by time: its READY begins anew.
 */
#include "host/wifi/rejoin.h"

#include "host/base/log.h"

#include <pigtail/rejoin.h>

#include <stdlib.h>
#include <string.h>

enum state { HELD, WAITING, CHOOSING, JOINING, IN };

struct rejoin {
	struct wifi *wifi;
	const struct networks *networks;
	const char *name;
	struct wifi_listener listener;
	struct timer *timer;
	enum state state;
	uint32_t backoff;
	struct wifi_network user, asked; /* asked: joined by the user, how is not known yet */
	bool has_user, has_asked;
	ptl_time bad_until[NETWORKS_MAX], user_bad_until;
	bool told; /* that none is in reach */
};

static void wait_for(struct rejoin *rejoin, uint64_t us)
{
	rejoin->state = WAITING;
	timer_set(rejoin->timer, timer_now() + us);
}

static void hold(struct rejoin *rejoin)
{
	rejoin->state = HELD;
	timer_set(rejoin->timer, PTL_NEVER);
}

/* After a failure. */
static void back_off(struct rejoin *rejoin)
{
	wait_for(rejoin, ptl_rejoin_wait(&rejoin->backoff));
}

static bool wants_any(const struct rejoin *rejoin)
{
	return rejoin->has_user || rejoin->networks->count > 0;
}

static bool is_eligible(const struct rejoin *rejoin, const struct wifi_network *network,
			ptl_time bad_until)
{
	return bad_until <= timer_now() &&
	       (network->hidden || wifi_find(rejoin->wifi, network->ssid, network->ssid_n));
}

/* What the user joined goes before all; then the list is in the order of priority. */
static const struct wifi_network *choose(const struct rejoin *rejoin)
{
	if (rejoin->has_user && is_eligible(rejoin, &rejoin->user, rejoin->user_bad_until))
		return &rejoin->user;
	for (unsigned int i = 0; i < rejoin->networks->count; i++)
		if (is_eligible(rejoin, &rejoin->networks->list[i].network,
				rejoin->bad_until[i]))
			return &rejoin->networks->list[i].network;
	return NULL;
}

static bool station_is_free(const struct rejoin *rejoin)
{
	return ptl_wifi_ready(&rejoin->wifi->core) &&
	       ptl_wifi_state(&rejoin->wifi->core, PTL_WIFI_STATION) == PTL_WIFI_IDLE;
}

static void join_best(struct rejoin *rejoin)
{
	const struct wifi_network *network = choose(rejoin);

	if (!network) {
		if (!rejoin->told)
			log_line("%s: no known network is in reach; looked for again and again",
				 rejoin->name);
		rejoin->told = true;
		back_off(rejoin);
		return;
	}
	rejoin->state = JOINING;
	if (!station_is_free(rejoin) || wifi_join(rejoin->wifi, network) != PTL_STATUS_DONE)
		back_off(rejoin);
}

static void on_timer(void *user)
{
	struct rejoin *rejoin = user;
	enum ptl_status status;

	if (rejoin->state != WAITING)
		return;
	if (!station_is_free(rejoin)) {
		back_off(rejoin);
		return;
	}
	rejoin->state = CHOOSING;
	status = wifi_scan(rejoin->wifi, NULL, 0, NULL, 0, false);
	/* BUSY: the end of another's scan does as well. */
	if (status != PTL_STATUS_DONE && status != PTL_STATUS_BUSY)
		back_off(rejoin);
}

static bool same(const struct wifi_network *a, const struct wifi_network *b)
{
	return a->ssid_n == b->ssid_n && !memcmp(a->ssid, b->ssid, a->ssid_n);
}

/* With a wrong key it would be tried for ever, and others never. */
static void leave_alone(struct rejoin *rejoin, const struct wifi_network *network)
{
	ptl_time until = timer_now() + REJOIN_BAD_US;

	if (rejoin->has_user && same(&rejoin->user, network))
		rejoin->user_bad_until = until;
	for (unsigned int i = 0; i < rejoin->networks->count; i++)
		if (same(&rejoin->networks->list[i].network, network))
			rejoin->bad_until[i] = until;
}

static void on_failed(struct rejoin *rejoin)
{
	const struct wifi *wifi = rejoin->wifi;

	if (rejoin->state == JOINING && wifi->failure.why == PTL_FAILURE_WRONG_KEY)
		leave_alone(rejoin, &wifi->failure.network);
	rejoin->has_asked = false;
	if (rejoin->state != HELD && wants_any(rejoin))
		back_off(rejoin);
}

static void on_joined(struct rejoin *rejoin)
{
	if (rejoin->has_asked) {
		rejoin->user = rejoin->asked;
		rejoin->has_user = true;
		rejoin->user_bad_until = 0;
		rejoin->has_asked = false;
	}
	rejoin->state = IN;
	rejoin->backoff = PTL_REJOIN_FIRST_US;
	rejoin->told = false;
	timer_set(rejoin->timer, PTL_NEVER);
}

static void on_heard(void *user, enum wifi_event event)
{
	struct rejoin *rejoin = user;

	switch (event) {
	case WIFI_READY:
		rejoin->backoff = PTL_REJOIN_FIRST_US;
		if (rejoin->state != HELD && rejoin->wifi->info.capabilities & PTL_CAN_STATION)
			wait_for(rejoin, PTL_REJOIN_SOON_US);
		break;
	case WIFI_GONE:
		if (rejoin->state != HELD)
			rejoin->state = WAITING;
		timer_set(rejoin->timer, PTL_NEVER);
		break;
	case WIFI_SCAN_DONE:
		if (rejoin->state == CHOOSING)
			join_best(rejoin);
		break;
	case WIFI_JOINED:
		on_joined(rejoin);
		break;
	case WIFI_FAILED:
		on_failed(rejoin);
		break;
	case WIFI_LEFT:
		/* For another network, which is being joined. */
		if (rejoin->state != HELD && !rejoin->has_asked)
			wait_for(rejoin, PTL_REJOIN_SOON_US);
		break;
	default:
		break;
	}
}

void rejoin_user_joins(struct rejoin *rejoin, const struct wifi_network *network)
{
	rejoin->asked = *network;
	rejoin->has_asked = true;
	/* A failure of it leads back to what is known. */
	if (rejoin->state == HELD && wants_any(rejoin))
		rejoin->state = WAITING;
	timer_set(rejoin->timer, PTL_NEVER);
}

void rejoin_user_leaves(struct rejoin *rejoin)
{
	rejoin->has_user = rejoin->has_asked = false;
	explicit_bzero(&rejoin->user, sizeof(rejoin->user));
	explicit_bzero(&rejoin->asked, sizeof(rejoin->asked));
	hold(rejoin);
}

struct rejoin *rejoin_new(uv_loop_t *loop, struct wifi *wifi, const struct networks *networks,
			  const char *name)
{
	struct rejoin *rejoin = calloc(1, sizeof(*rejoin));

	if (!rejoin)
		return NULL;
	rejoin->wifi = wifi;
	rejoin->networks = networks;
	rejoin->name = name;
	rejoin->backoff = PTL_REJOIN_FIRST_US;
	rejoin->timer = timer_new(loop, on_timer, rejoin);
	if (!rejoin->timer) {
		free(rejoin);
		return NULL;
	}
	rejoin->state = wants_any(rejoin) ? WAITING : HELD;
	rejoin->listener.user = rejoin;
	rejoin->listener.heard = on_heard;
	wifi_listen(wifi, &rejoin->listener);
	return rejoin;
}

void rejoin_free(struct rejoin *rejoin)
{
	if (!rejoin)
		return;
	wifi_listen_no_more(rejoin->wifi, &rejoin->listener);
	timer_free(rejoin->timer);
	explicit_bzero(rejoin, sizeof(*rejoin));
	free(rejoin);
}
