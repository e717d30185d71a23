/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has been handed to the kernel can't be overtaken any more, so a socket
 * may hold little that the peer has not taken: the pacer counts by time and
 * would go on filling a buffer whose reader stands still.
 */
#include "host/base/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNSENT_LIMIT   4096
#define UNIX_BUFFER    16384
#define KEEP_IDLE_S    5
#define KEEP_TIMEOUT_S 15

static int copy(char *to, size_t size, const char *from, size_t n)
{
	if (n >= size)
		return -1;
	memcpy(to, from, n);
	to[n] = 0;
	return 0;
}

int socket_split(const char *text, char *host, size_t host_size, char *service,
		 size_t service_size)
{
	const char *colon = strrchr(text, ':');
	const char *end = colon;
	long number;
	char *rest;

	if (!colon) {
		*host = 0;
		colon = text - 1;
	} else {
		if (*text == '[') {
			text++;
			end--;
			if (end < text || *end != ']')
				return -1;
		} else if (memchr(text, ':', (size_t)(end - text))) {
			return -1;
		}
		if (copy(host, host_size, text, (size_t)(end - text)) < 0)
			return -1;
	}
	number = strtol(colon + 1, &rest, 10);
	if (!colon[1] || *rest || number < 1 || number > UINT16_MAX)
		return -1;
	return copy(service, service_size, colon + 1, strlen(colon + 1));
}

int socket_unix_address(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	return copy(address->sun_path, sizeof(address->sun_path), path, strlen(path));
}

static int shut(int fd)
{
	int saved = errno;

	(void)close(fd);
	errno = saved;
	return -1;
}

int socket_connect(int family, const struct sockaddr *address, socklen_t size)
{
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (connect(fd, address, size) < 0 && errno != EINPROGRESS)
		return shut(fd);
	return fd;
}

int socket_outcome(int fd)
{
	int outcome = 0;
	socklen_t size = sizeof(outcome);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &outcome, &size) < 0)
		return errno;
	return outcome;
}

int socket_listen(int family, const struct sockaddr *address, socklen_t size)
{
	int on = 1;
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, address, size) < 0 || listen(fd, 4) < 0)
		return shut(fd);
	return fd;
}

int socket_listen_unix(const char *path)
{
	struct sockaddr_un address;
	struct stat status;
	mode_t mask;
	int fd;

	if (socket_unix_address(path, &address) < 0) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (!lstat(path, &status)) {
		if (!S_ISSOCK(status.st_mode)) {
			errno = EEXIST;
			return -1;
		}
		fd = socket_connect(AF_UNIX, (struct sockaddr *)&address, sizeof(address));
		if (fd >= 0)
			(void)close(fd);
		if (fd >= 0 || errno != ECONNREFUSED) {
			errno = EADDRINUSE;
			return -1;
		}
		(void)unlink(path);
	}
	mask = umask(0177);
	fd = socket_listen(AF_UNIX, (struct sockaddr *)&address, sizeof(address));
	(void)umask(mask);
	return fd;
}

void socket_peer(int fd, char *text, size_t size)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);
	char host[INET6_ADDRSTRLEN + 16], port[8];

	*text = 0;
	if (getpeername(fd, (struct sockaddr *)&address, &length) < 0 ||
	    getnameinfo((struct sockaddr *)&address, length, host, sizeof(host), port,
			sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	(void)snprintf(text, size, address.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host,
		       port);
}

int socket_host(const char *text, struct sockaddr_storage *address)
{
	struct sockaddr_in6 *six = (void *)address;
	struct sockaddr_in *four = (void *)address;

	*address = (struct sockaddr_storage){.ss_family = AF_INET};
	if (inet_pton(AF_INET, text, &four->sin_addr) == 1)
		return 0;
	address->ss_family = AF_INET6;
	return inet_pton(AF_INET6, text, &six->sin6_addr) == 1 ? 0 : -1;
}

/* In IPv6's form, RFC 4291, 2.5.5.2. */
static struct in6_addr host_of(const struct sockaddr *address)
{
	struct in6_addr host = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

	if (address->sa_family == AF_INET6)
		return ((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
	memcpy(host.s6_addr + 12,
	       &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
	return host;
}

bool socket_same_host(const struct sockaddr *a, const struct sockaddr *b)
{
	struct in6_addr one = host_of(a), other = host_of(b);

	return !memcmp(&one, &other, sizeof(one));
}

void socket_acknowledge(int fd)
{
	int on = 1;

	/* Holds until the next acknowledgement that goes with data. */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}

void socket_tune(int fd)
{
	static const struct setting {
		int level;
		int name;
		int value;
	} settings[] = {
		{IPPROTO_TCP, TCP_NODELAY, 1},
		{IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT_LIMIT},
		{SOL_SOCKET, SO_KEEPALIVE, 1},
		{IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_S},
		{IPPROTO_TCP, TCP_KEEPINTVL, KEEP_IDLE_S},
		{IPPROTO_TCP, TCP_KEEPCNT, KEEP_TIMEOUT_S / KEEP_IDLE_S},
		{IPPROTO_TCP, TCP_USER_TIMEOUT, KEEP_TIMEOUT_S * 1000},
	};
	int buffer = UNIX_BUFFER;
	int family = 0;
	socklen_t size = sizeof(family);

	(void)getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size);
	if (family == AF_UNIX) {
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
		return;
	}
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		(void)setsockopt(fd, settings[i].level, settings[i].name, &settings[i].value,
				 sizeof(settings[i].value));
}

void socket_allow_stalls(int fd)
{
	const int never = 0;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &never, sizeof(never));
}

/* Probes of a window that is closed, or bytes sent again, are not acknowledged. One of them
 * may just be on its way. */
bool socket_peer_is_there(int fd)
{
	struct tcp_info info = {0};
	socklen_t size = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
		return true;
	return (info.tcpi_probes < 2 && info.tcpi_retransmits < 2) ||
	       info.tcpi_last_ack_recv < KEEP_TIMEOUT_S * 1000;
}
