/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stream sockets for the ports: addresses out of text, connecting and listening
 * without ever blocking the loop.
 */
#ifndef PIGTAIL_HOST_SOCKET_H
#define PIGTAIL_HOST_SOCKET_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

/*
 * Splits [HOST:]PORT; HOST may be an IPv6 address in brackets. host becomes ""
 * where there is none. Returns -1 when the text is no such thing.
 */
int socket_split(const char *text, char *host, size_t host_size, char *service,
		 size_t service_size);

/* Returns -1 when the path is too long for a socket address. */
int socket_unix_address(const char *path, struct sockaddr_un *address);

/* A nonblocking socket that has begun to connect, or -1 with errno. */
int socket_connect(int family, const struct sockaddr *address, socklen_t size);

/* Whether a connection came about: 0, or the errno of why not. */
int socket_outcome(int fd);

/* A listening socket, or -1 with errno. */
int socket_listen(int family, const struct sockaddr *address, socklen_t size);

/*
 * A listening unix socket at path, mode 0600. What a dead process left there is
 * replaced. Returns -1 with errno; EADDRINUSE: somebody listens there, EEXIST:
 * something that is no socket is there.
 */
int socket_listen_unix(const char *path);

/* Who is at the other end: "127.0.0.1:5000"; "" where that is unknown. */
void socket_peer(int fd, char *text, size_t size);

/* An address as text, for socket_same_host(). -1: it is none. */
int socket_host(const char *text, struct sockaddr_storage *address);

/* Whether two addresses of IP are of the same host; ports don't count, and IPv4 within IPv6
 * is IPv4. */
bool socket_same_host(const struct sockaddr *a, const struct sockaddr *b);

/* TCP: what was read is acknowledged now. To be called after reading: Nagle's algorithm
 * at the other end, if that writes its packets in pieces, waits for it with the second
 * piece, and the kernel would wait 40 ms for something to send with it. */
void socket_acknowledge(int fd);

/* No delay, keep-alive, and little in the kernel's send buffer. */
void socket_tune(int fd);

/* After socket_tune(): a peer that is there but doesn't read is not given up by the kernel
 * after a while. Whether it is there still, to be asked while something waits for it. */
void socket_allow_stalls(int fd);
bool socket_peer_is_there(int fd);

#endif
