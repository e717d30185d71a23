/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The plain services: echo (7), discard (9, and 5001 for iperf 2), a source of bytes
 * (19); echo and discard by UDP as well. Each has few places; who comes when they are
 * taken waits as in http.c. A connection on which nothing moves for IDLE_MS ends.
 */
#include "state.h"

#include <lwip/stats.h>
#include <lwip/tcp.h>
#include <lwip/udp.h>

#include <string.h>

#define IDLE_MS	    60000u
#define PLACES	    3
#define POLL_HALVES 2
#define UDP_ECHO    7
#define UDP_DISCARD 9

enum kind {
	ECHO,
	DISCARD,
	SOURCE,
};

/* Not const, for lwIP's argument isn't. */
static struct service {
	uint16_t port;
	uint8_t kind;
	uint8_t backlog; /* at once; together no more than PLACES */
} services[] = {
	{7, ECHO, 1},
	{9, DISCARD, 1},
	{5001, DISCARD, 1},
	{19, SOURCE, 1},
};

struct stream {
	struct tcp_pcb *pcb; /* NULL: free */
	enum kind kind;
	struct pbuf *pending; /* echo: came and waits to go */
	bool halved;	      /* the client sends no more */
	unsigned int at;      /* source: in its pattern */
	uint32_t since;	      /* ms: when something moved last */
};

static struct stream places[PLACES];

static const char pattern[] =
	"0123456789012345678901234567890123456789012345678901234567890123"
	"4567890123456789012345678901234567890123456789012345678901234567";

/* ---- the end ---- */

static void forget(struct stream *stream)
{
	if (stream->pending)
		(void)pbuf_free(stream->pending);
	stream->pending = NULL;
	stream->pcb = NULL;
}

static struct tcp_pcb *leave(struct stream *stream)
{
	struct tcp_pcb *pcb = stream->pcb;

	forget(stream);
	tcp_arg(pcb, NULL);
	tcp_recv(pcb, NULL);
	tcp_sent(pcb, NULL);
	tcp_err(pcb, NULL);
	tcp_poll(pcb, NULL, 0);
	tcp_backlog_accepted(pcb);
	return pcb;
}

static err_t end(struct stream *stream)
{
	struct tcp_pcb *pcb = leave(stream);

	tcp_setprio(pcb, TCP_PRIO_MIN);
	if (tcp_close(pcb) == ERR_OK)
		return ERR_OK;
	tcp_abort(pcb);
	return ERR_ABRT;
}

/* ---- sending ---- */

static bool send(struct stream *stream, const void *bytes, size_t n, u8_t flags)
{
	if (n > tcp_sndbuf(stream->pcb) || tcp_sndqueuelen(stream->pcb) + 4 > TCP_SND_QUEUELEN)
		return false;
	if ((flags & TCP_WRITE_FLAG_COPY) && !stack_heap_has(n, ENDPOINT_HEAP_RESERVE))
		return false;
	return tcp_write(stream->pcb, bytes, (u16_t)n, flags) == ERR_OK;
}

static void send_back(struct stream *stream)
{
	while (stream->pending) {
		struct pbuf *p = stream->pending;
		u16_t n = p->len;

		if (!send(stream, p->payload, n, TCP_WRITE_FLAG_COPY))
			return;
		tcp_recved(stream->pcb, n);
		stream->pending = pbuf_free_header(p, n);
	}
}

static void send_pattern(struct stream *stream)
{
	const size_t n = 100; /* ten tens: the pattern goes on */

	while (send(stream, pattern + stream->at, n, 0))
		stream->at = (stream->at + (unsigned int)n) % 10;
}

static err_t send_more(struct stream *stream)
{
	if (stream->kind == ECHO)
		send_back(stream);
	else if (stream->kind == SOURCE)
		send_pattern(stream);
	(void)tcp_output(stream->pcb);
	if (stream->halved && !stream->pending)
		return end(stream);
	return ERR_OK;
}

/* ---- lwIP's callbacks ---- */

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
	struct stream *stream = arg;

	(void)error;
	stream->since = sys_now();
	if (!p) {
		stream->halved = true;
		return send_more(stream);
	}
	if (stream->kind != ECHO) {
		tcp_recved(pcb, p->tot_len);
		(void)pbuf_free(p);
		return ERR_OK;
	}
	if (stream->pending)
		pbuf_cat(stream->pending, p);
	else
		stream->pending = p;
	return send_more(stream);
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t n)
{
	struct stream *stream = arg;

	(void)pcb;
	(void)n;
	stream->since = sys_now();
	return send_more(stream);
}

static err_t on_poll(void *arg, struct tcp_pcb *pcb)
{
	struct stream *stream = arg;

	(void)pcb;
	if (sys_now() - stream->since < IDLE_MS)
		return send_more(stream);
	endpoint.counters.stream_timeouts++;
	tcp_abort(leave(stream));
	return ERR_ABRT;
}

static void on_error(void *arg, err_t error)
{
	(void)error;
	forget(arg); /* lwIP has freed the connection */
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t error)
{
	const struct service *service = arg;
	struct stream *stream = places;

	if (error != ERR_OK || !pcb)
		return ERR_VAL;
	while (stream < places + PLACES && stream->pcb)
		stream++;
	if (stream == places + PLACES)
		return ERR_MEM; /* the client sees a reset */
	memset(stream, 0, sizeof(*stream));
	stream->pcb = pcb;
	stream->kind = (enum kind)service->kind;
	stream->since = sys_now();
	endpoint.counters.stream_connections++;
	tcp_backlog_delayed(pcb);
	tcp_arg(pcb, stream);
	tcp_recv(pcb, on_recv);
	tcp_sent(pcb, on_sent);
	tcp_err(pcb, on_error);
	tcp_poll(pcb, on_poll, POLL_HALVES);
	return send_more(stream);
}

/* ---- UDP ---- */

static void on_echo(void *arg, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *address,
		    u16_t port)
{
	(void)arg;
	/* Not to a port that would answer in turn, for ever. */
	if (port != UDP_ECHO)
		(void)udp_sendto(pcb, p, address, port);
	(void)pbuf_free(p);
}

static void on_discard(void *arg, struct udp_pcb *pcb, struct pbuf *p, const ip_addr_t *address,
		       u16_t port)
{
	(void)arg;
	(void)pcb;
	(void)address;
	(void)port;
	(void)pbuf_free(p);
}

/* ---- start ---- */

static bool start_udp(uint16_t port, udp_recv_fn receive)
{
	struct udp_pcb *pcb = udp_new_ip_type(IPADDR_TYPE_ANY);

	if (!pcb || udp_bind(pcb, IP_ANY_TYPE, port) != ERR_OK)
		return false;
	udp_recv(pcb, receive, NULL);
	return true;
}

static bool start_tcp(struct service *service)
{
	struct tcp_pcb *pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);
	struct tcp_pcb *listener;

	if (!pcb || tcp_bind(pcb, IP_ANY_TYPE, service->port) != ERR_OK)
		return false;
	listener = tcp_listen_with_backlog(pcb, service->backlog);
	if (!listener)
		return false;
	tcp_arg(listener, service);
	tcp_accept(listener, on_accept);
	return true;
}

bool stream_start(void)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (!start_tcp(&services[i]))
			return false;
	return start_udp(UDP_ECHO, on_echo) && start_udp(UDP_DISCARD, on_discard);
}
