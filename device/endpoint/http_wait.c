/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Those that wait for a place at the HTTP server, with no more kept of each than its
 * request: copied from the pool's large buffer into the heap, if it is short and there is
 * room. Who sends more stays in TCP's window, and is dismissed when buffers get short.
 */
#include "http.h"

#include <lwip/stats.h>

#define WAIT_MS	     20000u
#define WAIT_BYTES   400		  /* of a request that is copied */
#define WAIT_BUFFERS (PBUF_POOL_SIZE / 2) /* in use, so that more may be */
#define POLL_HALVES  1

static struct http_waiter waiters[HTTP_WAITERS];

void http_forget(struct tcp_pcb *pcb)
{
	tcp_arg(pcb, NULL);
	tcp_recv(pcb, NULL);
	tcp_sent(pcb, NULL);
	tcp_err(pcb, NULL);
	tcp_poll(pcb, NULL, 0);
	tcp_backlog_accepted(pcb);
}

static void on_waiter_error(void *arg, err_t error)
{
	struct http_waiter *waiter = arg;

	(void)error;
	if (waiter->request)
		(void)pbuf_free(waiter->request);
	waiter->request = NULL;
	waiter->pcb = NULL;
}

static err_t dismiss(struct http_waiter *waiter)
{
	struct tcp_pcb *pcb = waiter->pcb;

	on_waiter_error(waiter, ERR_OK);
	http_forget(pcb);
	tcp_abort(pcb);
	return ERR_ABRT;
}

static err_t on_waiter_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
	struct http_waiter *waiter = arg;

	(void)pcb;
	(void)error;
	if (!p) {
		waiter->halved = true;
		if (waiter->request)
			return ERR_OK;
		return dismiss(waiter);
	}
	if (!waiter->request && p->tot_len <= WAIT_BYTES &&
	    stack_heap_has(p->tot_len, ENDPOINT_HEAP_RESERVE / 2))
		waiter->request = pbuf_clone(PBUF_RAW, PBUF_RAM, p);
	else if (lwip_stats.memp[MEMP_PBUF_POOL]->used <= WAIT_BUFFERS)
		return ERR_MEM; /* lwIP keeps it and comes again */
	(void)pbuf_free(p);
	if (!waiter->request)
		return dismiss(waiter);
	return ERR_OK;
}

static err_t on_waiter_poll(void *arg, struct tcp_pcb *pcb)
{
	struct http_waiter *waiter = arg;

	(void)pcb;
	if (sys_now() - waiter->since < WAIT_MS)
		return ERR_OK;
	endpoint.counters.http_timeouts++;
	return dismiss(waiter);
}

bool http_wait(struct tcp_pcb *pcb)
{
	struct http_waiter *waiter = waiters;

	while (waiter < waiters + HTTP_WAITERS && waiter->pcb)
		waiter++;
	if (waiter == waiters + HTTP_WAITERS)
		return false;
	waiter->pcb = pcb;
	waiter->since = sys_now();
	waiter->halved = false;
	endpoint.counters.http_waits++;
	tcp_arg(pcb, waiter);
	tcp_recv(pcb, on_waiter_recv);
	tcp_err(pcb, on_waiter_error);
	tcp_poll(pcb, on_waiter_poll, POLL_HALVES);
	return true;
}

bool http_waits(void)
{
	for (struct http_waiter *waiter = waiters; waiter < waiters + HTTP_WAITERS; waiter++)
		if (waiter->pcb)
			return true;
	return false;
}

bool http_wait_next(struct http_waiter *taken)
{
	struct http_waiter *next = NULL;

	for (struct http_waiter *waiter = waiters; waiter < waiters + HTTP_WAITERS; waiter++)
		if (waiter->pcb && (!next || (int32_t)(waiter->since - next->since) < 0))
			next = waiter;
	if (!next)
		return false;
	*taken = *next;
	next->pcb = NULL;
	next->request = NULL;
	return true;
}
