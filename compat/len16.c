/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * len16: a big endian 16-bit length, then that many bytes of Ethernet frame.
 * Nothing marks where a frame begins, so alignment is a matter of belief:
 *
 *  ALIGNED  a frame is taken if its length is 14 to 1518 and its header can be
 *           one. Any other start means that alignment was lost.
 *  HUNTING  each position is tried in turn until one looks like IPv4, ARP or
 *           IPv6 beyond doubt: the lengths agree and the IPv4 header's checksum
 *           is right. That frame is taken, and alignment is believed again.
 *
 * Bytes are kept until judged, so hunting starts one byte after the wrong start
 * and not after the wrong length: a frame inside is still found. When the line
 * is silent for 1 s inside a frame, the rest of it will not come: what was
 * gathered is hunted through once more and thrown away, and the next byte is
 * believed to begin a frame.
 *
 * There is no handshake: the link is up from the first call on.
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
	LEN_BYTES = 2,
	ETHERNET_HEADER = 14,
	ETHERNET_MIN_PADDED = 60, /* shorter frames may be padded to this */
	FRAME_MAX = 1518,
	ARP_BYTES = 28,

	TYPE_IP4 = 0x0800,
	TYPE_ARP = 0x0806,
	TYPE_IP6 = 0x86dd,
	TYPE_VLAN = 0x8100,
	TYPE_LOWEST = 0x0600, /* below: an 802.3 length */
};

enum verdict {
	NO,   /* no frame begins here */
	MORE, /* too few bytes to tell */
	YES,
};

struct ptl_endpoint {
	struct compat_line line;
	bool hunting;
	size_t rx_n;
	ptl_time rx_last; /* when bytes came last */
	uint8_t rx[LEN_BYTES + FRAME_MAX];
	uint8_t queue_memory[];
};

static size_t len16_size(const struct ptl_config *config)
{
	if (!compat_line_config_ok(config))
		return 0;
	return sizeof(struct ptl_endpoint) +
	       compat_queue_size(config,
				 LEN_BYTES + (size_t)compat_line_max_packet(config, FRAME_MAX));
}

static enum ptl_error len16_init(void *memory, size_t size, const struct ptl_config *config,
				 const struct ptl_events *events, ptl_time now,
				 struct ptl_endpoint **endpoint)
{
	struct ptl_endpoint *len16 = memory;
	size_t needed = len16_size(config);
	uint16_t max = compat_line_max_packet(config, FRAME_MAX);

	if (!needed)
		return PTL_BAD_CONFIG;
	if (size < needed)
		return PTL_NO_MEMORY;
	compat_line_init(&len16->line, config, events, max, len16->queue_memory,
			 LEN_BYTES + (size_t)max);
	len16->hunting = false;
	len16->rx_n = 0;
	len16->rx_last = now;
	*endpoint = len16;
	return PTL_OK;
}

/* The payload of a frame with room bytes after its header says its own length:
 * aligned it must fit; hunting, only an Ethernet driver's padding may follow. */
static bool length_agrees(size_t room, size_t said, bool hunting)
{
	if (said > room)
		return false;
	return !hunting || said == room || room <= ETHERNET_MIN_PADDED - ETHERNET_HEADER;
}

/* p: after the EtherType, n bytes of it are here, room bytes the length promises.
 * The reference's bridge calls IPv6 0800h too, so the version nibble decides. */
static enum verdict judge_ip(const uint8_t *p, size_t n, size_t room, bool hunting)
{
	size_t said;

	if (room < COMPAT_IP4_HEADER)
		return NO;
	if (n < 6)
		return MORE;
	said = compat_ip_length(p, n);
	if (!said || !length_agrees(room, said, hunting))
		return NO;
	if (!hunting || p[0] >> 4 == 6)
		return YES;
	if (n < compat_ip4_header(p))
		return MORE;
	return compat_ip4_checksum_ok(p) ? YES : NO;
}

static enum verdict judge_arp(const uint8_t *p, size_t n, size_t room)
{
	static const uint8_t ethernet_ip4[] = {0, 1, 8, 0, 6, 4};

	if (room < ARP_BYTES)
		return NO;
	if (n < sizeof(ethernet_ip4))
		return MORE;
	return memcmp(p, ethernet_ip4, sizeof(ethernet_ip4)) ? NO : YES;
}

/* Does a frame, length first, begin at p? n bytes are there. */
static enum verdict judge(const uint8_t *p, size_t n, bool hunting)
{
	size_t at = LEN_BYTES + 12; /* of the EtherType */
	size_t length, room;
	uint16_t type;

	if (n < LEN_BYTES)
		return MORE;
	length = ptl_get_be16(p);
	if (length < ETHERNET_HEADER || length > FRAME_MAX)
		return NO;
	if (n < at + 2)
		return MORE;
	if (p[LEN_BYTES + 6] & 1) /* nobody sends from a group address */
		return NO;
	type = ptl_get_be16(p + at);
	if (type == TYPE_VLAN && length >= ETHERNET_HEADER + 4) {
		at += 4;
		if (n < at + 2)
			return MORE;
		type = ptl_get_be16(p + at);
	}
	at += 2;
	room = LEN_BYTES + length - at;
	if (type == TYPE_IP4 || type == TYPE_IP6)
		return judge_ip(p + at, n - at, room, hunting);
	if (type == TYPE_ARP)
		return judge_arp(p + at, n - at, room);
	if (hunting)
		return NO;
	return type >= TYPE_LOWEST || length_agrees(room, type, true) ? YES : NO;
}

/* Why the frame at p was not taken while aligned. */
static void count_lost(struct ptl_endpoint *len16, const uint8_t *p)
{
	struct ptl_counters *counters = &len16->line.counters;
	size_t length = ptl_get_be16(p);

	if (length < ETHERNET_HEADER)
		counters->rx_too_short++;
	else if (length > FRAME_MAX)
		counters->rx_too_long++;
	else
		counters->rx_bad_framing++;
}

/* Takes the frames that are whole. last: no more bytes will come for them, so
 * nothing is waited for. */
static void take_frames(struct ptl_endpoint *len16, bool last)
{
	struct compat_line *line = &len16->line;
	size_t at = 0;
	size_t junk = 0; /* where the bytes that belong to no frame begin */

	while (at < len16->rx_n) {
		const uint8_t *p = len16->rx + at;
		size_t n = len16->rx_n - at;
		enum verdict verdict = judge(p, n, len16->hunting);
		size_t frame_n = verdict == YES ? LEN_BYTES + (size_t)ptl_get_be16(p) : 0;

		if (verdict == MORE || frame_n > n) {
			if (!last)
				break;
			verdict = NO;
		}
		if (verdict == NO) {
			if (!len16->hunting && !last)
				count_lost(len16, p);
			len16->hunting = true;
			at++;
			continue;
		}
		if (len16->hunting)
			line->counters.rx_resyncs++;
		len16->hunting = false;
		compat_line_show_bad(line, len16->rx + junk, at - junk);
		compat_line_deliver(line, p, frame_n, p + LEN_BYTES, frame_n - LEN_BYTES);
		at += frame_n;
		junk = at;
	}
	compat_line_show_bad(line, len16->rx + junk, at - junk);
	memmove(len16->rx, len16->rx + at, len16->rx_n - at);
	len16->rx_n -= at;
}

static bool half_frame_is_old(const struct ptl_endpoint *len16, ptl_time now)
{
	return len16->rx_n && now - len16->rx_last >= COMPAT_HALF_FRAME_US;
}

static void drop_half_frame(struct ptl_endpoint *len16)
{
	len16->line.counters.rx_bad_framing++;
	len16->hunting = true;
	take_frames(len16, true);
	len16->hunting = false;
}

static void len16_receive(struct ptl_endpoint *len16, ptl_time now, const uint8_t *bytes,
			  size_t n)
{
	compat_line_begin(&len16->line);
	if (!n)
		return;
	if (half_frame_is_old(len16, now))
		drop_half_frame(len16);
	if (len16->hunting && !len16->rx_n && now - len16->rx_last >= COMPAT_HALF_FRAME_US)
		len16->hunting = false;
	len16->rx_last = now;
	len16->line.counters.rx_bytes += n;
	while (n) {
		size_t part = sizeof(len16->rx) - len16->rx_n;

		if (part > n)
			part = n;
		memcpy(len16->rx + len16->rx_n, bytes, part);
		len16->rx_n += part;
		bytes += part;
		n -= part;
		take_frames(len16, false);
	}
}

static size_t len16_transmit(struct ptl_endpoint *len16, ptl_time now, uint8_t *out,
			     size_t room)
{
	size_t n;

	compat_line_begin(&len16->line);
	if (half_frame_is_old(len16, now))
		drop_half_frame(len16);
	n = compat_line_pull(&len16->line, out, room);
	compat_line_offer_room(&len16->line);
	return n;
}

static enum ptl_error len16_send(struct ptl_endpoint *len16, ptl_time now,
				 const uint8_t *packet, size_t n)
{
	struct compat_line *line = &len16->line;
	enum ptl_error error;
	uint8_t *place;

	(void)now;
	compat_line_begin(line);
	if (n > line->max_packet || n < ETHERNET_HEADER) {
		line->counters.drop_length++;
		return n < ETHERNET_HEADER ? PTL_TOO_SHORT : PTL_TOO_LONG;
	}
	place = compat_line_queue(line, n, LEN_BYTES + n, &error);
	if (place) {
		ptl_put_be16(place, (uint16_t)n);
		memcpy(place + LEN_BYTES, packet, n);
	}
	return error;
}

static ptl_time len16_deadline(const struct ptl_endpoint *len16)
{
	if (len16->line.state == PTL_STATE_DOWN || len16->line.queue.count)
		return 0;
	return len16->rx_n ? len16->rx_last + COMPAT_HALF_FRAME_US : PTL_NEVER;
}

static void len16_set_baud(struct ptl_endpoint *len16, uint32_t baud)
{
	compat_queue_set_baud(&len16->line.queue, baud);
}

static void len16_wire_reset(struct ptl_endpoint *len16, ptl_time now)
{
	len16->hunting = false;
	len16->rx_n = 0;
	len16->rx_last = now;
	compat_line_rewind(&len16->line);
}

static const struct ptl_counters *len16_counters(const struct ptl_endpoint *len16)
{
	return &len16->line.counters;
}

static void len16_info(const struct ptl_endpoint *len16, struct ptl_info *info)
{
	*info = (struct ptl_info){
		.state = len16->line.state,
		.max_packet = len16->line.max_packet,
		.queued = len16->line.queue.count,
		.waiting = len16->line.queue.count,
	};
}

const struct ptl_framing ptl_framing_len16 = {
	.name = "len16",
	.what = "u16 length and Ethernet frame, as the ESP32 QEMU tunnel speaks it",
	.payload = PTL_ETHERNET,
	.size = len16_size,
	.init = len16_init,
	.receive = len16_receive,
	.transmit = len16_transmit,
	.send = len16_send,
	.deadline = len16_deadline,
	.set_baud = len16_set_baud,
	.wire_reset = len16_wire_reset,
	.counters = len16_counters,
	.info = len16_info,
};
