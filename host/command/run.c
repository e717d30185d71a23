/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail run FILE.py: a script on a radio, by the raw REPL of MicroPython:
 *
 *	-> CR Ctrl-C Ctrl-C Ctrl-A	<- "raw REPL; CTRL-B to exit\r\n>"
 *	-> Ctrl-D			<- "soft reboot\r\n", and the same
 *	-> the script, Ctrl-D		<- "OK", what it prints, 04, what it raises, 04, ">"
 *	-> Ctrl-B Ctrl-D		<- "soft reboot\r\n", and main.py runs again
 *
 * What runs there is interrupted, and the script begins with nothing of it; what it leaves
 * open, sockets above all, is closed when it ends, however that is. What it prints is printed
 * here as it comes; what it raises goes to standard error. Ctrl-C here is Ctrl-C there.
 */
#include "host/command/commands.h"
#include "host/command/far_stream.h"
#include "host/command/parse.h"
#include "host/base/log.h"

#include <pigtail/control.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_US  10000000u
#define SCRIPT_MAX (1024u * 1024u)
#define LOOK_US	   200000u /* how soon Ctrl-C is seen */

#define RAW_PROMPT "raw REPL; CTRL-B to exit\r\n>"
#define REBOOT	   "soft reboot\r\n"
#define END	   '\x04'

struct options {
	struct radio_options radio;
	const char *path;
	bool stays;
};

static const struct argp_option option_list[] = {
	{"stay", 's', NULL, 0,
	 "What it made stays there for the REPL, and main.py does not run again", 0},
	{0},
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

/* NUL, and what the raw REPL obeys. */
static bool has_control(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] >= 0 && text[i] <= END)
			return true;
	return false;
}

static char *read_script(const char *path, size_t *n)
{
	FILE *file = strcmp(path, "-") != 0 ? fopen(path, "rb") : stdin;
	char *text = file ? malloc(SCRIPT_MAX) : NULL;

	if (!text) {
		log_line("cannot read %s: %s", path, strerror(errno));
		if (file && file != stdin)
			(void)fclose(file);
		return NULL;
	}
	*n = fread(text, 1, SCRIPT_MAX, file);
	if (ferror(file) || !feof(file) || has_control(text, *n)) {
		log_line("%s is no script: it cannot be read, has control characters, or is "
			 "longer than 1 MB",
			 path);
		free(text);
		text = NULL;
	}
	if (file != stdin)
		(void)fclose(file);
	return text;
}

/* Whether text came, as the end of whatever came before. */
static bool expect(struct far_stream *stream, const char *text)
{
	ptl_time until = timer_now() + ANSWER_US;
	size_t matched = 0;
	char c;

	while (text[matched] && far_stream_read(stream, &c, 1, until) == 1) {
		if (c != text[matched])
			matched = 0;
		if (c == text[matched])
			matched++;
	}
	return !text[matched];
}

/* Where one of the two goes that a script prints and raises. */
struct outlet {
	FILE *to;
	bool any;
	bool broken; /* nobody takes it: the script is interrupted, and has UNTIL to end */
	ptl_time until;
};

static void interrupt(struct far_stream *stream)
{
	(void)far_stream_write(stream, "\x03", 1);
}

static void flush(struct outlet *outlet, struct far_stream *stream)
{
	if (!outlet->broken && (fflush(outlet->to) || ferror(outlet->to))) {
		outlet->broken = true;
		outlet->until = timer_now() + ANSWER_US;
		log_line("cannot write: %s", strerror(errno));
		interrupt(stream);
	}
}

/* Passes on until END, or it ends. The interpreter's lines end with CR LF, ours with LF. */
static bool pass_on(struct far_stream *stream, struct outlet *outlet)
{
	bool held = false; /* a CR */

	for (;;) {
		char c;
		size_t n = far_stream_read(stream, &c, 1, timer_now() + LOOK_US);

		if (interrupted) {
			interrupted = 0;
			interrupt(stream);
		}
		if ((n == 0 && stream->ended) ||
		    (outlet->broken && timer_now() > outlet->until))
			return false;
		if (n == 0) {
			flush(outlet, stream);
			continue;
		}
		if (held && c != '\n')
			(void)putc('\r', outlet->to);
		held = c == '\r';
		if (c == END) {
			flush(outlet, stream);
			return true;
		}
		outlet->any = true;
		if (!held)
			(void)putc(c, outlet->to);
		if (c == '\n')
			flush(outlet, stream);
	}
}

static int talk(struct far_stream *stream, const struct options *options, const char *script,
		size_t n)
{
	struct outlet printed = {.to = stdout}, raised = {.to = stderr};

	if (!far_stream_write(stream, "\r\x03\x03\x01", 4) || !expect(stream, RAW_PROMPT) ||
	    !far_stream_write(stream, "\x04", 1) || !expect(stream, REBOOT) ||
	    !expect(stream, RAW_PROMPT) || !far_stream_write(stream, script, n) ||
	    /* Of nothing the raw REPL makes a soft reset. */
	    !far_stream_write(stream, "\n", 1) || !far_stream_write(stream, "\x04", 1) ||
	    !expect(stream, "OK")) {
		if (!stream->ended)
			log_line("%s: its interpreter does not answer",
				 radio_link(stream->radio));
		return stream->ended ? far_stream_result(stream, "the interpreter")
				     : EXIT_NO_ANSWER;
	}
	if (!pass_on(stream, &printed) || !pass_on(stream, &raised))
		return stream->ended ? far_stream_result(stream, "the interpreter")
				     : EXIT_FAILED;
	(void)far_stream_write(stream, "\x02", 1);
	(void)expect(stream, ">>> ");
	if (!options->stays) {
		(void)far_stream_write(stream, "\x04", 1);
		(void)expect(stream, REBOOT);
	}
	far_stream_end(stream, PTL_STATUS_DONE);
	return raised.any || printed.broken ? EXIT_FAILED : EXIT_DONE;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 's':
		options->stays = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options->path)
			command_misused(state, "'%s' is one argument too many", text);
		options->path = text;
		return 0;
	case ARGP_KEY_NO_ARGS:
		command_misused(state, "FILE.py is missing; - is standard input");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int cmd_run(int argc, char **argv)
{
	static struct far_stream stream;
	const struct argp argp = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "FILE.py",
		.doc = "Runs a script on a radio that has MicroPython; prints here what it "
		       "prints there. Fails if it raises. It begins in an interpreter that is "
		       "new, and "
		       "what it leaves open is closed.",
	};
	struct sigaction action = {.sa_handler = on_interrupt};
	struct options options = {0};
	struct radio *radio;
	char *script;
	size_t n;
	int status = EXIT_FAILED;

	radio_parse(&argp, argc, argv, &options);
	script = read_script(options.path, &n);
	if (!script)
		return EXIT_FAILED;
	radio = radio_dial(&options.radio);
	if (radio) {
		status = far_stream_open(&stream, radio, "repl", NULL);
		(void)sigaction(SIGINT, &action, NULL);
		if (!status)
			status = talk(&stream, &options, script, n);
		radio_hang_up(radio);
	}
	free(script);
	return status;
}
