/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A TCP connection of lwIP's raw API as a stream of bytes that its owner reads and writes
 * when it likes, from the main loop and never from within lwIP. What happens meanwhile is
 * noted here.
 */
#ifndef PIGTAIL_DEVICE_BRIDGE_TCP_STREAM_H
#define PIGTAIL_DEVICE_BRIDGE_TCP_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tcp_pcb;
struct pbuf;

struct tcp_stream {
	struct tcp_pcb *pcb;  /* NULL: there is none, or the peer has reset it */
	struct pbuf *pending; /* came, and was not read */
	bool halved;	      /* the peer sends no more */
};

/* A connection that was accepted. */
void tcp_stream_begin(struct tcp_stream *stream, struct tcp_pcb *pcb);

/* Bytes that came, at most room; 0: none now. */
size_t tcp_stream_read(struct tcp_stream *stream, uint8_t *to, size_t room);

/* All that came was read, and the peer sends no more. */
bool tcp_stream_ended(const struct tcp_stream *stream);

/* How many were taken; they leave with tcp_stream_flush(). */
size_t tcp_stream_write(struct tcp_stream *stream, const uint8_t *bytes, size_t n);
void tcp_stream_flush(struct tcp_stream *stream);

/* The end; what was written still goes. reset: by an RST, at once. */
void tcp_stream_close(struct tcp_stream *stream, bool reset);

#endif
