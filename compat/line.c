/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * One end of a line without a protocol: what is left of an endpoint when there
 * is no handshake, no acknowledgement and no preemption. It owns the events, the
 * counters, the queue of outgoing frames and the state; how frames look and how
 * they are found among the received bytes is each framing's own business.
 */
#include "line.h"

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

bool compat_line_config_ok(const struct ptl_config *config)
{
	return config->max_packet >= 64 && config->max_packet <= 9018 &&
	       config->tx_packets >= 4 && config->tx_packets <= 4096 && config->baud &&
	       (config->role == PTL_HOST || config->role == PTL_DEVICE);
}

uint16_t compat_line_max_packet(const struct ptl_config *config, uint16_t framing_max)
{
	return config->max_packet < framing_max ? config->max_packet : framing_max;
}

void compat_line_init(struct compat_line *line, const struct ptl_config *config,
		      const struct ptl_events *events, uint16_t max_packet,
		      uint8_t *queue_memory, size_t frame_max)
{
	memset(line, 0, sizeof(*line));
	line->events = *events;
	line->max_packet = max_packet;
	line->state = PTL_STATE_DOWN;
	compat_queue_init(&line->queue, queue_memory, config, frame_max);
}

void compat_line_set_state(struct compat_line *line, enum ptl_state state,
			   enum ptl_reason reason)
{
	line->state = state;
	if (state == PTL_STATE_UP)
		line->counters.sessions++;
	if (line->events.state)
		line->events.state(line->events.user, state, reason);
}

void compat_line_begin(struct compat_line *line)
{
	if (line->state == PTL_STATE_DOWN)
		compat_line_set_state(line, PTL_STATE_UP,
				      line->counters.sessions ? PTL_REASON_PEER_BACK
							      : PTL_REASON_START);
}

uint8_t *compat_line_queue(struct compat_line *line, size_t n, size_t frame_n,
			   enum ptl_error *error)
{
	unsigned dropped;
	uint8_t *place = compat_queue_push(&line->queue, frame_n, &dropped);

	line->counters.drop_overflow += dropped;
	*error = place ? PTL_OK : PTL_FULL;
	if (place) {
		line->counters.tx_packets++;
		line->counters.tx_packet_bytes += n;
	}
	return place;
}

size_t compat_line_pull_head(struct compat_line *line, uint8_t *out, size_t room)
{
	size_t frame_n, n;
	const uint8_t *frame = compat_queue_head(&line->queue, &frame_n);

	if (!frame || !room)
		return 0;
	n = frame_n - line->tx_at;
	if (n > room)
		n = room;
	compat_queue_start(&line->queue);
	memcpy(out, frame + line->tx_at, n);
	line->tx_at += n;
	line->counters.tx_bytes += n;
	if (line->tx_at == frame_n)
		compat_line_sent(line);
	return n;
}

size_t compat_line_pull(struct compat_line *line, uint8_t *out, size_t room)
{
	size_t done = 0;

	while (done < room && line->queue.count)
		done += compat_line_pull_head(line, out + done, room - done);
	return done;
}

void compat_line_rewind(struct compat_line *line)
{
	line->tx_at = 0;
	compat_queue_stop(&line->queue);
}

void compat_line_sent(struct compat_line *line)
{
	size_t n;
	const uint8_t *frame = compat_queue_head(&line->queue, &n);

	line->counters.tx_frames++;
	compat_line_show(line, PTL_TX, frame, n);
	compat_queue_pop(&line->queue);
	line->tx_at = 0;
}

void compat_line_offer_room(struct compat_line *line)
{
	if (compat_queue_take_room(&line->queue) && line->events.room)
		line->events.room(line->events.user);
}

void compat_line_deliver(struct compat_line *line, const uint8_t *frame, size_t frame_n,
			 const uint8_t *packet, size_t n)
{
	line->counters.rx_frames++;
	compat_line_show(line, PTL_RX, frame, frame_n);
	if (!line->events.packet(line->events.user, packet, n)) {
		line->counters.rx_refused++;
		return;
	}
	line->counters.rx_packets++;
	line->counters.rx_packet_bytes += n;
}

void compat_line_show_bad(struct compat_line *line, const uint8_t *bytes, size_t n)
{
	if (n && line->events.frame)
		line->events.frame(line->events.user, PTL_RX, false, bytes, n);
}

void compat_line_show(struct compat_line *line, enum ptl_direction direction,
		      const uint8_t *frame, size_t n)
{
	if (line->events.frame)
		line->events.frame(line->events.user, direction, true, frame, n);
}
