/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail repl: the terminal, or a pty for programs such as mpremote, on the service 'repl' of
 * a radio that runs scripts. It takes the place of any other client.
 *
 *	terminal or pty  <=== here ===>  stream of the radio
 *
 * Standard input is read when the stream has room, so that one who waits for what the radio
 * says is never kept from that. It may be a file, which has no readiness to wait for.
 */
#include "host/command/commands.h"
#include "host/command/far_stream.h"
#include "host/command/parse.h"
#include "host/base/log.h"
#include "host/base/main_loop.h"
#include "host/base/poller.h"
#include "host/port/port.h"

#include <pigtail/control.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define PART  1024u
#define LEAVE 0x1d /* Ctrl-] */

struct options {
	struct radio_options radio;
	char pty[256]; /* "pty:LINK", or "" */
};

struct repl {
	struct main_loop *loop;
	struct far_stream stream;
	struct poller *far;
	struct port *pty;	 /* or, NULL: */
	struct poller *terminal; /* standard input; NULL: a file */
	bool to_read;		 /* of standard input */
	bool left;
	bool broken;	     /* nobody takes what the radio says */
	bool said_all;	     /* standard input has ended: it goes when the radio is quiet */
	bool heard;	     /* since the last tick */
	uint8_t bytes[PART]; /* for the pty, as far as it has not taken them */
	size_t at, n;
};

static const struct argp_option option_list[] = {
	{"pty", 'p', "LINK", 0, "Make a pty, and a link to it: the tty for programs", 0},
	{0},
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'p':
		if (snprintf(options->pty, sizeof(options->pty), "pty:%s", text) >=
		    (int)sizeof(options->pty))
			command_misused(state, "'%s' is too long", text);
		return 0;
	case ARGP_KEY_ARG:
		if (options->radio.link)
			command_misused(state, "'%s' is one argument too many", text);
		options->radio.link = text;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void leave(struct repl *repl)
{
	repl->left = true;
	uv_stop(&repl->loop->uv);
}

/* ---- from the radio ---- */

/* false: the pty has no room, and bytes wait. */
static bool pass_on(struct repl *repl)
{
	if (repl->pty) {
		repl->at += port_write(repl->pty, repl->bytes + repl->at, repl->n - repl->at);
		return repl->at == repl->n;
	}
	while (repl->at < repl->n) {
		ssize_t n = write(STDOUT_FILENO, repl->bytes + repl->at, repl->n - repl->at);

		if (n < 0 && errno != EINTR) {
			log_line("cannot write: %s", strerror(errno));
			repl->broken = true;
			leave(repl);
			return false;
		}
		if (n > 0)
			repl->at += (size_t)n;
	}
	return true;
}

static void want_far(struct repl *repl)
{
	poller_want(repl->far,
		    (repl->at < repl->n ? 0 : UV_READABLE) | (repl->to_read ? UV_WRITABLE : 0));
}

static void hear(struct repl *repl)
{
	while (pass_on(repl)) {
		repl->at = 0;
		repl->n = far_stream_read(&repl->stream, repl->bytes, sizeof(repl->bytes), 0);
		if (repl->n == 0)
			break;
		repl->heard = true;
	}
	if (repl->stream.ended && repl->n == 0)
		uv_stop(&repl->loop->uv);
	else
		want_far(repl);
}

/* ---- from here ---- */

static void say(struct repl *repl, const uint8_t *bytes, size_t n)
{
	if (!far_stream_write(&repl->stream, bytes, n))
		uv_stop(&repl->loop->uv);
}

static void read_terminal(struct repl *repl)
{
	uint8_t bytes[PART];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));
	bool later = n < 0 && (errno == EAGAIN || errno == EINTR);
	const uint8_t *end;

	repl->said_all = repl->heard = n <= 0 && !later;
	repl->to_read = !repl->terminal && !repl->said_all;
	if (repl->terminal)
		poller_want(repl->terminal, repl->said_all ? 0 : UV_READABLE);
	if (n <= 0)
		return;
	end = isatty(STDIN_FILENO) ? memchr(bytes, LEAVE, (size_t)n) : NULL;
	say(repl, bytes, end ? (size_t)(end - bytes) : (size_t)n);
	if (end)
		leave(repl);
}

static void on_terminal(void *user, int events)
{
	struct repl *repl = user;

	(void)events;
	repl->to_read = true;
	poller_want(repl->terminal, 0);
	want_far(repl);
}

static void on_far(void *user, int events)
{
	struct repl *repl = user;

	if (events & UV_WRITABLE && repl->to_read)
		read_terminal(repl);
	hear(repl);
}

static void on_tick(void *user)
{
	struct repl *repl = user;

	if (repl->said_all && !repl->heard)
		leave(repl);
	repl->heard = false;
}

static void on_pty(void *user)
{
	struct repl *repl = user;
	uint8_t bytes[PART];
	size_t n;

	while ((n = port_read(repl->pty, bytes, sizeof(bytes))) > 0)
		say(repl, bytes, n);
}

/* It is open, or has room: what the radio said before waits here. */
static void on_pty_room(void *user)
{
	on_far(user, 0);
}

static void on_pty_lost(void *user, const char *why)
{
	(void)user;
	(void)why;
}

/* ---- all of it ---- */

static bool make_raw(struct termios *before)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, before) < 0)
		return false;
	raw = *before;
	cfmakeraw(&raw);
	return tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

static int join(struct repl *repl, const struct options *options)
{
	const struct port_events events = {
		.user = repl,
		.readable = on_pty,
		.writable = on_pty_room,
		.opened = on_pty_room,
		.lost = on_pty_lost,
	};
	char error[384];

	repl->far = poller_new(&repl->loop->uv, repl->stream.fd, on_far, repl);
	if (*options->pty) {
		if (port_open(&repl->loop->uv, options->pty, &events, &repl->pty, error,
			      sizeof(error)) < 0) {
			log_line("%s", error);
			return EXIT_FAILED;
		}
		port_want_read(repl->pty, true);
		log_line("%s: the REPL is at %s", radio_link(repl->stream.radio),
			 port_name(repl->pty));
	} else {
		repl->terminal = poller_new(&repl->loop->uv, STDIN_FILENO, on_terminal, repl);
		repl->to_read = !repl->terminal && errno == EPERM;
		if (repl->terminal)
			poller_want(repl->terminal, UV_READABLE);
	}
	if (!repl->far || (!repl->pty && !repl->terminal && !repl->to_read)) {
		log_line("cannot watch the terminal: %s", strerror(errno));
		return EXIT_FAILED;
	}
	hear(repl);
	return EXIT_DONE;
}

static int run(const struct options *options, struct radio *radio)
{
	static struct main_loop loop;
	static struct repl repl;
	struct termios before;
	bool raw = false;
	int status;

	repl.loop = &loop;
	status = far_stream_open(&repl.stream, radio, "repl", NULL);
	if (status)
		return status;
	loop.tick = on_tick;
	loop.user = &repl;
	main_loop_begin(&loop);
	status = join(&repl, options);
	if (!status) {
		if (!repl.pty && isatty(STDIN_FILENO))
			log_line("%s: Ctrl-] leaves", radio_link(radio));
		raw = !repl.pty && make_raw(&before);
		/* So that it shows a prompt. */
		if (raw)
			say(&repl, (const uint8_t *)"\r", 1);
		main_loop_run(&loop);
		if (raw)
			(void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
		if (raw && isatty(STDOUT_FILENO))
			(void)puts("");
	}
	poller_free(repl.far);
	poller_free(repl.terminal);
	if (repl.pty)
		port_close(repl.pty);
	if (!repl.stream.ended)
		far_stream_end(&repl.stream, PTL_STATUS_DONE);
	else if (!repl.left && !status)
		status = far_stream_result(&repl.stream, "the REPL");
	main_loop_end(&loop);
	return repl.broken ? EXIT_FAILED : status;
}

int cmd_repl(int argc, char **argv)
{
	const struct argp argp = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "[LINK]",
		.doc = "The REPL of a radio that runs scripts, in this terminal or as a tty "
		       "for "
		       "programs, beside the network on the same wire.",
	};
	struct options options = {0};
	struct radio *radio;
	int status = EXIT_FAILED;

	radio_parse(&argp, argc, argv, &options);
	radio = radio_dial(&options.radio);
	if (radio) {
		status = run(&options, radio);
		radio_hang_up(radio);
	}
	return status;
}
