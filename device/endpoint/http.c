/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * An HTTP/1.1 server for HTTP_CONNECTIONS at once. Each goes
 *
 *	READ_HEAD ----> READ_BODY ----> ANSWER ----> READ_HEAD (kept)
 *	    \-----------------------------^  \-----> LINGER ----> closed
 *
 * More clients than that are not refused. HTTP_WAITERS of them wait for a place, with no
 * more kept of each than its request. When there are even more, the listener does not
 * answer their SYN, and their TCP asks again after a second or three: lwIP counts a
 * connection against the backlog until it is accepted, and here that is at its end.
 *
 * Nobody holds a place for nothing: a head has HEAD_MS, from its first byte to its last; a
 * kept connection stays for IDLE_MS; while others wait, a quarter of each. A body or an
 * answer must move MOVE_BYTES in MOVE_MS. After an error the
 * client is told, and may finish what it sends for LINGER_MS, since a reset would take the
 * answer away from it.
 *
 * What a client sends ahead of its answer stays in TCP's window, of which one segment
 * is kept.
 */
#include "http.h"
#include "writer.h"

#include <string.h>

#define HTTP_PORT	 80
#define HTTP_CONNECTIONS 4
#define HEAD_MS		 10000u
#define IDLE_MS		 5000u
#define MOVE_MS		 20000u
#define MOVE_BYTES	 512u
#define LINGER_MS	 2000u
#define POLL_HALVES	 1 /* lwIP's timer for a connection, half seconds */

static struct http places[HTTP_CONNECTIONS];

/* ---- the head ---- */

static const char *reason(unsigned int status)
{
	static const struct {
		uint16_t status;
		const char *reason;
	} reasons[] = {
		{200, "OK"},
		{400, "Bad Request"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{411, "Length Required"},
		{413, "Content Too Large"},
		{414, "URI Too Long"},
		{431, "Request Header Fields Too Large"},
		{501, "Not Implemented"},
		{505, "HTTP Version Not Supported"},
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Error";
}

static bool has_body(const struct http *http)
{
	return http->parser.request.method != HTTP_HEAD;
}

/* The head, and all of the answer if that is an error. */
static bool send_head(struct http *http)
{
	const struct page *page = http->page;
	char buffer[HTTP_PIECE];
	struct writer out = writer_on(buffer, sizeof(buffer));

	write_text(&out, "HTTP/1.1 ");
	write_decimal(&out, http->status);
	write_text(&out, " ");
	write_text(&out, reason(http->status));
	write_text(&out, "\r\nCache-Control: no-store\r\nContent-Type: ");
	write_text(&out, page ? page->type : "text/plain");
	if (!page) {
		write_text(&out, "\r\nContent-Length: ");
		write_decimal(&out, strlen(reason(http->status)) + 1);
	} else if (http->chunked) {
		write_text(&out, "\r\nTransfer-Encoding: chunked");
	} else if (http->left != UINT64_MAX) {
		write_text(&out, "\r\nContent-Length: ");
		write_decimal(&out, http->left);
	}
	if (http->status == 405)
		write_text(&out, "\r\nAllow: GET, HEAD");
	write_text(&out, http->keep ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
	if (!page && has_body(http)) {
		write_text(&out, reason(http->status));
		write_text(&out, "\n");
	}
	return http_copy(http, buffer, out.n);
}

/* ---- the end of a connection ---- */

/* The place is free; lwIP keeps the connection as long as TCP wants. */
static struct tcp_pcb *leave(struct http *http)
{
	struct tcp_pcb *pcb = http->pcb;

	if (http->pending)
		(void)pbuf_free(http->pending);
	http->pending = NULL;
	http->pcb = NULL;
	http_forget(pcb);
	return pcb;
}

static err_t end_by_abort(struct http *http)
{
	tcp_abort(leave(http));
	return ERR_ABRT;
}

static err_t end(struct http *http)
{
	struct tcp_pcb *pcb = leave(http);

	/* Of those that are closing, lwIP may end the oldest for a new one. */
	tcp_setprio(pcb, TCP_PRIO_MIN);
	if (tcp_close(pcb) == ERR_OK)
		return ERR_OK;
	tcp_abort(pcb);
	return ERR_ABRT;
}

/* ---- the states ---- */

static void enter(struct http *http, enum http_state state)
{
	http->state = state;
	http->since = sys_now();
	http->moved = 0;
}

static void await_head(struct http *http)
{
	http_parser_init(&http->parser);
	enter(http, HTTP_READ_HEAD);
}

static err_t answered(struct http *http)
{
	if (http->status < 400)
		endpoint.counters.http_requests++;
	else
		endpoint.counters.http_errors++;
	(void)tcp_output(http->pcb);
	if (http->keep && !http->halved) {
		await_head(http);
		return ERR_OK;
	}
	if (!http->halved && tcp_shutdown(http->pcb, 0, 1) != ERR_OK)
		return end_by_abort(http);
	enter(http, HTTP_LINGER);
	return ERR_OK;
}

/* Both sides are done. Not sooner: lwIP gives connections that are closed to others who
 * need one, whatever is still on its way. */
static err_t end_if_all_arrived(struct http *http)
{
	if (http->halved && tcp_sndqueuelen(http->pcb) == 0)
		return end(http);
	return ERR_OK;
}

/* Sends as much of the answer as there is room for. */
static err_t answer(struct http *http)
{
	enum http_made made = HTTP_LAST;

	if (!http->head_sent && !send_head(http))
		return ERR_OK;
	http->head_sent = true;
	if (http->page && has_body(http)) {
		do
			made = http->page->make(http);
		while (made == HTTP_MADE);
		if (made == HTTP_LAST && http->chunked && !http_copy(http, "0\r\n\r\n", 5))
			made = HTTP_FULL;
	}
	if (made == HTTP_LAST)
		return answered(http);
	(void)tcp_output(http->pcb);
	return ERR_OK;
}

static err_t begin_answer(struct http *http, int status)
{
	http->status = (uint16_t)status;
	http->head_sent = false;
	if (status >= 400) {
		http->page = NULL;
		http->keep = false;
	} else {
		/* UINT64_MAX: as long as it gets. */
		http->chunked = http->left == UINT64_MAX && http->parser.request.minor > 0;
		if (http->left == UINT64_MAX && !http->chunked)
			http->keep = false;
	}
	enter(http, HTTP_ANSWER);
	return answer(http);
}

/* A head is there: what is to be done about it? HTTP_MORE: read the body. */
static int judge(struct http *http)
{
	const struct http_request *request = &http->parser.request;
	const char *query = strchr(request->target, '?');
	size_t n = query ? (size_t)(query - request->target) : strlen(request->target);
	bool sends = request->method == HTTP_PUT || request->method == HTTP_POST;
	int status;

	http->page = page_of(request->target, n);
	http->keep = !request->close;
	http->chunked = false;
	http->left = UINT64_MAX;
	http->done = 0;
	http->section = http->row = 0;
	if (request->method == HTTP_OTHER)
		return 501;
	if (!http->page)
		return 404;
	if (sends && !http->page->takes_body)
		return 405;
	if (!sends && (request->chunked || request->length > 0))
		return 413;
	if (sends && (request->chunked || !request->has_length))
		return 411;
	status = http->page->begin ? http->page->begin(http, query ? query + 1 : "") : 200;
	if (!sends || status != 200)
		return status;
	http->left = request->length;
	if (request->expects_continue)
		(void)http_copy(http, "HTTP/1.1 100 Continue\r\n\r\n", 25);
	return HTTP_MORE;
}

static size_t read_head(struct http *http, const uint8_t *bytes, size_t n, int *status)
{
	/* The time of a head begins with its first byte. */
	if (http->parser.seen == 0)
		enter(http, HTTP_READ_HEAD);
	n = http_parse(&http->parser, bytes, n);
	*status = http->parser.status;
	if (*status == HTTP_COMPLETE)
		*status = judge(http);
	else if (*status == HTTP_MORE)
		return n;
	if (*status == HTTP_MORE)
		enter(http, HTTP_READ_BODY);
	return n;
}

static size_t read_body(struct http *http, const uint8_t *bytes, size_t n)
{
	if (n > http->left)
		n = (size_t)http->left;
	http->page->body(http, bytes, n);
	http->left -= n;
	http->done += n;
	return n;
}

/* Returns how many bytes could be used; *done: and an answer follows from them, with
 * that status. */
static size_t read_bytes(struct http *http, const uint8_t *bytes, size_t n, int *status)
{
	size_t used = 0;

	*status = HTTP_MORE;
	if (http->state == HTTP_LINGER)
		return n;
	if (http->state == HTTP_READ_HEAD)
		used = read_head(http, bytes, n, status);
	if (http->state == HTTP_READ_BODY && *status == HTTP_MORE) {
		used += read_body(http, bytes + used, n - used);
		if (http->left == 0) {
			*status = 200;
			http->left = UINT64_MAX;
		}
	}
	return used;
}

/* Works through what has come, until an answer is under way or nothing is left. */
static err_t serve(struct http *http)
{
	err_t error = ERR_OK;

	while (http->pending && http->state != HTTP_ANSWER && error == ERR_OK) {
		struct pbuf *p = http->pending;
		int status;
		size_t n = read_bytes(http, p->payload, p->len, &status);

		tcp_recved(http->pcb, (u16_t)n);
		http->pending = pbuf_free_header(p, (u16_t)n);
		if (status != HTTP_MORE)
			error = begin_answer(http, status);
	}
	return error;
}

/* ---- lwIP's callbacks ---- */

static void moved(struct http *http, size_t n)
{
	http->moved += (uint32_t)n;
	if (http->moved < MOVE_BYTES || http->state == HTTP_READ_HEAD)
		return;
	http->since = sys_now();
	http->moved = 0;
}

static err_t on_recv(void *arg, struct tcp_pcb *pcb, struct pbuf *p, err_t error)
{
	struct http *http = arg;

	(void)pcb;
	(void)error;
	if (!p) {
		http->halved = true;
		if (http->state == HTTP_ANSWER)
			return ERR_OK;
		if (http->state == HTTP_LINGER)
			return end_if_all_arrived(http);
		return end(http);
	}
	if (http->pending || http->state == HTTP_ANSWER)
		return ERR_MEM; /* lwIP keeps it and comes again */
	http->pending = p;
	if (http->state == HTTP_READ_BODY)
		moved(http, p->tot_len);
	return serve(http);
}

static err_t go_on(struct http *http)
{
	err_t error = ERR_OK;

	if (http->state == HTTP_ANSWER)
		error = answer(http);
	if (error == ERR_OK && http->pcb)
		error = serve(http);
	return error;
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t n)
{
	struct http *http = arg;

	(void)pcb;
	moved(http, n);
	if (http->state == HTTP_LINGER)
		return end_if_all_arrived(http);
	return go_on(http);
}

static err_t on_poll(void *arg, struct tcp_pcb *pcb)
{
	static const uint32_t limits[] = {
		[HTTP_READ_HEAD] = HEAD_MS,
		[HTTP_READ_BODY] = MOVE_MS,
		[HTTP_ANSWER] = MOVE_MS,
		[HTTP_LINGER] = LINGER_MS,
	};
	struct http *http = arg;
	uint32_t limit = limits[http->state];
	bool kept = http->parser.seen == 0 && http->status != 0;

	(void)pcb;
	if (http->state == HTTP_READ_HEAD && kept)
		limit = IDLE_MS;
	if (http->state == HTTP_READ_HEAD && http_waits())
		limit /= 4;
	if (sys_now() - http->since < limit)
		return go_on(http);
	if (http->state == HTTP_LINGER)
		return end(http);
	endpoint.counters.http_timeouts++;
	/* Nothing waits to be sent, so a client that reads sees an orderly end. */
	if (http->state == HTTP_READ_HEAD)
		return end(http);
	return end_by_abort(http);
}

static void on_error(void *arg, err_t error)
{
	struct http *http = arg;

	(void)error;
	if (http->pending)
		(void)pbuf_free(http->pending);
	http->pending = NULL;
	http->pcb = NULL; /* lwIP has freed it */
}

static struct http *free_place(void)
{
	for (struct http *http = places; http < places + HTTP_CONNECTIONS; http++)
		if (!http->pcb)
			return http;
	return NULL;
}

static void seat(struct http *http, struct tcp_pcb *pcb)
{
	memset(http, 0, sizeof(*http));
	http->pcb = pcb;
	tcp_arg(pcb, http);
	tcp_recv(pcb, on_recv);
	tcp_sent(pcb, on_sent);
	tcp_err(pcb, on_error);
	tcp_poll(pcb, on_poll, POLL_HALVES);
	await_head(http);
}

void http_seat_waiters(void)
{
	struct http_waiter waiter;
	struct http *http;

	while ((http = free_place()) && http_wait_next(&waiter)) {
		seat(http, waiter.pcb);
		http->halved = waiter.halved;
		if (waiter.request)
			(void)on_recv(http, http->pcb, waiter.request, ERR_OK);
	}
}

/* ---- start ---- */

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t error)
{
	struct http *http = free_place();

	(void)arg;
	if (error != ERR_OK || !pcb)
		return ERR_VAL;
	if (http)
		seat(http, pcb);
	else if (!http_wait(pcb))
		return ERR_MEM;
	tcp_backlog_delayed(pcb);
	endpoint.counters.http_connections++;
	return ERR_OK;
}

bool http_start(void)
{
	struct tcp_pcb *pcb = tcp_new_ip_type(IPADDR_TYPE_ANY);
	struct tcp_pcb *listener;

	if (!pcb || tcp_bind(pcb, IP_ANY_TYPE, HTTP_PORT) != ERR_OK)
		return false;
	listener = tcp_listen_with_backlog(pcb, HTTP_CONNECTIONS + HTTP_WAITERS);
	if (!listener)
		return false;
	tcp_accept(listener, on_accept);
	return true;
}
