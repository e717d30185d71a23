/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A relay of DNS questions (RFC 1035, over UDP) from IPv4 to IPv6.
 *
 *	other end --IPv4, port 53--> take: a socket for this question --IPv6--> name server
 *	other end <-- headers turned round -- on_answer <-----------------------'
 *
 * Each question has a connected socket of its own: its port is the kernel's random one,
 * and only the server's packets come in. At most QUESTIONS are under way; one more takes
 * the place of the oldest, which whoever asked it repeats. Questions by TCP, and answers
 * that are longer than a frame, are not passed on.
 *
 * Which servers this machine has is looked up at each question: it may move.
 */
#include "host/net/user_names.h"

#include "compat/ip.h"
#include "host/base/log.h"
#include "host/base/poller.h"
#include "host/net/headers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUESTIONS 16

enum {
	DNS_PORT = 53,

	DNS_HEADER = 12,
	HEADERS = ETHER_HEADER + COMPAT_IP4_HEADER + UDP_HEADER,
	FRAME_MAX = ETHER_HEADER + 1500,
};

struct question {
	struct user_names *names;
	int fd; /* -1: free */
	struct poller *poller;
	uint8_t macs[12]; /* destination and source, as in the question */
	uint8_t from[4];
	uint8_t port[2];
	uint8_t id[2];
};

struct user_names {
	uv_loop_t *loop;
	uint32_t server;
	void (*answer)(void *user, const uint8_t *frame, size_t n);
	void *user;
	struct question questions[QUESTIONS];
	unsigned int next; /* to be used, the oldest */
};

/* This machine's first name server, if all have IPv6 addresses. */
static bool find_server(struct sockaddr_in6 *to)
{
	FILE *file = fopen("/etc/resolv.conf", "re");
	char server[INET6_ADDRSTRLEN + IF_NAMESIZE + 1];
	struct in_addr four;
	char line[256];
	bool found = false;
	char *scope;

	*to = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(DNS_PORT)};
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "nameserver %62s", server) != 1)
			continue;
		if (inet_pton(AF_INET, server, &four) == 1) {
			found = false;
			break;
		}
		scope = strchr(server, '%');
		if (scope)
			*scope++ = 0;
		if (found || inet_pton(AF_INET6, server, &to->sin6_addr) != 1)
			continue;
		to->sin6_scope_id = scope ? if_nametoindex(scope) : 0;
		found = true;
	}
	(void)fclose(file);
	return found;
}

static void drop(struct question *question)
{
	if (question->fd < 0)
		return;
	poller_free(question->poller);
	(void)close(question->fd);
	question->fd = -1;
}

/* The headers for n bytes of DNS that stand behind them. */
static void put_headers(const struct question *question, uint8_t *frame, size_t n)
{
	uint8_t *ip = frame + ETHER_HEADER;
	uint8_t *udp = ip + COMPAT_IP4_HEADER;
	uint32_t sum;

	memset(frame, 0, HEADERS);
	memcpy(frame, question->macs + 6, 6);
	memcpy(frame + 6, question->macs, 6);
	ptl_put_be16(frame + ETHER_TYPE, TYPE_IPV4);
	ip[0] = 0x45;
	ptl_put_be16(ip + IP4_LENGTH, (uint16_t)(COMPAT_IP4_HEADER + UDP_HEADER + n));
	ptl_put_be16(ip + IP4_FRAGMENT, IP4_DONT_FRAGMENT);
	ip[IP4_TTL] = 64;
	ip[IP4_PROTOCOL] = UDP;
	ptl_put_be32(ip + IP4_SOURCE, question->names->server);
	memcpy(ip + IP4_DESTINATION, question->from, 4);
	ptl_put_be16(ip + IP4_CHECKSUM, compat_sum_end(compat_sum(0, ip, COMPAT_IP4_HEADER)));
	ptl_put_be16(udp, DNS_PORT);
	memcpy(udp + 2, question->port, 2);
	ptl_put_be16(udp + UDP_LENGTH, (uint16_t)(UDP_HEADER + n));
	/* RFC 768: over the addresses, the protocol, the length, and all of it. */
	sum = compat_sum(UDP + UDP_HEADER + (uint32_t)n, ip + IP4_SOURCE, 8);
	sum = compat_sum_end(compat_sum(sum, udp, UDP_HEADER + n));
	ptl_put_be16(udp + UDP_CHECKSUM, sum ? (uint16_t)sum : 0xffff);
}

static void on_answer(void *user, int events)
{
	struct question *question = user;
	struct user_names *names = question->names;
	uint8_t frame[FRAME_MAX + 1];
	uint8_t *dns = frame + HEADERS;
	ssize_t n;

	(void)events;
	n = recv(question->fd, dns, sizeof(frame) - HEADERS, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0)
		log_detail("user network: the name server: %s", strerror(errno));
	else if (n < DNS_HEADER || memcmp(dns, question->id, 2) != 0)
		return;
	else if ((size_t)n > FRAME_MAX - HEADERS)
		log_detail("user network: a name server's answer is longer than a packet");
	if (n >= DNS_HEADER && (size_t)n <= FRAME_MAX - HEADERS) {
		put_headers(question, frame, (size_t)n);
		names->answer(names->user, frame, HEADERS + (size_t)n);
	}
	drop(question);
}

static bool ask(struct user_names *names, const struct sockaddr_in6 *server,
		const uint8_t *frame, const uint8_t *udp, size_t dns_n)
{
	struct question *question = &names->questions[names->next];
	int fd;

	drop(question);
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	if (connect(fd, (const struct sockaddr *)server, sizeof(*server)) < 0 ||
	    send(fd, udp + UDP_HEADER, dns_n, 0) < 0) {
		log_detail("user network: the name server: %s", strerror(errno));
		(void)close(fd);
		return false;
	}
	question->poller = poller_new(names->loop, fd, on_answer, question);
	if (!question->poller) {
		(void)close(fd);
		return false;
	}
	question->fd = fd;
	memcpy(question->macs, frame, sizeof(question->macs));
	memcpy(question->from, frame + ETHER_HEADER + IP4_SOURCE, 4);
	memcpy(question->port, udp, 2);
	memcpy(question->id, udp + UDP_HEADER, 2);
	poller_want(question->poller, UV_READABLE);
	names->next = (names->next + 1) % QUESTIONS;
	return true;
}

bool user_names_take(struct user_names *names, const uint8_t *frame, size_t n)
{
	const uint8_t *ip = frame + ETHER_HEADER;
	struct sockaddr_in6 server;
	const uint8_t *udp;
	size_t header;
	size_t length;

	if (n < ETHER_HEADER + COMPAT_IP4_HEADER ||
	    ptl_get_be16(frame + ETHER_TYPE) != TYPE_IPV4 || ip[IP4_PROTOCOL] != UDP ||
	    ptl_get_be32(ip + IP4_DESTINATION) != names->server ||
	    ptl_get_be16(ip + IP4_FRAGMENT) & (IP4_FRAGMENT_BITS | IP4_MORE_FRAGMENTS))
		return false;
	header = compat_ip4_header(ip);
	udp = ip + header;
	if (header < COMPAT_IP4_HEADER || n < ETHER_HEADER + header + UDP_HEADER + DNS_HEADER ||
	    ptl_get_be16(udp + 2) != DNS_PORT)
		return false;
	length = ptl_get_be16(udp + UDP_LENGTH);
	if (length < UDP_HEADER + DNS_HEADER || length > n - ETHER_HEADER - header)
		return false;
	return find_server(&server) && ask(names, &server, frame, udp, length - UDP_HEADER);
}

struct user_names *user_names_new(uv_loop_t *loop, uint32_t server,
				  void (*answer)(void *user, const uint8_t *frame, size_t n),
				  void *user)
{
	struct user_names *names = calloc(1, sizeof(*names));

	if (!names)
		return NULL;
	names->loop = loop;
	names->server = server;
	names->answer = answer;
	names->user = user;
	for (size_t i = 0; i < QUESTIONS; i++)
		names->questions[i] = (struct question){.names = names, .fd = -1};
	return names;
}

void user_names_free(struct user_names *names)
{
	if (!names)
		return;
	for (size_t i = 0; i < QUESTIONS; i++)
		drop(&names->questions[i]);
	free(names);
}
