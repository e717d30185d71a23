/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * One segment is kept in hand. The next one is refused, so lwIP keeps it, and drops what
 * comes then, which the peer sends again: a client that the UART is too slow for takes two
 * buffers of lwIP's, however small the pieces are that it sends.
 *
 * Nothing is written that may fail half-way: each connection's full queue of segments is in
 * the pool, and the heap is asked first.
 */
#include "tcp_stream.h"

#include <lwip/priv/tcp_priv.h>
#include <lwip/tcp.h>
#include <stack.h>

#define KEEP_IDLE_MS  60000u
#define KEEP_EVERY_MS 10000u
#define KEEP_COUNT    6u
#define RESERVE	      1024u /* of the heap, for whatever else is sent */
#define SEGMENT_OWN   100u  /* bytes of the heap, beside data */

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
	struct tcp_stream *stream = arg;

	(void)pcb;
	(void)error;
	if (!p) {
		stream->halved = true;
		return ERR_OK;
	}
	if (stream->pending)
		return ERR_MEM;
	stream->pending = p;
	return ERR_OK;
}

static void on_error(void *arg, err_t error)
{
	struct tcp_stream *stream = arg;

	(void)error;
	stream->pcb = NULL; /* lwIP has freed it */
}

void tcp_stream_begin(struct tcp_stream *stream, struct tcp_pcb *pcb)
{
	*stream = (struct tcp_stream){.pcb = pcb};
	tcp_arg(pcb, stream);
	tcp_recv(pcb, on_recv);
	tcp_err(pcb, on_error);
	tcp_nagle_disable(pcb);
	ip_set_option(pcb, SOF_KEEPALIVE);
	pcb->keep_idle = KEEP_IDLE_MS;
	pcb->keep_intvl = KEEP_EVERY_MS;
	pcb->keep_cnt = KEEP_COUNT;
}

size_t tcp_stream_read(struct tcp_stream *stream, uint8_t *to, size_t room)
{
	u16_t n;

	/* This may end the connection, and says so by on_error(). */
	if (stream->pcb && !stream->pending && stream->pcb->refused_data)
		(void)tcp_process_refused_data(stream->pcb);
	if (!stream->pcb || !stream->pending)
		return 0;
	n = pbuf_copy_partial(stream->pending, to, (u16_t)room, 0);
	stream->pending = pbuf_free_header(stream->pending, n);
	tcp_recved(stream->pcb, n);
	return n;
}

bool tcp_stream_ended(const struct tcp_stream *stream)
{
	return stream->halved && !stream->pending;
}

size_t tcp_stream_write(struct tcp_stream *stream, const uint8_t *bytes, size_t n)
{
	struct tcp_pcb *pcb = stream->pcb;

	if (!pcb)
		return 0;
	if (n > tcp_sndbuf(pcb))
		n = tcp_sndbuf(pcb);
	if (!n || tcp_sndqueuelen(pcb) + 2 > TCP_SND_QUEUELEN ||
	    !stack_heap_has(n + SEGMENT_OWN, RESERVE))
		return 0;
	return tcp_write(pcb, bytes, (u16_t)n, TCP_WRITE_FLAG_COPY) == ERR_OK ? n : 0;
}

void tcp_stream_flush(struct tcp_stream *stream)
{
	if (stream->pcb)
		(void)tcp_output(stream->pcb);
}

void tcp_stream_close(struct tcp_stream *stream, bool reset)
{
	struct tcp_pcb *pcb = stream->pcb;

	if (stream->pending)
		(void)pbuf_free(stream->pending);
	stream->pending = NULL;
	stream->pcb = NULL;
	if (!pcb)
		return;
	tcp_arg(pcb, NULL);
	tcp_recv(pcb, NULL);
	tcp_err(pcb, NULL);
	tcp_setprio(pcb, TCP_PRIO_MIN);
	if (reset || tcp_close(pcb) != ERR_OK)
		tcp_abort(pcb);
}
