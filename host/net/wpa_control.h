/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A client of wpa_supplicant's control socket (its doc/docbook and wpa_ctrl.h): a
 * datagram a command, a datagram an answer, in order, and events in between, which begin
 * with '<'. The loop never waits: commands queue here, one is under way at a time.
 *
 * A socket that does not answer in time, or that nobody has any more, is lost: every
 * command ends, with NULL as its answer, and lost() is called once.
 */
#ifndef PIGTAIL_HOST_NET_WPA_CONTROL_H
#define PIGTAIL_HOST_NET_WPA_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#define WPA_ANSWER_MAX 8192 /* bytes; what is longer is cut */

struct wpa_control;

/* text: terminated, ours until return. NULL: there is no answer, and will be none. */
typedef void wpa_answered(void *user, const char *text);

struct wpa_control_events {
	void *user;
	void (*event)(void *user, const char *text);
	void (*lost)(void *user);
};

/* The socket at path, of which we want the events. Waits for an answer, at most 10 s: meant
 * for before the loop runs. NULL with errno. */
struct wpa_control *wpa_control_open(uv_loop_t *loop, const char *path,
				     const struct wpa_control_events *events);

/* Asks at once, and waits for the answer, for as long as nothing else is under way: meant
 * for before the loop runs. false: no answer within 10 s. */
bool wpa_control_ask_now(struct wpa_control *control, const char *command, char *answer,
			 size_t room);

/* Queues a command. answered may be NULL. It is wiped from memory when it has gone. */
void wpa_ask(struct wpa_control *control, wpa_answered *answered, void *user,
	     const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Those of user that wait will not be told: their answers are skipped. */
void wpa_forget(struct wpa_control *control, const void *user);

/* Not from within a callback. NULL does nothing; nobody is told any more. */
void wpa_control_close(struct wpa_control *control);

#endif
