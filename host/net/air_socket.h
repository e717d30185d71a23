/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One connection between a radio and an air that it shares with others (sim/air_wire.h),
 * the same at both ends. What comes is checked and bounded; what the peer does not take
 * waits for it, within bounds: then frames are dropped, and messages refused.
 */
#ifndef PIGTAIL_HOST_AIR_SOCKET_H
#define PIGTAIL_HOST_AIR_SOCKET_H

#include "sim/air_wire.h"

#include <uv.h>

struct air_socket;

/* From the loop, none from within a call of air_socket_*() but air_socket_resume(). */
struct air_socket_events {
	void *user;
	/* false: not now; air_socket_resume() has it offered again, and nothing behind it
	 * comes before. */
	bool (*control)(void *user, const uint8_t *message, size_t n);
	/* Of the air; NULL at a radio's end. line: bits/s. false: the peer is not wanted. */
	bool (*session)(void *user, const uint8_t mac[6], bool up, uint32_t line);
	void (*line)(void *user, uint32_t line);
	void (*frame)(void *user, const uint8_t *frame, size_t n);
	/* These were all for now. */
	void (*drained)(void *user);
	/* air_socket_control() may succeed again. */
	void (*room)(void *user);
	/* The connection has ended: to be freed now. */
	void (*lost)(void *user, const char *why);
};

/* Takes the descriptor, of a connected stream socket. NULL: no memory; it is closed. */
struct air_socket *air_socket_new(uv_loop_t *loop, int fd,
				  const struct air_socket_events *events);

/* NULL does nothing. */
void air_socket_free(struct air_socket *socket);

/* mac: of the radio. false: no room. */
bool air_socket_control(struct air_socket *socket, const uint8_t mac[6], const uint8_t *message,
			size_t n);
bool air_socket_session(struct air_socket *socket, const uint8_t mac[6], bool up,
			uint32_t line);
bool air_socket_line(struct air_socket *socket, const uint8_t mac[6], uint32_t line);

/* Dropped where there is no room. */
void air_socket_frame(struct air_socket *socket, const uint8_t *frame, size_t n);

/* What control() refused is offered again. */
void air_socket_resume(struct air_socket *socket);

#endif
