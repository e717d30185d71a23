/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Streams: bytes that are no packets, by name, beside the network on one link (SPEC 8.5):
 * a firmware image, a REPL, a remote UART, a file. The same object at both ends.
 *
 *	          ptl_stream_open()                 STREAM_OPENED
 *	CLOSED ------------------------> OPENING ------------------> OPEN
 *	   ^  \                             |                        |  |
 *	   |   \---- STREAM_OPEN, accepted -|----------------------->|  | STREAM_CLOSE
 *	   |                 STREAM_CLOSE   |    ptl_stream_close()  |  v
 *	   |<-------------------------------+         CLOSING <------+ ENDED
 *	   |<------- STREAM_CLOSE ----------------------+               |
 *	   |<------- ptl_stream_close() --------------------------------+
 *
 * Each side says close once; a stream's number is free again when both have. So a number
 * is never used anew while bytes of its last stream are under way, and the side that has
 * taken the bytes says with its close how that went. A new session of the link closes
 * all at both ends.
 *
 * No bytes are kept here: ptl_stream_write() makes one message of them or takes none,
 * events.data takes all or the peer had no credit. Two limits hold the sender: the
 * receiver's credit, and the line's share (share.h).
 *
 * The owner serialises all calls; callbacks run inside of them, and may call any
 * function here but ptl_streams_message() and ptl_streams_poll().
 */
#ifndef PIGTAIL_STREAMS_H
#define PIGTAIL_STREAMS_H

#include <pigtail/control.h>
#include <pigtail/share.h>

#define PTL_STREAMS 8 /* at once: even numbers are opened by the host, odd by the radio */

enum ptl_stream_state {
	PTL_STREAM_CLOSED,
	PTL_STREAM_OPENING, /* we asked */
	PTL_STREAM_OPEN,
	PTL_STREAM_CLOSING, /* we said the end, the peer has not yet */
	PTL_STREAM_ENDED,   /* the peer said the end, we have not yet */
};

struct ptl_stream_events {
	void *user;

	/* Sends a message on the link's control class. false: no room; call
	 * ptl_streams_poll() when there may be. */
	bool (*send)(void *user, const uint8_t *message, size_t n);

	/* The peer wants a service. Anything but PTL_STATUS_DONE refuses. */
	enum ptl_status (*open)(void *user, unsigned stream, const uint8_t *name, size_t name_n,
				const uint8_t *argument, size_t argument_n);

	/* The peer accepted what ptl_stream_open() asked for. */
	void (*opened)(void *user, unsigned stream);

	/* Bytes came. All are to be taken; ptl_stream_took() says later that there is
	 * place for as many again. */
	void (*data)(void *user, unsigned stream, const uint8_t *bytes, size_t n);

	/* ptl_stream_write() may take bytes again. */
	void (*room)(void *user, unsigned stream);

	/* The peer's end: a refusal, its close, or the answer to ours; or the session
	 * ended (PTL_STATUS_ABORTED). In state ENDED the stream waits for our
	 * ptl_stream_close(), in all other cases it is closed. text: of the peer, not
	 * to be trusted, not terminated. */
	void (*closed)(void *user, unsigned stream, enum ptl_status status, const uint8_t *text,
		       size_t n);
};

struct ptl_stream {
	enum ptl_stream_state state;
	uint32_t credit;  /* bytes that we may send */
	uint32_t granted; /* bytes that the peer may send */
	uint32_t owed;	  /* bytes taken, and not granted again yet */
	bool say_opened, say_close, wants_room;
	bool told;		/* events.closed was called */
	enum ptl_status status; /* of our close, until it is said */
	const char *text;
};

struct ptl_streams {
	struct ptl_stream_events events;
	enum ptl_role role;
	uint32_t window; /* bytes: what a peer may send ahead */
	struct ptl_share *share;
	unsigned next;			/* whose turn it is */
	uint64_t malformed, unexpected; /* messages: bad, or not of the stream's state */
	struct ptl_stream stream[PTL_STREAMS];
};

/* window: bytes, 512 to 65536. share: the link's, set by the owner. */
void ptl_streams_init(struct ptl_streams *streams, enum ptl_role role, uint32_t window,
		      const struct ptl_stream_events *events, struct ptl_share *share);

/* Asks the peer for a service; events.opened or closed follows. Returns the stream's
 * number, -1 when all are in use or name or argument are too long (31, 255 bytes). The
 * message is sent at once or, without room for it, not at all: -1 too. */
int ptl_stream_open(struct ptl_streams *streams, const char *name, const void *argument,
		    size_t n);

/* Takes up to n bytes of an open stream; returns how many, 0: wait for events.room. */
size_t ptl_stream_write(struct ptl_streams *streams, ptl_time now, unsigned stream,
			const uint8_t *bytes, size_t n);

/* n bytes that events.data gave have been used. */
void ptl_stream_took(struct ptl_streams *streams, unsigned stream, size_t n);

/* Says the end, once. text: constant, may be NULL. */
void ptl_stream_close(struct ptl_streams *streams, unsigned stream, enum ptl_status status,
		      const char *text);

/* A message of kind PTL_KIND_STREAM that passed ptl_control_check(). */
void ptl_streams_message(struct ptl_streams *streams, const struct ptl_control *message);

/* The link has a new session, or lost it: all streams are closed. */
void ptl_streams_session(struct ptl_streams *streams);

/* Sends what is owed and gives room to who waits for it. Returns when to call again,
 * PTL_NEVER: at the next event. To be called then, and whenever the link has room. */
ptl_time ptl_streams_poll(struct ptl_streams *streams, ptl_time now);

#endif
