/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Telnet (RFC 854, 855, 856), either side of it: bytes of the connection in, data, commands
 * and options out; and data in, bytes of the connection out. Options are agreed on as in
 * RFC 1143, so that no exchange is endless. No clock, no allocation.
 */
#ifndef PIGTAIL_TELNET_H
#define PIGTAIL_TELNET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ptl_telnet_code {
	PTL_TELNET_SE = 240,
	PTL_TELNET_NOP,
	PTL_TELNET_DM,
	PTL_TELNET_BRK,
	PTL_TELNET_IP,
	PTL_TELNET_AO,
	PTL_TELNET_AYT,
	PTL_TELNET_EC,
	PTL_TELNET_EL,
	PTL_TELNET_GA,
	PTL_TELNET_SB,
	PTL_TELNET_WILL,
	PTL_TELNET_WONT,
	PTL_TELNET_DO,
	PTL_TELNET_DONT,
	PTL_TELNET_IAC,
};

enum ptl_telnet_option {
	PTL_TELNET_BINARY = 0,	  /* RFC 856 */
	PTL_TELNET_ECHO = 1,	  /* RFC 857 */
	PTL_TELNET_SGA = 3,	  /* RFC 858 */
	PTL_TELNET_COM_PORT = 44, /* RFC 2217 */
};

#define PTL_TELNET_OPTIONS	  8u  /* most that a side can know */
#define PTL_TELNET_SUBNEGOTIATION 64u /* bytes of one; a longer one is skipped and counted */
#define PTL_TELNET_REPLY	  3u  /* bytes, the most that one command makes us say */

/* An option that we may do, or let the peer do. All others are refused. */
struct ptl_telnet_allowed {
	uint8_t option;
	bool ours, theirs;
};

struct ptl_telnet_events {
	void *user;

	/* Data, decoded; returns how many were taken. Less than n: ptl_telnet_receive()
	 * stops there. */
	size_t (*data)(void *user, const uint8_t *bytes, size_t n);

	/* A command without an option: PTL_TELNET_NOP to PTL_TELNET_GA. */
	void (*command)(void *user, uint8_t command);

	void (*subnegotiation)(void *user, uint8_t option, const uint8_t *bytes, size_t n);

	/* An option was agreed on, or given up. */
	void (*option)(void *user, uint8_t option, bool ours, bool on);

	/* Bytes for the peer, as they are; at most PTL_TELNET_REPLY for one command. */
	void (*say)(void *user, const uint8_t *bytes, size_t n);
};

struct ptl_telnet {
	struct ptl_telnet_events events;
	const struct ptl_telnet_allowed *allowed;
	size_t allowed_n;
	bool newline_is_cr; /* CR LF of a peer that is not binary is its Enter key: CR */
	uint8_t state;	    /* of the decoder */
	uint8_t verb;	    /* WILL and the like, whose option comes next */
	bool sent_cr;	    /* the encoder owes NUL or LF */
	bool too_long;	    /* the subnegotiation */
	uint8_t agreed[2][PTL_TELNET_OPTIONS]; /* theirs, ours */
	uint8_t sub_n;
	uint8_t sub[PTL_TELNET_SUBNEGOTIATION];
	uint64_t malformed; /* subnegotiations that were too long or ended badly */
};

/* allowed: at most PTL_TELNET_OPTIONS rows, which stay. */
void ptl_telnet_init(struct ptl_telnet *telnet, const struct ptl_telnet_allowed *allowed,
		     size_t allowed_n, const struct ptl_telnet_events *events);

/* The bytes before were text, and ended in CR: a NUL or LF may belong to it. */
void ptl_telnet_after_cr(struct ptl_telnet *telnet);

/* Says that we want to do an option, or that the peer shall. It has to be allowed. */
void ptl_telnet_ask(struct ptl_telnet *telnet, uint8_t option, bool ours);

/* What we asked for was answered, either way. */
bool ptl_telnet_is_answered(const struct ptl_telnet *telnet, uint8_t option, bool ours);

bool ptl_telnet_is_on(const struct ptl_telnet *telnet, uint8_t option, bool ours);

/* Takes bytes of the connection; returns how many. It stops after a command, so that the
 * caller can see whether there is still room for what the next one makes it say; and where
 * events.data() took less than it was given. */
size_t ptl_telnet_receive(struct ptl_telnet *telnet, const uint8_t *bytes, size_t n);

/* Encodes data: returns the bytes of the connection, and in used how many of data they
 * are. Nothing is cut: with less than 3 bytes of room it may take none. */
size_t ptl_telnet_encode(struct ptl_telnet *telnet, const uint8_t *data, size_t n, size_t *used,
			 uint8_t *out, size_t room);

/* A subnegotiation with its bytes, IAC doubled; 0: no room. At most 2 n + 5 bytes. */
size_t ptl_telnet_subnegotiation(uint8_t option, const uint8_t *bytes, size_t n, uint8_t *out,
				 size_t room);

#endif
