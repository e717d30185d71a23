/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two links, and between them a wire whose faults the input decides: flips, drops,
 * repeats, cuts, restarts of an end; and whose rate the two agree on, or not. Whatever it is, a
 * packet arrives at most once, unchanged, in order within its flow; when nothing was restarted
 * and no session ended, none is missing but those that were counted; and when the faults end,
 * all that is sent arrives.
 *
 * First byte: profiles. Then operations, a byte each with operands after it.
 */
#include "require.h"

#include <stdlib.h>
#include <string.h>

#include "link/bytes.h"
#include "link/state.h"

#define FLOWS  6
#define CANARY 64
#define BAUD   921600

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct script {
	const uint8_t *p;
	size_t n;
};

struct end {
	struct ptl_link *link;
	struct pair *pair;
	struct ptl_config config;
	uint32_t rate;	 /* of its UART */
	uint32_t asked;	 /* what it should be; 0: as it is */
	uint8_t *memory; /* canary, link, canary */
	size_t size;
	enum ptl_state state;
	bool refuse, refused;
	uint32_t life;
	uint32_t sent[FLOWS];	 /* next to send, in this life */
	uint32_t arrived[FLOWS]; /* next to arrive from the peer's life */
	uint32_t from_life;
	uint64_t taken, delivered; /* packets that send() took; that the peer got */
	uint32_t messages_sent, messages_arrived; /* of this life; of all, see send_control() */
};

struct pair {
	struct end ends[2];
	ptl_time now;
	bool broken;	  /* a session ended: some may be missing */
	uint32_t highest; /* above it nothing gets through */
};

static uint8_t take(struct script *script)
{
	if (script->n == 0)
		return 0;
	script->n--;
	return *script->p++;
}

/* Packets say what they are, and the rest follows from that. */

static uint8_t filler(uint32_t seed, size_t i)
{
	uint32_t x = (seed ^ (uint32_t)(i / 4)) * 0x9e3779b1u;

	if (seed & 4) /* many zeros */
		return (x >> 13 & 3) ? 0 : (uint8_t)(x >> 20);
	return seed & 8 ? (uint8_t)(1 + i % 255) : (uint8_t)(x >> (i % 4 * 8));
}

/* Of every other flow: UDP over IPv4, so that headers are compressed. */
static size_t head_of(uint8_t flow)
{
	return flow & 1 ? 42 : 14;
}

static void make(uint8_t *packet, size_t n, int side, uint32_t life, uint8_t flow,
		 uint32_t place)
{
	size_t head = head_of(flow);
	uint32_t sum = 0;

	memset(packet, 0, head);
	packet[0] = packet[6] = 2;
	packet[5] = flow;
	packet[11] = (uint8_t)side;
	packet[12] = flow & 1 ? 0x08 : 0x88;
	if (flow & 1) {
		packet[14] = 0x45;
		packet[16] = (uint8_t)((n - 14) >> 8);
		packet[17] = (uint8_t)(n - 14);
		packet[19] = (uint8_t)place;
		packet[23] = 17;
		packet[30] = packet[26] = 10;
		packet[37] = flow;
		packet[38] = (uint8_t)((n - 34) >> 8);
		packet[39] = (uint8_t)(n - 34);
		for (size_t i = 14; i < 34; i += 2)
			sum += (uint32_t)packet[i] << 8 | packet[i + 1];
		sum = (sum & 0xffff) + (sum >> 16);
		packet[24] = (uint8_t) ~(sum >> 8);
		packet[25] = (uint8_t)~sum;
	}
	put_le32(packet + head, life);
	put_le32(packet + head + 4, place);
	for (size_t i = head + 8; i < n; i++)
		packet[i] = filler(place * 16 + flow, i);
}

static bool on_packet(void *user, const uint8_t *packet, size_t n)
{
	struct end *end = user;
	int side = end == &end->pair->ends[1];
	struct end *peer = &end->pair->ends[!side];
	uint32_t life, place;
	uint8_t wanted[2048], flow;

	REQUIRE(end->state == PTL_STATE_UP);
	REQUIRE(n >= 22 && n <= 1518);
	flow = packet[5];
	REQUIRE(flow < FLOWS && n >= head_of(flow) + 8);
	life = get_le32(packet + head_of(flow));
	place = get_le32(packet + head_of(flow) + 4);
	make(wanted, n, !side, life, flow, place);
	REQUIRE(memcmp(packet, wanted, n) == 0);
	/* From an earlier life only what had come before the restart was noticed. */
	REQUIRE(life <= peer->life && life >= end->from_life);
	if (end->from_life != life) {
		memset(end->arrived, 0, sizeof(end->arrived));
		end->from_life = life;
	}
	REQUIRE(place >= end->arrived[flow]);
	REQUIRE(life < peer->life || place < peer->sent[flow]);
	if (end->refuse) {
		end->refused = true;
		return false;
	}
	end->arrived[flow] = place + 1;
	peer->delivered++;
	return true;
}

static bool on_control(void *user, const uint8_t *message, size_t n)
{
	struct end *end = user;

	REQUIRE(n >= 4 && n <= PTL_CONTROL_MAX);
	REQUIRE(get_le32(message) >= end->messages_arrived);
	if (end->refuse) {
		end->refused = true;
		return false;
	}
	end->messages_arrived = get_le32(message) + 1;
	return true;
}

static void on_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	struct end *end = user;

	REQUIRE(state != end->state || reason == PTL_REASON_PEER_RESTARTED);
	if (reason != PTL_REASON_START)
		end->pair->broken = true;
	end->state = state;
}

static void on_frame(void *user, enum ptl_direction direction, bool ok, const uint8_t *frame,
		     size_t n)
{
	REQUIRE(user && frame && n > 0 && (ok || direction <= PTL_TX));
}

static void on_rate(void *user, uint32_t rate)
{
	struct end *end = user;

	REQUIRE(end->asked == 0);
	end->asked = rate;
}

/* The UART is set as the link wants it, all it gave having left. */
static bool follow(struct pair *pair, struct end *end)
{
	if (!end->asked)
		return false;
	end->rate = end->asked;
	end->asked = 0;
	ptl_link_rate_done(end->link, pair->now, end->rate);
	return true;
}

static void start(struct pair *pair, int side, bool echo_frames)
{
	struct end *end = &pair->ends[side];
	struct ptl_events events = {.user = end,
				    .packet = on_packet,
				    .control = on_control,
				    .state = on_state,
				    .rate = on_rate,
				    .frame = echo_frames ? on_frame : NULL};

	end->life++;
	end->state = PTL_STATE_DOWN;
	memset(end->sent, 0, sizeof(end->sent));
	end->from_life = 0;
	end->messages_sent = 0;
	end->messages_arrived = 0;
	end->config.nonce = (uint32_t)side + 2 * end->life;
	end->rate = BAUD;
	end->asked = 0;
	REQUIRE(ptl_link_init(end->memory + CANARY, end->size, &end->config, &events, pair->now,
			      &end->link) == PTL_OK);
}

static void open_end(struct pair *pair, int side, bool mcu, bool drop, bool rate)
{
	struct end *end = &pair->ends[side];

	end->pair = pair;
	ptl_config_default(&end->config, mcu ? PTL_PROFILE_MCU : PTL_PROFILE_HOST);
	end->config.role = side ? PTL_DEVICE : PTL_HOST;
	end->config.baud = BAUD;
	end->config.rate_auto = rate;
	end->config.drop_when_full = drop;
	if (!mcu) {
		end->config.tx_packets = 32;
		end->config.tx_blocks = 64;
		end->config.tx_flows = 8;
		end->config.rx_window[1] = 4096;
		end->config.rx_window[2] = 4096;
		end->config.contexts = 3;
		end->config.history[0] = 8;
		end->config.history[1] = 10;
	}
	end->size = ptl_link_size(&end->config);
	REQUIRE(end->size > 0);
	end->memory = malloc(end->size + 2 * CANARY);
	REQUIRE(end->memory);
	memset(end->memory, 0xa5, end->size + 2 * CANARY);
	start(pair, side, true);
}

static void check_canary(const struct end *end)
{
	for (size_t i = 0; i < CANARY; i++)
		REQUIRE(end->memory[i] == 0xa5 && end->memory[CANARY + end->size + i] == 0xa5);
}

enum fault { NONE, FLIP, DROP, REPEAT, CUT, NOISE };

/* Pulls at most room bytes from one side, and delivers what the wire makes of it. 0:
 * there was nothing to do. */
static size_t carry(struct pair *pair, int side, size_t room, enum fault fault, size_t at,
		    uint8_t mask)
{
	struct end *from = &pair->ends[side], *to = &pair->ends[!side];
	uint8_t bytes[600];
	size_t n = ptl_link_transmit(from->link, pair->now, bytes, room);
	size_t all = n;
	uint32_t rate = from->rate;

	REQUIRE(n <= room);
	/* It has said all: then it wants nothing before its next deadline. */
	REQUIRE(n == room || ptl_link_deadline(from->link) > pair->now);
	pair->now += (n * 10000000 + from->rate - 1) / from->rate;
	all += follow(pair, from);
	if (n == 0)
		return all;
	at %= n;
	if (rate != to->rate || rate > pair->highest) {
		fault = NOISE;
		at = 0;
		n = n < 20 ? n : 20;
	}
	switch (fault) {
	case FLIP:
		bytes[at] ^= mask;
		break;
	case DROP:
		memmove(bytes + at, bytes + at + 1, n - at - 1);
		n--;
		break;
	case REPEAT:
		memmove(bytes + at + 1, bytes + at, n - at);
		n++;
		break;
	case CUT:
		n = at;
		break;
	case NOISE:
		for (size_t i = at; i < n && i < at + 40; i++)
			bytes[i] = (uint8_t)(mask * (i + 1));
		break;
	case NONE:
		break;
	}
	ptl_link_receive(to->link, pair->now, bytes, n);
	return all;
}

static void send(struct pair *pair, int side, uint8_t flow, size_t n)
{
	struct end *end = &pair->ends[side];
	uint8_t packet[1518];

	flow %= FLOWS;
	make(packet, n, side, end->life, flow, end->sent[flow]);
	if (ptl_link_send(end->link, pair->now, packet, n) == PTL_OK) {
		end->sent[flow]++;
		end->taken++;
	}
}

static void send_control(struct pair *pair, int side, size_t n)
{
	struct end *end = &pair->ends[side];
	uint8_t message[PTL_CONTROL_MAX];

	memset(message, (int)n, n);
	/* Those of a life come before those of the next, also where one that was refused comes
	 * when its sender has restarted already. */
	put_le32(message, end->life << 16 | end->messages_sent);
	if (ptl_link_send_control(end->link, pair->now, message, n, NULL) == PTL_OK)
		end->messages_sent++;
}

static void resume(struct end *end)
{
	if (end->refused && !end->refuse) {
		end->refused = false;
		ptl_link_resume(end->link, end->pair->now);
	}
}

/* Time passes, the wire is clean; stops early when there is nothing to say. */
static void run(struct pair *pair, ptl_time us)
{
	ptl_time until = pair->now + us;

	while (pair->now < until) {
		ptl_time next = until;

		if (carry(pair, 0, 200, NONE, 0, 0) + carry(pair, 1, 200, NONE, 0, 0) > 0)
			continue;
		for (int side = 0; side < 2; side++) {
			ptl_time deadline = ptl_link_deadline(pair->ends[side].link);

			if (deadline < next)
				next = deadline;
		}
		REQUIRE(next > pair->now); /* both were silent */
		pair->now = next;
	}
}

static void operation(struct pair *pair, struct script *script)
{
	uint8_t code = take(script);
	int side = code >> 7;
	size_t n, at;

	switch (code % 12) {
	case 0:
	case 1:
		n = take(script);
		send(pair, side, (uint8_t)(n >> 4), 50 + n * (code & 64 ? 5 : 1));
		break;
	case 2:
		send_control(pair, side, 4 + take(script) * 508u / 255);
		break;
	case 3:
	case 4:
		n = take(script);
		carry(pair, side, n * 2, NONE, 0, 0);
		break;
	case 5:
		n = take(script);
		carry(pair, 0, n * 2, NONE, 0, 0);
		carry(pair, 1, n * 2, NONE, 0, 0);
		break;
	case 6:
	case 7:
		n = 1 + take(script);
		at = take(script);
		carry(pair, side, n, (enum fault)(1 + (code >> 4 & 7) % 5), at, take(script));
		break;
	case 8:
		run(pair, take(script) * (code & 64 ? 20000u : 100u));
		break;
	case 9:
		pair->ends[side].refuse = code & 64;
		resume(&pair->ends[side]);
		break;
	case 10:
		for (side = 0; side < 2; side++) {
			pair->ends[side].rate = BAUD;
			pair->ends[side].asked = 0;
			ptl_link_wire_reset(pair->ends[side].link, pair->now);
		}
		break;
	default:
		if ((code & 48) == 48) {
			pair->highest = take(script) * 25000u;
			if (pair->highest < BAUD)
				pair->highest = BAUD;
		} else if (code & 32) { /* nothing gets through for a while */
			pair->now += take(script) * 20000u;
			ptl_link_transmit(pair->ends[side].link, pair->now, NULL, 0);
		} else if (code & 64) {
			pair->broken = true;
			start(pair, side, code & 16);
		}
		break;
	}
}

static bool quiet(const struct pair *pair)
{
	for (int side = 0; side < 2; side++) {
		const struct ptl_link *link = pair->ends[side].link;

		if (!link->session.up || link->queue.free_packets < link->queue.packet_count)
			return false;
	}
	/* Both know the same session. */
	return pair->ends[0].rate == pair->ends[1].rate &&
	       pair->ends[0].link->session.peer_nonce == pair->ends[1].link->session.nonce &&
	       pair->ends[1].link->session.peer_nonce == pair->ends[0].link->session.nonce;
}

/* The faults have ended: it works again, and loses nothing. */
static void calm(struct pair *pair)
{
	uint64_t before[2];

	for (int side = 0; side < 2; side++) {
		pair->ends[side].refuse = false;
		resume(&pair->ends[side]);
	}
	for (int second = 0; second < 2 || (second < 40 && !quiet(pair)); second++)
		run(pair, 1000000);
	for (int side = 0; side < 2; side++) {
		const struct end *end = &pair->ends[side];
		const struct ptl_counters *counters = ptl_link_counters(end->link);
		uint64_t dropped = counters->drop_codel + counters->drop_overflow;

		REQUIRE(end->state == PTL_STATE_UP);
		REQUIRE(end->link->queue.free_packets == end->link->queue.packet_count);
		REQUIRE(pair->broken || end->delivered + dropped >= end->taken);
		REQUIRE(end->delivered <= end->taken);
		before[side] = end->delivered;
	}
	for (int side = 0; side < 2; side++)
		send(pair, side, 1, 500);
	run(pair, 2000000);
	for (int side = 0; side < 2; side++)
		REQUIRE(pair->ends[side].delivered == before[side] + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct script script = {data, n};
	uint8_t how = take(&script);
	struct pair pair = {.now = 5000000, .highest = 10000000};

	for (int side = 0; side < 2; side++)
		open_end(&pair, side, how >> side & 1, how >> (side + 2) & 1, how & 16);
	run(&pair, 10000);
	REQUIRE(pair.ends[0].state == PTL_STATE_UP && pair.ends[1].state == PTL_STATE_UP);
	for (int operations = 0; script.n > 0 && operations < 300; operations++)
		operation(&pair, &script);
	calm(&pair);
	for (int side = 0; side < 2; side++) {
		check_canary(&pair.ends[side]);
		free(pair.ends[side].memory);
	}
	return 0;
}
