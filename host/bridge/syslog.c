/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Nothing here makes the UART wait: what the server doesn't take is kept up to a bound (TCP),
 * then lost, and the loss is a line of its own once the server takes lines again.
 */
#include "host/bridge/syslog.h"

#include "host/base/log.h"
#include "host/base/socket.h"
#include "host/port/port.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PRIORITY 14 /* user, informational */
#define QUEUE	 65536u

struct syslog {
	const char *name;
	char host[65]; /* ours */
	char to[300];  /* HOST:PORT */
	int udp;       /* -1: by TCP */
	bool unheard;  /* by UDP; it has been said */
	struct port *tcp;
	unsigned lost;
	size_t at, n;
	char queue[QUEUE];
};

/* ---- where it goes ---- */

static void flush(struct syslog *syslog)
{
	syslog->at += port_write(syslog->tcp, (const uint8_t *)syslog->queue + syslog->at,
				 syslog->n - syslog->at);
	if (syslog->at < syslog->n)
		return;
	syslog->at = syslog->n = 0;
}

static bool enqueue(struct syslog *syslog, const char *message, size_t n)
{
	char count[16];
	size_t count_n = (size_t)snprintf(count, sizeof(count), "%zu ", n);

	if (syslog->at) {
		syslog->n -= syslog->at;
		memmove(syslog->queue, syslog->queue + syslog->at, syslog->n);
		syslog->at = 0;
	}
	if (syslog->n + count_n + n > QUEUE)
		return false;
	memcpy(syslog->queue + syslog->n, count, count_n);
	memcpy(syslog->queue + syslog->n + count_n, message, n);
	syslog->n += count_n + n;
	flush(syslog);
	return true;
}

static bool send_datagram(const struct syslog *syslog, const char *message, size_t n)
{
	return send(syslog->udp, message, n, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

static bool give(struct syslog *syslog, const char *message, size_t n)
{
	if (syslog->udp < 0)
		return enqueue(syslog, message, n);
	if (send_datagram(syslog, message, n))
		return true;
	/* Often an error of the datagram before, which a host has sent back. */
	if (errno == ECONNREFUSED && !syslog->unheard) {
		syslog->unheard = true;
		log_line("--syslog: nothing listens on udp:%s; lines are lost", syslog->to);
	}
	return send_datagram(syslog, message, n);
}

/* ---- messages ---- */

static bool send_message(struct syslog *syslog, const char *text)
{
	char message[1024], stamp[32];
	struct timespec now;
	struct tm utc;
	int n;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)gmtime_r(&now.tv_sec, &utc);
	(void)strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &utc);
	n = snprintf(message, sizeof(message), "<%d>1 %s.%06ldZ %s pigtail %d %s - %s",
		     PRIORITY, stamp, now.tv_nsec / 1000, syslog->host, (int)getpid(),
		     syslog->name, text);
	return give(syslog, message,
		    (size_t)n < sizeof(message) ? (size_t)n : sizeof(message) - 1);
}

void syslog_line(void *user, const char *line)
{
	struct syslog *syslog = user;
	char text[80];

	if (syslog->lost) {
		(void)snprintf(text, sizeof(text), "%u lines were lost here", syslog->lost);
		if (send_message(syslog, text))
			syslog->lost = 0;
	}
	syslog->lost += syslog->lost || !send_message(syslog, line);
}

/* ---- the connection ---- */

static void on_readable(void *user)
{
	struct syslog *syslog = user;
	uint8_t bytes[256];

	while (port_read(syslog->tcp, bytes, sizeof(bytes)))
		; /* it has nothing to say */
}

static void on_writable(void *user)
{
	flush(user);
}

static void on_lost(void *user, const char *why)
{
	struct syslog *syslog = user;

	log_line("lost %s: %s; waiting for it", port_name(syslog->tcp), why);
	/* Of a line that left in part the rest would make no sense. */
	if (syslog->at) {
		syslog->lost++;
		syslog->at = syslog->n = 0;
	}
}

static void on_waiting(void *user, const char *why)
{
	const struct syslog *syslog = user;

	log_line("cannot connect to %s yet: %s; trying again", port_name(syslog->tcp), why);
}

static int open_udp(struct syslog *syslog, const char *host, const char *port, char *error,
		    size_t error_size)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM};
	struct addrinfo *list = NULL;
	int status = getaddrinfo(host, port, &hints, &list);

	if (status)
		return complain(error, error_size, "--syslog: cannot find %s: %s", host,
				gai_strerror(status));
	syslog->udp = socket(list->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (syslog->udp < 0 || connect(syslog->udp, list->ai_addr, list->ai_addrlen) < 0)
		status = complain(error, error_size, "--syslog: cannot reach %s: %s", host,
				  strerror(errno));
	freeaddrinfo(list);
	return status;
}

int syslog_open(uv_loop_t *loop, const char *place, const char *name, struct syslog **out,
		char *error, size_t error_size)
{
	struct syslog *syslog = calloc(1, sizeof(*syslog));
	const struct port_events events = {
		.user = syslog,
		.readable = on_readable,
		.writable = on_writable,
		.opened = on_writable,
		.lost = on_lost,
		.waiting = on_waiting,
	};
	bool tcp = !strncmp(place, "tcp:", 4);
	const char *at = tcp || !strncmp(place, "udp:", 4) ? place + 4 : place;
	const char *colon = strrchr(at, ':'), *bracket = strrchr(at, ']');
	char spec[320], host[256], port[8];
	int status;

	if (!syslog)
		return complain(error, error_size, "out of memory");
	syslog->udp = -1;
	syslog->name = name;
	if (gethostname(syslog->host, sizeof(syslog->host) - 1) < 0 || !*syslog->host)
		(void)snprintf(syslog->host, sizeof(syslog->host), "-");
	(void)snprintf(syslog->to, sizeof(syslog->to), "%.255s%s", at,
		       colon && (!bracket || colon > bracket) ? "" : ":514");
	(void)snprintf(spec, sizeof(spec), "tcp:%s", syslog->to);
	if (socket_split(syslog->to, host, sizeof(host), port, sizeof(port)) < 0 || !*host)
		status = complain_usage(error, error_size,
					"--syslog '%s': it must be [udp:|tcp:]HOST[:PORT]",
					place);
	else if (tcp)
		status = port_open(loop, spec, &events, &syslog->tcp, error, error_size);
	else
		status = open_udp(syslog, host, port, error, error_size);
	if (status) {
		syslog_close(syslog);
		return status;
	}
	*out = syslog;
	return 0;
}

void syslog_close(struct syslog *syslog)
{
	if (!syslog)
		return;
	port_close(syslog->tcp);
	if (syslog->udp >= 0)
		(void)close(syslog->udp);
	free(syslog);
}
