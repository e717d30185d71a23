/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The wire, version 1: every constant and layout of docs/SPEC.md, in its order.
 * All integers are little endian. Nothing here depends on host byte order or
 * alignment: fields are given as offsets, not as structs.
 */
#ifndef PIGTAIL_WIRE_H
#define PIGTAIL_WIRE_H

#define PTL_WIRE_VERSION 1

/* SPEC 2, frames: COBS(content) 00, content = header [acks] payload check. */
#define PTL_DELIMITER	   0x00
#define PTL_HEADER_BYTES   2
#define PTL_CHECK_BYTES	   4 /* CRC-32C, at the end of a frame */
#define PTL_CUT_BYTES	   5 /* the same in seven-bit bytes, where cut */
#define PTL_CUT_BIT	   0x80
#define PTL_FRAME_OVERHEAD 8 /* delimiter, code, header, check */

/* What follows a payload: an xor on its check says which. */
enum ptl_ending {
	PTL_GOES_ON = 0,     /* the packet, in the next number */
	PTL_ENDS = 1,	     /* the packet ends here */
	PTL_ENDS_PACKED = 2, /* it ends, and is an LZ4 block: SPEC 10 */
	PTL_ENDS_ADDED = 3,  /* it ends; as it is, but part of the history */
	PTL_ENDINGS = 4,
};
#define PTL_CHECK_XORS                                                                         \
	{                                                                                      \
		0x5bd1e995u, 0, 0x9e3779b9u, 0xc2b2ae35u                                       \
	}

/* SPEC 3, header: u16 = class << 14 | acks << 13 | number. */
#define PTL_NUMBER_BITS 13
#define PTL_NUMBER_MASK 0x1fff
#define PTL_HEADER_ACKS 0x2000
#define PTL_CLASS_SHIFT 14

enum ptl_class {
	PTL_CLASS_LINK = 0,    /* unnumbered: number is a message type */
	PTL_CLASS_CONTROL = 1, /* messages to and from the radio */
	PTL_CLASS_SPARSE = 2,  /* packets of flows that send rarely */
	PTL_CLASS_BULK = 3,    /* all other packets */
	PTL_CLASSES = 4,
};

/* SPEC 4, numbering: a number is a cell of 32 payload bytes. */
#define PTL_CELL_BYTES	 32u
#define PTL_CELLS(bytes) (((bytes) + PTL_CELL_BYTES - 1) / PTL_CELL_BYTES)
#define PTL_HALF_SPACE	 0x1000 /* differences below are ahead */
#define PTL_MAX_CUTS	 8	/* off-grid cuts of one packet */

/* SPEC 5, acknowledgement entry. */
#define PTL_ACK_BYTES	    3	 /* without its ranges */
#define PTL_ACK_MORE	    0x80 /* another entry follows */
#define PTL_ACK_CLASS_SHIFT 5
#define PTL_ACK_RANGES	    0x0f /* how many (gap, run) pairs follow */
#define PTL_ACK_MAX_BYTES   (3 * (PTL_ACK_BYTES + 2 * PTL_ACK_RANGES))

/* SPEC 6, windows, in cells: powers of two. */
/* Sparse and bulk at least: cells of the longest packet, and of its cuts. */
#define PTL_WINDOW_MIN(max_packet) (PTL_CELLS((max_packet) + 1u) + PTL_MAX_CUTS)
#define PTL_WINDOW_MIN_CTRL	   32
#define PTL_WINDOW_MAX		   1024

/* SPEC 7, link messages (class link, number = type). */
enum ptl_message {
	PTL_MSG_ACK = 0,
	PTL_MSG_HELLO = 1,
	PTL_MSG_PING = 2,
	PTL_MSG_PONG = 3,
	PTL_MSG_UNKNOWN = 4,
	PTL_MSG_LOG = 5,
	/* SPEC 12, rate negotiation; 23 to 31 are reserved for it. */
	PTL_MSG_PROPOSE = 16,
	PTL_MSG_ACCEPT = 17,
	PTL_MSG_REFUSE = 18,
	PTL_MSG_PROBE = 19,
	PTL_MSG_CONFIRM = 20,
	PTL_MSG_CONFIRMED = 21,
	PTL_MSG_FALL = 22,
};
#define PTL_TYPE_MASK 0xff /* higher bits of the number: 0, ignored */

#define PTL_LOG_MAX 128 /* bytes of text in a LOG */

/* SPEC 7.1, HELLO payload. */
#define PTL_HELLO_VERSION     0	 /* u8 highest version spoken */
#define PTL_HELLO_VERSION_MIN 1	 /* u8 lowest version spoken */
#define PTL_HELLO_FLAGS	      2	 /* u8 */
#define PTL_HELLO_ZERO	      3	 /* u8 reserved */
#define PTL_HELLO_NONCE	      4	 /* u32 sender's session, not 0 */
#define PTL_HELLO_SEEN	      8	 /* u32 peer's session as heard, or 0 */
#define PTL_HELLO_CAPS	      12 /* u32 capability bits */
#define PTL_HELLO_MAX_PACKET  16 /* u16 longest packet taken, bytes */
#define PTL_HELLO_WINDOWS     18 /* 3 x u16 cells: control, sparse, bulk */
#define PTL_HELLO_MAC	      24 /* 6 bytes */
#define PTL_HELLO_BYTES	      30 /* then options: u8 type, u8 length, value */

#define PTL_HELLO_WANT_REPLY 0x01
#define PTL_HELLO_DEVICE     0x02
#define PTL_HELLO_MAC_IN_USE 0x04

/* HELLO options: u8 type, u8 length, value. */
#define PTL_OPTION_BYTES    2
#define PTL_OPTION_CONTEXTS 1 /* u8 sparse, u8 bulk: as a receiver, 1 to 16 */
#define PTL_OPTION_HISTORY  2 /* u8 sparse, u8 bulk: log2 of bytes, 8 to 16 */
#define PTL_OPTION_RATE	    3 /* u32 clock, u16 least divider, u32 max; 12 */

/* Capability bits: used when both set them. Unknown ones are ignored. */
#define PTL_CAP_HEADER_COMPRESSION  0x00000001u /* SPEC 9 */
#define PTL_CAP_PAYLOAD_COMPRESSION 0x00000002u /* SPEC 10 */
#define PTL_CAP_RATE		    0x00000004u /* SPEC 12 */
#define PTL_CAP_CONTROL		    0x00000008u /* SPEC 8 */

/* SPEC 8, control messages: u8 type, then its own. */
#define PTL_CONTROL_MAX	    512	 /* bytes */
#define PTL_CONTROL_UNKNOWN 0xff /* u8 type of a message not understood */

/* SPEC 7.2, times, microseconds. */
#define PTL_HELLO_FAST_US   100000u  /* between hellos, the first 50 */
#define PTL_HELLO_SLOW_US   1000000u /* after that */
#define PTL_HELLO_FAST_MAX  50
#define PTL_PING_AFTER_US   1000000u /* of silence; then every 200 ms */
#define PTL_PING_AGAIN_US   200000u
#define PTL_SILENT_AFTER_US 3000000u  /* of silence: the peer is gone */
#define PTL_STUCK_AFTER_US  10000000u /* no progress though it is heard */
#define PTL_ACK_DELAY_US    5000u     /* or PTL_ACK_DELAY_BYTES, if that is more */
#define PTL_ACK_DELAY_BYTES 64u	      /* their time on the line: for class control it is this */

/* SPEC 12, rate negotiation: the rates that may be proposed, bits/s. */
#define PTL_RATES                                                                              \
	{                                                                                      \
		115200, 230400, 250000, 460800, 500000, 921600, 1000000, 1250000, 1500000,     \
			1600000, 2000000, 2500000, 3000000, 4000000, 5000000                   \
	}
#define PTL_RATE_OPTION_BYTES 10
#define PTL_PROPOSE_BYTES     7	 /* u8 trial, u32 rate, u16 patience, ms */
#define PTL_ACCEPT_BYTES      5	 /* u8 trial, u32 rate; REFUSE as well */
#define PTL_PROBE_BYTES	      64 /* with its pattern; at least PTL_PROBE_HEAD */
#define PTL_PROBE_HEAD	      7	 /* u8 trial, u16 place, u16 good, u16 of */
#define PTL_CONFIRM_BYTES     1	 /* u8 trial; CONFIRMED as well */
#define PTL_FALL_BYTES	      2	 /* u8 trial, u8 reason */
#define PTL_PROBE_PATTERN                                                                      \
	{                                                                                      \
		0x55, 0xaa, 0xff, 0x01, 0x80, 0x7f, 0xfe, 0x0f                                 \
	}

enum ptl_fall_reason {
	PTL_FALL_FAILED = 0, /* the trial did not succeed */
	PTL_FALL_SILENT = 1, /* nothing good was heard for a while */
	PTL_FALL_BAD = 2,    /* most of what was heard was damaged */
	PTL_FALL_HIGHER = 3, /* the host wants to try a higher rate */
};

/* Of 1000: two ends may differ by so much; a UART from the rate that it is set to. */
#define PTL_RATE_APART	     15u
#define PTL_RATE_OFF	     30u
#define PTL_PROBES_GOOD	     16u     /* at least, and half of those sent */
#define PTL_PROPOSE_AGAIN_US 30000u  /* between PROPOSEs */
#define PTL_PROPOSE_FOR_US   700000u /* then the host gives up for a while */
#define PTL_PATIENCE_MS	     80u     /* until the first probe, say; plus two round trips */
#define PTL_PATIENCE_MAX_MS  1000u
#define PTL_CONFIRM_US	     10000u  /* between CONFIRMs */
#define PTL_TRIAL_BYTES	     3200u   /* a trial lasts their time, plus the patience */
#define PTL_DEVICE_WAITS_US  50000u  /* longer, plus the patience, for a CONFIRM */
#define PTL_SUSPECT_PING_US  100000u /* without a good frame; then every 50 ms */
#define PTL_SUSPECT_AGAIN_US 50000u
#define PTL_SUSPECT_FALL_US  300000u /* plus the time of two of the longest frames */
#define PTL_SHARE_US	     100000u /* of bytes judged together, at least */
#define PTL_SHARE_BYTES	     1024u
#define PTL_SHARE_LEAST	     4u /* at least a quarter of them in good frames */
#define PTL_FALLS_SAID	     2

#endif
