/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * SLIP, RFC 1055: packets between END bytes, END and ESC inside them escaped.
 *
 * Sending: END, the escaped packet, END. The first END makes the receiver throw
 * away what noise it has gathered while the line was idle.
 *
 * Receiving: bytes are unescaped into one packet's buffer until END. A packet
 * must be IPv4 or IPv6, as long as its header says, and an IPv4 header's checksum
 * must be right: that is all the evidence SLIP leaves, and a receiver above would
 * refuse the rest anyway. Anything that can be no packet (a wrong escape, too
 * long) is skipped up to the next END and counted once.
 *
 * There is no handshake: the link is up from the first call on. Compressed
 * headers (CSLIP) are not understood and count as bad framing.
 *
 * A border router of Contiki's kind has no IPv6 prefix of its own. It asks for one, in
 * place of a packet: ?P; the answer is !P and the prefix' 8 bytes.
 */
#include <pigtail/compat.h>

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#include "ip.h"
#include "line.h"

enum {
	SLIP_END = 0xc0,
	SLIP_ESC = 0xdb,
	SLIP_ESC_END = 0xdc,
	SLIP_ESC_ESC = 0xdd,
	SLIP_MAX = 1500,
	PREFIX = 8, /* bytes of config.prefix */
};

enum rx_state {
	RX_PACKET, /* gathering */
	RX_ESCAPE, /* after ESC */
	RX_SKIP,   /* nothing good until END */
};

enum tx_state {
	TX_LEAD,   /* the leading END is next */
	TX_PACKET, /* bytes of the packet, then END */
	TX_ESCAPE, /* the second byte of an escape is next */
};

struct ptl_endpoint {
	struct compat_line line;
	enum rx_state rx_state;
	enum tx_state tx_state;
	uint8_t prefix[PREFIX];
	size_t rx_n;
	uint8_t rx[SLIP_MAX];
	uint8_t queue_memory[];
};

static size_t slip_size(const struct ptl_config *config)
{
	if (!compat_line_config_ok(config))
		return 0;
	return sizeof(struct ptl_endpoint) +
	       compat_queue_size(config, compat_line_max_packet(config, SLIP_MAX));
}

static enum ptl_error slip_init(void *memory, size_t size, const struct ptl_config *config,
				const struct ptl_events *events, ptl_time now,
				struct ptl_endpoint **endpoint)
{
	struct ptl_endpoint *slip = memory;
	size_t needed = slip_size(config);
	uint16_t max = compat_line_max_packet(config, SLIP_MAX);

	(void)now;
	if (!needed)
		return PTL_BAD_CONFIG;
	if (size < needed)
		return PTL_NO_MEMORY;
	compat_line_init(&slip->line, config, events, max, slip->queue_memory, max);
	slip->rx_state = RX_PACKET;
	slip->tx_state = TX_LEAD;
	slip->rx_n = 0;
	memcpy(slip->prefix, config->prefix, PREFIX);
	*endpoint = slip;
	return PTL_OK;
}

static bool asks_for_prefix(const struct ptl_endpoint *slip)
{
	static const uint8_t none[PREFIX];

	return slip->rx_n == 2 && !memcmp(slip->rx, "?P", 2) &&
	       memcmp(slip->prefix, none, PREFIX) != 0;
}

/* It asks again if there is no room now. */
static void tell_prefix(struct ptl_endpoint *slip)
{
	enum ptl_error error;
	uint8_t *place = compat_line_queue(&slip->line, 2 + PREFIX, 2 + PREFIX, &error);

	if (!place)
		return;
	memcpy(place, "!P", 2);
	memcpy(place + 2, slip->prefix, PREFIX);
}

/* END came: is what was gathered a packet? */
static void end_of_packet(struct ptl_endpoint *slip)
{
	struct ptl_counters *counters = &slip->line.counters;
	size_t n = slip->rx_n;

	if (asks_for_prefix(slip)) {
		tell_prefix(slip);
		return;
	}
	if (compat_ip_length(slip->rx, n) != n || n < COMPAT_IP4_HEADER)
		counters->rx_bad_framing++;
	else if (slip->rx[0] >> 4 == 4 && !compat_ip4_checksum_ok(slip->rx))
		counters->rx_bad_crc++;
	else {
		compat_line_deliver(&slip->line, slip->rx, n, slip->rx, n);
		return;
	}
	compat_line_show_bad(&slip->line, slip->rx, n);
}

static void skip(struct ptl_endpoint *slip, ptl_count *counter)
{
	++*counter;
	compat_line_show_bad(&slip->line, slip->rx, slip->rx_n);
	slip->rx_state = RX_SKIP;
}

static void store(struct ptl_endpoint *slip, uint8_t byte)
{
	if (slip->rx_n == slip->line.max_packet) {
		skip(slip, &slip->line.counters.rx_too_long);
		return;
	}
	slip->rx[slip->rx_n++] = byte;
}

static void receive_byte(struct ptl_endpoint *slip, uint8_t byte)
{
	if (byte == SLIP_END) {
		if (slip->rx_state == RX_ESCAPE)
			skip(slip, &slip->line.counters.rx_bad_framing);
		else if (slip->rx_state == RX_PACKET && slip->rx_n)
			end_of_packet(slip);
		slip->rx_state = RX_PACKET;
		slip->rx_n = 0;
		return;
	}
	switch (slip->rx_state) {
	case RX_PACKET:
		if (byte == SLIP_ESC)
			slip->rx_state = RX_ESCAPE;
		else
			store(slip, byte);
		break;
	case RX_ESCAPE:
		slip->rx_state = RX_PACKET;
		if (byte == SLIP_ESC_END)
			store(slip, SLIP_END);
		else if (byte == SLIP_ESC_ESC)
			store(slip, SLIP_ESC);
		else
			skip(slip, &slip->line.counters.rx_bad_framing);
		break;
	case RX_SKIP:
		break;
	}
}

static void slip_receive(struct ptl_endpoint *slip, ptl_time now, const uint8_t *bytes,
			 size_t n)
{
	(void)now;
	compat_line_begin(&slip->line);
	slip->line.counters.rx_bytes += n;
	for (size_t i = 0; i < n; i++)
		receive_byte(slip, bytes[i]);
}

/* The next byte of the frame for the packet at the head of the queue. */
static uint8_t next_byte(struct ptl_endpoint *slip, const uint8_t *packet, size_t n)
{
	struct compat_line *line = &slip->line;
	uint8_t byte;

	if (slip->tx_state == TX_LEAD) {
		compat_queue_start(&line->queue);
		slip->tx_state = TX_PACKET;
		return SLIP_END;
	}
	if (line->tx_at == n) {
		slip->tx_state = TX_LEAD;
		compat_line_sent(line);
		return SLIP_END;
	}
	byte = packet[line->tx_at];
	if (slip->tx_state == TX_ESCAPE) {
		slip->tx_state = TX_PACKET;
		line->tx_at++;
		return byte == SLIP_END ? SLIP_ESC_END : SLIP_ESC_ESC;
	}
	if (byte == SLIP_END || byte == SLIP_ESC) {
		slip->tx_state = TX_ESCAPE;
		return SLIP_ESC;
	}
	line->tx_at++;
	return byte;
}

static size_t slip_transmit(struct ptl_endpoint *slip, ptl_time now, uint8_t *out, size_t room)
{
	size_t done = 0;
	size_t n;
	const uint8_t *packet;

	(void)now;
	compat_line_begin(&slip->line);
	while (done < room && (packet = compat_queue_head(&slip->line.queue, &n)))
		out[done++] = next_byte(slip, packet, n);
	slip->line.counters.tx_bytes += done;
	compat_line_offer_room(&slip->line);
	return done;
}

static enum ptl_error slip_send(struct ptl_endpoint *slip, ptl_time now, const uint8_t *packet,
				size_t n)
{
	struct compat_line *line = &slip->line;
	enum ptl_error error;
	uint8_t *place;

	(void)now;
	compat_line_begin(line);
	if (n > line->max_packet) {
		line->counters.drop_length++;
		return PTL_TOO_LONG;
	}
	if (n < COMPAT_IP4_HEADER) {
		line->counters.drop_length++;
		return PTL_TOO_SHORT;
	}
	if (compat_ip_length(packet, n) != n) {
		line->counters.drop_refused++;
		return PTL_REFUSED;
	}
	place = compat_line_queue(line, n, n, &error);
	if (place)
		memcpy(place, packet, n);
	return error;
}

static ptl_time slip_deadline(const struct ptl_endpoint *slip)
{
	if (slip->line.state == PTL_STATE_DOWN || slip->line.queue.count)
		return 0;
	return PTL_NEVER;
}

static void slip_set_baud(struct ptl_endpoint *slip, uint32_t baud)
{
	compat_queue_set_baud(&slip->line.queue, baud);
}

static void slip_wire_reset(struct ptl_endpoint *slip, ptl_time now)
{
	(void)now;
	slip->rx_state = RX_PACKET;
	slip->rx_n = 0;
	slip->tx_state = TX_LEAD;
	compat_line_rewind(&slip->line);
}

static const struct ptl_counters *slip_counters(const struct ptl_endpoint *slip)
{
	return &slip->line.counters;
}

static void slip_info(const struct ptl_endpoint *slip, struct ptl_info *info)
{
	*info = (struct ptl_info){
		.state = slip->line.state,
		.max_packet = slip->line.max_packet,
		.queued = slip->line.queue.count,
		.waiting = slip->line.queue.count,
	};
}

const struct ptl_framing ptl_framing_slip = {
	.name = "slip",
	.what = "RFC 1055: bare IPv4 and IPv6 packets, as slattach and lwIP speak it",
	.payload = PTL_IP,
	.size = slip_size,
	.init = slip_init,
	.receive = slip_receive,
	.transmit = slip_transmit,
	.send = slip_send,
	.deadline = slip_deadline,
	.set_baud = slip_set_baud,
	.wire_reset = slip_wire_reset,
	.counters = slip_counters,
	.info = slip_info,
};
