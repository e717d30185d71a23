/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The endpoint contract: what one end of a serial wire is, for every framing.
 *
 * An endpoint turns packets into bytes for the wire and bytes from the wire
 * into packets. It runs the same in the kernel, in a program and on a
 * microcontroller, therefore:
 *
 *  - The caller owns the memory: size() says how much, init() takes it.
 *    Nothing is allocated later. The memory must be aligned as for max_align_t.
 *  - Time is passed in, in microseconds, from any monotonic origin.
 *  - transmit() is pulled: the caller asks for bytes when the wire can take
 *    them. What has not been pulled can still be overtaken by something more
 *    urgent; so pull late and little (see pacer.h).
 *  - No locks: the caller serialises all calls on one endpoint. Event
 *    callbacks run inside receive(), transmit(), send() and resume(), and must
 *    not call back into the same endpoint, except send() and send_control() from
 *    packet() and control().
 *
 * The one loop that drives an endpoint:
 *
 *	bytes arrived            -> receive(now, bytes, n)
 *	the wire has room        -> n = transmit(now, buffer, room)
 *	deadline() has passed    -> transmit(now, buffer, room), room may be 0
 *	a packet is to be sent   -> send(now, packet, n), then transmit()
 */
#ifndef PIGTAIL_ENDPOINT_H
#define PIGTAIL_ENDPOINT_H

#ifdef __KERNEL__
#include <linux/types.h>
#include <linux/stddef.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#endif

/* Microseconds since any fixed moment; never goes back. */
typedef uint64_t ptl_time;
#define PTL_NEVER ((ptl_time)-1)

enum ptl_error {
	PTL_OK = 0,
	PTL_FULL,	/* no room now; events.room says when to try again */
	PTL_DROPPED,	/* no room, and nothing to drop in its place: counted, gone */
	PTL_TOO_LONG,	/* packet longer than config.max_packet */
	PTL_TOO_SHORT,	/* packet too short for its kind (Ethernet: 14 bytes) */
	PTL_DOWN,	/* the other end is not there; the packet was dropped */
	PTL_REFUSED,	/* this framing, or the peer, cannot take this */
	PTL_BAD_CONFIG, /* a config value is out of its range */
	PTL_NO_MEMORY,	/* the memory given to init() is too small */
};

/* A short lower-case English name of an error, such as "too long". */
const char *ptl_error_name(enum ptl_error error);

enum ptl_role {
	PTL_HOST,   /* the computer that wants a network card */
	PTL_DEVICE, /* the radio side */
};

/* What send() takes and events.packet delivers. */
enum ptl_payload {
	PTL_ETHERNET, /* Ethernet frames, no FCS */
	PTL_IP,	      /* bare IPv4 or IPv6 packets */
};

enum ptl_state {
	PTL_STATE_DOWN,
	PTL_STATE_UP,
};

/* Why the state changed, or why it was reset while it was up. */
enum ptl_reason {
	PTL_REASON_START,	   /* first time up */
	PTL_REASON_PEER_BACK,	   /* up again after it had ended, the peer the same */
	PTL_REASON_PEER_RESTARTED, /* the peer lost its state: all was flushed */
	PTL_REASON_PEER_SILENT,	   /* nothing heard for too long */
	PTL_REASON_PEER_VERSION,   /* the peer speaks no version that we do */
	PTL_REASON_OUT_OF_STEP,	   /* what the peer compressed made no sense */
	PTL_REASON_STUCK,	   /* the peer acknowledged the impossible */
};

const char *ptl_reason_name(enum ptl_reason reason);

enum ptl_direction {
	PTL_RX,
	PTL_TX,
};

/*
 * What an endpoint tells its owner. Every pointer may be NULL, except packet.
 */
struct ptl_events {
	void *user; /* first argument of every call */

	/* A packet came. Valid during the call only. false: no room for it now;
	 * framings with flow control keep it and offer it again after resume(),
	 * others count it as dropped. */
	bool (*packet)(void *user, const uint8_t *packet, size_t n);

	/* A message of the control channel came (see send_control()), 1 to
	 * PTL_CONTROL_MAX bytes, valid during the call only. false: no room for it
	 * now; it and those behind it are offered again after resume(), and credit
	 * stops the peer meanwhile. NULL: the peer is told that there is no such
	 * channel (SPEC 7.3), and of what it sends all the same that it is unknown;
	 * who has this does so himself (SPEC 8), and hears it of his own messages. */
	bool (*control)(void *user, const uint8_t *message, size_t n);

	/* send_control() returned PTL_FULL earlier and may succeed now. */
	void (*control_room)(void *user);

	/* A session took messages with it: count of them, from number first on
	 * (see send_control()), which the peer is not known to have taken. It may
	 * have taken some. Comes before the state event that says why, and not
	 * for none. */
	void (*control_lost)(void *user, uint32_t first, uint32_t count);

	/* A line of text for a person came, 1 to PTL_LOG_MAX bytes of any value. */
	void (*log)(void *user, const uint8_t *text, size_t n);

	/* send() returned PTL_FULL earlier and may succeed now. */
	void (*room)(void *user);

	/* The other end is there, or is gone. UP again after UP with
	 * PTL_REASON_PEER_RESTARTED: it restarted in between. */
	void (*state)(void *user, enum ptl_state state, enum ptl_reason reason);

	/* Rate negotiation (SPEC 12): the link has given its last byte at the
	 * present rate, and transmit() gives none until the owner has let all of
	 * them leave the wire, has set the UART to this rate (bits/s), and has
	 * called rate_done() with what came of it. NULL: the rate stays. */
	void (*rate)(void *user, uint32_t rate);

	/* Every frame on the wire as decoded bytes without delimiters, for
	 * captures. Frames that fail their check come with ok = false. */
	void (*frame)(void *user, enum ptl_direction direction, bool ok, const uint8_t *frame,
		      size_t n);
};

/*
 * Counters, one list for all framings: name, what it counts. The order is the
 * order in every output. A framing leaves at 0 what it cannot know.
 */
#define PTL_COUNTERS(X)                                                                        \
	X(tx_packets, "packets taken from the network")                                        \
	X(tx_packet_bytes, "their bytes")                                                      \
	X(tx_frames, "frames put on the wire, retransmissions included")                       \
	X(tx_bytes, "bytes put on the wire")                                                   \
	X(tx_headers_saved, "bytes saved by header compression")                               \
	X(tx_payload_saved, "bytes saved by payload compression")                              \
	X(tx_sparse, "packets sent in the sparse class")                                       \
	X(tx_control, "control messages taken to be sent")                                     \
	X(tx_cuts, "frames cut for a more urgent one")                                         \
	X(tx_lost, "frames known lost and sent again")                                         \
	X(tx_timeouts, "retransmission timers that ran out")                                   \
	X(tx_splits, "frames split smaller to be sent again")                                  \
	X(tx_acks, "frames sent for an acknowledgement alone")                                 \
	X(tx_blocked, "times that credit ran out with data waiting")                           \
	X(drop_codel, "packets dropped because their queue stood too long")                    \
	X(drop_overflow, "packets dropped because the queue was full")                         \
	X(drop_down, "packets dropped because the peer was not there")                         \
	X(drop_flushed, "packets dropped unconfirmed when the session ended")                  \
	X(drop_control, "control messages dropped unconfirmed when the session ended")         \
	X(drop_length, "packets refused for their length")                                     \
	X(drop_refused, "packets that this framing cannot carry")                              \
	X(rx_packets, "packets given to the network")                                          \
	X(rx_packet_bytes, "their bytes")                                                      \
	X(rx_control, "control messages given to their reader")                                \
	X(rx_frames, "good frames from the wire")                                              \
	X(rx_bytes, "bytes from the wire")                                                     \
	X(rx_duplicates, "frames received again, ignored")                                     \
	X(rx_out_of_order, "frames kept until an earlier one arrived")                         \
	X(rx_bad_crc, "frames with a wrong checksum")                                          \
	X(rx_bad_framing, "frames that no encoder makes, or lost alignment")                   \
	X(rx_too_long, "frames or packets longer than allowed")                                \
	X(rx_too_short, "frames or packets too short for their kind")                          \
	X(rx_bad_field, "good checksum, but a field out of its range")                         \
	X(rx_bad_packed, "packets that do not decompress")                                     \
	X(rx_beyond_credit, "frames outside of the receive window")                            \
	X(rx_bad_ack, "acknowledgements of what was never sent")                               \
	X(rx_unknown, "messages of an unknown type, answered so")                              \
	X(rx_unanswered, "pings and unknown messages that came too fast to be answered")       \
	X(rx_peer_unknown, "our messages that the peer does not know")                         \
	X(rx_before_up, "data frames before the handshake")                                    \
	X(rx_refused, "packets and control messages that could not be taken at once")          \
	X(rx_resyncs, "times that byte alignment was found again")                             \
	X(rate_changes, "rates that were agreed on and proved")                                \
	X(rate_failures, "rates that were tried and did not work")                             \
	X(rate_falls, "returns to the first rate because the agreed one went bad")             \
	X(sessions, "sessions begun with the peer")                                            \
	X(peer_restarts, "restarts of the peer that were noticed")                             \
	X(peer_silences, "times that the peer went silent")                                    \
	X(peer_mismatches, "hellos with a version or limit that do not fit")

/* A microcontroller may define PTL_SMALL_COUNTERS for all that it compiles: they
 * then wrap at 2^32, take half of the RAM, and 850 bytes less of an lx106's code. */
#ifdef PTL_SMALL_COUNTERS
typedef uint32_t ptl_count;
#else
typedef uint64_t ptl_count;
#endif

struct ptl_counters {
#define PTL_COUNTER_FIELD(name, what) ptl_count name;
	PTL_COUNTERS(PTL_COUNTER_FIELD)
#undef PTL_COUNTER_FIELD
};

/* The same list as data; entry i describes the i-th ptl_count of the struct. */
struct ptl_counter_name {
	const char *name;
	const char *what;
};
#define PTL_COUNTER_ONE(name, what) +1
enum { PTL_COUNTER_COUNT = 0 PTL_COUNTERS(PTL_COUNTER_ONE) };
extern const struct ptl_counter_name ptl_counter_names[PTL_COUNTER_COUNT];

/* What is known of an endpoint beyond its counters. Zero where unknown. */
struct ptl_info {
	enum ptl_state state;
	bool control;	      /* the peer is there and takes control messages */
	bool peer_mac_in_use; /* by the peer itself: for nobody else */
	uint8_t peer_mac[6];
	uint32_t session;      /* our nonce of this session */
	uint32_t peer_session; /* the peer's */
	uint16_t max_packet;   /* longest packet that both ends take, bytes */
	uint16_t frame_limit;  /* payload bytes a frame now, by measured loss */
	uint32_t rate;	       /* of the line now, bits/s; 0: as the owner set it */
	uint32_t rtt_us;       /* smoothed time from sent to acknowledged */
	uint32_t loss_ppm;     /* measured: bytes that spoil a frame, per million */
	uint32_t queued;       /* packets waiting or unacknowledged */
	uint32_t waiting;      /* of them those that have not gone, or not wholly */
	uint32_t messages;     /* of control, waiting or unacknowledged */
	uint32_t ip_address;   /* IPv4 that the peer assigned, host order */
	uint32_t ip_netmask;
	uint32_t ip_gateway;
};

/*
 * What a UART can do: any rate clock / divider for a whole divider of at least
 * least_divider. clock is the one that the divider divides, times the steps of a
 * fractional divider: 80000000 for the ESP8266; 115200 for a 16550 with 1.8432 MHz
 * and 16 samples a bit; 24000000 with least_divider 8 for an FTDI's 3 MHz in
 * eighths. 0: any rate, exactly.
 */
struct ptl_uart {
	uint32_t clock;
	uint16_t least_divider; /* 1 or more */
	uint32_t max;		/* highest rate that makes sense, bits/s */
};

/* The rate that a UART really makes when it is set to rate (1000 to 10000000
 * bits/s); 0 when that is above its maximum, or more than 3 % off. */
uint32_t ptl_uart_rate(const struct ptl_uart *uart, uint32_t rate);

/*
 * All that init() needs. Take the defaults of ptl_config_default(), then set
 * role, mac, nonce and baud. A framing ignores what it has no use for.
 */
struct ptl_config {
	enum ptl_role role;
	uint8_t mac[6];	 /* of the interface at this end */
	bool mac_in_use; /* by a station at this end; else it is the peer's to take: false */
	uint32_t nonce;	 /* random, new at every start; not 0 */
	uint32_t baud;	 /* line rate, bits/s, 8N1 */
	uint16_t max_packet; /* longest packet, bytes: 64 to 9018; 1518 */

	/* Memory of the pigtail framing. */
	uint16_t tx_packets;	/* packets queued or unacknowledged, 4 to 4096 */
	uint16_t tx_blocks;	/* blocks that hold their bytes */
	uint16_t tx_block_size; /* bytes, 32 to 2048, a multiple of 32 */
	uint16_t tx_flows;	/* flow queues, a power of two, 4 to 1024 */
	bool codel;		/* drop from queues that stand too long; off where the
				 * senders bound what they have on the way */
	uint16_t rx_window[3];	/* bytes: control, sparse, bulk; see SPEC 6 */
	uint8_t contexts;	/* of header compression, each class and
				 * direction, 0 (off) to 16; about 128 bytes */
	uint8_t history[2];	/* of payload compression: log2 of the bytes for
				 * sparse and bulk, 8 to 16, 0 (off); it takes
				 * about 4 times that */

	/* Rate negotiation: with rate_auto and events.rate the link begins at
	 * baud, to which it returns, and finds the highest rate itself. */
	bool rate_auto;
	struct ptl_uart uart;

	bool drop_when_full; /* true: make room by dropping from the longest
			      * flow; false: send() returns PTL_FULL */

	/* Only for the slip framing: the IPv6 prefix, its upper 64 bits, that a border
	 * router which asks for one is told. All 0: it gets no answer. */
	uint8_t prefix[8];

	/* Only for the esp8266-hosted framing. */
	const char *ssid;     /* host: 1 to 31 bytes */
	const char *password; /* host: 8 to 63 bytes */
	uint32_t ip_address;  /* device: IPv4 it hands out, host order */
	uint32_t ip_netmask;
	uint32_t ip_gateway;
};

enum ptl_profile {
	PTL_PROFILE_HOST,  /* a computer: about 1.5 MB */
	PTL_PROFILE_MCU,   /* a microcontroller: under 16 KB */
	PTL_PROFILE_SMALL, /* a computer with few megabytes: under 64 KB */
};
void ptl_config_default(struct ptl_config *config, enum ptl_profile profile);

/* A framing, as the program chooses it by name. One const object each. */
struct ptl_endpoint; /* opaque: what init() made */
struct ptl_framing {
	const char *name; /* as in --framing */
	const char *what; /* one line for --help */
	enum ptl_payload payload;

	/* Bytes of memory for this config; 0 when the config is bad. */
	size_t (*size)(const struct ptl_config *config);

	/* Makes the endpoint in memory; copies config and events. */
	enum ptl_error (*init)(void *memory, size_t size, const struct ptl_config *config,
			       const struct ptl_events *events, ptl_time now,
			       struct ptl_endpoint **endpoint);

	/* n bytes from the wire, in any chunking. */
	void (*receive)(struct ptl_endpoint *endpoint, ptl_time now, const uint8_t *bytes,
			size_t n);

	/* Up to room next bytes for the wire; returns how many. Runs timers. */
	size_t (*transmit)(struct ptl_endpoint *endpoint, ptl_time now, uint8_t *out,
			   size_t room);

	/* Queues one packet; copies it. */
	enum ptl_error (*send)(struct ptl_endpoint *endpoint, ptl_time now,
			       const uint8_t *packet, size_t n);

	/* Queues one message of the control channel, 1 to PTL_CONTROL_MAX bytes; copies
	 * it. Reliable, in order, before all packets, and of its session only: see
	 * events.control_lost. It has room of its own, which packets cannot take.
	 * PTL_FULL: try again at events.control_room. PTL_REFUSED: the peer takes
	 * none in this session, see ptl_info.control. *number (may be NULL): those
	 * that were taken are counted, modulo 2^32. NULL: this framing has no such
	 * channel. */
	enum ptl_error (*send_control)(struct ptl_endpoint *endpoint, ptl_time now,
				       const uint8_t *message, size_t n, uint32_t *number);

	/* When transmit() wants to be called next: a moment that has passed
	 * (0) while there are bytes to send, PTL_NEVER when nothing is due. */
	ptl_time (*deadline)(const struct ptl_endpoint *endpoint);

	/* What events.packet and events.control refused is offered again. May be
	 * NULL. */
	void (*resume)(struct ptl_endpoint *endpoint, ptl_time now);

	/* The line's rate changed (bits/s). May be NULL. */
	void (*set_baud)(struct ptl_endpoint *endpoint, uint32_t baud);

	/* Sends a line of text for a person, best effort: lost when another one
	 * still waits, and on a bad line. May be NULL. */
	void (*log)(struct ptl_endpoint *endpoint, ptl_time now, const char *text, size_t n);

	/* The UART is at this rate now (bits/s, as it was asked for). To be said
	 * after each events.rate, be it the rate that was wanted or the one that
	 * stayed; and whenever else a rate was set that the endpoint cannot know
	 * of: right after init() on a UART that is not at config.baud, or after
	 * wire_reset() when a change that was on its way comes to its end. The
	 * endpoint then asks for config.baud by events.rate, and gives no bytes
	 * before. Without config.rate_auto nothing follows. May be NULL. */
	void (*rate_done)(struct ptl_endpoint *endpoint, ptl_time now, uint32_t rate);

	/* The wire was cut and is back (port reopened): forget half frames. With
	 * config.rate_auto the UART is at config.baud again. */
	void (*wire_reset)(struct ptl_endpoint *endpoint, ptl_time now);

	const struct ptl_counters *(*counters)(const struct ptl_endpoint *endpoint);
	void (*info)(const struct ptl_endpoint *endpoint, struct ptl_info *info);
};

#endif
