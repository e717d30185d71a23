/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The public functions: memory, time, and passing on. See state.h. */
#include "state.h"
#include "bytes.h"
#include "flow.h"

#define ALIGNMENT 16u
/* A received frame that stays unfinished so long will stay so. A sender on a busy
 * machine was seen to stall for more than 250 ms in the middle of one. */
#define HALF_FRAME_US 1000000u
#define BAUD_MIN      50u

static bool power_of_two(uint32_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

void ptl_config_default(struct ptl_config *config, enum ptl_profile profile)
{
	memset(config, 0, sizeof(*config));
	config->baud = 115200;
	config->max_packet = 1518;
	config->codel = true;
	config->uart.least_divider = 1;
	config->uart.max = 5000000;
	if (profile == PTL_PROFILE_MCU) {
		config->tx_packets = 18; /* four for control messages */
		config->tx_blocks = 38;	 /* two packets, and a control message */
		config->tx_block_size = 96;
		config->tx_flows = 8;
		config->rx_window[0] = 1024;
		config->rx_window[1] = 2048;
		config->rx_window[2] = 2048;
		config->drop_when_full = false;
		return;
	}
	config->drop_when_full = true;
	if (profile == PTL_PROFILE_SMALL) {
		config->contexts = 8;
		config->tx_packets = 64;
		config->tx_blocks = 72; /* twelve packets */
		config->tx_block_size = 256;
		config->tx_flows = 16;
		config->rx_window[0] = 2048;
		config->rx_window[1] = 4096;
		config->rx_window[2] = 16384;
		return;
	}
	config->contexts = 16;
	config->history[0] = 12;
	config->history[1] = 16;
	config->tx_packets = 512;
	config->tx_blocks = 640;
	config->tx_block_size = 1536;
	config->tx_flows = 256;
	config->rx_window[0] = 4096;
	config->rx_window[1] = 16384;
	config->rx_window[2] = 32768;
}

static bool good_config(const struct ptl_config *config)
{
	if (config->baud < BAUD_MIN || config->max_packet < 64 || config->max_packet > 9018 ||
	    config->tx_packets < 4 || config->tx_packets > 4096 || config->tx_block_size < 32 ||
	    config->tx_block_size > 2048 || config->tx_block_size % 32 != 0 ||
	    config->tx_flows < 4 || config->tx_flows > 1024 ||
	    !power_of_two(config->tx_flows) || config->contexts > HEADERS_MAX_CONTEXTS)
		return false;
	for (int i = 0; i < PACK_CLASSES; i++)
		if (config->history[i] != 0 &&
		    (config->history[i] < 8 || config->history[i] > 16))
			return false;
	/* One packet and one control message must fit the store. */
	if ((size_t)config->tx_blocks * config->tx_block_size <
	    (size_t)config->max_packet + PTL_CONTROL_MAX + 2u * config->tx_block_size)
		return false;
	for (int i = 0; i < DATA_CLASSES; i++) {
		uint32_t cells = config->rx_window[i] / PTL_CELL_BYTES;

		if (!power_of_two(config->rx_window[i]) || cells > PTL_WINDOW_MAX ||
		    cells < (i == 0 ? PTL_WINDOW_MIN_CTRL : PTL_WINDOW_MIN(config->max_packet)))
			return false;
	}
	return true;
}

static uint16_t pieces_of(const struct ptl_config *config, int i)
{
	if (i == 0)
		return QUEUE_MESSAGES_MAX;
	return (uint16_t)(config->tx_packets / (i == 1 ? 2 : 1) + 24);
}

/* Longest decoded frame: also what a received one may be. */
static size_t frame_bytes(const struct ptl_config *config)
{
	size_t payload = config->max_packet + 1u;

	/* A control message is gathered there as well. */
	if (payload < PTL_CONTROL_MAX)
		payload = PTL_CONTROL_MAX;
	return PTL_HEADER_BYTES + PTL_ACK_MAX_BYTES + payload + PTL_CUT_BYTES;
}

static size_t tx_bytes(const struct ptl_config *config)
{
	return COBS_MAX(frame_bytes(config)) + 2 + PTL_CUT_BYTES;
}

/* What the memory of a link consists of, in its order. */
enum part {
	PART_LINK,
	PART_QUEUE,
	PART_PACKING,
	PART_RX_FRAME,
	PART_TX_FRAME,
	PART_PIECES,
	PART_WINDOWS = PART_PIECES + DATA_CLASSES,
	PART_MARKS = PART_WINDOWS + DATA_CLASSES,
	PARTS = PART_MARKS + DATA_CLASSES,
};

/* Where each part begins; returns the bytes of all. */
static size_t lay_out(const struct ptl_config *config, size_t at[PARTS])
{
	size_t n = 0;

	at[PART_LINK] = sizeof(struct ptl_link);
	at[PART_QUEUE] = ptl_queue_memory(config);
	at[PART_PACKING] = ptl_packing_memory(config);
	at[PART_RX_FRAME] = PACK_HEADROOM + frame_bytes(config);
	at[PART_TX_FRAME] = tx_bytes(config);
	for (int i = 0; i < DATA_CLASSES; i++) {
		at[PART_PIECES + i] = pieces_of(config, i) * sizeof(struct piece);
		at[PART_WINDOWS + i] = config->rx_window[i];
		at[PART_MARKS + i] = config->rx_window[i] / PTL_CELL_BYTES;
	}
	for (int i = 0; i < PARTS; i++) {
		size_t bytes = (at[i] + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);

		at[i] = n;
		n += bytes;
	}
	return n;
}

size_t ptl_link_size(const struct ptl_config *config)
{
	size_t at[PARTS];

	return good_config(config) ? lay_out(config, at) : 0;
}

static ptl_time earliest(struct ptl_link *link)
{
	ptl_time at = ptl_session_deadline(link);
	ptl_time rate = ptl_rate_deadline(link);

	if (ptl_frame_pending(link))
		return 0;
	if (rate < at)
		at = rate;
	for (int i = 0; i < DATA_CLASSES && ptl_rate_lets(link) == RATE_LETS_ALL; i++) {
		struct sender *sender = &link->senders[i];

		if (link->session.up)
			ptl_sender_watch(sender, &link->sending, link->now);
		if (sender->timer < at)
			at = sender->timer;
		if (link->receivers[i].due < at)
			at = link->receivers[i].due;
	}
	if (link->rx.any && link->rx_at + HALF_FRAME_US < at)
		at = link->rx_at + HALF_FRAME_US;
	return at;
}

enum ptl_error ptl_link_init(void *memory, size_t size, const struct ptl_config *config,
			     const struct ptl_events *events, ptl_time now,
			     struct ptl_link **made)
{
	struct ptl_link *link = memory;
	uint8_t *base = memory;
	size_t at[PARTS];

	if (!good_config(config) || config->nonce == 0 || !events->packet)
		return PTL_BAD_CONFIG;
	if (size < lay_out(config, at))
		return PTL_NO_MEMORY;
	memset(link, 0, sizeof(*link));
	link->events = *events;
	link->now = now;
	link->role = (uint8_t)config->role;
	link->own_max_packet = link->max_packet = config->max_packet;
	link->hash_key = config->nonce;
	memcpy(link->mac, config->mac, sizeof(link->mac));
	link->mac_in_use = config->mac_in_use;

	ptl_queue_init(&link->queue, base + at[PART_QUEUE], config, &link->counters);
	ptl_packing_init(&link->packing, base + at[PART_PACKING], config, &link->counters);
	link->sending.queue = &link->queue;
	link->sending.packing = &link->packing;
	link->sending.counters = &link->counters;
	ptl_noise_init(&link->sending.noise, (uint16_t)(config->max_packet + 1));
	for (int i = 0; i < DATA_CLASSES; i++) {
		uint16_t cells = (uint16_t)(config->rx_window[i] / PTL_CELL_BYTES);

		link->windows[i] = cells;
		ptl_sender_init(&link->senders[i], (void *)(base + at[PART_PIECES + i]),
				pieces_of(config, i));
		ptl_receiver_init(&link->receivers[i], base + at[PART_WINDOWS + i],
				  base + at[PART_MARKS + i], cells);
	}
	link->rx.room = frame_bytes(config);
	link->rx.out = base + at[PART_RX_FRAME] + PACK_HEADROOM;
	ptl_cobs_reset(&link->rx);
	link->tx.bytes = base + at[PART_TX_FRAME];
	link->tx.line_idle = true;
	ptl_link_adopt_baud(link, config->baud);
	ptl_rate_init(link, config);
	ptl_session_start(link, config->nonce);
	link->deadline = 0;
	*made = link;
	return PTL_OK;
}

/* The frame buffer is free: for the next frame, or first for what was refused. */
static void frame_over(struct ptl_link *link)
{
	ptl_cobs_reset(&link->rx);
	if (link->resume_due)
		ptl_link_resume(link, link->now);
}

/* A UART gives a few bytes at a time: within a frame nothing comes earlier by them. */
void ptl_link_receive(struct ptl_link *link, ptl_time now, const uint8_t *bytes, size_t n)
{
	bool moved;

	link->now = now;
	link->rx_at = now;
	link->counters.rx_bytes += n;
	moved = ptl_rate_bytes(link, n);
	while (n > 0) {
		size_t took = ptl_cobs_take(&link->rx, bytes, n);

		bytes += took;
		n -= took;
		if (n == 0)
			break;
		bytes++; /* the delimiter */
		n--;
		moved = true;
		if (link->rx.any)
			ptl_frame_received(link);
		frame_over(link);
	}
	if (moved)
		link->deadline = earliest(link);
	else if (link->rx.any && link->rx_at + HALF_FRAME_US < link->deadline)
		link->deadline = link->rx_at + HALF_FRAME_US;
}

static void run_timers(struct ptl_link *link)
{
	ptl_session_timers(link);
	ptl_rate_timers(link);
	/* What waits for the rate to change is not late. */
	for (int i = 0; i < DATA_CLASSES && ptl_rate_lets(link) == RATE_LETS_ALL; i++)
		if (link->now >= link->senders[i].timer &&
		    ptl_sender_expired(&link->senders[i], &link->sending, link->now))
			link->session.ping_due = link->session.up;
	if (link->rx.any && link->now >= link->rx_at + HALF_FRAME_US) {
		link->counters.rx_bad_framing++;
		frame_over(link);
	}
}

size_t ptl_link_transmit(struct ptl_link *link, ptl_time now, uint8_t *out, size_t room)
{
	struct tx_frame *tx = &link->tx;
	size_t done = 0;

	link->now = now;
	run_timers(link);
	if (tx->at < tx->n)
		ptl_frame_preempt(link);
	while (done < room) {
		size_t part;

		if (tx->at == tx->n && !ptl_frame_next(link)) {
			tx->line_idle = true;
			break;
		}
		part = min_size(room - done, tx->n - tx->at);
		memcpy(out + done, tx->bytes + tx->at, part);
		tx->at += part;
		done += part;
		if (tx->at == tx->n)
			ptl_frame_done(link);
	}
	link->counters.tx_bytes += done;
	if (tx->at == tx->n)
		ptl_rate_turn(link);
	link->deadline = earliest(link);
	return done;
}

enum ptl_error ptl_link_send(struct ptl_link *link, ptl_time now, const uint8_t *packet,
			     size_t n)
{
	enum ptl_error error;

	link->now = now;
	if (n < 14 || n > link->max_packet) {
		link->counters.drop_length++;
		return n < 14 ? PTL_TOO_SHORT : PTL_TOO_LONG;
	}
	if (!link->session.announced) {
		link->counters.drop_down++;
		return PTL_DOWN;
	}
	error = ptl_queue_put(&link->queue, now, ptl_flow_hash(link->hash_key, packet, n),
			      packet, n);
	if (error == PTL_OK) {
		link->counters.tx_packets++;
		link->counters.tx_packet_bytes += n;
		link->deadline = earliest(link);
	}
	return error;
}

enum ptl_error ptl_link_send_control(struct ptl_link *link, ptl_time now,
				     const uint8_t *message, size_t n, uint32_t *number)
{
	enum ptl_error error;
	uint32_t own;

	link->now = now;
	if (n == 0 || n > PTL_CONTROL_MAX || n > ptl_line_frame(link->baud))
		return n == 0 ? PTL_TOO_SHORT : PTL_TOO_LONG;
	if (!link->session.announced)
		return PTL_DOWN;
	if (!link->session.peer_control)
		return PTL_REFUSED;
	error = ptl_queue_put_control(&link->queue, now, message, n, number ? number : &own);
	if (error == PTL_OK) {
		link->counters.tx_control++;
		link->deadline = earliest(link);
	}
	return error;
}

void ptl_link_log(struct ptl_link *link, ptl_time now, const char *text, size_t n)
{
	link->now = now;
	if (n == 0 || n > PTL_LOG_MAX || link->log_n > 0)
		return;
	memcpy(link->log, text, n);
	link->log_n = (uint8_t)n;
	link->deadline = 0;
}

ptl_time ptl_link_deadline(const struct ptl_link *link)
{
	return link->deadline;
}

void ptl_link_resume(struct ptl_link *link, ptl_time now)
{
	link->now = now;
	/* A packet is gathered in the frame buffer: not while a frame is in it;
	 * the end of that frame, or its time-out, comes back here. */
	link->resume_due = link->rx.any;
	if (link->resume_due)
		return;
	for (int i = 0; i < DATA_CLASSES; i++) {
		struct receiver *receiver = &link->receivers[i];

		if (!receiver->refused)
			continue;
		ptl_frame_deliver(link, (enum ptl_class)(i + 1));
		/* Credit came back: the sender may be waiting for it. */
		if (receiver->changed && receiver->due == PTL_NEVER)
			receiver->due = now;
	}
	ptl_frame_keep_step(link);
	link->deadline = earliest(link);
}

static uint32_t possible(uint32_t baud)
{
	return baud < BAUD_MIN ? BAUD_MIN : baud;
}

void ptl_link_set_baud(struct ptl_link *link, uint32_t baud)
{
	ptl_link_adopt_baud(link, possible(baud));
}

/* Another wire, or another rate of it: forgets half frames. */
static void begin_wire(struct ptl_link *link)
{
	frame_over(link);
	if (link->tx.at < link->tx.n)
		ptl_frame_done(link);
	link->tx.line_idle = true;
}

void ptl_link_rate_done(struct ptl_link *link, ptl_time now, uint32_t rate)
{
	link->now = now;
	begin_wire(link);
	ptl_rate_done(link, possible(rate));
	link->deadline = earliest(link);
}

void ptl_link_wire_reset(struct ptl_link *link, ptl_time now)
{
	link->now = now;
	begin_wire(link);
	ptl_rate_reset(link);
	link->deadline = earliest(link);
}

const struct ptl_counters *ptl_link_counters(const struct ptl_link *link)
{
	return &link->counters;
}

void ptl_link_info(const struct ptl_link *link, struct ptl_info *info)
{
	memset(info, 0, sizeof(*info));
	info->state = link->session.announced ? PTL_STATE_UP : PTL_STATE_DOWN;
	info->control = link->session.announced && link->session.peer_control;
	memcpy(info->peer_mac, link->session.peer_mac, sizeof(info->peer_mac));
	info->peer_mac_in_use = link->session.peer_mac_in_use;
	info->session = link->session.nonce;
	info->peer_session = link->session.peer_nonce;
	info->max_packet = link->max_packet;
	info->frame_limit = link->sending.noise.limit;
	info->rate = ptl_rate_now(link);
	info->rtt_us = link->sending.trip.smooth_us;
	info->loss_ppm = ptl_noise_ppm(&link->sending.noise);
	info->queued = queue_packets(&link->queue);
	info->waiting = info->queued - link->queue.all_sent;
	info->messages = link->queue.messages;
}
