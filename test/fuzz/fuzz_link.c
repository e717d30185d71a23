/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A link and a hostile peer. The input is a script: bytes from the wire as they
 * are, or frames that pass the check, whose fields come from the input; time;
 * packets to send; a reader that refuses; a port that is reopened; rates that can be
 * set, or cannot. The link's
 * memory is exactly as large as it asked for, so that the sanitizer sees each byte
 * beyond it.
 *
 * First two bytes: config. Then operations, a byte each with operands after it.
 */
#include "require.h"

#include <stdlib.h>

#include "test/unit/reference_wire.h"
#include "link/bytes.h"
#include "link/state.h"

#define OWN_NONCE 1u
#define ROOM	  2048

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct script {
	const uint8_t *p;
	size_t n;
};

struct end {
	struct ptl_link *link;
	ptl_time now;
	uint16_t max_packet;
	enum ptl_state state;
	bool refuse, echo;
	uint32_t messages; /* taken by the link */
	uint32_t asked;	   /* rate that the link wants; 0: none */
};

static uint8_t take(struct script *script)
{
	if (script->n == 0)
		return 0;
	script->n--;
	return *script->p++;
}

/* Up to n bytes of the script, in memory of their own. */
static uint8_t *take_bytes(struct script *script, size_t *n)
{
	uint8_t *copy;

	if (*n > script->n)
		*n = script->n;
	copy = malloc(*n);
	REQUIRE(copy || *n == 0);
	if (*n > 0)
		memcpy(copy, script->p, *n);
	script->p += *n;
	script->n -= *n;
	return copy;
}

static void send_message(struct end *end, const uint8_t *message, size_t n)
{
	uint32_t number;

	if (ptl_link_send_control(end->link, end->now, message, n, &number) == PTL_OK)
		REQUIRE(number == end->messages++);
}

/* What the link tells. */

static bool on_packet(void *user, const uint8_t *packet, size_t n)
{
	struct end *end = user;
	uint32_t sum = 0;

	REQUIRE(n >= 14 && n <= end->max_packet);
	REQUIRE(end->state == PTL_STATE_UP);
	for (size_t i = 0; i < n; i++) /* all of it can be read */
		sum += packet[i];
	if (end->echo && (sum & 1))
		ptl_link_send(end->link, end->now, packet, n);
	return !end->refuse;
}

static bool on_control(void *user, const uint8_t *message, size_t n)
{
	struct end *end = user;

	REQUIRE(n >= 1 && n <= PTL_CONTROL_MAX);
	REQUIRE(end->state == PTL_STATE_UP);
	if (end->echo && (message[n - 1] & 1))
		send_message(end, message, n);
	return !end->refuse;
}

/* What a session takes with it is the last that was taken. */
static void on_control_lost(void *user, uint32_t first, uint32_t count)
{
	struct end *end = user;

	REQUIRE(count > 0 && count <= QUEUE_MESSAGES_MAX);
	REQUIRE(first + count == end->messages);
}

static void on_room(void *user)
{
	REQUIRE(((struct end *)user)->state == PTL_STATE_UP);
}

static void on_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	struct end *end = user;

	REQUIRE(state != end->state || reason == PTL_REASON_PEER_RESTARTED);
	end->state = state;
}

static void on_rate(void *user, uint32_t rate)
{
	struct end *end = user;

	REQUIRE(rate > 0 && end->asked == 0);
	end->asked = rate;
}

static void on_frame(void *user, enum ptl_direction direction, bool ok, const uint8_t *frame,
		     size_t n)
{
	uint32_t crc = ref_crc(frame, n); /* all of it can be read */

	REQUIRE(user && n > 0 && (direction == PTL_RX || direction == PTL_TX));
	REQUIRE(!ok || n >= PTL_HEADER_BYTES + PTL_CHECK_BYTES || crc == 0);
}

/* What the peer says. */

static void hear(struct end *end, const uint8_t *bytes, size_t n, size_t chunk)
{
	while (n > 0) {
		size_t part = chunk < n ? chunk : n;
		uint8_t *copy = malloc(part);

		REQUIRE(copy);
		memcpy(copy, bytes, part);
		ptl_link_receive(end->link, end->now, copy, part);
		free(copy);
		bytes += part;
		n -= part;
	}
}

static void hear_frame(struct end *end, const uint8_t *content, size_t n, uint8_t how)
{
	static const uint32_t xors[] = {0, REF_XOR_CONTINUED, REF_XOR_PACKED, REF_XOR_ADDED};
	uint8_t encoded[COBS_MAX(REF_MAX) + 16];
	size_t length = ref_frame_encode_with(content, n, xors[how & 3], encoded);

	if (how & 4) { /* cut, if there is a place for it */
		size_t at = (size_t)(how >> 3) * length / 32;
		uint8_t decoded[REF_MAX];

		for (; at + 7 < length; at++) {
			struct ref_decoded d = ref_cobs_decode(encoded, at, decoded);

			if (d.owed > PTL_CUT_BYTES && d.n >= PTL_HEADER_BYTES) {
				length = ref_frame_cut(encoded, at);
				break;
			}
		}
	}
	hear(end, encoded, length, how & 0x80 ? 1 : 97);
}

static void hear_data(struct end *end, struct script *script, uint8_t how)
{
	enum ptl_class class = (enum ptl_class)(1 + how % DATA_CLASSES);
	uint8_t near = take(script);
	uint8_t content[REF_MAX];
	uint16_t number = receiver_of(end->link, class)->head;
	size_t n = take(script) * (how & 0x40 ? 7u : 1u);

	/* Near the window: a little before it, in it, a little beyond. */
	number = (uint16_t)((number + near - (near >= 0xf0 ? 0x100u : 0)) & PTL_NUMBER_MASK);
	put_le16(content, (uint16_t)((unsigned)class << PTL_CLASS_SHIFT | number));
	memset(content + PTL_HEADER_BYTES, how & 8 ? 0 : near, n);
	for (size_t i = 0; i < n && i < 80; i++)
		content[PTL_HEADER_BYTES + i] = take(script);
	hear_frame(end, content, PTL_HEADER_BYTES + n, take(script));
}

static void hear_acks(struct end *end, struct script *script, uint8_t how)
{
	uint8_t content[PTL_HEADER_BYTES + PTL_ACK_MAX_BYTES + 300];
	size_t n = PTL_HEADER_BYTES;

	put_le16(content, PTL_HEADER_ACKS | (how & 0x20 ? PTL_MSG_PONG : PTL_MSG_ACK));
	for (unsigned entries = 1 + how % 3; entries > 0; entries--) {
		uint8_t first = take(script);
		unsigned class = 1 + (first >> 5 & 3) % DATA_CLASSES;
		const struct sender *sender = sender_of(end->link, (enum ptl_class) class);
		size_t pairs = first & PTL_ACK_RANGES;

		content[n] = (uint8_t)((entries > 1 ? PTL_ACK_MORE : 0) |
				       class << PTL_ACK_CLASS_SHIFT | pairs);
		put_le16(content + n + 1,
			 (uint16_t)((sender->acked + take(script)) & PTL_NUMBER_MASK));
		n += PTL_ACK_BYTES;
		for (size_t i = 0; i < 2 * pairs; i++)
			content[n++] = take(script);
	}
	hear_frame(end, content, n, 0);
}

static void hear_hello(struct end *end, struct script *script)
{
	static const uint8_t rate[] = {PTL_OPTION_RATE,
				       PTL_RATE_OPTION_BYTES,
				       0,
				       0x5a,
				       0x62,
				       0x02,
				       16,
				       0,
				       0x40,
				       0x42,
				       0x0f,
				       0}; /* 40 MHz, 16, 1 M */
	uint8_t content[PTL_HEADER_BYTES + PTL_HELLO_BYTES + 32] = {PTL_MSG_HELLO};
	uint8_t *payload = content + PTL_HEADER_BYTES;
	uint8_t how = take(script);
	size_t options = how >> 4;

	payload[PTL_HELLO_VERSION] = how & 8 ? take(script) : 1;
	payload[PTL_HELLO_VERSION_MIN] = how & 8 ? take(script) : 1;
	payload[PTL_HELLO_FLAGS] = take(script);
	payload[PTL_HELLO_NONCE] = take(script);
	put_le32(payload + PTL_HELLO_SEEN,
		 how & 1 ? end->link->session.nonce : (uint32_t)take(script));
	payload[PTL_HELLO_CAPS] = take(script);
	put_le16(payload + PTL_HELLO_MAX_PACKET,
		 (uint16_t)(how & 2 ? 64 + take(script) * 8u : 1518));
	for (int i = 0; i < DATA_CLASSES; i++)
		put_le16(payload + PTL_HELLO_WINDOWS + 2 * i,
			 (uint16_t)(how & 4 ? take(script) * 8u
				    : i	    ? 64u
					    : 32u));
	for (size_t i = 0; i < 2 * options; i++)
		payload[PTL_HELLO_BYTES + i] = take(script);
	if (how & 0x80) /* a peer that compresses as we do */
		memcpy(payload + PTL_HELLO_BYTES, "\1\2\4\4\2\2\11\11", 8);
	if ((how & 0xc0) == 0x40) { /* one that negotiates the rate */
		payload[PTL_HELLO_CAPS] |= PTL_CAP_RATE;
		options = sizeof(rate) / 2;
		memcpy(payload + PTL_HELLO_BYTES, rate, sizeof(rate));
	}
	hear_frame(end, content, PTL_HEADER_BYTES + PTL_HELLO_BYTES + 2 * options, 0);
}

/* A message about rates; most often of the trial that is going on. */
static void hear_rate(struct end *end, struct script *script)
{
	uint8_t content[PTL_HEADER_BYTES + PTL_PROBE_BYTES] = {0};
	uint8_t *payload = content + PTL_HEADER_BYTES;
	uint8_t how = take(script);
	size_t n = how & 0x80 ? take(script) % (PTL_PROBE_BYTES + 1u) : PTL_PROBE_BYTES;

	content[0] = (uint8_t)(PTL_MSG_PROPOSE + (how & 7));
	payload[0] = how & 8 ? take(script) : end->link->rate.trial;
	for (size_t i = 1; i < PTL_PROBE_HEAD; i++)
		payload[i] = how & 16 ? take(script) : 200;
	if (how & 32)
		put_le32(payload + 1, end->link->rate.wanted);
	if (how & 64) /* as many as are needed */
		for (unsigned i = 0; i < PTL_PROBES_GOOD; i++) {
			put_le16(payload + 1, (uint16_t)i);
			hear_frame(end, content, PTL_HEADER_BYTES + n, 0);
		}
	hear_frame(end, content, PTL_HEADER_BYTES + n, 0);
}

/* What the link does. */

static size_t transmit(struct end *end, size_t room)
{
	uint8_t *out = malloc(room);
	size_t n;

	REQUIRE(out || room == 0);
	n = ptl_link_transmit(end->link, end->now, out, room);
	REQUIRE(n <= room);
	/* It has said all: then it wants nothing before its next deadline. */
	REQUIRE(n == room || ptl_link_deadline(end->link) > end->now);
	free(out);
	return n;
}

static void send(struct end *end, struct script *script, uint8_t how)
{
	size_t n = (size_t)take(script) * (how & 1 ? 6 : 1);
	uint8_t flow = take(script);
	uint8_t *packet = malloc(n);
	enum ptl_error error;

	REQUIRE(packet || n == 0);
	if (n > 0)
		memset(packet, how & 2 ? 0 : flow, n);
	if (n > 13) {
		memset(packet, flow, 12);
		packet[12] = how & 4 ? 0x08 : 0x88;
		packet[13] = 0;
	}
	if (n > 40 && how & 4) { /* IPv4, TCP or UDP */
		packet[14] = 0x45;
		packet[23] = how & 8 ? 6 : 17;
		packet[35] = flow;
	}
	error = ptl_link_send(end->link, end->now, packet, n);
	REQUIRE(error == PTL_OK || error == PTL_FULL || error == PTL_DROPPED ||
		error == PTL_DOWN || error == PTL_TOO_LONG || error == PTL_TOO_SHORT);
	REQUIRE(error == PTL_DOWN || error == PTL_TOO_LONG || error == PTL_TOO_SHORT ||
		end->state == PTL_STATE_UP);
	free(packet);
}

static void send_control(struct end *end, struct script *script)
{
	size_t n = take(script) * 3u;
	uint8_t *message = take_bytes(script, &n);

	send_message(end, message, n);
	free(message);
}

static void check(const struct end *end)
{
	const struct queue *queue = &end->link->queue;
	const struct ptl_counters *counters = ptl_link_counters(end->link);
	ptl_time deadline = ptl_link_deadline(end->link);
	struct ptl_info info;

	ptl_link_info(end->link, &info);
	REQUIRE(info.state == end->state);
	REQUIRE(info.queued + info.messages <= queue->packet_count);
	REQUIRE(info.waiting <= info.queued);
	REQUIRE(info.messages <= queue->quota_messages);
	REQUIRE(queue->message_blocks <= queue->quota_blocks);
	REQUIRE(queue->free_blocks <= queue->block_count);
	REQUIRE((info.queued + info.messages == 0) ==
		(queue->free_blocks == queue->block_count));
	REQUIRE(deadline <= end->now + 10000000);
	REQUIRE(counters->rx_packets <= counters->rx_frames * 64);
	for (int i = 0; i < DATA_CLASSES; i++) {
		const struct sender *sender = &end->link->senders[i];
		const struct receiver *receiver = &end->link->receivers[i];

		REQUIRE(sender->count <= sender->size);
		REQUIRE(sender->flying + sender->lost <= sender->count);
		REQUIRE(((sender->next - sender->acked) & PTL_NUMBER_MASK) <= sender->window);
		REQUIRE(((receiver->next - receiver->head) & PTL_NUMBER_MASK) <=
			receiver->window);
		REQUIRE(((receiver->high - receiver->head) & PTL_NUMBER_MASK) <=
			receiver->window);
	}
}

static void operation(struct end *end, struct script *script)
{
	uint8_t code = take(script);
	uint8_t how = (uint8_t)(code >> 4 | code << 4);
	uint8_t *bytes;
	size_t n;

	switch (code % 16) {
	case 0:
		n = take(script);
		bytes = take_bytes(script, &n);
		hear(end, bytes, n, 1 + how);
		free(bytes);
		break;
	case 1:
		n = take(script);
		bytes = take_bytes(script, &n);
		hear_frame(end, bytes, n, how);
		free(bytes);
		break;
	case 2:
	case 3:
		hear_data(end, script, how);
		break;
	case 4:
		hear_acks(end, script, how);
		break;
	case 5:
		transmit(end, take(script) * (how & 0x10 ? 8u : 1u));
		break;
	case 6:
		for (n = 0; n < 200 && transmit(end, 61) == 61; n++)
			;
		break;
	case 7:
		end->now += take(script) * 100u;
		break;
	case 8:
		end->now += take(script) * 20000u;
		transmit(end, 0);
		break;
	case 9:
	case 10:
		send(end, script, how);
		break;
	case 11:
		send_control(end, script);
		break;
	case 12:
		end->refuse = how & 0x10;
		ptl_link_resume(end->link, end->now);
		break;
	case 13:
		end->asked = 0;
		ptl_link_wire_reset(end->link, end->now);
		break;
	case 14:
		hear_hello(end, script);
		break;
	default:
		if ((how & 0x60) == 0x20)
			hear_rate(end, script);
		else if ((how & 0x60) == 0x40) {
			uint32_t rate = how & 0x10 ? end->asked : take(script) * 40000u;

			end->asked = 0;
			ptl_link_rate_done(end->link, end->now, rate);
		} else if (how & 0x10)
			ptl_link_set_baud(end->link, take(script) * 40000u);
		else
			end->now = ptl_link_deadline(end->link) > end->now
					   ? ptl_link_deadline(end->link)
					   : end->now;
		break;
	}
	check(end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct script script = {data, n};
	uint8_t how = take(&script), more = take(&script);
	struct end end = {.now = 1000000, .echo = how & 8, .refuse = how & 16};
	struct ptl_events events = {.user = &end,
				    .packet = on_packet,
				    .control = on_control,
				    .control_room = on_room,
				    .control_lost = on_control_lost,
				    .room = on_room,
				    .state = on_state,
				    .rate = on_rate,
				    .frame = on_frame};
	struct ptl_config config;
	size_t size, operations = 0;
	void *memory;

	ptl_config_default(&config, how & 1 ? PTL_PROFILE_MCU : PTL_PROFILE_HOST);
	config.nonce = OWN_NONCE;
	config.role = how & 2 ? PTL_DEVICE : PTL_HOST;
	config.drop_when_full = how & 4;
	config.max_packet = (uint16_t)(how & 32 ? 64 + more * 4u : 1518);
	config.baud = how & 64 ? 9600 : 921600;
	config.rate_auto = more & 128;
	if (!(how & 1)) { /* a host's tables are large: fewer make more runs */
		config.tx_packets = 16;
		config.tx_blocks = 32;
		config.tx_flows = 8;
		config.rx_window[1] = 4096;
		config.rx_window[2] = 4096;
		config.contexts = more & 15;
		config.history[0] = 8;
		config.history[1] = more & 16 ? 10 : 0;
	}
	size = ptl_link_size(&config);
	REQUIRE(size > 0);
	memory = malloc(size);
	REQUIRE(memory);
	memset(memory, 0xa5, size);
	end.max_packet = config.max_packet;
	REQUIRE(ptl_link_init(memory, size, &config, &events, end.now, &end.link) == PTL_OK);
	if (how & 128) {
		static const uint8_t hello[] = {0x01, 0x00, 0x02};
		struct script said = {hello, sizeof(hello)};

		hear_hello(&end, &said);
		REQUIRE(end.state == PTL_STATE_UP);
	}
	while (script.n > 0 && operations++ < 400)
		operation(&end, &script);
	free(memory);
	return 0;
}
