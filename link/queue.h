/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Packets that wait or are unacknowledged, and the fair queues they stand in.
 *
 * A packet's bytes lie in a chain of fixed blocks. It belongs to a flow. As in
 * fq_codel (RFC 8290) a flow that sends rarely is sparse and goes first; the
 * others take turns by deficit round robin, with CoDel (RFC 8289) on each queue.
 *
 * Rarely means: within an allowance that refills at an eighth of the line's
 * rate, for all sparse flows together at half of it. fq_codel has no such
 * measure: there a flow is bulk again until its next turn has come, which on a
 * line of 115200 baud with 131 ms a packet is too late for the next ping.
 *
 * The two lists feed the two classes of the wire, which overtake each other.
 * So that a flow's packets stay in order, a flow changes its class only when
 * none of its packets is unacknowledged in the other.
 *
 * Control messages stand in a queue of their own and have a quota of the store: no
 * less than that, whatever the packets take, and no more. They are numbered as they
 * come; those held are always the last so many.
 */
#ifndef PIGTAIL_QUEUE_H
#define PIGTAIL_QUEUE_H

#include <pigtail/wire.h>
#include <pigtail/endpoint.h>

#define QUEUE_NONE 0xffff
#define QUEUE_WAYS 4 /* flows that a hash may choose from */
/* Control messages held at a time: a quarter of the packets, but so many. */
#define QUEUE_MESSAGES_MIN 2
#define QUEUE_MESSAGES_MAX 16

struct packet {
	uint32_t at;	 /* when it was queued, microseconds, low 32 bits */
	uint16_t next;	 /* in its flow, or in the list of free packets */
	uint16_t block;	 /* first block */
	uint16_t start;	 /* offset of its first byte in the first block */
	uint16_t length; /* bytes */
	uint16_t flow;	 /* QUEUE_NONE: a control message */
	uint16_t pieces; /* on the wire, unacknowledged */
	uint8_t ending;	 /* enum ptl_ending of its last piece */
	bool all_sent;	 /* no byte is left that is not in a piece */
};

/* Bytes that may be sent before others, refilled with time. */
struct allowance {
	uint32_t bytes;
	uint32_t at; /* of the last refill, microseconds, low 32 bits */
};

struct flow {
	uint32_t hash;
	uint32_t bytes;	 /* queued */
	int32_t deficit; /* bytes it may send in this turn, as bulk */
	struct allowance sparse;
	uint32_t above_since; /* CoDel: when the target was first exceeded */
	uint32_t drop_at;     /* CoDel: next drop */
	uint16_t drops;	      /* CoDel: in this dropping phase */
	uint16_t last_drops;  /* CoDel: in the one before */
	uint16_t head, tail;  /* packets */
	uint16_t next;	      /* flow in the same list */
	uint16_t flying;      /* packets dequeued, not yet freed */
	uint8_t misses;	      /* packets in a row that did not compress */
	uint8_t list;	      /* enum flow_list */
	uint8_t flying_class; /* class of those that fly */
	bool above, dropping; /* CoDel */
	bool shared;	      /* has packets of other hashes too */
};

enum flow_list { FLOW_IDLE, FLOW_SPARSE, FLOW_BULK };

struct flow_fifo {
	uint16_t head, tail;
};

struct queue {
	struct packet *packets;
	uint8_t *blocks;
	uint16_t *next_block;
	struct flow *flows;
	struct ptl_counters *counters;
	uint16_t packet_count, block_count, block_size, flow_count;
	uint16_t free_packet, free_packets;
	uint16_t all_sent;  /* packets of which nothing waits any more */
	uint16_t most_sent; /* with so many of them no other of bulk begins */
	uint16_t messages;  /* of the packets held: control messages */
	uint16_t message_blocks;
	uint16_t quota_messages; /* the most of both */
	uint16_t quota_blocks;
	uint32_t message_number; /* of the next message */
	uint16_t free_block, free_blocks;
	uint16_t max_packet;
	bool drop_when_full;
	bool codel;
	bool was_full;		 /* an owner waits for events.room */
	bool messages_full;	 /* or for events.control_room */
	struct flow_fifo sparse; /* flows */
	struct flow_fifo bulk;
	struct flow_fifo control; /* packets */
	struct allowance sparse_all;
	uint32_t sparse_most;		 /* bytes: a flow's allowance at its fullest */
	uint32_t sparse_all_most;	 /* the same of all flows together */
	uint32_t bytes_65ms;		 /* of the line, in 65536 us */
	uint32_t target_us, interval_us; /* CoDel */
};

/* Bytes of memory that packets, blocks and flows of this config take. */
size_t ptl_queue_memory(const struct ptl_config *config);
void ptl_queue_init(struct queue *queue, void *memory, const struct ptl_config *config,
		    struct ptl_counters *counters);
/* Quantum and CoDel's times follow the line's rate. */
void ptl_queue_set_baud(struct queue *queue, uint32_t baud);

/* PTL_FULL: was_full is set; or, told to drop, PTL_DROPPED. */
enum ptl_error ptl_queue_put(struct queue *queue, ptl_time now, uint32_t hash,
			     const uint8_t *bytes, size_t n);
/* PTL_FULL: messages_full is set. Else *number is the message's. */
enum ptl_error ptl_queue_put_control(struct queue *queue, ptl_time now, const uint8_t *bytes,
				     size_t n, uint32_t *number);

/* Who waits for room need not wait any longer. */
bool ptl_queue_has_room(const struct queue *queue);
bool ptl_queue_has_control_room(const struct queue *queue);

/* Packets held, waiting or unacknowledged, but for control messages. */
static inline uint16_t queue_packets(const struct queue *queue)
{
	return (uint16_t)(queue->packet_count - queue->free_packets - queue->messages);
}

/* Takes the next packet of a class; QUEUE_NONE when none may go now. The taker
 * holds it until ptl_queue_done(). */
uint16_t ptl_queue_take(struct queue *queue, ptl_time now, enum ptl_class class);
bool ptl_queue_ready(struct queue *queue, enum ptl_class class);

/* Copies bytes out of a packet. */
void ptl_queue_read(const struct queue *queue, uint16_t packet, size_t offset, uint8_t *to,
		    size_t n);

/* Puts n bytes in the place of a packet's first `instead` bytes; at most one more
 * than these. */
void ptl_queue_replace(struct queue *queue, uint16_t packet, size_t instead,
		       const uint8_t *bytes, size_t n);

/* The packet left for good: acknowledged or given up. */
void ptl_queue_done(struct queue *queue, uint16_t packet);

/* Drops all packets that wait; returns how many. The same of control messages. */
uint32_t ptl_queue_flush(struct queue *queue);
uint32_t ptl_queue_flush_control(struct queue *queue);

#endif
