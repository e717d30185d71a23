/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The packet store, and the fair queues. See queue.h. */
#include "queue.h"
#include "bytes.h"
#include "codel.h"

/* Before each packet: packed it may be one byte longer. */
#define HEADROOM 1

static uint16_t blocks_of(const struct queue *queue, size_t n)
{
	return (uint16_t)((HEADROOM + n + queue->block_size - 1) / queue->block_size);
}

/* Of control messages: a quarter of the packets, within bounds; blocks for each of them
 * where there are many, at least for the longest one. */
static void set_quota(struct queue *queue)
{
	uint16_t longest = blocks_of(queue, PTL_CONTROL_MAX);
	uint16_t spare =
		(uint16_t)(queue->block_count - blocks_of(queue, queue->max_packet)) / 4;
	uint16_t packets = queue->packet_count / 4;

	if (packets < QUEUE_MESSAGES_MIN)
		packets = QUEUE_MESSAGES_MIN;
	if (packets > QUEUE_MESSAGES_MAX)
		packets = QUEUE_MESSAGES_MAX;
	queue->quota_messages = packets;
	queue->quota_blocks = packets < spare ? packets : spare;
	if (queue->quota_blocks < longest)
		queue->quota_blocks = longest;
}

size_t ptl_queue_memory(const struct ptl_config *config)
{
	return config->tx_packets * sizeof(struct packet) +
	       config->tx_flows * sizeof(struct flow) +
	       (size_t)config->tx_blocks * (sizeof(uint16_t) + config->tx_block_size);
}

/* What is sent is kept until it is acknowledged, and cannot be dropped. If acknowledgements
 * are late, bulk that compresses well could fill the whole store with it: then a ping that
 * comes finds nothing to take the place of. An owner who waits for room needs no such bound. */
static void set_most_sent(struct queue *queue)
{
	uint16_t packets = (uint16_t)(queue->packet_count - queue->quota_messages);

	queue->most_sent =
		queue->drop_when_full ? (uint16_t)(packets - packets / 4) : QUEUE_NONE;
}

void ptl_queue_init(struct queue *queue, void *memory, const struct ptl_config *config,
		    struct ptl_counters *counters)
{
	uint8_t *at = memory;

	/* Not the blocks: memory that nothing was put into is often not even there. */
	memset(memory, 0,
	       ptl_queue_memory(config) - (size_t)config->tx_blocks * config->tx_block_size);
	queue->counters = counters;
	queue->max_packet = config->max_packet;
	queue->drop_when_full = config->drop_when_full;
	queue->codel = config->codel;
	queue->was_full = queue->messages_full = false;
	queue->all_sent = queue->messages = queue->message_blocks = 0;
	queue->message_number = 0;

	/* By falling alignment. */
	queue->flows = (void *)at;
	queue->flow_count = config->tx_flows;
	at += config->tx_flows * sizeof(struct flow);
	queue->packets = (void *)at;
	queue->packet_count = config->tx_packets;
	at += config->tx_packets * sizeof(struct packet);
	queue->next_block = (void *)at;
	queue->block_count = config->tx_blocks;
	at += config->tx_blocks * sizeof(uint16_t);
	queue->blocks = at;
	queue->block_size = config->tx_block_size;

	for (uint16_t i = 0; i < queue->packet_count; i++)
		queue->packets[i].next = (uint16_t)(i + 1);
	queue->packets[queue->packet_count - 1].next = QUEUE_NONE;
	queue->free_packet = 0;
	queue->free_packets = queue->packet_count;
	for (uint16_t i = 0; i < queue->block_count; i++)
		queue->next_block[i] = (uint16_t)(i + 1);
	queue->next_block[queue->block_count - 1] = QUEUE_NONE;
	queue->free_block = 0;
	queue->free_blocks = queue->block_count;

	for (uint16_t i = 0; i < queue->flow_count; i++)
		queue->flows[i].head = queue->flows[i].tail = QUEUE_NONE;
	queue->sparse.head = queue->sparse.tail = QUEUE_NONE;
	queue->bulk = queue->control = queue->sparse;
	set_quota(queue);
	set_most_sent(queue);
	ptl_queue_set_baud(queue, config->baud);
}

void ptl_queue_set_baud(struct queue *queue, uint32_t baud)
{
	/* What a sparse flow may send at once: 4 ms of the line. */
	uint32_t most = baud / 2500;
	uint32_t packet_us = queue->max_packet * 10000u / (baud < 1000 ? 1 : baud / 1000);

	if (most < 300)
		most = 300;
	if (most > queue->max_packet)
		most = queue->max_packet;
	queue->sparse_most = most;
	queue->sparse_all_most = 4 * most;
	queue->bytes_65ms = baud / 153; /* of the line, in 65536 us */
	ptl_codel_times(packet_us, &queue->target_us, &queue->interval_us);
}

/* Lists of flows. */

static void flow_append(struct queue *queue, struct flow_fifo *list, uint16_t flow)
{
	queue->flows[flow].next = QUEUE_NONE;
	queue->flows[flow].list = list == &queue->sparse ? FLOW_SPARSE : FLOW_BULK;
	if (list->head == QUEUE_NONE)
		list->head = flow;
	else
		queue->flows[list->tail].next = flow;
	list->tail = flow;
}

static uint16_t flow_shift(struct queue *queue, struct flow_fifo *list)
{
	uint16_t flow = list->head;

	list->head = queue->flows[flow].next;
	if (list->head == QUEUE_NONE)
		list->tail = QUEUE_NONE;
	queue->flows[flow].list = FLOW_IDLE;
	return flow;
}

static bool flow_idle(const struct flow *flow)
{
	return flow->list == FLOW_IDLE && flow->flying == 0;
}

static void refill(struct allowance *allowance, uint32_t now, uint32_t bytes_65ms,
		   uint32_t most)
{
	uint32_t steps = (now - allowance->at) >> 4;
	uint32_t bytes;

	if (steps > 65536) /* a second; more would overflow */
		steps = 65536;
	bytes = steps * bytes_65ms >> 12;
	if (bytes == 0)
		return;
	allowance->bytes += bytes;
	if (allowance->bytes > most)
		allowance->bytes = most;
	allowance->at = now;
}

static void spend(struct allowance *allowance, uint32_t bytes)
{
	allowance->bytes -= bytes < allowance->bytes ? bytes : allowance->bytes;
}

/* Whether the flow may send its next packet before others. */
static bool is_sparse(const struct queue *queue, const struct flow *flow)
{
	uint32_t length = queue->packets[flow->head].length;

	return flow->sparse.bytes >= length && queue->sparse_all.bytes >= length &&
	       (flow->flying == 0 || flow->flying_class == PTL_CLASS_SPARSE);
}

/* The flow of a hash: its own slot, else one that is idle, else it shares one;
 * and stays there as long as some of its packets may be in it. */
static uint16_t flow_find(struct queue *queue, uint32_t hash)
{
	uint16_t first = (uint16_t)(hash & (queue->flow_count - 1u) & ~(QUEUE_WAYS - 1u));
	uint16_t idle = QUEUE_NONE;
	uint16_t home = (uint16_t)(first + (hash >> 16) % QUEUE_WAYS);

	for (uint16_t i = first; i < first + QUEUE_WAYS; i++) {
		struct flow *flow = &queue->flows[i];

		if (flow->hash == hash)
			return i;
		if (idle == QUEUE_NONE && flow_idle(flow))
			idle = i;
	}
	if (idle == QUEUE_NONE ||
	    (queue->flows[home].shared && !flow_idle(&queue->flows[home]))) {
		queue->flows[home].shared = true;
		return home;
	}
	queue->flows[idle].hash = hash;
	queue->flows[idle].shared = false;
	queue->flows[idle].misses = 0;
	ptl_codel_reset(&queue->flows[idle]);
	return idle;
}

/* Packets in and out of the store. */

static void packet_free(struct queue *queue, uint16_t index)
{
	struct packet *packet = &queue->packets[index];
	uint16_t block = packet->block;
	uint16_t blocks = 1;

	while (queue->next_block[block] != QUEUE_NONE) {
		block = queue->next_block[block];
		blocks++;
	}
	queue->next_block[block] = queue->free_block;
	queue->free_block = packet->block;
	queue->free_blocks = (uint16_t)(queue->free_blocks + blocks);
	if (packet->flow == QUEUE_NONE) {
		queue->messages--;
		queue->message_blocks = (uint16_t)(queue->message_blocks - blocks);
	} else {
		queue->all_sent = (uint16_t)(queue->all_sent - packet->all_sent);
	}
	packet->next = queue->free_packet;
	queue->free_packet = index;
	queue->free_packets++;
}

static uint16_t packet_new(struct queue *queue, ptl_time now, const uint8_t *bytes, size_t n)
{
	uint16_t index = queue->free_packet;
	struct packet *packet = &queue->packets[index];
	uint16_t block = queue->free_block;

	queue->free_packet = packet->next;
	queue->free_packets--;
	packet->next = QUEUE_NONE;
	packet->at = (uint32_t)now;
	packet->block = block;
	packet->start = HEADROOM;
	packet->length = (uint16_t)n;
	packet->pieces = 0;
	packet->ending = PTL_ENDS;
	packet->all_sent = false;
	for (size_t at = HEADROOM;; at = 0) {
		size_t part = min_size(n, queue->block_size - at);

		memcpy(queue->blocks + (size_t)block * queue->block_size + at, bytes, part);
		bytes += part;
		n -= part;
		queue->free_blocks--;
		if (n == 0)
			break;
		block = queue->next_block[block];
	}
	queue->free_block = queue->next_block[block];
	queue->next_block[block] = QUEUE_NONE;
	return index;
}

/* What the messages have not used of their quota is free all the same. */
static bool has_room(const struct queue *queue, size_t n)
{
	return queue->free_packets > queue->quota_messages - queue->messages &&
	       queue->free_blocks >=
		       blocks_of(queue, n) + (queue->quota_blocks - queue->message_blocks);
}

static bool has_control_room(const struct queue *queue, size_t n)
{
	return queue->messages < queue->quota_messages &&
	       queue->message_blocks + blocks_of(queue, n) <= queue->quota_blocks;
}

bool ptl_queue_has_room(const struct queue *queue)
{
	uint16_t kept = (uint16_t)(queue->quota_messages - queue->messages);

	return queue->free_packets > queue->packet_count / 4 + kept;
}

bool ptl_queue_has_control_room(const struct queue *queue)
{
	return has_control_room(queue, PTL_CONTROL_MAX);
}

static uint16_t flow_pop(struct queue *queue, struct flow *flow)
{
	uint16_t packet = flow->head;

	flow->head = queue->packets[packet].next;
	if (flow->head == QUEUE_NONE)
		flow->tail = QUEUE_NONE;
	flow->bytes -= queue->packets[packet].length;
	return packet;
}

/* Drops the oldest packet of the longest queue; false: nothing is queued. */
static bool drop_longest(struct queue *queue)
{
	struct flow *longest = &queue->flows[0];

	for (uint16_t i = 1; i < queue->flow_count; i++)
		if (queue->flows[i].bytes > longest->bytes)
			longest = &queue->flows[i];
	if (longest->head == QUEUE_NONE)
		return false;
	packet_free(queue, flow_pop(queue, longest));
	queue->counters->drop_overflow++;
	return true;
}

enum ptl_error ptl_queue_put(struct queue *queue, ptl_time now, uint32_t hash,
			     const uint8_t *bytes, size_t n)
{
	uint16_t index, packet;
	struct flow *flow;

	while (!has_room(queue, n)) {
		if (!queue->drop_when_full) {
			queue->was_full = true;
			return PTL_FULL;
		}
		if (!drop_longest(queue)) {
			queue->counters->drop_overflow++;
			return PTL_DROPPED;
		}
	}
	index = flow_find(queue, hash);
	flow = &queue->flows[index];
	packet = packet_new(queue, now, bytes, n);
	queue->packets[packet].flow = index;
	if (flow->head == QUEUE_NONE)
		flow->head = packet;
	else
		queue->packets[flow->tail].next = packet;
	flow->tail = packet;
	flow->bytes += (uint32_t)n;
	if (flow->list == FLOW_IDLE) {
		refill(&flow->sparse, (uint32_t)now, queue->bytes_65ms / 8, queue->sparse_most);
		refill(&queue->sparse_all, (uint32_t)now, queue->bytes_65ms / 2,
		       queue->sparse_all_most);
		flow->deficit = queue->max_packet;
		flow_append(queue, is_sparse(queue, flow) ? &queue->sparse : &queue->bulk,
			    index);
	}
	return PTL_OK;
}

enum ptl_error ptl_queue_put_control(struct queue *queue, ptl_time now, const uint8_t *bytes,
				     size_t n, uint32_t *number)
{
	uint16_t packet;

	if (!has_control_room(queue, n)) {
		queue->messages_full = true;
		return PTL_FULL;
	}
	queue->messages++;
	queue->message_blocks = (uint16_t)(queue->message_blocks + blocks_of(queue, n));
	*number = queue->message_number++;
	packet = packet_new(queue, now, bytes, n);
	queue->packets[packet].flow = QUEUE_NONE;
	if (queue->control.head == QUEUE_NONE)
		queue->control.head = packet;
	else
		queue->packets[queue->control.tail].next = packet;
	queue->control.tail = packet;
	return PTL_OK;
}

static bool may_fly(const struct flow *flow, enum ptl_class class)
{
	return flow->flying == 0 || flow->flying_class == class;
}

/* Brings a flow that may send to the head of the sparse list. */
static bool sparse_ready(struct queue *queue)
{
	while (queue->sparse.head != QUEUE_NONE) {
		const struct flow *flow = &queue->flows[queue->sparse.head];

		if (flow->head == QUEUE_NONE)
			flow_shift(queue, &queue->sparse);
		else if (is_sparse(queue, flow))
			return true;
		else
			flow_append(queue, &queue->bulk, flow_shift(queue, &queue->sparse));
	}
	return false;
}

/* The same for the bulk list: one turn of it, at most. */
static bool bulk_ready(struct queue *queue)
{
	uint16_t first_held = QUEUE_NONE;
	bool richer = false;

	while (queue->bulk.head != QUEUE_NONE) {
		uint16_t index = queue->bulk.head;
		struct flow *flow = &queue->flows[index];

		if (flow->head == QUEUE_NONE) {
			flow_shift(queue, &queue->bulk);
			continue;
		}
		if (!may_fly(flow, PTL_CLASS_BULK)) {
			if (index == first_held) {
				if (!richer)
					return false;
				richer = false;
			}
			if (first_held == QUEUE_NONE)
				first_held = index;
		} else if (flow->deficit > 0) {
			return true;
		} else {
			flow->deficit += queue->max_packet;
			richer = true;
		}
		flow_append(queue, &queue->bulk, flow_shift(queue, &queue->bulk));
	}
	return false;
}

bool ptl_queue_ready(struct queue *queue, enum ptl_class class)
{
	switch (class) {
	case PTL_CLASS_CONTROL:
		return queue->control.head != QUEUE_NONE;
	case PTL_CLASS_SPARSE:
		return sparse_ready(queue);
	case PTL_CLASS_BULK:
		/* A flow that has used up its allowance goes over first. */
		sparse_ready(queue);
		return queue->all_sent < queue->most_sent && bulk_ready(queue);
	default:
		return false;
	}
}

static uint16_t take_control(struct queue *queue)
{
	uint16_t packet = queue->control.head;

	queue->control.head = queue->packets[packet].next;
	if (queue->control.head == QUEUE_NONE)
		queue->control.tail = QUEUE_NONE;
	return packet;
}

uint16_t ptl_queue_take(struct queue *queue, ptl_time now, enum ptl_class class)
{
	struct flow *flow;
	uint16_t packet;

	if (!ptl_queue_ready(queue, class))
		return QUEUE_NONE;
	if (class == PTL_CLASS_CONTROL)
		return take_control(queue);

	flow = &queue->flows[class == PTL_CLASS_SPARSE ? queue->sparse.head : queue->bulk.head];
	packet = flow_pop(queue, flow);
	while (class == PTL_CLASS_BULK && queue->codel && flow->head != QUEUE_NONE &&
	       ptl_codel_drops(flow, (uint32_t)now - queue->packets[packet].at, (uint32_t)now,
			       queue->max_packet, queue->target_us, queue->interval_us)) {
		packet_free(queue, packet);
		queue->counters->drop_codel++;
		packet = flow_pop(queue, flow);
	}
	if (class == PTL_CLASS_SPARSE)
		spend(&queue->sparse_all, queue->packets[packet].length);
	else
		flow->deficit -= queue->packets[packet].length;
	spend(&flow->sparse, queue->packets[packet].length);
	flow->flying++;
	flow->flying_class = (uint8_t) class;
	return packet;
}

void ptl_queue_read(const struct queue *queue, uint16_t packet, size_t offset, uint8_t *to,
		    size_t n)
{
	uint16_t block = queue->packets[packet].block;

	offset += queue->packets[packet].start;
	for (; offset >= queue->block_size; offset -= queue->block_size)
		block = queue->next_block[block];
	while (n > 0) {
		size_t part = min_size(n, queue->block_size - offset);

		memcpy(to, queue->blocks + (size_t)block * queue->block_size + offset, part);
		to += part;
		n -= part;
		offset = 0;
		block = queue->next_block[block];
	}
}

void ptl_queue_replace(struct queue *queue, uint16_t index, size_t instead,
		       const uint8_t *bytes, size_t n)
{
	struct packet *packet = &queue->packets[index];
	size_t at = packet->start + instead - n;
	uint16_t block = packet->block;

	packet->start = (uint16_t)at;
	packet->length = (uint16_t)(packet->length + n - instead);
	for (; at >= queue->block_size; at -= queue->block_size)
		block = queue->next_block[block];
	while (n > 0) {
		size_t part = min_size(n, queue->block_size - at);

		memcpy(queue->blocks + (size_t)block * queue->block_size + at, bytes, part);
		bytes += part;
		n -= part;
		at = 0;
		block = queue->next_block[block];
	}
}

void ptl_queue_done(struct queue *queue, uint16_t packet)
{
	if (queue->packets[packet].flow != QUEUE_NONE)
		queue->flows[queue->packets[packet].flow].flying--;
	packet_free(queue, packet);
}

uint32_t ptl_queue_flush(struct queue *queue)
{
	uint32_t dropped = 0;

	for (uint16_t i = 0; i < queue->flow_count; i++)
		while (queue->flows[i].head != QUEUE_NONE) {
			packet_free(queue, flow_pop(queue, &queue->flows[i]));
			dropped++;
		}
	return dropped;
}

uint32_t ptl_queue_flush_control(struct queue *queue)
{
	uint32_t dropped = 0;

	while (queue->control.head != QUEUE_NONE) {
		packet_free(queue, take_control(queue));
		dropped++;
	}
	return dropped;
}
