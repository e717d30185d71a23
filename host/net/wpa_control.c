/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See wpa_control.h. Our end has a name of the kernel's choice in the abstract namespace,
 * so no file is left behind; that wants wpa_supplicant in our network namespace, where
 * its interface is, too.
 */
#include "host/net/wpa_control.h"

#include "host/base/poller.h"
#include "host/base/socket.h"
#include "host/base/timer.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_US  10000000u /* for an answer */
#define PATIENCE_MS  10000
#define READS_A_TURN 64

struct command {
	struct command *next;
	wpa_answered *answered; /* NULL: nobody wants to know */
	void *user;
	size_t n;
	char text[];
};

struct wpa_control {
	struct wpa_control_events events;
	int fd;
	struct poller *poller;
	struct timer *timer;
	struct command *first, **last; /* the first is under way */
	bool lost;
	char text[WPA_ANSWER_MAX + 1];
};

/* ---- commands ---- */

static void free_command(struct command *command)
{
	explicit_bzero(command->text, command->n);
	free(command);
}

static void lose(struct wpa_control *control)
{
	if (control->lost)
		return;
	control->lost = true;
	poller_want(control->poller, 0);
	timer_set(control->timer, PTL_NEVER);
	while (control->first) {
		struct command *command = control->first;

		control->first = command->next;
		if (command->answered)
			command->answered(command->user, NULL);
		free_command(command);
	}
	control->last = &control->first;
	control->events.lost(control->events.user);
}

static void send_first(struct wpa_control *control)
{
	struct command *command = control->first;

	if (!command || control->lost)
		return;
	timer_set(control->timer, timer_now() + PATIENCE_US);
	/* A full socket buffer of the other's is as good as no answer. */
	if (send(control->fd, command->text, command->n, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		timer_set(control->timer, timer_now());
}

void wpa_ask(struct wpa_control *control, wpa_answered *answered, void *user,
	     const char *format, ...)
{
	struct command *command;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	command = n < 0 || control->lost ? NULL : malloc(sizeof(*command) + (size_t)n + 1);
	if (!command) {
		if (answered)
			answered(user, NULL);
		return;
	}
	*command = (struct command){.answered = answered, .user = user, .n = (size_t)n};
	va_start(arguments, format);
	(void)vsnprintf(command->text, (size_t)n + 1, format, arguments);
	va_end(arguments);
	*control->last = command;
	control->last = &command->next;
	if (control->first == command)
		send_first(control);
}

void wpa_forget(struct wpa_control *control, const void *user)
{
	for (struct command *command = control->first; command; command = command->next)
		if (command->user == user)
			command->answered = NULL;
}

/* ---- what comes ---- */

static void on_answer(struct wpa_control *control)
{
	struct command *command = control->first;

	if (!command)
		return;
	control->first = command->next;
	if (!control->first)
		control->last = &control->first;
	timer_set(control->timer, PTL_NEVER);
	send_first(control);
	if (command->answered)
		command->answered(command->user, control->text);
	free_command(command);
}

static void on_ready(void *user, int events)
{
	struct wpa_control *control = user;

	(void)events;
	for (int i = 0; i < READS_A_TURN && !control->lost; i++) {
		ssize_t n = recv(control->fd, control->text, WPA_ANSWER_MAX, MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (n < 0) {
			lose(control);
			break;
		}
		control->text[n] = 0;
		if (*control->text == '<')
			control->events.event(control->events.user, control->text);
		else
			on_answer(control);
	}
	if (!control->lost)
		poller_want(control->poller, UV_READABLE);
}

static void on_late(void *user)
{
	lose(user);
}

/* ---- opening ---- */

bool wpa_control_ask_now(struct wpa_control *control, const char *command, char *answer,
			 size_t room)
{
	struct pollfd wait = {.fd = control->fd, .events = POLLIN};
	ssize_t n;

	if (send(control->fd, command, strlen(command), MSG_NOSIGNAL) < 0)
		return false;
	do {
		if (poll(&wait, 1, PATIENCE_MS) <= 0)
			return false;
		n = recv(control->fd, answer, room - 1, 0);
		if (n < 0)
			return false;
		answer[n] = 0;
	} while (*answer == '<'); /* an event of before the loop: of no use yet */
	return true;
}

static int connect_to(int fd, const char *path)
{
	const struct sockaddr_un ours = {.sun_family = AF_UNIX};
	struct sockaddr_un theirs;

	if (socket_unix_address(path, &theirs) < 0) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (bind(fd, (const struct sockaddr *)&ours, sizeof(sa_family_t)) < 0)
		return -1;
	return connect(fd, (const struct sockaddr *)&theirs, sizeof(theirs));
}

struct wpa_control *wpa_control_open(uv_loop_t *loop, const char *path,
				     const struct wpa_control_events *events)
{
	struct wpa_control *control = calloc(1, sizeof(*control));
	char answer[64];
	int saved = ENOMEM;

	if (!control)
		return NULL;
	control->events = *events;
	control->last = &control->first;
	control->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (control->fd < 0 || connect_to(control->fd, path) < 0)
		goto bad_socket;
	errno = ETIMEDOUT;
	if (!wpa_control_ask_now(control, "ATTACH", answer, sizeof(answer)))
		goto bad_socket;
	errno = EPROTO;
	if (strncmp(answer, "OK", 2) != 0)
		goto bad_socket;
	control->timer = timer_new(loop, on_late, control);
	control->poller = poller_new(loop, control->fd, on_ready, control);
	if (!control->timer || !control->poller)
		goto bad_socket;
	poller_want(control->poller, UV_READABLE);
	return control;

bad_socket:
	saved = errno;
	timer_free(control->timer);
	poller_free(control->poller);
	if (control->fd >= 0)
		(void)close(control->fd);
	free(control);
	errno = saved;
	return NULL;
}

void wpa_control_close(struct wpa_control *control)
{
	if (!control)
		return;
	poller_free(control->poller);
	timer_free(control->timer);
	(void)close(control->fd);
	while (control->first) {
		struct command *command = control->first;

		control->first = command->next;
		free_command(command);
	}
	free(control);
}
