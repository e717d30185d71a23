/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * esp8266-hosted: u16 little endian length, payload, end byte; 55h ends data (one
 * IPv4 packet), AAh ends a command. Commands are exchanged once, at the start:
 *
 *	host                          device
 *	CALLING    SSID, password ->  WAITING   for SSID, then for the password
 *	           <- address         OFFERING  address, netmask, gateway
 *	           the same ->
 *	RUNNING                       RUNNING
 *
 * Only the side that is owed an answer repeats itself: the host after 15 s (a
 * real device needs about 11 s to join and get an address, and stray bytes in
 * between would disturb it), the device after 2 s. A data frame while OFFERING
 * says that the host has gone ahead.
 *
 * Restarts: the device notices a restarted host by its SSID, the host a restarted
 * device only if that offers an address by itself. A device that waits for an
 * SSID says nothing, which looks like a quiet network: nothing on this wire can
 * tell. When the port was reopened the host therefore starts over, and goes on
 * with the old address if data frames come all the same.
 *
 * The bytes of a frame that stays half for 1 s are searched for frames once more
 * and thrown away. What makes a frame believable is in hosted_frame.c.
 */
#include <pigtail/compat.h>

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#include "hosted_frame.h"
#include "ip.h"
#include "line.h"

enum {
	CALL_AGAIN_US = 15000000,
	PASSWORD_WAIT_US = 10000000, /* under CALL_AGAIN_US: then comes an SSID */
	OFFER_AGAIN_US = 2000000,
};

enum phase {
	PHASE_CALLING,	/* host: SSID and password sent */
	PHASE_WAITING,	/* device: for an SSID, then a password */
	PHASE_OFFERING, /* device: address sent */
	PHASE_RUNNING,	/* both: data */
};

struct ptl_endpoint {
	struct compat_line line;
	enum ptl_role role;
	enum phase phase;
	ptl_time again; /* when the last command is repeated */

	/* Texts with their NUL; length 0: a device that takes any. */
	uint8_t ssid_n, password_n;
	uint8_t ssid[HOSTED_SSID_MAX];
	uint8_t password[HOSTED_PASSWORD_MAX];

	/* Device: the SSID came; the password has to follow until then. */
	ptl_time password_until;

	/* Host: the address was had before, so data means that it still holds. */
	bool address_known;
	uint8_t address[HOSTED_ADDRESS_BYTES]; /* as on the wire */

	/* Commands go out before queued data, but not inside a data frame. */
	uint8_t command_n, command_at;
	uint8_t command[HOSTED_SSID_MAX + HOSTED_PASSWORD_MAX + 2 * HOSTED_EXTRA_BYTES];

	bool reopened; /* the wire was cut; dealt with at the next call */
	bool hunting;
	size_t rx_n;
	ptl_time rx_last;
	uint8_t rx[HOSTED_PACKET_MAX + HOSTED_EXTRA_BYTES];
	uint8_t queue_memory[];
};

static bool config_ok(const struct ptl_config *config)
{
	bool ssid = hosted_text_length(config->ssid, HOSTED_SSID_MIN, HOSTED_SSID_MAX);
	bool password =
		hosted_text_length(config->password, HOSTED_PASSWORD_MIN, HOSTED_PASSWORD_MAX);

	if (!compat_line_config_ok(config))
		return false;
	if (config->role == PTL_HOST)
		return ssid && password;
	return config->ip_address && (ssid || !config->ssid) && (password || !config->password);
}

static size_t frame_max(const struct ptl_config *config)
{
	return HOSTED_EXTRA_BYTES + (size_t)compat_line_max_packet(config, HOSTED_PACKET_MAX);
}

static size_t hosted_size(const struct ptl_config *config)
{
	if (!config_ok(config))
		return 0;
	return sizeof(struct ptl_endpoint) + compat_queue_size(config, frame_max(config));
}

/* ---- commands out ---- */

static void add_command(struct ptl_endpoint *hosted, const uint8_t *payload, uint8_t n)
{
	uint8_t *p = hosted->command + hosted->command_n;

	p[0] = n;
	p[1] = 0;
	memcpy(p + HOSTED_LEN_BYTES, payload, n);
	p[HOSTED_LEN_BYTES + n] = HOSTED_END_COMMAND;
	hosted->command_n = (uint8_t)(hosted->command_n + n + HOSTED_EXTRA_BYTES);
}

/* A command that is partly on the wire is never replaced: false, try later. */
static bool begin_commands(struct ptl_endpoint *hosted)
{
	if (hosted->command_at)
		return false;
	hosted->command_n = 0;
	return true;
}

static void call(struct ptl_endpoint *hosted, ptl_time now)
{
	hosted->phase = PHASE_CALLING;
	if (begin_commands(hosted)) {
		add_command(hosted, hosted->ssid, hosted->ssid_n);
		add_command(hosted, hosted->password, hosted->password_n);
	}
	hosted->again = now + CALL_AGAIN_US;
}

static void say_address(struct ptl_endpoint *hosted)
{
	if (begin_commands(hosted))
		add_command(hosted, hosted->address, HOSTED_ADDRESS_BYTES);
}

static void offer(struct ptl_endpoint *hosted, ptl_time now)
{
	hosted->phase = PHASE_OFFERING;
	say_address(hosted);
	hosted->again = now + OFFER_AGAIN_US;
}

static void go_down(struct ptl_endpoint *hosted, enum ptl_reason reason)
{
	if (hosted->line.state == PTL_STATE_DOWN)
		return;
	hosted->line.counters.drop_flushed += compat_queue_flush(&hosted->line.queue);
	compat_line_set_state(&hosted->line, PTL_STATE_DOWN, reason);
}

static void go_up(struct ptl_endpoint *hosted)
{
	hosted->phase = PHASE_RUNNING;
	hosted->again = PTL_NEVER;
	compat_line_begin(&hosted->line);
}

/* ---- start and restart ---- */

static enum ptl_error hosted_init(void *memory, size_t size, const struct ptl_config *config,
				  const struct ptl_events *events, ptl_time now,
				  struct ptl_endpoint **endpoint)
{
	struct ptl_endpoint *hosted = memory;
	size_t needed = hosted_size(config);

	if (!needed)
		return PTL_BAD_CONFIG;
	if (size < needed)
		return PTL_NO_MEMORY;
	memset(hosted, 0, sizeof(*hosted));
	compat_line_init(&hosted->line, config, events,
			 compat_line_max_packet(config, HOSTED_PACKET_MAX),
			 hosted->queue_memory, frame_max(config));
	hosted->role = config->role;
	hosted->rx_last = now;
	hosted->ssid_n = hosted_text_length(config->ssid, HOSTED_SSID_MIN, HOSTED_SSID_MAX);
	hosted->password_n =
		hosted_text_length(config->password, HOSTED_PASSWORD_MIN, HOSTED_PASSWORD_MAX);
	if (hosted->ssid_n)
		memcpy(hosted->ssid, config->ssid, hosted->ssid_n);
	if (hosted->password_n)
		memcpy(hosted->password, config->password, hosted->password_n);
	if (hosted->role == PTL_HOST) {
		call(hosted, now);
	} else {
		hosted->phase = PHASE_WAITING;
		hosted->again = PTL_NEVER;
		ptl_put_be32(hosted->address, config->ip_address);
		ptl_put_be32(hosted->address + 4, config->ip_netmask);
		ptl_put_be32(hosted->address + 8, config->ip_gateway);
	}
	*endpoint = hosted;
	return PTL_OK;
}

/* ---- commands in ---- */

static void host_takes_address(struct ptl_endpoint *hosted, const uint8_t *payload)
{
	bool was_up = hosted->line.state == PTL_STATE_UP;
	bool same = !memcmp(payload, hosted->address, HOSTED_ADDRESS_BYTES);

	memcpy(hosted->address, payload, HOSTED_ADDRESS_BYTES);
	hosted->address_known = true;
	say_address(hosted);
	if (!was_up) {
		go_up(hosted);
	} else if (!same) {
		hosted->line.counters.peer_restarts++;
		compat_line_set_state(&hosted->line, PTL_STATE_UP, PTL_REASON_PEER_RESTARTED);
	}
}

static bool is_expected(const uint8_t *payload, size_t n, const uint8_t *text, size_t text_n)
{
	return !text_n || (n == text_n && !memcmp(payload, text, n));
}

/* A name begins the exchange, whatever went before. */
static void device_takes_ssid(struct ptl_endpoint *hosted, ptl_time now)
{
	if (hosted->line.state == PTL_STATE_UP) {
		hosted->line.counters.peer_restarts++;
		go_down(hosted, PTL_REASON_PEER_RESTARTED);
	}
	begin_commands(hosted);
	hosted->phase = PHASE_WAITING;
	hosted->again = PTL_NEVER;
	hosted->password_until = now + PASSWORD_WAIT_US;
}

/* Nothing but order tells an SSID from a password. Texts for another network are
 * ignored. */
static void device_takes_text(struct ptl_endpoint *hosted, const uint8_t *payload, size_t n,
			      ptl_time now)
{
	if (now < hosted->password_until) {
		hosted->password_until = 0;
		if (n >= HOSTED_PASSWORD_MIN &&
		    is_expected(payload, n, hosted->password, hosted->password_n))
			offer(hosted, now);
	} else if (n <= HOSTED_SSID_MAX &&
		   is_expected(payload, n, hosted->ssid, hosted->ssid_n)) {
		device_takes_ssid(hosted, now);
	}
}

static void take_command(struct ptl_endpoint *hosted, const uint8_t *payload, size_t n,
			 ptl_time now)
{
	if (hosted->role == PTL_HOST)
		host_takes_address(hosted, payload);
	else if (!hosted_is_echo(payload, n, hosted->address))
		device_takes_text(hosted, payload, n, now);
	else if (hosted->phase != PHASE_RUNNING)
		go_up(hosted);
}

/* ---- data in ---- */

static void take_data(struct ptl_endpoint *hosted, const uint8_t *frame, size_t frame_n)
{
	struct compat_line *line = &hosted->line;
	const uint8_t *packet = frame + HOSTED_LEN_BYTES;

	if (!compat_ip4_checksum_ok(packet)) {
		line->counters.rx_bad_crc++;
		compat_line_show_bad(line, frame, frame_n);
		return;
	}
	if (hosted->phase == PHASE_OFFERING ||
	    (hosted->phase == PHASE_CALLING && hosted->address_known))
		go_up(hosted);
	if (hosted->phase != PHASE_RUNNING) {
		line->counters.rx_before_up++;
		compat_line_show(line, PTL_RX, frame, frame_n);
		return;
	}
	compat_line_deliver(line, frame, frame_n, packet, frame_n - HOSTED_EXTRA_BYTES);
}

/* ---- alignment ---- */

static void lose_alignment(struct ptl_endpoint *hosted, const uint8_t *p, size_t n)
{
	hosted->hunting = true;
	if (n >= HOSTED_LEN_BYTES && (p[0] | p[1] << 8) > HOSTED_PACKET_MAX)
		hosted->line.counters.rx_too_long++;
	else
		hosted->line.counters.rx_bad_framing++;
}

/* Takes the frames that are whole. last: no more bytes will come for them, so
 * nothing is waited for. */
static void take_frames(struct ptl_endpoint *hosted, ptl_time now, bool last)
{
	struct compat_line *line = &hosted->line;
	size_t at = 0;
	size_t junk = 0; /* where the bytes that belong to no frame begin */

	while (at < hosted->rx_n) {
		const uint8_t *p = hosted->rx + at;
		size_t n = hosted->rx_n - at;
		enum hosted_verdict verdict =
			hosted_judge(p, n, hosted->hunting, hosted->role, hosted->address);
		size_t frame_n;

		if (verdict == HOSTED_MORE && !last)
			break;
		if (verdict == HOSTED_MORE || verdict == HOSTED_NO) {
			if (!hosted->hunting)
				lose_alignment(hosted, p, n);
			at++;
			continue;
		}
		if (hosted->hunting)
			line->counters.rx_resyncs++;
		hosted->hunting = false;
		frame_n = HOSTED_EXTRA_BYTES + ((size_t)p[0] | (size_t)p[1] << 8);
		compat_line_show_bad(line, hosted->rx + junk, at - junk);
		if (verdict == HOSTED_DATA) {
			take_data(hosted, p, frame_n);
		} else {
			line->counters.rx_frames++;
			compat_line_show(line, PTL_RX, p, frame_n);
			take_command(hosted, p + HOSTED_LEN_BYTES, frame_n - HOSTED_EXTRA_BYTES,
				     now);
		}
		at += frame_n;
		junk = at;
	}
	compat_line_show_bad(line, hosted->rx + junk, at - junk);
	memmove(hosted->rx, hosted->rx + at, hosted->rx_n - at);
	hosted->rx_n -= at;
}

/* What is due by time alone, before anything else at each call. */
static void run_timers(struct ptl_endpoint *hosted, ptl_time now)
{
	if (hosted->reopened) {
		hosted->reopened = false;
		if (hosted->role == PTL_HOST) {
			go_down(hosted, PTL_REASON_PEER_SILENT);
			call(hosted, now);
		}
	}
	if (hosted->rx_n && now - hosted->rx_last >= COMPAT_HALF_FRAME_US) {
		take_frames(hosted, now, true);
		hosted->hunting = false;
	}
	if (now < hosted->again)
		return;
	if (hosted->phase == PHASE_CALLING)
		call(hosted, now);
	else if (hosted->phase == PHASE_OFFERING)
		offer(hosted, now);
}

/* ---- the endpoint ---- */

static void hosted_receive(struct ptl_endpoint *hosted, ptl_time now, const uint8_t *bytes,
			   size_t n)
{
	run_timers(hosted, now);
	if (n)
		hosted->rx_last = now;
	hosted->line.counters.rx_bytes += n;
	while (n) {
		size_t part = sizeof(hosted->rx) - hosted->rx_n;

		if (part > n)
			part = n;
		memcpy(hosted->rx + hosted->rx_n, bytes, part);
		hosted->rx_n += part;
		bytes += part;
		n -= part;
		take_frames(hosted, now, false);
	}
}

static size_t pull_commands(struct ptl_endpoint *hosted, uint8_t *out, size_t room)
{
	size_t part = (size_t)hosted->command_n - hosted->command_at;

	if (part > room)
		part = room;
	memcpy(out, hosted->command + hosted->command_at, part);
	hosted->command_at = (uint8_t)(hosted->command_at + part);
	hosted->line.counters.tx_bytes += part;
	if (hosted->command_at < hosted->command_n)
		return part;
	for (size_t at = 0; at < hosted->command_n;) {
		size_t frame_n = (size_t)hosted->command[at] + HOSTED_EXTRA_BYTES;

		hosted->line.counters.tx_frames++;
		compat_line_show(&hosted->line, PTL_TX, hosted->command + at, frame_n);
		at += frame_n;
	}
	hosted->command_n = hosted->command_at = 0;
	return part;
}

static size_t hosted_transmit(struct ptl_endpoint *hosted, ptl_time now, uint8_t *out,
			      size_t room)
{
	struct compat_line *line = &hosted->line;
	size_t done = 0;

	run_timers(hosted, now);
	if (line->tx_at && hosted->command_n)
		done = compat_line_pull_head(line, out, room);
	if (!line->tx_at && hosted->command_n && done < room)
		done += pull_commands(hosted, out + done, room - done);
	if (!hosted->command_n && done < room)
		done += compat_line_pull(line, out + done, room - done);
	compat_line_offer_room(line);
	return done;
}

static enum ptl_error hosted_send(struct ptl_endpoint *hosted, ptl_time now,
				  const uint8_t *packet, size_t n)
{
	struct compat_line *line = &hosted->line;
	enum ptl_error error;
	uint8_t *place;

	(void)now;
	if (n > line->max_packet || n < COMPAT_IP4_HEADER) {
		line->counters.drop_length++;
		return n < COMPAT_IP4_HEADER ? PTL_TOO_SHORT : PTL_TOO_LONG;
	}
	if (packet[0] >> 4 != 4 || compat_ip_length(packet, n) != n) {
		line->counters.drop_refused++;
		return PTL_REFUSED;
	}
	if (line->state == PTL_STATE_DOWN) {
		line->counters.drop_down++;
		return PTL_DOWN;
	}
	place = compat_line_queue(line, n, HOSTED_EXTRA_BYTES + n, &error);
	if (place) {
		place[0] = (uint8_t)n;
		place[1] = (uint8_t)(n >> 8);
		memcpy(place + HOSTED_LEN_BYTES, packet, n);
		place[HOSTED_LEN_BYTES + n] = HOSTED_END_DATA;
	}
	return error;
}

static ptl_time hosted_deadline(const struct ptl_endpoint *hosted)
{
	ptl_time half = hosted->rx_last + COMPAT_HALF_FRAME_US;

	if (hosted->reopened || hosted->command_n || hosted->line.queue.count)
		return 0;
	return hosted->rx_n && half < hosted->again ? half : hosted->again;
}

static void hosted_set_baud(struct ptl_endpoint *hosted, uint32_t baud)
{
	compat_queue_set_baud(&hosted->line.queue, baud);
}

static void hosted_wire_reset(struct ptl_endpoint *hosted, ptl_time now)
{
	hosted->reopened = true;
	hosted->hunting = false;
	hosted->rx_n = 0;
	hosted->rx_last = now;
	hosted->command_at = 0;
	compat_line_rewind(&hosted->line);
}

static const struct ptl_counters *hosted_counters(const struct ptl_endpoint *hosted)
{
	return &hosted->line.counters;
}

static void hosted_info(const struct ptl_endpoint *hosted, struct ptl_info *info)
{
	*info = (struct ptl_info){
		.state = hosted->line.state,
		.max_packet = hosted->line.max_packet,
		.queued = hosted->line.queue.count,
		.waiting = hosted->line.queue.count,
		.ip_address = ptl_get_be32(hosted->address),
		.ip_netmask = ptl_get_be32(hosted->address + 4),
		.ip_gateway = ptl_get_be32(hosted->address + 8),
	};
}

const struct ptl_framing ptl_framing_esp8266_hosted = {
	.name = "esp8266-hosted",
	.what = "u16 length and IPv4 packet, as esp8266_hosted_linux firmware speaks it",
	.payload = PTL_IP,
	.size = hosted_size,
	.init = hosted_init,
	.receive = hosted_receive,
	.transmit = hosted_transmit,
	.send = hosted_send,
	.deadline = hosted_deadline,
	.set_baud = hosted_set_baud,
	.wire_reset = hosted_wire_reset,
	.counters = hosted_counters,
	.info = hosted_info,
};
