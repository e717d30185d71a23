/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For each flow: how many packets were made, which of them arrived (one bit
 * each), and the latest that did. A packet that arrives is made again from its
 * flow and serial and compared with what came.
 *
 * Serials count all packets that were handed to send(), also those that it
 * dropped at once (PTL_DOWN); their bits are set, so that their arrival would
 * count as doubled.
 */
#include "sim/traffic.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ETHER	14u
#define BURST	8u   /* packets sent at one moment, at most */
#define PUSH	64u  /* packets sent in one go when saturating */
#define WAIT_US 1000 /* before the next try, where no event will tell */

struct flow {
	enum traffic_kind kind;
	uint32_t made;
	uint32_t latest; /* 1 + serial; 0: none */
	uint64_t *seen;
	uint32_t seen_words;
};

struct traffic {
	struct traffic_config config;
	struct traffic_counters counters;
	struct prng prng;
	struct flow flow[TRAFFIC_FLOWS + 1];

	uint16_t next_flow;
	size_t next_n; /* 0: to be made */
	uint8_t next[TRAFFIC_MAX];
	uint8_t expected[TRAFFIC_MAX];

	struct sim *sim;
	int side;
	uint64_t left;
	uint32_t gap_us;
	bool scheduled; /* a call by sim_at() is underway */
};

void traffic_config_default(struct traffic_config *config, uint64_t seed)
{
	*config = (struct traffic_config){
		.seed = seed,
		.flows = 12,
		.bulk_flows = 2,
		.kinds = TRAFFIC_ALL,
		.min = 14,
		.max = 1514,
	};
}

static bool config_is_good(const struct traffic_config *config)
{
	return config->flows >= 1 && config->flows <= TRAFFIC_FLOWS &&
	       config->kinds & TRAFFIC_ALL && config->max <= TRAFFIC_MAX &&
	       config->min <= config->max && config->min >= ETHER &&
	       !(config->ip && config->kinds & TRAFFIC_RAW);
}

struct traffic *traffic_new(const struct traffic_config *config)
{
	struct traffic *traffic;
	unsigned kind = TRAFFIC_ALL + 1;

	if (!config_is_good(config))
		return NULL;
	traffic = calloc(1, sizeof(*traffic));
	if (!traffic)
		return NULL;
	traffic->config = *config;
	traffic->prng = prng_seed(config->seed, 1);
	for (unsigned i = 0; i < config->flows; i++) {
		do
			kind = kind > TRAFFIC_ALL ? 1 : kind << 1;
		while (!(kind & config->kinds));
		traffic->flow[i].kind = (enum traffic_kind)kind;
	}
	traffic->flow[TRAFFIC_FLOWS].kind = TRAFFIC_RAW;
	return traffic;
}

void traffic_free(struct traffic *traffic)
{
	if (!traffic)
		return;
	for (unsigned i = 0; i <= TRAFFIC_FLOWS; i++)
		free(traffic->flow[i].seen);
	free(traffic);
}

static size_t make(const struct traffic *traffic, uint16_t flow, uint32_t serial, uint8_t *out)
{
	struct traffic_packet packet = {
		.seed = traffic->config.seed,
		.kind = traffic->flow[flow].kind,
		.flow = flow,
		.serial = serial,
		.min = traffic->config.min,
		.max = traffic->config.max,
	};

	return traffic_packet_make(&packet, out);
}

static uint16_t draw_flow(struct traffic *traffic)
{
	struct prng *prng = &traffic->prng;
	unsigned bulk = traffic->config.bulk_flows;

	if (!traffic->config.ip && traffic->config.min < TRAFFIC_TINY && !prng_below(prng, 32))
		return TRAFFIC_FLOWS;
	if (bulk && bulk < traffic->config.flows && prng_below(prng, 4))
		return (uint16_t)prng_below(prng, bulk);
	return (uint16_t)prng_below(prng, traffic->config.flows);
}

const uint8_t *traffic_next(struct traffic *traffic, size_t *n)
{
	size_t skip = traffic->config.ip ? ETHER : 0;

	if (!traffic->next_n) {
		traffic->next_flow = draw_flow(traffic);
		traffic->next_n = make(traffic, traffic->next_flow,
				       traffic->flow[traffic->next_flow].made, traffic->next);
	}
	*n = traffic->next_n - skip;
	return traffic->next + skip;
}

/* Marks a packet; false: it was marked before. */
static bool mark(struct flow *flow, uint32_t serial)
{
	uint32_t word = serial / 64;
	uint64_t bit = UINT64_C(1) << serial % 64;
	uint32_t words = flow->seen_words;

	if (word >= words) {
		words = 2 * word + 16;
		flow->seen = realloc(flow->seen, words * sizeof(*flow->seen));
		if (!flow->seen)
			abort();
		memset(flow->seen + flow->seen_words, 0,
		       (words - flow->seen_words) * sizeof(*flow->seen));
		flow->seen_words = words;
	}
	if (flow->seen[word] & bit)
		return false;
	flow->seen[word] |= bit;
	return true;
}

void traffic_sent(struct traffic *traffic, enum ptl_error error)
{
	struct flow *flow = &traffic->flow[traffic->next_flow];

	if (error == PTL_FULL) {
		traffic->counters.full++;
		return;
	}
	traffic->next_n = 0;
	if (error == PTL_OK) {
		traffic->counters.accepted++;
	} else {
		traffic->counters.refused++;
		mark(flow, flow->made);
	}
	flow->made++;
}

bool traffic_arrived(struct traffic *traffic, const uint8_t *packet, size_t n)
{
	static const uint8_t ip4[2] = {0x08, 0x00}, ip6[2] = {0x86, 0xdd};
	uint8_t whole[TRAFFIC_MAX];
	struct traffic_counters *counters = &traffic->counters;
	struct flow *flow;
	uint16_t id;
	uint32_t serial;
	size_t skip = traffic->config.ip ? ETHER : 0;

	if (!n || n + skip > TRAFFIC_MAX) {
		counters->unknown++;
		return false;
	}
	if (skip) {
		memset(whole, 0, ETHER);
		memcpy(whole + 12, packet[0] >> 4 == 6 ? ip6 : ip4, 2);
		memcpy(whole + skip, packet, n);
	}
	if (!traffic_packet_identify(skip ? whole : packet, n + skip, &id, &serial) ||
	    serial >= traffic->flow[id].made) {
		counters->unknown++;
		return false;
	}
	flow = &traffic->flow[id];
	if (make(traffic, id, serial, traffic->expected) != n + skip ||
	    memcmp(traffic->expected + skip, packet, n) != 0) {
		counters->corrupt++;
		return false;
	}
	if (!mark(flow, serial)) {
		counters->doubled++;
		return false;
	}
	counters->arrived++;
	counters->bytes += n;
	if (serial < flow->latest && id != TRAFFIC_FLOWS) {
		counters->reordered++;
		return false;
	}
	if (flow->latest <= serial)
		flow->latest = serial + 1;
	return true;
}

static enum ptl_error send_one(struct traffic *traffic)
{
	size_t n;
	const uint8_t *packet = traffic_next(traffic, &n);
	enum ptl_error error = sim_send(traffic->sim, traffic->side, packet, n);

	traffic_sent(traffic, error);
	if (error != PTL_FULL)
		traffic->left--;
	return error;
}

static void on_time(void *user);

static void schedule(struct traffic *traffic, ptl_time in)
{
	if (traffic->scheduled || !traffic->left)
		return;
	traffic->scheduled = true;
	sim_at(traffic->sim, sim_now(traffic->sim) + in, on_time, traffic);
}

/* As fast as they are taken. */
static void push(struct traffic *traffic)
{
	for (unsigned i = 0; i < PUSH && traffic->left; i++) {
		enum ptl_error error = send_one(traffic);

		if (error == PTL_FULL)
			return;
		if (error != PTL_OK)
			break;
	}
	schedule(traffic, WAIT_US);
}

static void on_time(void *user)
{
	struct traffic *traffic = user;
	struct prng *prng = &traffic->prng;
	uint32_t burst;

	traffic->scheduled = false;
	if (!traffic->gap_us) {
		push(traffic);
		return;
	}
	burst = prng_below(prng, 8) ? 1 : 1 + prng_below(prng, BURST);
	for (uint32_t i = 0; i < burst && traffic->left; i++)
		if (send_one(traffic) == PTL_FULL)
			break;
	schedule(traffic, (ptl_time)(-log1p(-prng_unit(prng)) * traffic->gap_us * burst));
}

void traffic_play(struct traffic *traffic, struct sim *sim, int side, uint64_t count,
		  uint32_t gap_us)
{
	traffic->sim = sim;
	traffic->side = side;
	traffic->left = count;
	traffic->gap_us = gap_us;
	schedule(traffic, 0);
}

void traffic_room(struct traffic *traffic)
{
	if (traffic->left && !traffic->gap_us && !traffic->scheduled)
		push(traffic);
}

uint64_t traffic_missing(const struct traffic *traffic)
{
	return traffic->counters.accepted - traffic->counters.arrived;
}

int64_t traffic_unaccounted(const struct traffic *traffic, const struct ptl_counters *sender)
{
	uint64_t dropped = sender->drop_codel + sender->drop_overflow + sender->drop_down +
			   sender->drop_flushed + sender->drop_length + sender->drop_refused;

	return (int64_t)(traffic_missing(traffic) + traffic->counters.refused - dropped);
}

uint64_t traffic_left(const struct traffic *traffic)
{
	return traffic->left;
}

bool traffic_is_done(const struct traffic *traffic)
{
	return !traffic->left && !traffic_missing(traffic);
}

bool traffic_is_clean(const struct traffic *traffic)
{
	const struct traffic_counters *counters = &traffic->counters;

	return !counters->corrupt && !counters->unknown && !counters->doubled &&
	       !counters->reordered;
}

const struct traffic_counters *traffic_counters(const struct traffic *traffic)
{
	return &traffic->counters;
}

const char *traffic_report(const struct traffic *traffic)
{
	static char line[400];
	const struct traffic_counters *c = &traffic->counters;

	snprintf(line, sizeof(line),
		 "seed %" PRIu64 ": left %" PRIu64 ", accepted %" PRIu64 ", refused %" PRIu64
		 ", full %" PRIu64 ", arrived %" PRIu64 ", missing %" PRIu64
		 ", corrupt %" PRIu64 ", unknown %" PRIu64 ", doubled %" PRIu64
		 ", reordered %" PRIu64,
		 traffic->config.seed, traffic->left, c->accepted, c->refused, c->full,
		 c->arrived, traffic_missing(traffic), c->corrupt, c->unknown, c->doubled,
		 c->reordered);
	return line;
}

static bool hook_packet(void *user, int side, const uint8_t *packet, size_t n)
{
	struct traffic **traffic = user;

	if (traffic[!side])
		traffic_arrived(traffic[!side], packet, n);
	return true;
}

static void hook_room(void *user, int side)
{
	struct traffic **traffic = user;

	if (traffic[side])
		traffic_room(traffic[side]);
}

void traffic_hooks(struct sim_hooks *hooks, struct traffic *traffic[2])
{
	hooks->user = traffic;
	hooks->packet = hook_packet;
	hooks->room = hook_room;
}
