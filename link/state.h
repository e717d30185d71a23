/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The state of a link and what its files do with it:
 *
 *	link.c      the public functions, memory, deadlines
 *	rate.c      negotiation of the line's rate
 *	session.c   hello, keep-alive, restart: is there a peer, and which
 *	frame_tx.c  chooses, builds and cuts the frame that is on the wire
 *	frame_rx.c  checks a received frame and gives its parts away
 *	room.c      tells who waits for room in the queues
 */
#ifndef PIGTAIL_STATE_H
#define PIGTAIL_STATE_H

#include <pigtail/link.h>
#include <pigtail/wire.h>

#include "cobs.h"
#include "pack.h"
#include "queue.h"
#include "rate.h"
#include "receiver.h"
#include "sender.h"

#define SESSION_HELLO_BYTES                                                                    \
	(PTL_HELLO_BYTES + 2 * (PTL_OPTION_BYTES + PACK_CLASSES) + PTL_OPTION_BYTES +          \
	 PTL_RATE_OPTION_BYTES)
#define DATA_CLASSES 3 /* control, sparse, bulk: index is class - 1 */

/* PONG and UNKNOWN that wait to be sent. */
#define ANSWERS 8
struct answers {
	uint32_t value[ANSWERS]; /* token, or type */
	uint8_t type[ANSWERS];	 /* enum ptl_message */
	uint8_t n;
};

struct session {
	uint32_t nonce;	     /* ours */
	uint32_t peer_nonce; /* 0: none heard */
	bool up;	     /* the peer has said our nonce */
	bool announced;	     /* what events.state was told last */
	bool restarted;	     /* up again without having been announced down */
	bool hello_due;	     /* a reply */
	bool ping_due;
	bool peer_mac_in_use;
	bool peer_control; /* its control channel has an owner */
	uint8_t hellos;	   /* sent since the last change */
	struct answers answers;
	ptl_time heard; /* last good frame of the peer */
	ptl_time hello_at;
	ptl_time ping_at;
	uint8_t peer_mac[6];
	uint16_t peer_windows[DATA_CLASSES];
	struct packing_offer peer_offer;
};

struct tx_frame {
	uint8_t *bytes; /* encoded, delimiters included */
	size_t n, at;	/* length; how much has been pulled */
	size_t start;	/* where the encoding begins: 1 after an idle line */
	size_t head;	/* decoded bytes before the payload */
	enum ptl_class class;
	uint16_t number;
	uint16_t length; /* payload bytes */
	bool final;	 /* cut already, or not to be cut */
	bool line_idle;	 /* nothing was sent just before */
};

/* What is small and much used comes first: near the pointer it costs less code. */
struct ptl_link {
	ptl_time now;
	ptl_time deadline;
	uint32_t baud;
	uint16_t max_packet; /* of both ends */
	uint16_t own_max_packet;
	uint8_t role;
	uint8_t log_n;
	bool out_of_step; /* what the peer compressed makes no sense here */
	bool resume_due;  /* resume() came while a frame was half received */
#ifndef PTL_WITHOUT_RATE
	struct rate rate;
#endif
	struct session session;
	struct tx_frame tx;
	struct cobs_decoder rx;
	ptl_time rx_at; /* last byte of a frame that is under way */
	uint32_t hash_key;
	uint32_t ack_delay_us;
	struct ptl_events events;
	struct sending sending;
	bool mac_in_use; /* by a station at this end; here it is in a gap */
	struct sender senders[DATA_CLASSES];
	struct receiver receivers[DATA_CLASSES];
	struct queue queue;
	struct packing packing;
	struct ptl_counters counters;
	uint16_t windows[DATA_CLASSES];
	uint8_t mac[6];
	uint8_t log[PTL_LOG_MAX]; /* text that waits to be sent */
};

static inline struct sender *sender_of(struct ptl_link *link, enum ptl_class class)
{
	return &link->senders[class - 1];
}

static inline struct receiver *receiver_of(struct ptl_link *link, enum ptl_class class)
{
	return &link->receivers[class - 1];
}

/* A build for a radio alone (PTL_DEVICE_ONLY) needs none of what only hosts do. */
static inline bool is_host(const struct ptl_link *link)
{
#ifdef PTL_DEVICE_ONLY
	return (void)link, false;
#else
	return link->role == PTL_HOST;
#endif
}

/* link.c */
/* Microseconds of n bytes on the line: 10 bits each. */
uint32_t ptl_line_us(uint32_t baud, uint32_t n);
/* Payload bytes of the longest frame, a multiple of a cell. */
uint32_t ptl_line_frame(uint32_t baud);
void ptl_link_adopt_baud(struct ptl_link *link, uint32_t baud);

/* session.c */
void ptl_session_start(struct ptl_link *link, uint32_t nonce);
/* The session is over for us; what waits cannot be delivered. */
void ptl_session_end(struct ptl_link *link, enum ptl_reason reason);
void ptl_session_timers(struct ptl_link *link);
ptl_time ptl_session_deadline(const struct ptl_link *link);
void ptl_session_hello(struct ptl_link *link, const uint8_t *payload, size_t n);
size_t ptl_session_hello_payload(struct ptl_link *link, uint8_t *to);

/* frame_tx.c */
bool ptl_frame_next(struct ptl_link *link);
bool ptl_frame_pending(struct ptl_link *link);
void ptl_frame_preempt(struct ptl_link *link);
void ptl_frame_done(struct ptl_link *link);

/* room.c */
void ptl_frame_room(struct ptl_link *link);

/* frame_rx.c */
void ptl_frame_received(struct ptl_link *link);
void ptl_frame_deliver(struct ptl_link *link, enum ptl_class class);
void ptl_frame_keep_step(struct ptl_link *link);

#endif
